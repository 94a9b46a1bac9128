"""The forum in the browser: a participant's week, two who change the same text, and what a card asks for."""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.support import still, visit
from tests.browser.test_language import strangers

STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TEXT = "#hub-editor-forum-fraga"
REPLY = "#hub-editor-forum-svar"


@pytest.fixture
def member(server, new_context):
    """Open a window of one of the made-up people."""

    def make(persona: str, **options: object) -> Page:
        context = new_context(server.url, bypass_csp=True, **options)
        answer = httpx.post(
            f"{server.url}/auth/demo", data={"persona": persona}, headers={"origin": server.url}, trust_env=False
        )
        cookie = {"name": "hub_session", "value": answer.cookies["hub_session"], "url": server.url}
        context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])
        return context.new_page()

    return make


def ask(page: Page, title: str, text: str = "Hur gör ni?") -> None:
    """Begin a question and come to its thread."""
    visit(page, "/forum?ny=fraga&kategori=levels")
    page.locator("#forum-ny-rubrik").fill(title)
    page.locator(TEXT).fill(text)
    page.get_by_role("button", name="Publicera").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    still(page)


def reply(page: Page, text: str) -> None:
    page.locator(REPLY).fill(text)
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.locator(".hub-post").last).to_contain_text(text)


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options=STANDARDS).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


def test_a_participants_week(member):  # noqa: PLR0915 - one journey
    """She asks, he answers on his phone, she accepts it, he mends it, and she reads the list in English."""
    elin, adam = member("elin"), member("adam", viewport={"width": 390, "height": 844})
    visit(elin, "/forum")
    assert faults(elin) == []

    # She forgets the category and writes a number that belongs to a person; nothing she has typed is lost.
    visit(elin, "/forum?ny=fraga")
    assert faults(elin) == []
    elin.locator("#forum-ny-rubrik").fill("Hur påminner ni?")
    elin.locator(TEXT).fill("Så här står det om 20 121212-1212 hos oss.")
    elin.get_by_role("button", name="Publicera").click()
    expect(elin.get_by_role("alert")).to_contain_text("Välj en kategori")
    expect(elin.get_by_role("alert")).to_be_focused()
    elin.get_by_role("alert").get_by_role("link").click()
    expect(elin.locator("#forum-ny-kategori")).to_be_focused()
    elin.locator("#forum-ny-kategori").select_option("levels")
    elin.get_by_role("button", name="Publicera").click()
    expect(elin.locator(".hub-editor-problem")).to_contain_text("personnummer")
    expect(elin.locator(TEXT)).to_be_focused()
    elin.locator(TEXT).fill("Hur gör ni **hos er**?")
    elin.get_by_role("button", name="Publicera").click()
    expect(elin.get_by_role("heading", level=1)).to_have_text("Hur påminner ni?")
    still(elin)
    thread = elin.url

    # He answers on his phone with a quotation, and what he says without words is seen in her window at once.
    visit(adam, thread)
    adam.get_by_role("button", name="Citera").click()
    expect(adam.locator(REPLY)).to_be_focused()
    expect(adam.locator(REPLY)).to_have_value(re.compile(r"^> \[Demo: Elin.*\n>\n> Hur gör ni hos er\?\n\n$"))
    adam.locator(REPLY).press_sequentially("Dagen innan.")
    elin.get_by_role("button", name="Citera").focus()
    adam.get_by_role("button", name="Vi gör också så").click()
    expect(adam.get_by_role("button", name="Vi gör också så")).to_have_attribute("aria-pressed", "true")
    expect(adam.get_by_role("button", name="Vi gör också så")).to_be_focused()
    expect(elin.get_by_role("button", name="Vi gör också så")).to_have_text("Vi gör också så 1")
    expect(elin.get_by_role("button", name="Citera")).to_be_focused()
    elin.locator(REPLY).fill("Jag tror själv")
    adam.locator(REPLY).press("Control+Enter")
    expect(adam.locator("#inlagg-2")).to_be_focused()
    expect(adam.locator(REPLY)).to_have_value("")

    # She is told while she writes, reads it with her own text kept, and accepts it.
    expect(elin.get_by_text("1 nytt svar har kommit.")).to_be_visible()
    elin.get_by_role("button", name="Visa de nya svaren").click()
    expect(elin.locator("#inlagg-2")).to_contain_text("Dagen innan.")
    expect(elin.locator(REPLY)).to_have_value("Jag tror själv")
    elin.get_by_role("button", name="Godta som svar").click()
    expect(elin.get_by_role("region", name="Godtaget svar")).to_contain_text("Gäller per")
    still(elin)
    assert faults(elin) == []

    # He mends it, and what it said before is in the history.
    adam.locator("#inlagg-2").get_by_role("link", name="Ändra").click()
    expect(adam.get_by_role("heading", level=1)).to_have_text("Ändra ett inlägg")
    adam.get_by_role("textbox", name="Texten").fill("Två dagar innan.")
    adam.get_by_role("button", name="Spara ändringen").click()
    expect(adam.locator("#inlagg-2")).to_contain_text("Två dagar innan.")
    adam.locator("#inlagg-2").get_by_role("link", name=re.compile("^ändrad ")).click()
    expect(adam.locator("del").last).to_contain_text("Dagen")
    expect(adam.locator("ins").first).to_contain_text("Två dagar")
    assert faults(adam) == []

    # The list says so in her language of choice; people's own words are marked as theirs.
    visit(elin, "/forum?ordning=mina&lang=en")
    expect(elin.get_by_role("listitem").filter(has_text="Hur påminner ni?")).to_contain_text("Answered")
    assert [one for one in strangers(elin, "en") if "Demo:" not in one] == []


