"""The report's lists and the published numbers in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.support import drawn, visit
from tests.browser.test_pages import FULL, TOO_WIDE

LISTS, NUMBERS = "/mognad?del=listor", "/mognad?del=sedan"
PARTS = {"found lines": f"{LISTS}&ord=chatt", "numbers of a subject": f"{NUMBERS}&amne=outside"}


@pytest.fixture
def page(reader) -> Page:
    # axe is put into the page as a script, which the policy of the page rightly forbids.
    return reader(bypass_csp=True)


def test_lines_are_chosen_by_the_form_and_the_address_keeps_the_choice(page):
    visit(page, LISTS)
    page.evaluate("window.same = true")
    page.get_by_label("Leder till").select_option("hop-out")
    page.get_by_label("Ord i raden").fill("chatt")
    page.keyboard.press("Enter")

    count = page.get_by_role("heading", name=re.compile(r"^\d+ av 196 rader$"))
    expect(count).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?del=listor&niva=hop-out&ord=chatt$"))
    assert page.evaluate("window.same")
    said = count.inner_text()
    page.reload()
    drawn(page)
    expect(page.get_by_role("heading", name=said)).to_be_visible()
    expect(page.get_by_label("Ord i raden")).to_have_value("chatt")
    expect(page.get_by_label("Leder till")).to_have_value("hop-out")


def test_a_line_leads_to_its_requirement(page):
    visit(page, f"{LISTS}&lista=challenges")
    page.get_by_role("link", name="Tjänsten ska låta invånaren prova sin utrustning före besöket").first.click()

    expect(page.locator("#krav-operation-device-test")).to_be_visible()


def test_the_lines_shown_are_taken_as_a_file(page):
    visit(page, f"{LISTS}&lista=professions")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Spara som CSV").click()

    rows = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert waiting.value.suggested_filename == "rader-2020.csv"
    assert len(rows) == 8 and rows[1].startswith('"professions-1"') and '"Läkare"' in rows[1]


def test_the_table_of_numbers_is_reached_by_keyboard(page):
    visit(page, f"{NUMBERS}&serie=norway-gp-share")
    chart = page.locator("#norway-gp-share")
    chart.get_by_role("link", name="Tabell").focus()
    page.keyboard.press("Enter")

    expect(chart.get_by_role("row")).to_have_count(13)
    expect(chart.locator("table")).to_be_visible()
    expect(page).to_have_url(re.compile(r"serie=norway-gp-share&tabell=norway-gp-share#norway-gp-share$"))


@pytest.mark.parametrize("name", PARTS)
def test_axe_finds_no_fault_and_nothing_is_wider_than_a_telephone(page, name):
    visit(page, PARTS[name])
    found = Axe().run(page, options=FULL).response["violations"]

    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in found] == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert not page.evaluate(TOO_WIDE)


def test_paper_has_one_list_without_its_form(page):
    visit(page, f"{LISTS}&lista=professions")
    page.emulate_media(media="print")

    expect(page.locator("#professions-7")).to_be_visible()
    expect(page.get_by_role("button", name="Visa rader")).to_be_hidden()
