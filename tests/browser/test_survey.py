"""A round of the survey in the browser: set up, answered by three people at once, settled, handed in and opened again."""

import re
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.support import Server, still, visit
from tests.browser.test_pages import FULL, TOO_WIDE, judged
from tests.browser.test_session import GONE

OFFERED = "Videomöten erbjuds i de verksamheter där video är lämpligt."
KINDS = "Videomöten används för flera mötestyper"
PROFESSIONS = "Videomöten är vardag för flera professioner"
FIRST_AREA = "Användning och spridning"
APART = "Ni ser olika på det här."
CHANGED = "Någon har ändrat detta medan du har det öppet"
THEIR_SAVING = "Sparat kl."


def cookie(server: Server, persona: str) -> str:
    answer = httpx.post(
        f"{server.url}/auth/demo", data={"persona": persona}, headers={"origin": server.url}, trust_env=False
    )
    return answer.cookies["hub_session"]


@dataclass
class House:
    """A server with a round that is open, and two people who speak for the same region."""

    server: Server
    cookies: dict[str, str]
    new_context: object
    round_id: str = ""

    def page(self, persona: str = "", **options: object) -> Page:
        context = self.new_context(self.server.url, **options)
        if persona:
            context.add_cookies(
                [{"name": "hub_session", "value": self.cookies[persona], "url": self.server.url, "httpOnly": True}]
            )
        return context.new_page()

    def part(self, dimension: str = "", region: str = "M") -> str:
        return f"/enkat?runda={self.round_id}&region={region}" + (f"&del={dimension}" if dimension else "")


def set_up(page: Page, title: str, first: str = "2020-01-01", last: str = "2099-12-31") -> None:
    """Set up a round, and be refused once on the way."""
    visit(page, "/administration?vy=rundor")
    page.get_by_label("Vad rundan heter på svenska").fill(title)
    page.get_by_label("Vad rundan heter på engelska").fill(f"{title} in English")
    page.get_by_label("Första dag").fill(first)
    page.get_by_label("Sista dag").fill("2020-01-02")
    page.get_by_role("button", name="Sätt upp rundan").click()
    expect(page.get_by_text("inte redan ha passerat")).to_be_visible()
    expect(page.get_by_label("Vad rundan heter på svenska")).to_have_value(title)
    page.get_by_label("Sista dag").fill(last)
    page.get_by_role("button", name="Sätt upp rundan").click()
    expect(page.get_by_role("link", name=title)).to_be_visible()
    still(page)


def make_editor(page: Page, name: str) -> None:
    visit(page, f"/administration?sok={name}")
    page.get_by_role("rowheader").get_by_role("link", name=re.compile(name)).click()
    page.get_by_label("Roll", exact=True).select_option("editor")
    page.get_by_label("Region, för en redaktör").select_option("M")
    page.get_by_role("button", name="Gå vidare").click()
    page.get_by_role("button", name="Ge rollen").click()
    expect(page.get_by_text("Rollen är given.")).to_be_visible()


def ready(house: House) -> House:
    admin = house.page("adam")
    set_up(admin, "Hösten 2026")
    house.round_id = re.search(r"runda=(\w+)", admin.get_by_role("link", name="Hösten 2026").get_attribute("href"))[1]
    make_editor(admin, "Maja")
    admin.context.close()
    return house


@pytest.fixture(scope="module")
def trial(make_server) -> Server:
    return make_server(HUB_DEMO="1", HUB_LIMIT_FACTOR="1000")


_HOUSES: dict[str, House] = {}


@pytest.fixture
def house(trial, new_context) -> House:
    if trial.url not in _HOUSES:
        cookies = {persona: cookie(trial, persona) for persona in ("adam", "maja", "elin", "alva")}
        _HOUSES[trial.url] = ready(House(trial, cookies, new_context))
    found = _HOUSES[trial.url]
    found.new_context = new_context
    return found


def begin(page: Page, house: House, region: str = "M", seen_by: str = "Andra regioner") -> str:
    """Begin a region's part unless it has begun; return its address with the link's key."""
    visit(page, house.part(region=region))
    if page.get_by_role("button", name="Börja", exact=True).count():
        page.get_by_text(seen_by, exact=True).click()
        page.get_by_role("button", name="Börja", exact=True).click()
        expect(page.get_by_role("heading", name="Nio områden")).to_be_visible()
    else:
        page.get_by_text("Gör en ny länk").first.click()
        page.get_by_text("Ja, avsluta länken som finns").click()
        still(page)
        page.get_by_role("button", name="Gör en ny länk").click()
        expect(page.locator("#lank-kollegor")).to_be_visible()
    expect(page).to_have_url(re.compile("nyckel="))
    still(page)
    return page.url


def own(page: Page, says: str) -> Locator:
    return page.get_by_role("radiogroup", name=re.compile(f"^{re.escape(says)}"))


def common(page: Page, says: str) -> Locator:
    return page.get_by_role("radiogroup", name=re.compile(f"^Regionens svar: {re.escape(says)}"))


