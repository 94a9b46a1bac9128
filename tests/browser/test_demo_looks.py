"""Every view of a demo visit as everybody meets it: by axe, in one language alone, in the dark and on a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_page import (
    ARRIVES_MS,
    COUNT_DEVICES,
    SAID,
    WORDS,
    at,
    compared,
    connected,
    control,
    heading,
    leave_figure,
    meet_figure,
    moves,
    play,
    side,
    stage,
)
from tests.browser.support import still, visit
from tests.browser.test_language import strangers
from tests.browser.test_pages import FULL, LOOK, TOO_WIDE, judged

NARROW = {"width": 390, "height": 844}


@pytest.fixture
def look(request) -> Callable[[Page, str], None]:
    """Look at a view: no fault by axe, no word of the other language, and nothing beside a telephone's screen."""

    def at_view(page: Page, language: str) -> None:
        faults, passed = judged(page, FULL if language == "sv" else LOOK)
        assert not faults, "\n".join(faults)
        assert passed["color-contrast"] >= 8 and passed["html-has-lang"] == 1
        assert "\n".join(strangers(page, language)) == ""
        before = page.viewport_size
        page.set_viewport_size(NARROW)
        assert not page.evaluate(TOO_WIDE)
        page.set_viewport_size(before)

    return at_view


def opened(new_context, **options) -> Page:
    # axe is put into the page as a script, which the policy of the page rightly forbids.
    context = new_context(bypass_csp=True, **options)
    context.add_init_script(COUNT_DEVICES)
    return context.new_page()


def switch_on(page: Page, id_: str, language: str) -> str:
    name = next(one["name"][language] for one in WORDS["troubles"] if one["id"] == id_)
    side(page).get_by_role("button", name=name, exact=True).click()
    return name


def test_each_view_of_a_visit_in_swedish_for_staff_alone(new_context, look):
    page = opened(new_context)
    visit(page, "/prova?roll=staff")
    look(page, "sv")
    page.get_by_role("button", name=SAID["sv"]["begin"]).click()
    expect(heading(page)).to_be_visible(timeout=ARRIVES_MS)
    look(page, "sv")
    trouble = switch_on(page, "message-not-read", "sv")
    play({"staff": page}, "framework", until="notice")
    at(page, trouble)
    look(page, "sv")
    stage(page).locator("[data-do=round]").click()
    play({"staff": page}, "framework", start="notice", until="wait")
    look(page, "sv")

    # The same seat on the page without the app around it.
    address = page.url
    page.goto(f"/besok/{address.partition('besok=')[2]}")
    play({"staff": page}, "framework", start="wait", until="admit")
    expect(heading(page)).to_have_text(SAID["sv"]["waits"])
    look(page, "sv")
    page.goto(address)
    play({"staff": page}, "framework", start="admit", until="call")
    meet_figure(page, "resident")
    control(page, "chat").click()
    look(page, "sv")
    leave_figure(page, "resident")
    play({"staff": page}, "framework", start="note")

    at(page, SAID["sv"]["over"])
    look(page, "sv")
    compared(page, "framework", **{"Handgrepp, invånaren": 1})
    look(page, "sv")


def test_each_view_of_a_visit_in_english_in_the_dark_on_a_telephone(new_context, look):
    page = opened(new_context, locale="en-GB", color_scheme="dark", viewport=NARROW, has_touch=True)
    visit(page, "/prova?niva=inbox")
    look(page, "en")
    page.get_by_role("button", name=SAID["en"]["begin"]).click()
    expect(heading(page)).to_have_text("Staff log in to the record system.", timeout=ARRIVES_MS)
    look(page, "en")
    trouble = switch_on(page, "camera-blocked", "en")
    page.goto(f"/besok/{page.url.partition('besok=')[2]}")
    play({"resident": page}, "inbox", until="admit", language="en")
    expect(heading(page)).to_have_text(SAID["en"]["inside"])
    look(page, "en")
    play({"resident": page}, "inbox", start="admit", until="call", language="en")
    at(page, trouble)
    connected(page, "en")
    look(page, "en")
    stage(page).get_by_role("button", name=SAID["en"]["round"]).click()
    moves(page)
    look(page, "en")
    control(page, "leave").click()
    control(page, "leave").click()
    play({"resident": page}, "inbox", start="note", language="en")
    at(page, SAID["en"]["over"])
    look(page, "en")
    stage(page).get_by_role("link", name=SAID["en"]["compare"]).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("The four levels side by side", timeout=ARRIVES_MS)
    still(page)
    look(page, "en")
