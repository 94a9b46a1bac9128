"""A plan in the browser: kept without signing in, worked in by two at once, and carried to the board."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import FULL, KEPT, guide, still, visit

RESULT = guide(FULL, names=["Akuten"])


def keep_plan(page: Page, title: str = "Video på akuten") -> str:
    """Keep a plan from a result; return its address with the key."""
    visit(page, RESULT.replace("/valj", "/plan"))
    page.get_by_label("Planens titel").fill(title)
    page.get_by_role("button", name="Spara som plan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    still(page)
    return page.url


def part(url: str, name: str, **more: str) -> str:
    return f"{url}&del={name}" + "".join(f"&{key}={value}" for key, value in more.items())


@pytest.fixture
def two(visitor):
    """Two people in browsers of their own."""
    return [visitor(), visitor()]


def test_a_result_becomes_a_plan_that_its_link_opens_in_another_browser(two):
    mine, theirs = two
    url = keep_plan(mine)
    visit(theirs, url)

    expect(theirs.get_by_role("heading", level=1)).to_have_text("Video på akuten")
    expect(theirs.get_by_text("Utse en ägare för videomötena")).to_be_visible()


def test_what_one_does_the_other_sees_without_asking(two):
    mine, theirs = two
    url = keep_plan(mine)
    visit(theirs, url)
    first = re.compile("^Bestäm vilka besök")
    mine.get_by_role("checkbox", name=first).check()
    expect(theirs.get_by_role("checkbox", name=first)).to_be_checked()
    expect(theirs.get_by_text("1 av 48 klara")).to_be_visible()

    theirs.get_by_text("Lägg till en punkt").click()
    theirs.get_by_label("Vad ska göras?").fill("Ring leverantören")
    theirs.get_by_role("button", name="Lägg till", exact=True).click()
    expect(mine.get_by_role("checkbox", name="Ring leverantören")).to_be_visible()


def test_a_plan_is_followed_whichever_signs_its_channel_has(two):
    mine, theirs = two
    for page in two:
        visit(page, KEPT)
    box = mine.get_by_role("checkbox").last
    name = box.get_attribute("id")
    mine.locator(f"#{name}").check()
    expect(theirs.locator(f"#{name}")).to_be_checked()
    mine.locator(f"#{name}").uncheck()
    expect(theirs.locator(f"#{name}")).not_to_be_checked()


def test_a_text_half_written_stays_when_another_changes_the_same_item_and_nothing_is_lost(two):
    mine, theirs = two
    url = keep_plan(mine)
    mine.get_by_role("link", name=re.compile("^Öppna Bestäm vilka besök")).click()
    field = mine.get_by_label("Vad ska göras?")
    expect(field).to_be_visible()
    visit(theirs, mine.url)
    field.fill("Min text")
    theirs.get_by_label("Vad ska göras?").fill("Deras text")
    theirs.get_by_role("button", name="Spara", exact=True).click()
    expect(mine.get_by_text("Någon har ändrat detta medan du har det öppet")).to_be_visible()
    expect(field).to_have_value("Min text")
    mine.get_by_role("button", name="Spara", exact=True).click()
    expect(mine.get_by_text("Inget av deras har skrivits över")).to_be_visible()
    expect(field).to_have_value("Min text")
    mine.get_by_role("button", name="Behåll det jag har skrivit").click()
    mine.get_by_role("button", name="Spara", exact=True).click()
    expect(theirs.get_by_role("heading", name="Min text")).to_be_visible()
    visit(mine, part(url, "historik"))
    expect(mine.locator("del", has_text="Deras text")).to_be_visible()


def test_a_removed_item_is_brought_back_from_the_history(page):
    url = keep_plan(page)
    page.get_by_role("link", name=re.compile("^Öppna Bestäm vilka besök")).click()
    page.get_by_role("button", name="Ta bort punkten").click()
    expect(page.get_by_text("Punkten har tagits bort")).to_be_visible()
    visit(page, part(url, "historik"))
    page.get_by_role("button", name="Ta tillbaka").first.click()
    expect(page.get_by_text("tillbakataget")).to_be_visible()
    visit(page, url)
    expect(page.get_by_role("checkbox", name=re.compile("^Bestäm vilka besök"))).to_be_visible()


def test_whoever_reads_by_link_sees_the_plan_and_no_way_to_change_it(two):
    mine, theirs = two
    url = keep_plan(mine)
    visit(mine, part(url, "dela"))
    visit(theirs, mine.locator("#lank-lasa").inner_text())
    expect(theirs.get_by_role("checkbox", name=re.compile("^Bestäm vilka besök"))).to_be_disabled()
    expect(theirs.get_by_text("Lägg till en punkt")).to_have_count(0)
    visit(theirs, part(theirs.url, "dela"))
    expect(theirs.locator("#lank-redigera")).to_have_count(0)


def test_a_bad_date_is_said_at_once_and_nothing_typed_is_lost(page):
    keep_plan(page)
    page.get_by_text("Lägg till en punkt").click()
    page.get_by_label("Vad ska göras?").fill("Skriv avtal")
    page.get_by_label("Klart senast").fill("nästa fredag")
    page.get_by_role("button", name="Lägg till", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("2027-01-31")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Vad ska göras?")).to_have_value("Skriv avtal")


def test_what_opens_does_not_move_under_whoever_is_already_in_it(page):
    keep_plan(page)
    expect(page.get_by_role("combobox", name="Skede", include_hidden=True)).to_be_attached()
    moved = page.get_by_text("Lägg till en punkt").evaluate("""async (name) => {
      const opening = name.closest("details"), send = opening.querySelector("[data-testid=stFormSubmitButton] button");
      const frame = () => new Promise(requestAnimationFrame);
      name.closest("summary").click();
      await frame();
      send.focus();
      const places = [];
      do { places.push(opening.scrollTop); await frame(); } while (opening.getAnimations().length);
      return Math.max(...places);
    }""")

    assert moved == 0


def test_two_quick_clicks_add_one_item(page):
    keep_plan(page)
    page.get_by_text("Lägg till en punkt").click()
    page.get_by_label("Vad ska göras?").fill("En gång")
    page.get_by_role("button", name="Lägg till", exact=True).dblclick()
    expect(page.get_by_role("checkbox", name="En gång")).to_be_visible()
    still(page)
    page.reload()
    expect(page.get_by_role("checkbox", name="En gång")).to_have_count(1)


def test_the_list_is_ticked_moved_and_opened_by_keyboard_and_the_focus_stays(page):
    keep_plan(page)
    box = page.get_by_role("checkbox", name=re.compile("^Utse en ägare"))
    box.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 av 48 klara")).to_be_visible()
    expect(box).to_be_focused()
    up = page.get_by_role("button", name=re.compile("^Flytta upp Utse en ägare"))
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".hub-checklist li label").first).to_contain_text("Utse en ägare")
    expect(box).to_be_focused()


def test_the_browser_remembers_the_plans_it_has_opened(page):
    url = keep_plan(page, "Minns mig")
    visit(page, "/plan")
    link = page.get_by_role("link", name="Minns mig")
    expect(link).to_have_attribute("href", url[url.index("/plan") :])
    page.get_by_role("button", name="Glöm: Minns mig").click()
    page.reload()
    expect(page.get_by_text("Ingen plan har öppnats här än")).to_be_visible()


def test_the_document_is_made_from_the_plan(page):
    url = keep_plan(page)
    page.get_by_text("Lägg till en punkt").click()
    page.get_by_label("Vad ska göras?").fill("Egen punkt i underlaget")
    page.get_by_role("button", name="Lägg till", exact=True).click()
    expect(page.get_by_role("checkbox", name="Egen punkt i underlaget")).to_be_visible()
    visit(page, part(url, "underlag"))
    page.get_by_text("Era egna texter", exact=True).click()
    page.get_by_label("Handläggare").fill("Kim Lind")
    page.get_by_role("button", name="Spara texterna").click()
    expect(page.locator(".hub-paper")).to_contain_text("Kim Lind")
    expect(page.locator(".hub-paper")).to_contain_text("Egen punkt i underlaget")
    link = page.get_by_role("link", name="Markdown")
    made = page.request.get(link.get_attribute("href"))
    assert "Egen punkt i underlaget" in made.text() and "Kim Lind" in made.text()
    assert "nyckel" not in made.text()


def test_a_plan_survives_a_server_that_is_killed(fresh, new_context):
    page = new_context(fresh.url).new_page()
    page.context.watch.allow("WebSocket|ERR_|No response|not responding|reaching server|disconnected|Failed to fetch")
    url = keep_plan(page)
    page.get_by_role("checkbox", name=re.compile("^Bestäm vilka besök")).check()
    expect(page.get_by_text("1 av 48 klara")).to_be_visible()
    fresh.kill()
    fresh.start()
    visit(page, url)
    expect(page.get_by_role("checkbox", name=re.compile("^Bestäm vilka besök"))).to_be_checked()


def test_notes_half_written_stay_when_somebody_else_saves_theirs(two):
    mine, theirs = two
    url = keep_plan(mine)
    notes = re.compile("^Anteckningar\\. ")
    for page in two:
        visit(page, part(url, "anteckningar"))
        expect(page.get_by_role("textbox", name=notes)).to_be_editable()
    mine.get_by_role("textbox", name=notes).fill("Vi börjar på akuten.")
    expect(mine.get_by_text(re.compile("^Utkast sparat")).first).to_be_visible()
    theirs.get_by_role("textbox", name=notes).fill("**BUP** först.")
    theirs.get_by_role("button", name="Spara anteckningarna").click()
    expect(theirs.locator(".hub-people strong")).to_have_text("BUP")
    expect(mine.locator(".hub-people strong")).to_have_text("BUP")
    mine.reload()
    still(mine)
    expect(mine.get_by_role("textbox", name=notes)).to_have_value("Vi börjar på akuten.")
    mine.get_by_role("button", name="Spara anteckningarna").click()
    expect(mine.get_by_text(re.compile("^Någon har ändrat anteckningarna")).first).to_be_visible()
    expect(mine.get_by_role("textbox", name=notes)).to_be_editable()
    mine.get_by_role("button", name="Spara anteckningarna").click()

    expect(theirs.locator(".hub-people")).to_have_text("Vi börjar på akuten.")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("historik", {"fore": "9" * 30}),
        ("historik", {"fore": "%C2%B2"}),
        ("underlag", {"tjanst": "9" * 5_000}),
        ("underlag", {"tjanst": "%D9%A3"}),
        ("punkter", {"punkt": "%00'%22%3Cb%3E"}),
        ("finns-inte", {}),
    ],
)
def test_a_part_of_a_plan_asked_for_in_a_strange_way_is_answered_in_words(two, name, more):
    url = keep_plan(two[0])
    visit(two[0], part(url, name, **more))

    expect(two[0].get_by_role("heading", level=1)).to_have_text("Video på akuten")
    expect(two[0].get_by_role("alert")).to_have_count(0)
    expect(two[0].get_by_role("navigation", name="Planens delar")).to_be_visible()


def test_answers_are_changed_in_the_guide_and_what_they_change_is_taken_up(page):
    url = keep_plan(page)
    page.get_by_role("button", name="Ändra svaren i guiden").click()
    expect(page).to_have_url(re.compile("/valj"))
    expect(page.get_by_role("heading", name="Era svar")).to_be_visible()
    still(page)
    visited = guide({**FULL, "video-links": "no", "record-inbox": "no"}, names=["Akuten"])
    page.evaluate(
        "(to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate', {state: {}})) }", visited
    )
    # The app hears of the new address a moment later; until then the link leads to the old answers.
    onward = page.get_by_role("link", name="Gör en plan eller ett underlag")
    expect(onward).to_have_attribute("href", re.compile(r"video-links\.no"))
    still(page)
    onward.click()
    page.get_by_role("button", name="För in dem i planen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Video på akuten")
    changed = page.get_by_role("region", name="Guiden säger något annat än när ni senast tittade")
    expect(changed).to_be_visible()
    page.get_by_role("button", name=re.compile("^Uppdatera planen")).click()
    expect(changed).to_have_count(0)
    visit(page, part(url, "historik"))
    expect(page.get_by_text("ändrade svaren i guiden")).to_be_visible()
