"""A demo visit played alone in a real browser, from the first choice to the comparison, with the recorded counterpart."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_page import (
    ARRIVES_MS,
    COUNT_DEVICES,
    LEVELS,
    LIVE,
    at,
    by_hand,
    connected,
    control,
    figures,
    moves,
    play,
    says_in_the_call,
    sounds,
    stage,
    tally,
)  # fmt: skip
from tests.browser.support import still, visit

NAMES = {"framework": "Integrationsramverket", "hop-out": "Uthopp", "inbox": "1177 inkorg", "reverse-case-flow": "Invånarärende"}  # fmt: skip


@pytest.fixture
def page(new_context) -> Page:
    context = new_context()
    context.add_init_script(COUNT_DEVICES)
    return context.new_page()


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("radio", name=name).check(force=True)
        still(page)


def meet(page: Page, other: str) -> None:
    """Be in the call: the figure is seen, heard and captioned."""
    connected(page)
    says_in_the_call(page, "greet", other)
    moves(page)
    sounds(page)


def leave(page: Page, other: str) -> None:
    """Leave the call, which is over when the figure has said goodbye."""
    control(page, "leave").click()
    says_in_the_call(page, "goodbye", other)
    expect(page.locator(".hub-call-surface")).to_be_visible()
    sounds(page)
    expect(page.locator(".hub-call-surface")).to_have_count(0, timeout=ARRIVES_MS)
    assert page.evaluate(LIVE) == []


@pytest.mark.parametrize(
    ("level", "role"), [*((level, "resident") for level in LEVELS), ("framework", "staff")], ids=lambda part: part
)
def test_a_visit_is_played_alone_from_the_choice_to_the_comparison(page, level, role):
    other = "staff" if role == "resident" else "resident"
    visit(page, "/prova")
    choose(
        page,
        *([NAMES[level]] if level != "framework" else []),
        *(["Vårdpersonalen: Sara Provsson"] if role == "staff" else []),
    )
    page.get_by_role("button", name="Börja besöket").click()
    play({role: page}, level, until="call")
    meet(page, other)
    leave(page, other)
    after = [step["id"] for step in by_hand(level)]
    play({role: page}, level, start=after[after.index("call") + 1])

    at(page, "Besöket är slut")
    counted = {name: str(number) for name, number in figures(level).items()}
    seen = tally(stage(page))
    assert {name: seen[name] for name in counted} == counted
    assert re.fullmatch(r"(\d+ min )?\d+ s", seen["Ditt stoppur, i den här demon"])

    stage(page).get_by_role("link", name="Jämför de fyra nivåerna").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("De fyra nivåerna sida vid sida")
    column = list(LEVELS).index(level)
    rows = page.locator(".hub-compare-visits").first.locator("tbody tr")
    for name, number in figures(level).items():
        cells = rows.filter(has=page.get_by_role("rowheader", name=name, exact=True)).locator("td")
        expect(cells.nth(column)).to_have_text(f"{number} ditt: {number}")
        assert cells.all_inner_texts()[column - 1] == str(figures(list(LEVELS)[column - 1])[name])
