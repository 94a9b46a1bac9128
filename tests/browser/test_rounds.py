"""Rounds of the survey in the browser: the example, tables and filters by address, a step into a plan, and the own view as it changes."""

import re

import httpx
import pytest
import yaml
from playwright.sync_api import Page, expect

from hub.database import Database
from tests import rounds as kept
from tests.browser.support import KEPT, ROOT, Server, still, visit
from tests.browser.test_pages import FULL, TOO_WIDE, judged
from tests.rounds import Handed

EXAMPLE = "/mognad?del=runda&exempel=1"
OPEN = kept.held("rundaoppen", "Våren", closed=False)
MARK = "EXEMPEL, påhittade svar"
ASKED = yaml.safe_load((ROOT / "content" / "survey" / "questionnaire-1.yaml").read_text())
STATEMENTS = tuple(statement["id"] for dimension in ASKED["dimensions"] for statement in dimension["statements"])
STEP = "Videomöten bokas i samma tidbok som andra möten."


@pytest.fixture(scope="module")
def trial(make_server) -> Server:
    """A server with a round that is open: two public regions, and one that keeps to itself and has not handed in."""
    server = make_server(HUB_DEMO="1", HUB_LIMIT_FACTOR="1000")
    regions = {
        "AB": Handed("public", "4", needs=("procurement",), may_be_asked=True),
        "C": Handed("public", "2"),
        "M": Handed("aggregate", "2", handed_in=False),
    }
    database = Database(f"sqlite:///{server.var / 'hub.sqlite'}")
    kept.write(database, OPEN, STATEMENTS, regions)
    database.close()
    return server


def as_elin(trial: Server, new_context) -> Page:
    answer = httpx.post(
        f"{trial.url}/auth/demo", data={"persona": "elin"}, headers={"origin": trial.url}, trust_env=False
    )
    context = new_context(trial.url)
    value = answer.cookies["hub_session"]
    context.add_cookies([{"name": "hub_session", "value": value, "url": trial.url, "httpOnly": True}])
    return context.new_page()


@pytest.mark.parametrize("address", [EXAMPLE, f"{EXAMPLE}&region=X1", f"{EXAMPLE}&tabell=regionkarta"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_example_is_accessible_and_fits(reader, address, width):
    page = reader(viewport={"width": width, "height": 900}, bypass_csp=True)
    visit(page, address)

    assert judged(page, FULL)[0] == [] and not page.evaluate(TOO_WIDE)
    expect(page.get_by_text(MARK).first).to_be_visible()


def test_a_table_and_a_filter_live_in_the_address(page):
    visit(page, EXAMPLE)
    page.locator("#fordelning").get_by_role("link", name="Tabell").click()
    expect(page.locator("#fordelning table")).to_be_visible()
    page.get_by_label("Regioner", exact=True).select_option("Norra")
    expect(page).to_have_url(re.compile("exempel=1.*sjukvardsregion=Norra"))
    expect(page.locator("#tackning .hub-source")).to_contain_text("de valda regionerna")
    page.reload()

    expect(page.locator("#tackning .hub-source")).to_contain_text("de valda regionerna")
    expect(page.get_by_label("Regioner", exact=True)).to_have_value("Norra")


def test_a_saved_chart_of_the_example_carries_its_mark(page):
    visit(page, EXAMPLE)
    with page.expect_download() as waiting:
        page.locator("#regionkarta").get_by_role("button", name="Spara som SVG").click()

    assert waiting.value.path().read_text(encoding="utf-8").count(MARK) >= 3


def test_a_step_goes_into_a_plan_once(trial, new_context):
    page = new_context(trial.url).new_page()
    visit(page, f"/mognad?del=runda&runda={OPEN.id}&region=C")
    for _time in range(2):
        page.locator(".stCheckbox label").filter(has_text=STEP).click()
        page.get_by_label("Planens länk för att redigera").fill(f"{trial.url}{KEPT}")
        page.get_by_role("button", name="För in dem i planen").click()
        expect(page.get_by_text("1 steg står nu i planen Akuten 2027.")).to_be_visible()
        still(page)
    visit(page, KEPT)

    expect(
        page.get_by_text(re.compile("^Integration med journal och tidbok: Videomöten bokas i den vanliga"))
    ).to_have_count(1)


WATCH = """() => {
  const look = () => {
    const shown = document.querySelector("#pastaenden tbody tr td")?.textContent ?? "";
    if (!window.seenAt && shown.includes(window.level)) window.seenAt = Date.now();
  };
  if (!window.watching) (window.watching = new MutationObserver(look)).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def test_a_new_answer_is_seen_in_the_regions_own_view_within_a_second(trial, new_context):
    view, sheet = as_elin(trial, new_context), as_elin(trial, new_context)
    visit(view, f"/mognad?del=runda&runda={OPEN.id}&region=M")
    first = view.locator("#pastaenden tbody tr").first.locator("td").first
    expect(first).to_contain_text("2")
    visit(sheet, f"/enkat?runda={OPEN.id}&region=M&del=use")
    settled = sheet.get_by_role("radiogroup", name=re.compile("^Regionens svar: Videomöten erbjuds"))
    sheet.evaluate("addEventListener('click', () => { window.chosenAt = Date.now(); }, true)")
    waits = []
    for level in ("4", "3", "5"):
        # Both pages tell the moment themselves: waiting from here looks only now and then.
        view.evaluate(f"window.level = '{level}'; window.seenAt = 0")
        view.evaluate(WATCH)
        settled.locator("label").filter(has_text=re.compile(f"^{level}")).click()
        expect(first).to_contain_text(level)
        waits.append(view.evaluate("window.seenAt") - sheet.evaluate("window.chosenAt"))

    # The machine may be busy with other tests at one of the moments.
    assert 0 < min(waits) < 1_000, waits


def test_a_region_that_keeps_to_itself_is_not_to_be_found_in_the_browser(trial, new_context):
    page = new_context(trial.url).new_page()
    visit(page, f"/mognad?del=runda&runda={OPEN.id}")
    everything = page.content()
    visit(page, f"/mognad?del=runda&runda={OPEN.id}&region=M")

    assert "Skåne" not in everything and "region=AB" in everything
    expect(page.get_by_role("heading", level=1)).to_have_text("Det finns inget att visa om den här regionen")
