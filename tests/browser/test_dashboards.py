"""Charts in a real browser: the table in the drawing's place, a mark that is followed, and files of what is drawn."""

import re
import struct
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.support import visit

USE = "#use"


@pytest.fixture
def page(reader) -> Page:
    found = reader(bypass_csp=True)
    visit(found, "/mognad")
    return found


def tab(page: Page, name: str):
    return page.locator(f"{USE} .hub-figure-tabs").get_by_role("link", name=name)


def test_the_table_takes_the_place_of_its_drawing_and_stands_in_the_address(page):
    tab(page, "Tabell").focus()
    page.keyboard.press("Enter")

    expect(page.locator(f"{USE} table")).to_be_visible()
    expect(page.locator(f"{USE} .hub-drawing")).to_be_hidden()
    expect(page.locator("#national .hub-drawing")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/mognad\?tabell=use#use$"))
    expect(page.locator(USE)).to_be_focused()
    page.reload()
    expect(page.locator(f"{USE} table")).to_be_visible()
    assert not Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]}).response["violations"]


def test_a_mark_is_followed_without_a_new_session(page):
    page.evaluate("window.same = true")
    page.get_by_role("link", name=re.compile("Sju–åtta regioner vill")).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Sju–åtta regioner vill")
    expect(page.locator("dd", has_text="7–8 av 18 regioner")).to_be_visible()
    assert page.evaluate("window.same")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Läget")


def test_a_chart_is_saved_as_a_drawing_that_stands_alone(page):
    with page.expect_download() as waiting:
        page.locator(USE).get_by_role("button", name="Spara som SVG").click()
    text = waiting.value.path().read_text(encoding="utf-8")

    said = "".join(ElementTree.fromstring(text).itertext())
    title = page.locator(f"{USE} h2").inner_text()
    assert waiting.value.suggested_filename == "use.svg" and "var(" not in text
    assert title.replace(" ", "") in said.replace(" ", "") and "Inera AB" in said


def test_a_chart_is_saved_as_a_picture_twice_as_sharp_as_it_is_drawn(page):
    with page.expect_download() as waiting:
        page.locator(USE).get_by_role("button", name="Spara som PNG").click()
    data = waiting.value.path().read_bytes()

    assert waiting.value.suggested_filename == "use.png" and data.startswith(b"\x89PNG")
    assert struct.unpack(">I", data[16:20])[0] == 2 * (820 + 48)


def test_the_table_is_taken_as_a_file_with_swedish_letters(page):
    with page.expect_download() as waiting:
        page.locator(USE).get_by_role("button", name="Spara som CSV").click()

    rows = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == '"Påstående","Rapporten säger","Minst","Högst","Precision","Avsnitt"' and len(rows) == 9


def test_the_data_are_served_as_they_were_received(page):
    answer = page.request.get("/data/survey_2020/statements.csv")

    assert answer.ok and answer.headers["content-type"].startswith("text/csv")
    assert page.request.get("/data/../hub/settings.py").status == 404


def test_paper_has_both_the_drawing_and_the_table(page):
    page.emulate_media(media="print")

    expect(page.locator(f"{USE} table")).to_be_visible()
    expect(page.locator(f"{USE} .hub-drawing")).to_be_visible()
