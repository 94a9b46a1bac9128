"""From the first look to a region that shows where it is: one journey, by three people in three browsers."""

import io
import re

from docx import Document
from playwright.sync_api import Page, expect

from tests.browser.support import FULL, guide, still, visit


def become(page: Page, name: str) -> None:
    """Sign in as one of the made-up people, from the page where one is."""
    page.get_by_role("banner").get_by_role("link", name="Logga in").click()
    page.get_by_role("button", name=re.compile(name)).click()
    expect(page.get_by_role("banner").get_by_role("link", name=re.compile(name))).to_be_visible(timeout=20_000)


def part(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Planens delar").get_by_role("link", name=name).click()
    still(page)


def test_a_region_goes_from_the_guide_to_a_shown_stage_with_a_colleague_at_its_side(server, visitor):
    elin, colleague, stranger = (visitor() for _ in range(3))

    # The guide, and a plan kept without signing in.
    visit(elin, guide(FULL, names=["Akuten"]))
    elin.get_by_role("link", name="Gör en plan eller ett underlag").click()
    elin.get_by_label("Planens titel").fill("Video på akuten i Skåne")
    elin.get_by_role("button", name="Spara som plan").click()
    expect(elin.get_by_role("heading", level=1)).to_have_text("Video på akuten i Skåne")
    link = elin.url

    # Signing in leads back to the plan, which an editor keeps for the region.
    become(elin, "Elin")
    expect(elin.get_by_role("heading", level=1)).to_have_text("Video på akuten i Skåne")
    part(elin, "Dela")
    elin.get_by_role("button", name="Knyt till Region Skåne").click()
    expect(elin.get_by_text("Planen är knuten till Region Skåne")).to_be_visible()

    # A colleague with the link works at the same time; each sees what the other does.
    visit(colleague, link)
    part(elin, "Att göra")
    colleague.get_by_text("Lägg till en punkt").click()
    colleague.get_by_label("Vad ska göras?").fill("Boka möte med leverantören")
    colleague.get_by_role("button", name="Lägg till", exact=True).click()
    expect(colleague.get_by_role("checkbox", name="Boka möte med leverantören")).to_be_visible()
    mine = elin.get_by_role("checkbox", name="Boka möte med leverantören")
    expect(mine).to_be_visible()
    mine.check()
    expect(colleague.get_by_role("checkbox", name="Boka möte med leverantören")).to_be_checked()

    # A board that a stranger already looks at follows when the stage is shown and changed.
    visit(stranger, "/tavla")
    part(elin, "Skede")
    elin.get_by_role("button", name="Visa skedet på tavlan").click()
    expect(elin.get_by_role("button", name="Ta bort från tavlan")).to_be_visible()
    expect(stranger.get_by_role("row", name=re.compile("Region Skåne.*Inriktning"))).to_be_visible()
    elin.get_by_role("radio", name="Analys").check(force=True)
    elin.get_by_role("button", name="Spara skedet").click()
    expect(stranger.get_by_role("row", name=re.compile("Region Skåne.*Analys"))).to_be_visible()
    expect(stranger.get_by_text("Video på akuten i Skåne")).to_have_count(0)

    # The document says what the plan says, and opens nothing for whoever is handed it.
    part(elin, "Underlag")
    with elin.expect_download() as download:
        elin.get_by_role("link", name="Word").click()
    made = Document(io.BytesIO(download.value.path().read_bytes()))
    told = "\n".join(
        [paragraph.text for paragraph in made.paragraphs]
        + [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    )
    assert "Boka möte med leverantören" in told and "Analys" in told
    assert "nyckel=" not in told

    # Signed in, the editor finds the plan without its link; signed out, only with it.
    visit(elin, "/plan")
    expect(elin.get_by_role("link", name="Video på akuten i Skåne").first).to_be_visible()
    bare = re.sub(r"&nyckel=[^&]*", "", link)
    visit(elin, bare)
    expect(elin.get_by_role("heading", level=1)).to_have_text("Video på akuten i Skåne")
    visit(stranger, bare)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Planen kan inte öppnas")


def test_support_answers_on_an_item_of_a_plan_that_asks_and_sees_it_no_more_when_the_question_ends(server, visitor):
    region, cesar = (visitor() for _ in range(2))
    visit(region, guide(FULL).replace("/valj", "/plan"))
    region.get_by_label("Planens titel").fill("Plan som har fastnat")
    region.get_by_role("button", name="Spara som plan").click()
    expect(region.get_by_role("heading", level=1)).to_have_text("Plan som har fastnat")
    link = region.url
    part(region, "Skede")
    region.get_by_label("Var har ni fastnat?").fill("Vi får inget svar om uthoppet")
    region.get_by_role("button", name="Be om hjälp").click()
    expect(region.get_by_role("button", name="Vi har fått hjälp: avsluta frågan")).to_be_visible()

    visit(cesar, "/tavla")
    expect(cesar.get_by_text("Vi får inget svar om uthoppet")).to_have_count(0)
    become(cesar, "Cesar")
    still(cesar)
    cesar.get_by_role("listitem").filter(has_text="Vi får inget svar").get_by_role("link").click()
    expect(cesar.get_by_role("heading", level=1)).to_have_text("Plan som har fastnat")
    expect(cesar.get_by_role("checkbox", name=re.compile("^Bestäm vilka"))).to_be_disabled()
    cesar.get_by_role("link", name=re.compile("^Öppna Bestäm vilka")).click()
    cesar.get_by_role("textbox", name=re.compile("^Skriv en kommentar")).fill(
        "Ring förvaltningen, de svarar inom en vecka."
    )
    cesar.get_by_role("button", name="Kommentera", exact=True).click()
    expect(cesar.get_by_role("article").get_by_text("Stöd", exact=True)).to_be_visible()
    assert cesar.get_by_role("button", name="Ta bort punkten").count() == 0

    visit(region, link)
    region.get_by_role("link", name=re.compile("^Öppna Bestäm vilka")).click()
    expect(region.get_by_text("Ring förvaltningen")).to_be_visible()
    visit(region, link + "&del=skede")
    region.get_by_role("button", name="Vi har fått hjälp: avsluta frågan").click()
    expect(cesar.get_by_role("heading", level=1)).to_have_text("Planen kan inte öppnas")
