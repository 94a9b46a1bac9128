"""The editor: what is written stays, over reloads, lost lines and dead servers, and is sent once."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.support import still, visit

LOST = "ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_|WebSocket|ERR_EMPTY_RESPONSE|No response received|not responding|Failed to fetch|when disconnected"
SAVED = re.compile(r"Utkast sparat \d\d\.\d\d")


@pytest.fixture(scope="module")
def editing(make_server):
    server = make_server(script="tests/browser/editor_app.py", HUB_DEMO="1")
    yield server
    server.close()


@pytest.fixture(scope="module")
def alone(make_server):
    """A server that may be killed, by whoever starts it again."""
    server = make_server(script="tests/browser/editor_app.py")
    yield server
    server.close()


@pytest.fixture
def page(visitor, editing) -> Page:
    page = visitor(editing.url)
    visit(page, "/")
    return page


def part(page: Page, label: str = "Kommentar"):
    """One editor of the page."""
    return page.locator(".hub-editor", has=page.get_by_label(label, exact=True).and_(page.locator("textarea")))


def field(page: Page, label: str = "Kommentar"):
    return page.locator("textarea").and_(page.get_by_label(label, exact=True))


def says(page: Page, text, label: str = "Kommentar") -> None:
    expect(part(page, label).locator(".hub-editor-status")).to_have_text(text)


def write(page: Page, text: str, label: str = "Kommentar") -> None:
    """Write as a visitor does, by keys, in a field that is ready."""
    expect(field(page, label)).to_be_editable()
    field(page, label).press_sequentially(text)


def received(server, text: str) -> list[str]:
    """The commands with which a text has come."""
    file = server.var / "received.txt"
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [command for command, said in lines if said == text]


def kept_in_browser(page: Page) -> list[str]:
    return page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('hub-draft:')).map((key) => JSON.parse(localStorage[key]).text)"
    )


def test_a_text_is_kept_over_a_reload_the_moment_it_is_written(page):
    write(page, "Första raden.")
    page.reload()
    still(page)

    expect(field(page)).to_have_value("Första raden.")


def test_a_text_saved_is_there_in_a_new_window_and_in_another_language(page):
    write(page, "Ett utkast.")
    says(page, SAVED)
    other = page.context.new_page()
    visit(other, "/?lang=en")

    expect(field(other)).to_have_value("Ett utkast.")
    says(other, "Your unsent text is back")
    assert kept_in_browser(page) == []


def test_a_text_stays_when_the_page_is_drawn_anew(page):
    write(page, "Oförändrad.")
    page.get_by_role("button", name="Rita om").click()
    still(page)
    write(page, " Och mer.")

    expect(field(page)).to_have_value("Oförändrad. Och mer.")


def test_another_visitor_sees_none_of_it(page, visitor, editing):
    write(page, "Hemligt.")
    says(page, SAVED)
    stranger = visitor(editing.url)
    visit(stranger, "/")
    expect(field(stranger)).to_be_editable()

    expect(field(stranger)).to_have_value("")


def test_a_browser_that_forgot_its_name_goes_on_under_another(page):
    page.context.watch.allow("status of 401")
    write(page, "Före.")
    says(page, SAVED)
    page.context.clear_cookies()
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        write(page, " Efter.")
    says(page, SAVED)
    page.reload()

    expect(field(page)).to_have_value("Före. Efter.")


def two_texts(page: Page) -> Page:
    """Let two windows write at once; the second is told."""
    other = page.context.new_page()
    visit(other, "/")
    page.context.watch.allow("status of 409")
    expect(field(other)).to_be_editable()
    field(other).focus()
    write(page, "Från ett.")
    says(page, SAVED)
    write(other, "Från två.")
    says(other, "Utkastet har ändrats i ett annat fönster. Välj vilket du vill gå vidare med.")
    expect(other.get_by_role("group", name="Texten från det andra fönstret")).to_have_text("Från ett.")
    expect(field(other)).to_have_value("Från två.")
    return other


def test_of_two_texts_the_writer_may_keep_the_own(page):
    other = two_texts(page)
    other.get_by_role("button", name="Använd mitt utkast").click()
    says(other, SAVED)
    page.reload()

    expect(field(page)).to_have_value("Från två.")


def test_of_two_texts_the_writer_may_take_the_other(page):
    other = two_texts(page)
    other.get_by_role("button", name="Använd det andra utkastet").click()

    expect(field(other)).to_have_value("Från ett.")
    expect(field(other)).to_be_focused()
    expect(other.get_by_role("group", name="Utkastet har ändrats i ett annat fönster")).to_be_hidden()


def test_two_texts_are_still_both_there_after_a_reload(page):
    other = two_texts(page)
    other.reload()
    still(other)

    expect(other.get_by_role("group", name="Texten från det andra fönstret")).to_have_text("Från ett.")
    expect(field(other)).to_have_value("Från två.")


def test_a_window_come_back_to_shows_what_was_written_in_another(page):
    other = page.context.new_page()
    visit(other, "/")
    expect(field(other)).to_be_editable()
    write(page, "Skrivet här.")
    says(page, SAVED)
    field(other).focus()

    expect(field(other)).to_have_value("Skrivet här.")


def test_without_a_line_the_text_is_kept_and_saved_when_the_line_is_back(page):
    page.context.watch.allow(LOST)
    expect(field(page)).to_be_editable()
    page.context.set_offline(True)
    write(page, "Skrivet utan nät.")
    says(page, "Ingen kontakt med servern – texten är kvar i webbläsaren")
    assert kept_in_browser(page) == ["Skrivet utan nät."]
    page.context.set_offline(False)

    says(page, SAVED)
    assert kept_in_browser(page) == []


def test_a_server_that_dies_takes_nothing_with_it(alone, new_context):
    page = new_context(alone.url).new_page()
    page.context.watch.allow(LOST)
    visit(page, "/")
    write(page, "Före.")
    says(page, SAVED)
    alone.kill()
    write(page, " Under.")
    says(page, "Ingen kontakt med servern – texten är kvar i webbläsaren")
    alone.start()
    expect(part(page).locator(".hub-editor-status")).to_have_text(SAVED, timeout=40_000)
    page.reload()

    expect(field(page)).to_have_value("Före. Under.")


def test_a_text_sent_to_a_server_that_died_is_received_once_when_it_is_back(alone, new_context):
    page = new_context(alone.url).new_page()
    page.context.watch.allow(LOST)
    visit(page, "/")
    write(page, "Skickat i mörkret.")
    says(page, SAVED)
    alone.kill()
    part(page).get_by_role("button", name="Skicka").click()
    says(page, "Skickar …")
    alone.start()
    expect(part(page).locator(".hub-editor-status")).to_have_text("Skickat", timeout=60_000)

    assert len(set(received(alone, "Skickat i mörkret."))) == 1
    expect(field(page)).to_have_value("")


def test_a_double_click_sends_once_and_empties_field_and_draft(page, editing):
    write(page, "Dubbelklick.")
    says(page, SAVED)
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        part(page).get_by_role("button", name="Skicka").dblclick()
    says(page, "Skickat")
    expect(field(page)).to_have_value("")
    page.reload()
    still(page)
    expect(field(page)).to_be_editable()

    expect(field(page)).to_have_value("")
    assert len(received(editing, "Dubbelklick.")) == 1


def test_the_same_text_refused_and_sent_again_is_the_same_command(page, editing):
    write(page, "NEJ tack.")
    for _ in range(2):
        part(page).get_by_role("button", name="Skicka").click()
        expect(field(page)).to_have_attribute("aria-invalid", "true")
        expect(field(page)).to_have_accessible_description("Texten får inte innehålla NEJ.")
        expect(field(page)).to_be_focused()
        says(page, SAVED)

    commands = received(editing, "NEJ tack.")
    assert len(commands) == 2 and len(set(commands)) == 1
    expect(field(page)).to_have_value("NEJ tack.")


@pytest.mark.parametrize("text", ["NEJ, FLYTTA.", "FLYTTA."])
def test_an_editor_that_is_given_another_place_while_it_sends_hears_the_answer_there(page, text):
    write(page, text)
    part(page).get_by_role("button", name="Skicka").click()

    expect(page.locator("[data-testid=stVerticalBlock] [data-testid=stVerticalBlock]")).to_be_visible()
    if "NEJ" in text:
        expect(field(page)).to_have_accessible_description("Texten får inte innehålla NEJ.")
        expect(field(page)).to_be_focused()
    else:
        says(page, "Skickat")
    expect(field(page)).to_have_value(text if "NEJ" in text else "")


def test_a_refused_text_can_be_mended_and_sent(page, editing):
    write(page, "NEJ")
    part(page).get_by_role("button", name="Skicka").click()
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    field(page).fill("Ja.")
    expect(field(page)).not_to_have_attribute("aria-invalid", "true")
    field(page).press("Control+Enter")

    says(page, "Skickat")
    assert len(received(editing, "Ja.")) == 1


def test_an_empty_text_and_one_too_long_are_not_sent(page, editing):
    expect(field(page)).to_be_editable()
    part(page).get_by_role("button", name="Skicka").click()
    expect(field(page)).to_have_accessible_description("Skriv något först.")
    field(page).fill("x" * 510)
    part(page).get_by_role("button", name="Skicka").click()

    expect(part(page).locator(".hub-editor-problem")).to_have_text(
        "10 tecken för mycket. Texten får ha högst 500 tecken."
    )
    assert received(editing, "x" * 510) == []


def test_the_preview_shows_what_the_server_renders_and_lets_nothing_act(page):
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    write(page, "**Fet** text")
    field(page).fill("**Fet** <img src=x onerror=alert(1)> [a](javascript:alert(1)) <script>alert(1)</script>")
    part(page).get_by_role("button", name="Förhandsgranska").click()
    shown = part(page).get_by_role("group", name="Förhandsgranska")

    expect(shown.get_by_role("strong")).to_have_text("Fet")
    expect(shown).to_contain_text("<img src=x onerror=alert(1)>")
    expect(shown.locator("img, script, a, [onerror]")).to_have_count(0)


def test_everything_is_done_by_keyboard(page, editing):
    expect(field(page)).to_be_editable()
    field(page).focus()
    page.keyboard.type("Skrivet för hand.")
    page.keyboard.press("Shift+Tab")
    expect(part(page).get_by_role("button", name="Förhandsgranska")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(part(page).get_by_role("group", name="Förhandsgranska")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(part(page).get_by_text("Så formaterar du texten")).to_be_focused()
    page.keyboard.press("Tab")
    expect(part(page).get_by_role("button", name="Skicka")).to_be_focused()
    page.keyboard.press("Enter")

    says(page, "Skickat")
    assert len(received(editing, "Skrivet för hand.")) == 1


def test_an_old_draft_does_not_pass_for_a_change_to_what_came_since(page, editing, visitor):
    other = visitor(editing.url)
    visit(other, "/")
    before = field(page, "Anteckningar").input_value()
    write(page, " Mitt.", "Anteckningar")
    says(page, SAVED, "Anteckningar")
    write(other, " Deras.", "Anteckningar")
    field(other, "Anteckningar").press("Control+Enter")
    says(other, "Sparat", "Anteckningar")
    page.reload()
    still(page)
    expect(field(page, "Anteckningar")).to_have_value(f"{before} Mitt.")
    part(page, "Anteckningar").get_by_role("button", name="Spara").click()
    expect(field(page, "Anteckningar")).to_have_accessible_description("Någon annan har ändrat anteckningarna.")
    expect(field(page, "Anteckningar")).to_be_editable()
    part(page, "Anteckningar").get_by_role("button", name="Spara").click()
    says(page, "Sparat", "Anteckningar")

    assert [json.loads(line) for line in (editing.var / "notes.txt").read_text().splitlines()][-2:] == [
        f"{before} Deras.",
        f"{before} Mitt.",
    ]
    expect(field(page, "Anteckningar")).to_have_value(f"{before} Mitt.")


def test_a_draft_thrown_away_gives_back_what_the_page_holds(page):
    page.on("dialog", lambda dialog: dialog.accept())
    before = field(page, "Anteckningar").input_value()
    write(page, " Ångrat.", "Anteckningar")
    says(page, SAVED, "Anteckningar")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        part(page, "Anteckningar").get_by_role("button", name="Ta bort utkastet").click()
    page.reload()
    still(page)
    expect(field(page, "Anteckningar")).to_be_editable()

    expect(field(page, "Anteckningar")).to_have_value(before)


def sign_in(page: Page) -> None:
    """Become one of the made-up people."""
    page.goto("/auth/login?next=/")
    page.locator(".hub-persona").first.click()
    page.wait_for_url(lambda url: "/auth/" not in url)


def sign_out(page: Page) -> None:
    page.goto("/auth/logout?next=/")
    page.get_by_role("main").get_by_role("button", name="Logga ut").click()
    page.wait_for_url(lambda url: "/auth/" not in url)


def test_a_text_begun_before_signing_in_is_there_after_it_and_gone_from_the_browser_when_signed_out(page):
    write(page, "Börjat utan inloggning.")
    says(page, SAVED)
    sign_in(page)
    visit(page, "/")
    expect(field(page)).to_have_value("Börjat utan inloggning.")
    sign_out(page)
    visit(page, "/")
    expect(field(page)).to_be_editable()

    expect(field(page)).to_have_value("")


def test_who_has_signed_out_leaves_nothing_in_the_browser_and_saves_nothing_as_the_next_one(page):
    page.context.watch.allow("status of 403")
    sign_in(page)
    visit(page, "/")
    write(page, "Min egen.")
    says(page, SAVED)
    mine = page.evaluate("localStorage.getItem('hub-draft-owner')")
    assert mine
    leaving = page.context.new_page()
    sign_out(leaving)
    # Where one lands there is an editor too, and it may have been told already whose the browser is when nobody has signed in.
    left = (
        "mine => Object.entries(localStorage).filter(([key, value]) => key.startsWith('hub-draft:') || value === mine)"
    )
    assert page.evaluate(left, mine) == []
    write(page, " Efteråt.")
    says(page, "Du är utloggad. Logga in igen för att spara texten.")
    visit(leaving, "/")
    expect(field(leaving)).to_be_editable()

    expect(field(leaving)).to_have_value("")


CARD = "Något mer, om det inte får plats ovan"


def card(page: Page) -> Page:
    """Open the form of a card, as one and the same person."""
    sign_in(page)
    visit(page, "/forum?ny=kort")
    expect(field(page, CARD)).to_be_editable()
    return page


def test_a_card_begun_on_a_telephone_is_gone_on_with_at_a_computer_and_nothing_typed_there_is_lost(server, new_context):
    page = card(new_context(server.url, viewport={"width": 390, "height": 844}).new_page())
    page.locator("#forum-ny-rubrik").fill("Påminnelser")
    page.locator("#forum-ny-lage").fill("Två mottagningar.")
    page.locator("#forum-ny-niva").select_option("framework")
    page.locator("#forum-ny-tagg").click()
    page.locator("[name^='tagg-']").first.check()
    page.locator("#forum-ny-storlek").check()
    page.locator("#forum-ny-rubrik").focus()
    says(page, SAVED, CARD)
    assert kept_in_browser(page) == []

    # At the computer everything is there, though no text has been written; she goes on.
    other = card(new_context(server.url, bypass_csp=True).new_page())
    expect(other.locator("#forum-ny-rubrik")).to_have_value("Påminnelser")
    expect(other.locator("#forum-ny-lage")).to_have_value("Två mottagningar.")
    expect(other.locator("#forum-ny-niva")).to_have_value("framework")
    expect(other.locator("[name^='tagg-']").first).to_be_checked()
    expect(other.locator("#forum-ny-storlek")).to_be_checked()
    with other.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        other.locator("#forum-ny-rubrik").press("End")
        other.keyboard.type(" per sms")
        other.locator("#forum-ny-storlek").uncheck()
    says(other, SAVED, CARD)

    # The telephone has not heard of it; what is typed there meets it, field by field, and she chooses.
    page.context.watch.allow("status of 409")
    page.keyboard.press("End")
    page.keyboard.type(" i appen")
    conflict = page.get_by_role("group", name="Utkastet har ändrats i ett annat fönster")
    page.get_by_role("button", name="Se båda och välj").click()
    expect(conflict).to_be_focused()
    expect(conflict.locator("dt")).to_have_text(["Rubrik", "Visa bara hur stor min region är"])
    expect(conflict.locator("dd")).to_have_text([
        "Här: Påminnelser i appen. I det andra fönstret: Påminnelser per sms.",
        "Här: ikryssat. I det andra fönstret: inte ikryssat.",
    ])  # fmt: skip
    expect(page.get_by_role("group", name="Texten från det andra fönstret")).to_be_hidden()
    conflict.get_by_role("button", name="Använd det andra utkastet").click()

    expect(page.locator("#forum-ny-rubrik")).to_have_value("Påminnelser per sms")
    expect(page.locator("#forum-ny-storlek")).not_to_be_checked()
    expect(conflict).to_be_hidden()


@pytest.mark.parametrize(("language", "scheme"), [("sv", "light"), ("en", "dark")])
def test_axe_finds_no_fault_in_the_editor(new_context, editing, language, scheme):
    page = new_context(editing.url, color_scheme=scheme, bypass_csp=True).new_page()
    visit(page, f"/?lang={language}")
    expect(field(page)).to_be_editable()
    field(page).fill("x" * 510)
    page.locator(".hub-editor .hub-button:visible").first.click()
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    page.locator(".hub-editor summary").first.click()
    page.evaluate(
        "document.querySelectorAll('.hub-editor-conflict, .hub-editor-discard').forEach((each) => each.hidden = false)"
    )
    page.locator(".hub-editor-tab").last.click()
    faults = Axe().run(page).response["violations"]

    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []


@pytest.mark.parametrize("width", [390, 320])
def test_the_editor_fits_and_can_be_hit(new_context, editing, width):
    page = new_context(editing.url, viewport={"width": width, "height": 800}).new_page()
    visit(page, "/")
    expect(field(page)).to_be_editable()
    field(page).fill("x" * 450)
    page.evaluate("document.querySelectorAll('.hub-editor-conflict').forEach((each) => each.hidden = false)")
    heights = page.eval_on_selector_all(
        ".hub-editor button, .hub-editor summary",
        "found => found.filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height)",
    )

    assert min(heights) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_the_whole_text_stands_and_no_tools(page):
    write(page, "Till pappret.")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")

    expect(part(page).locator(".hub-editor-print")).to_have_text("Till pappret.")
    expect(field(page)).to_be_hidden()