def test_what_is_typed_after_a_quotation_is_kept_before_the_draft_has_come(member):
    elin = member("elin")
    ask(elin, "Hur lång är en bokad tid?")
    answers, held = [], True

    def hold(route: Route) -> None:
        if held:
            answers.append(route)
        else:
            route.continue_()

    elin.route("**/api/utkast/**", hold)
    elin.reload()
    still(elin)
    elin.get_by_role("button", name="Citera").click()
    elin.keyboard.type("Tjugo minuter.")
    typed = elin.locator(REPLY).input_value()
    held = False
    for each in answers:
        each.continue_()
    elin.get_by_role("button", name="Skicka svaret").click()

    assert answers and typed.endswith("\n\nTjugo minuter.")
    expect(elin.locator("#inlagg-2")).to_contain_text("Tjugo minuter.")


def test_two_who_change_the_same_text_never_overwrite_each_other_unseen(member):
    mona, elin = member("mona"), member("elin")
    ask(elin, "Vem ändrar?", "Första lydelsen.")
    elin.get_by_role("link", name="Ändra").click()
    expect(elin.get_by_role("textbox", name="Texten")).to_have_value("Första lydelsen.")
    visit(mona, elin.url)
    mona.get_by_role("textbox", name="Texten").fill("Moderatorns lydelse.")
    mona.get_by_label("Skäl").fill("Namn borttaget")
    mona.get_by_role("button", name="Spara ändringen").click()
    expect(mona.locator("#inlagg-1")).to_contain_text("Moderatorns lydelse.")
    elin.get_by_role("textbox", name="Texten").fill("Elins lydelse.")
    elin.get_by_role("button", name="Spara ändringen").click()

    expect(elin.locator(".hub-difference")).to_contain_text("Moderatorns")
    expect(elin.get_by_role("textbox", name="Texten")).to_have_value("Elins lydelse.")
    visit(mona, elin.url.split("&")[0])
    expect(mona.locator("#inlagg-1")).to_contain_text("Moderatorns lydelse.")
    elin.get_by_role("button", name="Spara ändringen").click()
    expect(elin.locator("#inlagg-1")).to_contain_text("Elins lydelse.")


def test_what_is_taken_back_can_be_brought_back(member):
    elin = member("elin")
    ask(elin, "Ångrar mig")
    elin.get_by_role("link", name="Ändra").click()
    elin.get_by_role("button", name="Ta tillbaka tråden").click()
    expect(elin.get_by_text("Tillbakatagen")).to_be_visible()
    visit(elin, "/forum?ordning=ny")
    expect(elin.get_by_role("link", name="Ångrar mig")).to_have_count(0)
    elin.go_back()
    elin.get_by_role("button", name="Ångra").click()

    expect(elin.get_by_text("Tillbakatagen")).to_have_count(0)
    visit(elin, "/forum?ordning=ny")
    expect(elin.get_by_role("link", name="Ångrar mig")).to_have_count(1)


def test_what_is_refused_says_why_where_one_stands(member):
    elin, adam = member("elin"), member("adam")
    ask(elin, "Hinner någon före?")
    elin.get_by_role("link", name="Ändra").click()
    expect(elin.get_by_role("button", name="Ta tillbaka tråden")).to_be_visible()
    visit(adam, elin.url.split("&")[0])
    reply(adam, "Jag hann.")
    elin.get_by_role("button", name="Ta tillbaka tråden").click()

    expect(elin.get_by_role("alert")).to_contain_text("Andra har svarat")
    expect(elin.get_by_role("alert")).to_be_focused()
    expect(elin.locator("#inlagg-2")).to_contain_text("Jag hann.")


def test_a_card_that_is_not_whole_loses_nothing_and_says_what_is_missing(member):
    elin = member("elin", viewport={"width": 390, "height": 844})
    visit(elin, "/forum?ny=kort&niva=hop-out")
    elin.get_by_label("Rubrik").fill("Uthopp på två mottagningar")
    elin.get_by_label("Utgångsläge").fill("Två mottagningar utan gemensam ingång.")
    elin.get_by_label("Vad vi gjorde").fill("Började med en.")
    elin.get_by_label("Året då ni gjorde det").fill("i fjol")
    elin.get_by_role("button", name="Publicera").click()
    expect(elin.get_by_role("alert")).to_contain_text("Skriv året med fyra siffror")
    elin.reload()
    expect(elin.get_by_label("Vad vi gjorde")).to_have_value("Började med en.")
    elin.get_by_label("Året då ni gjorde det").fill("2025")
    elin.get_by_label("Hur det gick").fill("Båda igång efter ett halvår.")
    elin.get_by_role("button", name="Publicera").click()

    card = elin.get_by_role("region", name="Erfarenheten")
    expect(card).to_contain_text("Båda igång efter ett halvår.")
    expect(card).to_contain_text("2025")
    still(elin)
    assert elin.evaluate("document.documentElement.scrollWidth <= 390")
    assert faults(elin) == []


def test_whoever_is_no_member_reads_what_the_forum_is_and_nothing_of_what_is_written(page, member):
    elin = member("elin")
    ask(elin, "Bara för medlemmar")
    visit(page, elin.url)

    expect(page.get_by_role("heading", level=1)).to_have_text("Fråga dem som har prövat")
    assert "Bara för medlemmar" not in page.content()
    assert "Bara för medlemmar" not in page.title()
