"""The regions: found on the map and by choice, read one at a time, and corrected by whoever speaks for one."""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.support import FULL, guide, still, visit

HEADING = "Så ansluter varje region"
MARKUP = "<img src=x onerror=alert(1)> & <b>fet</b>"
SOURCE = "https://vardgivare.skane.se/video?a=1&b=2"
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def person(server, context, persona: str) -> Page:
    """A window of one of the made-up people."""
    answer = httpx.post(
        f"{server.url}/auth/demo", data={"persona": persona}, headers={"origin": server.url}, trust_env=False
    )
    cookie = {"name": "hub_session", "value": answer.cookies["hub_session"], "url": server.url}
    context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])
    return context.new_page()


@pytest.fixture
def elin(server, new_context) -> Page:
    """Speaks for Region Skåne."""
    return person(server, new_context(server.url, bypass_csp=True), "elin")


def state(page: Page, trace: str, **fields: str) -> None:
    """Fill in the form about a trace and send it."""
    visit(page, f"/regioner?region=M&ratta={trace}")
    for label, text in fields.items():
        page.locator(f"#ratta-{label}").fill(text)
    page.get_by_role("button", name="Visa som regionens egen uppgift").click()
    still(page)


def own(page: Page, platform: str):
    return page.locator(".hub-stated").filter(has=page.get_by_role("heading", name=platform, exact=True))


def test_the_map_leads_to_a_region_without_leaving_the_session(page):
    visit(page, "/regioner")
    tile = page.locator(".hub-wide").get_by_role("link", name=re.compile("^N Halland: 1177 inkorg, Egen app"))
    page.evaluate("window.same = true")
    tile.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Region Halland")
    expect(page).to_have_url(re.compile(r"/regioner\?region=N$"))
    assert page.evaluate("window.same")


def test_the_message_is_what_the_table_shows(page):
    visit(page, "/regioner")
    rows = page.locator(".hub-regions tbody").filter(has_not_text="inte funnit något offentligt spår")
    links = "a[href*='niva=']"
    at_level = page.locator(f".hub-regions tbody:has(tr:not(:has(.hub-tag)) {links})")

    expect(page.locator(".hub-lead")).to_contain_text(f"{rows.count()} av 21 regioner har lämnat ett offentligt spår")
    expect(page.locator(".hub-lead")).to_contain_text(f"har {at_level.count()} av dem använt, prövat eller krävt")


def test_what_is_chosen_stands_in_the_address_and_is_there_again(page):
    visit(page, "/regioner")
    page.get_by_label("Väg", exact=True).select_option("national")
    expect(page).to_have_url(re.compile(r"/regioner\?vag=national$"))
    page.get_by_label("Sjukvårdsregion").select_option("Norra")
    expect(page.get_by_role("heading", name="2 regioner")).to_be_visible()
    expect(page.locator(".hub-regions th[scope=rowgroup]")).to_have_text(
        ["Region Västernorrland", "Region Västerbotten"]
    )
    page.reload()

    expect(page.get_by_role("heading", name="2 regioner")).to_be_visible()
    expect(page.get_by_label("Väg", exact=True)).to_have_value("national")


def test_halland_is_found_in_both_of_its_healthcare_regions(page):
    for area in ("V%C3%A4stra", "S%C3%B6dra"):
        visit(page, f"/regioner?sjukvardsregion={area}")
        expect(page.locator(".hub-regions").get_by_role("link", name="Region Halland")).to_be_visible()


def test_a_region_without_trace_is_unknown_and_not_without_a_service(page):
    visit(page, "/regioner?region=X")

    expect(
        page.get_by_text("Okänt: vi har inte funnit något offentligt spår av hur Region Gävleborg ansluter")
    ).to_be_visible()


@pytest.mark.parametrize("code", ["Q", "m", "<b>", ""])
def test_an_address_with_a_region_there_is_not_says_so_and_lists_those_there_are(page, code):
    visit(page, f"/regioner?region={code}")

    expect(page.get_by_role("alert")).to_contain_text(f"Det finns ingen region med koden ”{code}”")
    expect(page.locator(".hub-regions tbody")).to_have_count(21)
    expect(page).to_have_title(re.compile("^Regionen finns inte"))


def test_a_choice_there_is_not_says_so_and_shows_all(page):
    visit(page, "/regioner?vag=brevduva")

    expect(page.get_by_role("alert")).to_contain_text("Det här valet finns inte: brevduva")
    expect(page.get_by_role("heading", name="21 regioner")).to_be_visible()


def test_a_result_of_the_guide_leads_to_regions_that_go_the_same_way(page):
    visit(page, guide(FULL))
    page.get_by_role("link", name="Regioner som går er väg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regioner som går er väg")
    page.get_by_label("Er region", exact=True).select_option("N")
    expect(page).to_have_url(re.compile("var=N"))

    expect(page.locator(".hub-hits li").filter(has_text="Region Västmanland")).to_contain_text("Samma")
    expect(page.locator(".hub-hits li").filter(has_text="Region Västmanland")).to_contain_text("Liknande storlek.")
    expect(page.locator(".hub-hits li").filter(has_text="Region Halland")).to_have_count(0)