def choose(group: Locator, level: str) -> None:
    group.locator("label").filter(has_text=re.compile(f"^{level}")).click()
    expect(group.get_by_role("radio", name=re.compile(f"^{level}"))).to_be_checked()


def told(page: Page) -> Locator:
    return page.get_by_text(re.compile(f"^{THEIR_SAVING}")).and_(page.locator("#root *"))


def answer_as(page: Page, address: str, name: str) -> None:
    """Open a dimension by the link, and say who one is."""
    visit(page, f"{address}&del=use")
    page.get_by_label("Ditt namn, som kollegorna känner dig").fill(name)
    page.get_by_role("button", name="Börja svara").click()
    expect(own(page, OFFERED)).to_be_visible()
    still(page)


def test_three_people_answer_for_one_region_and_settle_without_overwriting_each_other(house):
    elin, maja, kim = house.page("elin"), house.page("maja"), house.page()
    address = begin(elin, house)
    visit(elin, f"{address}&del=use")
    visit(maja, house.part("use"))
    answer_as(kim, address, "Kim i Kristianstad")

    # Each for themselves; whoever came by the link sees nobody else's.
    choose(own(elin, OFFERED), "1 Ej påbörjat")
    choose(own(maja, OFFERED), "2 Prövar")
    choose(own(kim, OFFERED), "4 Etablerat")
    expect(told(kim).first).to_be_visible()
    expect(kim.get_by_role("heading", name="Vad ni som svarar säger")).to_have_count(0)
    expect(kim.get_by_text("Demo: Maja")).to_have_count(0)
    for page in (elin, maja):
        expect(page.get_by_text(APART)).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("^4 Etablerat 1.*Kim i Kristianstad"))).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Ta det som de flesta"))).to_have_count(0)

    # Where they agree, what most chose is one press away.
    for page in (elin, maja, kim):
        choose(own(page, KINDS), "3 Infört i delar")
    elin.get_by_role("button", name="Ta det som de flesta av er valt: 3 Infört i delar").click()
    expect(common(maja, KINDS).get_by_role("radio", name="3 Infört i delar")).to_be_checked()
    expect(common(elin, KINDS).get_by_role("radio", name="3 Infört i delar")).to_be_checked()

    # Two write what shows the region's answer at once: nothing is overwritten unseen, nothing typed is lost.
    choose(common(elin, OFFERED), "2 Prövar")
    expect(common(maja, OFFERED).get_by_role("radio", name="2 Prövar")).to_be_checked()
    mine = elin.get_by_label("Vad visar regionens svar?").first
    theirs = maja.get_by_label("Vad visar regionens svar?").first
    mine.fill("Elins belägg")
    theirs.fill("Majas belägg")
    theirs.blur()
    expect(elin.get_by_text(CHANGED)).to_be_visible()
    expect(elin.get_by_role("blockquote").filter(has_text="Majas belägg")).to_be_visible()
    expect(mine).to_have_value("Elins belägg")
    elin.get_by_role("button", name="Behåll mitt och spara över").click()
    expect(elin.get_by_text(CHANGED)).to_have_count(0)
    expect(maja.get_by_role("blockquote").filter(has_text="Elins belägg")).to_be_visible()
    expect(theirs).to_have_value("Majas belägg")
    maja.get_by_role("button", name="Ta deras och släpp mitt").click()
    expect(maja.get_by_label("Vad visar regionens svar?").first).to_have_value("Elins belägg")


def settle_the_rest(page: Page) -> None:
    """Settle on a level for every statement, in one breath, from the first area to the overview."""
    for number in range(1, 10):
        says = page.locator(".hub-survey-says")
        expect(says.locator("span")).to_have_text([f"{number}.{place}" for place in (1, 2, 3)])
        for text in says.all_inner_texts():
            choose(common(page, text.split(maxsplit=1)[1]), "3 Infört i delar")
        page.get_by_role("link", name=re.compile("^Nästa: |^Till översikten")).click()


def test_a_region_hands_in_once_all_is_settled_opens_it_again_and_both_windows_follow(house):
    elin, maja = house.page("elin"), house.page("maja")
    address = begin(elin, house)
    visit(maja, house.part("use"))
    elin.get_by_role("button", name="Lämna in regionens svar").click()
    problem = elin.get_by_role("alert").filter(has_text=re.compile("Regionens svar på 2[57] påståenden saknas"))
    problem.get_by_role("link").click()
    expect(elin.locator("#forsta-utan-svar")).to_be_focused()
    elin.keyboard.press("Enter")
    expect(elin.get_by_role("heading", level=1)).to_have_text(FIRST_AREA)
    settle_the_rest(elin)
    expect(elin).to_have_url(address)
    elin.get_by_role("button", name="Lämna in regionens svar").click()
    expect(elin.get_by_text("Inlämnat ")).to_be_visible()
    expect(maja.get_by_text("Svaret är inlämnat. Öppna det igen").first).to_be_visible()
    expect(common(maja, OFFERED).get_by_role("radio").first).to_be_disabled()
    elin.get_by_role("button", name="Öppna igen").click()
    expect(common(maja, OFFERED).get_by_role("radio").first).to_be_enabled()
    elin.get_by_text("Vad som ändrats, det senaste först").click()

    expect(elin.get_by_text("öppnade svaret igen")).to_be_visible()


