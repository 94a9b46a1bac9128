"""The guide from the start page's door to the result, by keyboard alone, and everything a visitor does around it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from playwright.sync_api import Page, expect

from hub.language import read_catalogue
from tests.browser.support import FULL, NOTHING, QUESTIONS, ROOT, guide, still, visit, words

CATALOGUE = read_catalogue(ROOT / "content" / "locale" / "sv.po")
WORDS = {language: words(language) for language in ("sv", "en")}
TITLES = {language: {q: texts["title"] for q, texts in WORDS[language]["questions"].items()} for language in WORDS}
FIRST, SECOND, LAST = "who-starts", "single-login", "groups"
MOST_TABS = 25


def say(language: str, english: str) -> str:
    return CATALOGUE.text(language, english)


def heading(page: Page):
    return page.get_by_role("heading", level=1)


def label(question: str, option: str, language: str = "sv") -> str:
    return WORDS[language]["questions"][question]["options"][option]["label"]


def radio(page: Page, question: str, option: str, language: str = "sv"):
    return page.get_by_role("radio", name=label(question, option, language))


def checkbox(page: Page, option: str, language: str = "sv"):
    return page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(label(LAST, option, language))}:"))


def go_on(page: Page, language: str = "sv") -> None:
    page.get_by_role("button", name=say(language, "Continue")).click()


def answer(page: Page, question: str, option: str) -> None:
    # The circle itself is a drawing of Streamlit's; a visitor presses the words.
    page.get_by_text(label(question, option), exact=True).click()
    expect(radio(page, question, option)).to_be_checked()
    go_on(page)


def at_question(page: Page, question: str, language: str = "sv") -> None:
    """Wait until a question stands there, with the focus on its heading."""
    expect(heading(page)).to_have_text(TITLES[language][question])
    expect(heading(page)).to_be_focused()
    still(page)


def at_result(page: Page, language: str = "sv") -> str:
    expect(page.get_by_text(say(language, "Your result"))).to_be_visible()
    still(page)
    return page.locator(".hub-verdict").inner_text()


def answers_in(address: str, number: int = 1) -> dict[str, str]:
    value = parse_qs(urlsplit(address).query)[f"s{number}"][0]
    return dict(part.split(".") for part in value.split("~"))


# Streamlit hides the field itself and draws its label around it.
IN_VIEW = """(element) => { const box = (element.closest("label") ?? element).getBoundingClientRect();
  return box.height > 10 && box.top >= -1 && box.bottom <= innerHeight + 1 && box.left >= 0 && box.right <= innerWidth; }"""


def tab_to(page: Page, target) -> None:
    # The first box of a visit comes with a file of Streamlit's own, and is not there before it.
    expect(target).to_be_attached()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            page.wait_for_function(IN_VIEW, arg=target.element_handle(), timeout=3_000)
            return
    raise AssertionError(f"{MOST_TABS} tabs do not reach {target}")


@pytest.mark.parametrize(
    ("language", "width", "given"),
    [("sv", 1280, FULL), ("sv", 390, FULL), ("en", 1280, NOTHING), ("en", 390, NOTHING)],
    ids=["sv-1280", "sv-390", "en-1280", "en-390"],
)
def test_the_whole_guide_can_be_walked_by_keyboard_alone(new_context, language, width, given):
    page = new_context(
        locale={"sv": "sv-SE", "en": "en-GB"}[language], viewport={"width": width, "height": 900}
    ).new_page()
    home = yaml.safe_load((ROOT / "content" / "pages" / f"home.{language}.yaml").read_text())
    visit(page, "/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=say(language, "Skip to the content"))).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name=home["doors"][0]["link_text"]))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(say(language, "Choose how to connect your video service to 1177"))
    expect(heading(page)).to_be_focused()
    still(page)
    tab_to(page, page.get_by_role("link", name=say(language, "Start"), exact=True))
    page.keyboard.press("Enter")
    for question in QUESTIONS:
        at_question(page, question["id"], language)
        chosen = given[question["id"]]
        if question["id"] == LAST:
            for option in [chosen] if isinstance(chosen, str) else chosen:
                tab_to(page, checkbox(page, option, language))
                page.keyboard.press("Space")
                expect(checkbox(page, option, language)).to_be_checked()
        else:
            options = list(question["options"])
            tab_to(page, radio(page, question["id"], options[0], language))
            page.keyboard.press("Space")
            for option in options[: options.index(chosen) + 1]:
                if option != options[0]:
                    page.keyboard.press("ArrowDown")
                expect(radio(page, question["id"], option, language)).to_be_checked()
        tab_to(page, page.get_by_role("button", name=say(language, "Continue")))
        page.keyboard.press("Enter")
    verdict = at_result(page, language)
    expect(heading(page)).to_be_focused()
    assert answers_in(page.url) == {q: c if isinstance(c, str) else "_".join(c) for q, c in given.items()}
    assert len(verdict) > 30
    if given is NOTHING:
        assert verdict == WORDS[language]["results"]["no-need"]
    tab_to(page, page.get_by_role("button", name=say(language, "Copy the link to this result")))


def test_the_link_back_and_the_browsers_back_show_the_answers_given(page):
    visit(page, guide({}, fraga=FIRST))
    answer(page, FIRST, "both")
    at_question(page, SECOND)
    answer(page, SECOND, "not-needed")
    at_question(page, "volume")
    page.get_by_role("link", name="Tillbaka").click()
    at_question(page, SECOND)
    expect(radio(page, SECOND, "not-needed")).to_be_checked()
    page.get_by_role("link", name="Tillbaka").click()
    at_question(page, FIRST)
    expect(radio(page, FIRST, "both")).to_be_checked()
    go_on(page)
    # Going on from an early question leads to the first one that has no answer yet.
    at_question(page, "volume")
    assert answers_in(page.url) == {FIRST: "both", SECOND: "not-needed"}


def test_the_browsers_back_shows_the_answer_given_and_forward_returns(page):
    visit(page, guide({}, fraga=FIRST))
    answer(page, FIRST, "both")
    at_question(page, SECOND)
    page.go_back()
    at_question(page, FIRST)
    expect(radio(page, FIRST, "both")).to_be_checked()
    page.go_forward()
    at_question(page, SECOND)
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)


def test_going_on_without_an_answer_says_so_takes_the_focus_and_loses_nothing(page):
    visit(page, guide({FIRST: "both"}, fraga=SECOND))
    go_on(page)
    problem = page.get_by_role("alert").filter(has_text=say("sv", "The answer is missing"))
    expect(problem).to_be_visible()
    expect(problem).to_be_focused()
    expect(problem).to_contain_text("Välj ett svar")
    assert answers_in(page.url) == {FIRST: "both"}
    answer(page, SECOND, "needed")
    at_question(page, "volume")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert answers_in(page.url) == {FIRST: "both", SECOND: "needed"}


def test_none_of_the_groups_together_with_a_group_is_refused_in_words(page):
    visit(page, guide({k: v for k, v in FULL.items() if k != LAST}, fraga=LAST))
    for option in ("none", "minors"):
        page.get_by_text(re.compile(rf"^{re.escape(label(LAST, option))}:")).click()
        expect(checkbox(page, option)).to_be_checked()
    go_on(page)
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text(f"”{label(LAST, 'none')}” går inte att kombinera med de andra")
    expect(problem).to_be_focused()
    expect(checkbox(page, "none")).to_be_checked()
    expect(checkbox(page, "minors")).to_be_checked()
    page.get_by_text(re.compile(rf"^{re.escape(label(LAST, 'none'))}:")).click()
    go_on(page)
    at_result(page)
    assert answers_in(page.url)[LAST] == "minors"


def test_a_result_is_the_same_when_read_anew_and_by_someone_else(page, visitor):
    visit(page, guide(FULL))
    shown = at_result(page), heading(page).inner_text()
    assert shown[1] != say("sv", "No way can be recommended yet")
    page.reload()
    assert (at_result(page), heading(page).inner_text()) == shown
    other = visitor()
    visit(other, page.url)
    assert (at_result(other), heading(other).inner_text()) == shown


def test_an_answer_changed_from_the_result_leads_back_to_a_new_result(page):
    visit(page, guide(FULL))
    before = at_result(page)
    change = re.compile(rf"^{say('sv', 'Change')}\s?: {re.escape(TITLES['sv']['video-safe'])}$")
    page.get_by_role("link", name=change).click()
    at_question(page, "video-safe")
    expect(radio(page, "video-safe", "yes")).to_be_checked()
    answer(page, "video-safe", "no-service")
    after = at_result(page)
    assert after != before
    expect(heading(page)).to_be_focused()
    changed = answers_in(page.url)
    assert changed["video-safe"] == "no-service" and not {"video-login", "video-links"} & set(changed)
    assert changed["groups"] == "minors_no-e-id"


def test_two_services_can_be_named_and_seen_side_by_side(page):
    visit(page, guide(FULL))
    name = page.get_by_role("textbox", name=say("sv", "What is the service called?"))
    name.fill("Akuten")
    page.get_by_role("button", name=say("sv", "Add a service")).click()
    at_question(page, FIRST)
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    assert parse_qs(urlsplit(page.url).query)["n1"] == ["Akuten"]
    for question in QUESTIONS[:-1]:
        at_question(page, question["id"])
        answer(page, question["id"], "dont-know")
    at_question(page, LAST)
    page.get_by_text(re.compile(rf"^{re.escape(label(LAST, 'dont-know'))}:")).click()
    go_on(page)
    assert at_result(page) == WORDS["sv"]["results"]["no-need"]
    name = page.get_by_role("textbox", name=say("sv", "What is the service called?"))
    expect(name).to_have_value("")
    name.fill("BUP")
    page.get_by_role("button", name=say("sv", "Save the name")).click()
    expect(page.get_by_text("Ert resultat – BUP")).to_be_visible()
    still(page)
    overview = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name=say("sv", "Service")))
    expect(overview.get_by_role("rowheader")).to_have_text(["Akuten", "BUP"])
    expect(overview.get_by_role("row").nth(2)).to_contain_text(say("sv", "nothing yet"))
    overview.get_by_role("link", name="Akuten").click()
    expect(page.get_by_text("Ert resultat – Akuten")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("Akuten")
    expect(page).to_have_title("Ert resultat: Akuten – Vårdmöteshubben")


def test_copying_the_link_puts_the_address_on_the_clipboard_and_says_so(new_context):
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    visit(page, guide(FULL))
    page.get_by_role("button", name=say("sv", "Copy the link to this result")).click()
    expect(page.get_by_role("button", name=say("sv", "Copied"))).to_be_visible()
    expect(page.locator("#hub-status")).to_have_text(say("sv", "Copied"))
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    expect(page.get_by_role("button", name=say("sv", "Copy the link to this result"))).to_be_visible()


def test_a_browser_that_forbids_copying_gets_words_instead(page):
    visit(page, guide(FULL))
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.get_by_role("button", name=say("sv", "Copy the link to this result")).click()
    expect(page.get_by_role("button", name=say("sv", "Could not copy; copy the address field instead"))).to_be_visible()


def test_the_print_button_prints(page):
    page.add_init_script("window.print = () => { window.printed = true; }")
    visit(page, guide(FULL))
    page.get_by_role("button", name=say("sv", "Print"), exact=True).click()
    page.wait_for_function("window.printed === true")


def test_a_printed_result_holds_the_verdict_and_what_is_folded_on_the_screen_but_no_tools(page):
    visit(page, guide(FULL))
    at_result(page)
    folded = page.locator("#root details:not([open])")
    hidden = folded.locator("li")
    assert folded.count() >= 3 and hidden.count() >= 10
    expect(hidden.first).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".hub-verdict")).to_be_visible()
    for place in (0, hidden.count() // 2, hidden.count() - 1):
        box = hidden.nth(place).bounding_box()
        assert box and box["height"] > 10 and box["width"] > 50
        expect(hidden.nth(place)).to_be_visible()
    for tool in (page.get_by_role("banner"), page.get_by_role("contentinfo"), page.get_by_role("textbox")):
        expect(tool).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    assert len(page.pdf()) > 20_000
