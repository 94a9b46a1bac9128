"""Whatever stands in an address is answered with the right status and a clear sentence."""

import re
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.support import FULL, NOTHING, guide, visit, words

MARKUP = "<img src=x onerror=alert(1)>"
TRACES = re.compile(r"Traceback|\.py\b|StreamlitAPIException|Exception:|Error:")


def clear(page) -> None:
    """The page is whole, holds text, and shows no programmer's words."""
    text = page.locator("body").inner_text()
    assert len(text) > 200
    assert not TRACES.search(text)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


TAMPERED = {
    "an unknown question": ({"s1": "who-starts.both~shoe-size.44"}, "en fråga som inte finns: shoe-size.44"),
    "an unknown answer": ({"s1": "who-starts.everyone"}, "ett svar som inte finns: who-starts.everyone"),
    "a question twice": (
        {"s1": "who-starts.both~who-starts.care"},
        "besvarar samma fråga två gånger; bara det första svaret läses: who-starts.care",
    ),
    "none of the groups and one": ({"s1": "groups.none_minors"}, "ett svar som inte finns: groups.none_minors"),
    "a question made meaningless": ({"s1": "video-safe.no-service~video-login.yes"}, "video-login"),
    "another version": ({"v": "99", "s1": "who-starts.both"}, "version 99 av frågorna"),
    "six services": ({f"s{n}": "who-starts.both" for n in range(1, 7)}, "fler än fem tjänster"),
    "a part far too long": ({"s1": "x" * 2_000}, "längre än några svar kan vara"),
    "markup": ({"s1": MARKUP}, f"en fråga som inte finns: {MARKUP}"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_link_that_cannot_be_read_whole_says_what_could_not_be_used(page, name):
    given, sentence = TAMPERED[name]
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    answer = visit(page, f"/valj?{urlencode({'v': '1'} | given)}")
    assert answer.status == 200
    problem = page.get_by_role("alert")
    expect(problem.get_by_role("heading")).to_have_text("Delar av länken kunde inte användas")
    expect(problem).to_contain_text(sentence)
    clear(page)
    # What could be read is kept, and what could not is not guessed at.
    begun = given.get("v") != "99" and given["s1"].startswith(("who-starts.both", "video-safe"))
    expect(page.get_by_text(re.compile(r"Fråga \d+ av \d+"))).to_have_count(1 if begun else 0)


def test_a_whole_link_is_not_called_broken(page):
    visit(page, guide(FULL, NOTHING, names=["Akuten", "BUP"]))
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_query_of_60_kilobytes_is_answered_in_words(page):
    answer = visit(page, f"/valj?v=1&s1={'a' * 60_000}")
    assert answer.status == 200
    expect(page.get_by_role("alert")).to_contain_text("längre än några svar kan vara")
    clear(page)


def test_an_unknown_level_says_which_exist(page):
    assert visit(page, "/nivaer?niva=" + MARKUP).status == 200
    expect(page.get_by_role("alert")).to_contain_text("Nivån finns inte")
    expect(page.get_by_role("alert")).to_contain_text(MARKUP)
    expect(page.get_by_role("heading", name="Uthopp", exact=True)).to_be_visible()
    clear(page)


def test_an_unknown_question_or_service_in_the_address_leads_to_a_whole_page(page):
    visit(page, guide({"who-starts": "both"}, fraga="nonsense", tjanst="77"))
    expect(page.get_by_role("heading", level=1)).to_have_text(words("sv")["questions"]["single-login"]["title"])
    clear(page)
    visit(page, guide(FULL, tjanst="²"))
    expect(page.get_by_text("Ert resultat")).to_be_visible()
    clear(page)


def test_markup_in_a_name_is_shown_as_text_and_never_runs(page):
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    visit(page, guide(FULL, NOTHING, names=[MARKUP, "'\"><script>alert(2)</script>"]))
    expect(page.get_by_text(f"Ert resultat – {MARKUP}")).to_be_visible()
    expect(page.get_by_role("rowheader", name=MARKUP)).to_be_visible()
    expect(page.get_by_role("rowheader", name="'\"><script>alert(2)</script>")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value(MARKUP)
    expect(page).to_have_title(f"Ert resultat: {MARKUP} – Vårdmöteshubben")
    expect(page.locator("#root img, #root script")).to_have_count(0)
    visit(page, guide({"who-starts": "both"}, names=[MARKUP], fraga="single-login"))
    expect(page.get_by_text(f"Fråga 2 av 12 – {MARKUP}")).to_be_visible()
    expect(page.locator("#root img, #root script")).to_have_count(0)


def test_a_name_with_marks_of_markdown_and_mathematics_is_shown_as_written(page):
    name = "*A* $x$ :red[b] [c](d) & ~e~"
    visit(page, guide(FULL, names=[name]))
    expect(page.get_by_text(f"Ert resultat – {name}")).to_be_visible()


MISSING = (
    "/finns-inte",
    "/a/b",
    "/valj/x",
    "/VALJ",
    "/nivaer/x",
    "/nivaer/framework/x",
    "/robots.txt/x",
    "/static/js/nope.js",
    "/..%2f..%2fapp.py",
    "/_stcore/metrics",
    "/_stcore/script-health-check",
    "/_stcore/health/x",
    "/_stcore/healthy",
    "/_stcore/upload_file/a/b",
)
OF_OTHERS = ("/api/nope", "/assets/nope.css", "/media/nope", "/component/nope/x.js", "/_stcore/bidi-components/x")


@pytest.mark.parametrize("path", [*MISSING, *OF_OTHERS])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_nobody_has_is_refused_without_a_trace(server, path, method):
    answer = httpx.request(method, server.url + path, trust_env=False)
    assert answer.status_code in ({404} if method == "GET" else {404, 405})
    assert not TRACES.search(answer.text)


@pytest.mark.parametrize(
    "path", ["/assets/..%2f..%2f..%2fapp.py", "/assets/../../app.py", "/static/..%2f..%2fapp.py", "/%00"]
)
def test_an_address_cannot_climb_out_of_the_folders_that_are_served(server, path):
    answer = httpx.get(server.url + path, trust_env=False)
    assert answer.status_code in {400, 404} and "composition root" not in answer.text


@pytest.mark.parametrize("path", MISSING)
def test_a_missing_page_says_so_in_words_and_shows_ways_on(server, path):
    answer = httpx.get(server.url + path, trust_env=False)
    assert "<h1>Sidan finns inte</h1>" in answer.text
    assert 'href="/valj"' in answer.text and "The page does not exist." in answer.text


def test_a_missing_page_leads_on_to_the_guide(page):
    page.context.watch.allow("status of 404")
    assert visit(page, "/finns-inte").status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Sidan finns inte")
    clear(page)
    page.get_by_role("main").get_by_role("link", name="Välj väg").click()
    expect(page).to_have_url(re.compile("/valj$"))
    expect(page.get_by_role("link", name="Börja", exact=True)).to_be_visible()


def test_a_page_with_a_final_slash_is_the_page(page):
    assert visit(page, "/nivaer/").status == 200
    expect(page.get_by_role("heading", name="Jämför")).to_be_visible()