def test_a_statement_is_answered_by_the_keyboard_alone_and_saved_is_said(house):
    page = house.page()
    answer_as(page, begin(house.page("elin"), house), "Tangentbordet")
    page.get_by_role("link", name=re.compile("^9 ")).focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(own(page, OFFERED).get_by_role("radio", checked=True)).to_have_count(1)
    expect(page.locator("#hub-status")).to_have_text(re.compile(f"^{THEIR_SAVING}"))
    page.keyboard.press("ArrowDown")
    expect(own(page, OFFERED).get_by_role("radio", name=re.compile("^2 Prövar"))).to_be_checked()
    expect(own(page, OFFERED).get_by_role("radio", name=re.compile("^2 Prövar"))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Vår statistik")
    page.keyboard.press("Tab")
    still(page)
    page.reload()
    still(page)

    expect(own(page, OFFERED).get_by_role("radio", name=re.compile("^2 Prövar"))).to_be_checked()
    expect(page.get_by_label("Vad visar det?").first).to_have_value("Vår statistik")


def test_who_may_see_the_answers_is_changed_with_what_it_means(house):
    page = house.page("alva")
    begin(page, house, region="AB", seen_by="Ingen vid namn")
    page.get_by_text("Ändra vem som får se dem").click()
    page.get_by_text("Alla", exact=True).click()
    page.get_by_role("button", name="Spara vem som får se").click()

    expect(page.get_by_text("Era svar visas med regionens namn för alla som besöker hubben.").first).to_be_visible()
    expect(page.locator("#synlighet ~ p strong").first).to_have_text("Alla.")


def test_words_and_needs_are_kept_and_a_link_that_was_renewed_no_longer_opens(house):
    page = house.page("alva")
    old = begin(page, house, region="AB")
    page.get_by_label("Vad behöver ni inom digitala vårdmöten?").fill("Ett gemensamt sätt att boka")
    page.get_by_text("Upphandling", exact=True).click()
    page.get_by_role("button", name="Spara ord och behov").click()
    still(page)
    new = begin(page, house, region="AB")
    expect(page.get_by_label("Vad behöver ni inom digitala vårdmöten?")).to_have_value("Ett gemensamt sätt att boka")
    expect(page.get_by_role("checkbox", name="Upphandling")).to_be_checked()
    colleague = house.page()
    visit(colleague, old)
    expect(colleague.get_by_role("heading", level=1)).to_have_text("Svaret kan inte öppnas")
    visit(colleague, new)
    expect(colleague.get_by_role("heading", level=1)).to_have_text(re.compile("^Svara för "))


@pytest.mark.parametrize("dimension", ["", "use"])
@pytest.mark.parametrize("persona", ["elin", ""])
def test_axe_finds_no_fault_and_nothing_is_too_wide(house, persona, dimension):
    address = begin(house.page("elin"), house)
    page = house.page(persona, bypass_csp=True)
    if persona:
        visit(page, address + (f"&del={dimension}" if dimension else ""))
    elif dimension:
        answer_as(page, address, "Axe")
        choose(own(page, PROFESSIONS), "5 Sammanhållet")
    else:
        visit(page, address)
    faults, passed = judged(page, FULL)
    assert not faults, "\n".join(faults)
    assert passed["color-contrast"] >= 8
    page.set_viewport_size({"width": 390, "height": 844})
    still(page)

    assert not page.evaluate(TOO_WIDE)


def test_what_was_said_to_be_saved_is_there_after_the_server_was_killed(fresh, new_context):
    house = House(fresh, {persona: cookie(fresh, persona) for persona in ("adam", "elin", "maja")}, new_context)
    ready(house)
    page = house.page("elin")
    page.context.watch.allow(GONE)
    visit(page, f"{begin(page, house)}&del=use")
    choose(own(page, OFFERED), "4 Etablerat")
    expect(told(page)).to_have_count(1)
    choose(common(page, OFFERED), "2 Prövar")
    expect(told(page)).to_have_count(2)
    own(page, KINDS).locator("label").filter(has_text=re.compile("^5")).click()
    page.get_by_label("Vad visar det?").nth(2).fill("Skrivet när servern dog")
    fresh.kill()
    fresh.start()
    expect(page.get_by_test_id("stStatusWidget").or_(page.get_by_role("dialog"))).to_have_count(0, timeout=60_000)
    still(page)

    # What had not been acknowledged is either there, or still on the page and said not to be saved.
    expect(page.get_by_label("Vad visar det?").nth(2)).to_have_value("Skrivet när servern dog")
    expect(own(page, KINDS).get_by_role("radio", name=re.compile("^5"))).to_be_checked()
    page.reload()
    still(page)
    expect(own(page, OFFERED).get_by_role("radio", name=re.compile("^4"))).to_be_checked()
    expect(common(page, OFFERED).get_by_role("radio", name=re.compile("^2"))).to_be_checked()