def test_an_editor_states_otherwise_and_it_is_shown_at_once_beside_our_reading(server, new_context, elin, page):
    state(elin, "skane-online", plattform=MARKUP, ar="2026", kalla=SOURCE, notering=f"{MARKUP}\nRad två")
    expect(elin.get_by_role("status").filter(has_text="Uppgiften visas nu")).to_be_visible()
    faults = Axe().run(elin, options=STANDARDS).response["violations"]
    assert not faults, faults

    visit(page, "/regioner?region=M")
    stated = own(page, MARKUP)
    expect(stated.get_by_text("Regionens egen uppgift")).to_be_visible()
    link = stated.get_by_role("link", name="vardgivare.skane.se")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == (SOURCE, "nofollow noopener")
    expect(stated.locator("img, b")).to_have_count(0)
    expect(stated.get_by_text("Elin")).to_have_count(0)
    expect(page.get_by_role("heading", name=re.compile("^Primärvården Skåne online"))).to_be_visible()
    expect(stated.get_by_role("button")).to_have_count(0)

    visit(page, "/regioner")
    expect(page.locator(".hub-regions").get_by_text("Rättat av regionen")).to_be_visible()
    expect(
        page.locator(".hub-wide").get_by_role("link", name=re.compile("^M Skåne: .*rättat av regionen"))
    ).to_be_visible()

    adam = person(server, new_context(server.url), "adam")
    visit(adam, "/regioner?region=M")
    own(adam, MARKUP).get_by_role("button").click()
    still(adam)
    expect(own(adam, MARKUP)).to_have_count(0)


def test_what_is_withdrawn_can_be_brought_back_from_where_it_was_done(elin):
    state(elin, "ny", plattform="Ny tjänst", ar="2025", kalla=SOURCE)
    expect(elin.get_by_role("alert")).to_contain_text("Kryssa för minst en väg")
    elin.get_by_label("1177 inkorg").check()
    elin.get_by_role("button", name="Visa som regionens egen uppgift").click()
    own(elin, "Ny tjänst").get_by_role("button", name="Ta bort uppgiften").click()
    expect(elin.get_by_text("Uppgiften har tagits bort.")).to_be_visible()
    expect(own(elin, "Ny tjänst")).to_have_count(0)
    elin.get_by_role("status").get_by_role("button", name="Visa den igen").click()

    expect(own(elin, "Ny tjänst")).to_be_visible()
    own(elin, "Ny tjänst").get_by_role("button", name="Ta bort uppgiften").click()
    expect(own(elin, "Ny tjänst")).to_have_count(0)


def test_what_cannot_be_taken_is_said_at_its_field_and_nothing_typed_is_lost(elin):
    state(
        elin, "skane-online", plattform="Skånes tjänst", ar="2024", kalla="http://skane.se", notering="Rad ett\nRad två"
    )
    problem = elin.get_by_role("alert")
    expect(problem).to_contain_text("Skriv hela adressen till en offentlig sida. Den börjar med https://")
    faults = Axe().run(elin, options=STANDARDS).response["violations"]
    assert not faults, faults

    problem.get_by_role("link").click()
    expect(elin.locator("#ratta-kalla")).to_be_focused()
    expect(elin.locator("#ratta-kalla")).to_have_attribute("aria-invalid", "true")
    kept = {"plattform": "Skånes tjänst", "ar": "2024", "kalla": "http://skane.se", "notering": "Rad ett\nRad två"}
    for field, text in kept.items():
        expect(elin.locator(f"#ratta-{field}")).to_have_value(text)
    expect(elin.get_by_label("Egen app eller plattform")).to_be_checked()


@pytest.mark.parametrize("persona", ["", "maja", "alva"])
def test_whoever_does_not_speak_for_the_region_is_told_how_it_is_corrected(server, new_context, persona):
    context = new_context(server.url)
    page = person(server, context, persona) if persona else context.new_page()
    visit(page, "/regioner?region=M&ratta=skane-online")

    expect(page.get_by_text("Den som är redaktör för Region Skåne kan logga in och rätta det här")).to_be_visible()
    expect(page.locator("#ratta")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("^Rätta det här"))).to_have_count(0)


def test_a_forged_form_of_another_region_changes_nothing(server, new_context):
    alva = person(server, new_context(server.url), "alva")
    visit(alva, "/regioner?region=M")
    sent = alva.request.post(
        f"{server.url}/api/regioner/ratta",
        form={"region": "M", "plattform": "Fel", "vag-inbox": "1", "skede": "use", "ar": "2026", "kalla": SOURCE,
              "kommando": "forged-command"},
        headers={"origin": server.url},
        max_redirects=0,
    )  # fmt: skip
    visit(alva, "/regioner?region=M")

    assert sent.status == 303 and "fel=ratta" in sent.headers["location"]
    expect(own(alva, "Fel")).to_have_count(0)
