"""First visits to a fresh process, one session across the pages, and a server that goes away and comes back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import ADDRESSES, FULL, LEVELS, drawn, guide, still, visit, words

GONE = (
    "WebSocket|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|No response received|not responding|reaching server"
    "|disconnected from server"
)
H1 = {
    "home": "Välj hur era videobesök ska kopplas till 1177",
    "guide": "Välj hur er videotjänst ska kopplas till 1177",
    "levels": "Fyra sätt att koppla, byggda av fyra lager",
    "dashboards": "Läget",
    "knowledge": "Kunskap",
    "first question": words("sv")["questions"]["who-starts"]["title"],
    "national": "Nationella tjänster med video",
}


def heading(page: Page):
    return page.get_by_role("heading", level=1)


def menu(page: Page):
    return page.get_by_role("navigation", name="Huvudmeny")


@pytest.mark.parametrize("name", H1)
def test_the_very_first_visit_to_a_process_shows_the_page_asked_for(fresh, new_context, name):
    page = new_context(fresh.url).new_page()
    visit(page, ADDRESSES[name])
    expect(heading(page)).to_have_text(H1[name])
    assert not fresh.said().strip()


def test_links_between_pages_keep_one_session_and_tell_where_the_visitor_is(page):
    visit(page, "/")
    stream = [url for url in page.context.watch.sockets if "/_stcore/stream" in url]
    assert len(stream) == 1
    page.evaluate("() => { window.loadedOnce = true; }")
    for name, path, title in (
        ("guide", "/valj", "Välj väg"),
        ("levels", "/nivaer", "Nivåer"),
        ("dashboards", "/mognad", "Läget"),
        ("knowledge", "/kunskap", "Kunskap"),
    ):
        menu(page).get_by_role("link", name=title).click()
        expect(heading(page)).to_have_text(H1[name])
        expect(heading(page)).to_be_focused()
        expect(page).to_have_url(re.compile(f"{path}$"))
        expect(page).to_have_title(f"{title} – Vårdmöteshubben")
        expect(page.get_by_role("banner").locator("[aria-current=page]")).to_have_text(title)
        still(page)
    page.get_by_role("banner").get_by_role("link", name="Vårdmöteshubben").click()
    expect(heading(page)).to_have_text(H1["home"])
    for name in ("knowledge", "dashboards"):
        page.go_back()
        expect(heading(page)).to_have_text(H1[name])
    expect(page.get_by_role("banner").locator("[aria-current=page]")).to_have_text("Läget")
    page.go_forward()
    expect(heading(page)).to_have_text(H1["knowledge"])
    expect(page.get_by_role("banner").locator("[aria-current=page]")).to_have_text("Kunskap")
    assert [url for url in page.context.watch.sockets if "/_stcore/stream" in url] == stream
    assert page.evaluate("window.loadedOnce") is True


def test_a_long_page_left_by_a_link_gives_way_to_the_top_of_the_next(page):
    visit(page, "/nivaer")
    link = page.get_by_role("link", name=re.compile("^Läs om nationella", re.IGNORECASE))
    link.scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > 300
    link.click()
    expect(heading(page)).to_have_text(H1["national"])
    expect(heading(page)).to_be_focused()
    page.wait_for_function("scrollY === 0")


def test_a_link_inside_a_page_leads_to_its_place_without_a_new_page(page):
    visit(page, guide(FULL))
    page.get_by_role("navigation", name="På den här sidan").get_by_role("link", name="Era svar").click()
    expect(page).to_have_url(re.compile("#svar$"))
    expect(page.get_by_role("heading", name="Era svar")).to_be_in_viewport()
    expect(page.get_by_text("Ert resultat")).to_have_count(1)


def test_the_footer_leads_to_the_place_about_accessibility(page):
    visit(page, "/")
    page.get_by_role("contentinfo").get_by_role("link", name="Tillgänglighet").click()
    expect(page).to_have_url(re.compile("/om#tillganglighet$"))
    expect(page.get_by_role("heading", name="Tillgänglighet", exact=True)).to_be_in_viewport()


def test_a_plain_page_leads_into_the_app_and_back(page):
    visit(page, f"/nivaer/{LEVELS[0]}")
    name = heading(page).inner_text()
    page.get_by_role("link", name="Öppna med jämförelse och vägledning").click()
    drawn(page)
    expect(heading(page)).to_have_text(name)
    page.get_by_role("link", name="Allt på en sida, för utskrift").click()
    expect(page).to_have_url(re.compile(f"/nivaer/{LEVELS[0]}$"))
    expect(heading(page)).to_have_text(name)


def test_a_visitor_in_the_middle_of_the_guide_survives_a_server_that_dies_and_comes_back(fresh, new_context):
    page = new_context(fresh.url).new_page()
    page.context.watch.allow(GONE)
    questions = words("sv")["questions"]
    visit(page, guide({"who-starts": "both"}, fraga="single-login"))
    # The parts of Streamlit that draw the question come as files of their own; without them there is nothing to keep.
    expect(page.get_by_role("radio").first).to_be_attached()
    page.wait_for_load_state("networkidle")
    asked = page.url
    fresh.kill()
    # What Streamlit says while the server is away is Swedish too.
    expect(page.get_by_test_id("stStatusWidget").or_(page.get_by_role("dialog")).first).to_be_visible(timeout=30_000)
    assert not re.search(r"connect|running|error|please", page.locator("body").inner_text(), re.IGNORECASE)
    fresh.start()
    expect(page.get_by_test_id("stStatusWidget").or_(page.get_by_role("dialog"))).to_have_count(0, timeout=60_000)
    expect(heading(page)).to_have_text(questions["single-login"]["title"])
    assert page.url == asked
    page.get_by_text(questions["single-login"]["options"]["needed"]["label"], exact=True).click()
    page.get_by_role("button", name="Fortsätt").click()
    expect(heading(page)).to_have_text(questions["volume"]["title"], timeout=20_000)
    assert "who-starts.both~single-login.needed" in page.url.replace("%7E", "~")
    page.reload()
    drawn(page)
    expect(heading(page)).to_have_text(questions["volume"]["title"])


def test_a_server_asked_to_stop_stops_while_visitors_have_pages_open(fresh, new_context):
    page = new_context(fresh.url).new_page()
    page.context.watch.allow(GONE)
    visit(page, "/om")
    expect(page.locator("#fonster")).to_be_visible()
    assert fresh.stop(within_s=10) < 10
    assert "Traceback" not in fresh.said()
