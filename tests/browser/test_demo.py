"""A demo visit played alone in a real browser, from the first choice to the comparison, with the recorded counterpart."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_page import (
    ARRIVES_MS,
    COUNT_DEVICES,
    LEVELS,
    LIVE,
    QUESTIONS,
    SAID,
    WORDS,
    at,
    begin,
    by_hand,
    compared,
    connected,
    figures,
    heading,
    leave_figure,
    meet_figure,
    moves,
    play,
    says,
    says_in_the_call,
    side,
    sounds,
    stage,
    tally,
    told,
)  # fmt: skip
from tests.browser.support import still, visit
from tests.browser.test_plan import keep_plan

NAMES = {"hop-out": "Uthopp", "inbox": "1177 inkorg"}


@pytest.fixture
def page(page) -> Page:
    page.add_init_script(COUNT_DEVICES)
    return page


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("radio", name=name).check(force=True)
        still(page)


@pytest.mark.parametrize("level", ["hop-out", "inbox"])
def test_a_visit_is_played_alone_from_the_choice_to_the_comparison(page, level):
    visit(page, "/prova")
    choose(page, NAMES[level])
    page.get_by_role("button", name="Börja besöket").click()
    play({"resident": page}, level, until="call")
    meet_figure(page, "staff")
    leave_figure(page, "staff")
    play({"resident": page}, level, start="note")

    at(page, "Besöket är slut")
    compared(page, level)


# --- Troubles --------------------------------------------------------------------------------------------------------


def trouble(id_: str) -> dict:
    return next(one for one in WORDS["troubles"] if one["id"] == id_)


def switch_on(page: Page, *ids: str) -> None:
    """Switch troubles on in the panel, which stays open meanwhile."""
    side(page).get_by_text("Slå på en störning").click()
    for id_ in ids:
        switch = side(page).get_by_role("button", name=trouble(id_)["name"]["sv"], exact=True)
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "true")


def meet_trouble(page: Page, level: str, id_: str) -> str:
    """Be told what has happened, what the level does and what one does instead; return the button's text."""
    answer = trouble(id_)["answers"][level]
    at(page, trouble(id_)["name"]["sv"])
    for text in (trouble(id_)["what"], answer["does"], answer["fallback"]):
        expect(stage(page)).to_contain_text(text["sv"])
    return stage(page).locator("[data-do=round]").inner_text()


def take_round(page: Page, level: str, id_: str) -> None:
    """Take the way round a trouble, which is one step more by hand."""
    by = {"staff": "Handgrepp, vårdpersonalen", "resident": "Handgrepp, invånaren"}
    who = by[trouble(id_)["answers"][level]["who"]]
    before = {name: int(tally(side(page))[name]) for name in by.values()}
    stage(page).get_by_role("button", name=SAID["sv"]["round"], exact=True).click()
    expect(heading(page).filter(has_text=trouble(id_)["name"]["sv"])).to_have_count(0)

    after = {name: int(tally(side(page))[name]) for name in by.values()}
    assert after == {name: count + (name == who) for name, count in before.items()}


def test_every_trouble_is_met_at_one_level_and_counted(page):
    level = "reverse-case-flow"
    met = [one["id"] for one in WORDS["troubles"] if one["answers"][level]["outcome"] == "detour"]
    assert len(met) == 7
    begin(page, level)
    switch_on(page, *met)
    at_step = {
        trouble(id_)["answers"][level]["step"]: id_ for id_ in met if id_ not in {"camera-blocked", "network-lost"}
    }
    for step in LEVELS[level]["care"]["steps"]:
        if step["surface"] == "call":
            break
        if id_ := at_step.pop(step["id"], ""):
            assert meet_trouble(page, level, id_) == SAID["sv"]["round"]
            take_round(page, level, id_)
        if step["actor"] != "machine":
            title, button = told(step, "resident", alone=True)
            expect(heading(page)).to_have_text(title)
            stage(page).get_by_role("button", name=button, exact=True).click()
    assert not at_step

    # In the call the camera is really off, and the figure asks for it; then the call really breaks.
    meet_trouble(page, level, "camera-blocked")
    meet_figure(page, "staff")
    expect(page.locator(".hub-call-fault")).to_contain_text("Kameran går inte att använda.")
    page.wait_for_function(f"() => JSON.stringify({LIVE}) === '[\"audio\"]'")
    take_round(page, level, "camera-blocked")
    meet_trouble(page, level, "network-lost")
    page.wait_for_function(f'() => JSON.stringify({LIVE}) === \'["audio","video"]\'')
    expect(page.locator(".hub-call-state")).to_have_text("Bruten, försöker igen", timeout=ARRIVES_MS)
    take_round(page, level, "network-lost")
    connected(page)
    moves(page)
    leave_figure(page, "staff")
    play({"resident": page}, level, start="note")

    at(page, "Besöket är slut")
    compared(page, level, **{"Handgrepp, vårdpersonalen": 6, "Handgrepp, invånaren": 1})


def test_what_cannot_happen_says_why_and_what_cannot_be_gone_round_ends_the_visit(page):
    level = "framework"
    begin(page, level)
    switch_on(page, "wrong-link", "no-e-id")
    expect(side(page)).to_contain_text(f"Kan inte hända här: {trouble('wrong-link')['answers'][level]['does']['sv']}")
    play({"resident": page}, level, until="resident-login")
    assert meet_trouble(page, level, "no-e-id") == "Ta reservvägen; videobesöket slutar här"
    stage(page).locator("[data-do=round]").click()

    at(page, "Videobesöket slutade i förtid")
    assert int(tally(stage(page))["Inloggningar"]) < figures(level)["Inloggningar"]


# --- The keyboard ----------------------------------------------------------------------------------------------------


def tab_to(page: Page, selector: str) -> None:
    """Go to something by Tab alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"{selector} cannot be reached")


def test_the_keyboard_alone_is_enough_and_each_step_takes_the_focus_and_is_said(page):
    level, steps = "framework", list(by_hand("framework"))
    visit(page, "/prova")
    tab_to(page, ".st-key-demo-begin button")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(steps[0]["says"]["sv"], timeout=ARRIVES_MS)
    for number, step in enumerate(steps):
        if step["surface"] == "call":
            expect(page.locator(".hub-call-heading")).to_be_focused()
            says(page, "Ansluten")
            meet_figure(page, "staff")
            tab_to(page, "[data-control=camera]")
            page.keyboard.press("Space")
            says(page, "Din kamera är av.")
            says_in_the_call(page, "ask-camera", "staff")
            tab_to(page, "[data-control=leave]")
            page.keyboard.press("Enter")
            says_in_the_call(page, "goodbye", "staff")
        else:
            title, _ = told(step, "resident", alone=True)
            at(page, title) if number else None
            tab_to(page, "[data-do=act]")
            page.keyboard.press("Enter" if number % 2 else "Space")
        if number + 1 < len(steps):
            says(page, step["says"]["sv"])
    at(page, "Besöket är slut")
    tab_to(page, ".hub-call-stage a")
    counts = tally(stage(page))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("De fyra nivåerna sida vid sida")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert {name: counts[name] for name in figures(level)} == {
        name: str(count) for name, count in figures(level).items()
    }


# --- Comes back ------------------------------------------------------------------------------------------------------


def test_a_reload_comes_back_to_the_step_and_to_the_call(page):
    begin(page, "inbox")
    play({"resident": page}, "inbox", until="notice")
    address = page.url
    page.reload()
    expect(heading(page)).to_have_text("Invånaren ser aviseringen.", timeout=ARRIVES_MS)
    assert page.url == address
    play({"resident": page}, "inbox", start="notice", until="call")
    connected(page)
    page.reload()

    connected(page)
    moves(page)
    # The line to the room alone may break too.
    sounds(page)
    page.evaluate("window.lines.filter((line) => line.url.includes('/api/call/room')).at(-1).close()")
    expect(page.locator(".hub-call-contact")).to_be_hidden(timeout=ARRIVES_MS)
    moves(page)
    assert page.evaluate("window.peers.length") == 1


def test_a_second_window_takes_the_seat_and_the_first_says_so(page):
    begin(page, "inbox")
    play({"resident": page}, "inbox", until="notice")
    second = page.context.new_page()
    second.add_init_script(COUNT_DEVICES)
    second.goto(page.url)
    expect(heading(second)).to_have_text("Invånaren ser aviseringen.", timeout=ARRIVES_MS)

    expect(page.get_by_role("heading", name="Besöket fortsätter i ett annat fönster")).to_be_focused(timeout=ARRIVES_MS)
    expect(page.get_by_role("link", name="Spela ett besök")).to_have_attribute("href", "/prova")
    play({"resident": second}, "inbox", start="notice", until="wait")


def test_an_address_that_no_longer_holds_leads_on_in_the_app(page):
    visit(page, "/prova?besok=finns__inte")
    expect(page.get_by_role("heading", name="Besöket finns inte längre")).to_be_focused(timeout=ARRIVES_MS)
    page.get_by_role("link", name="Spela ett besök").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Prova ett videobesök")


def test_a_server_that_starts_anew_is_told_of_and_leads_on(fresh, new_context):
    page = new_context(fresh.url).new_page()
    page.context.watch.allow("WebSocket|ERR_|No response|not responding|reaching server|disconnected|Failed to fetch")
    begin(page, "inbox")
    play({"resident": page}, "inbox", until="notice")
    expect(heading(page)).to_have_text("Invånaren ser aviseringen.")
    fresh.kill()
    expect(page.locator(".hub-call-contact")).to_have_text("Ingen kontakt med servern, försöker igen.")
    stage(page).locator("[data-do=act]").click()
    expect(page.get_by_role("alert").filter(has_text="inget")).to_be_visible()
    expect(heading(page)).to_have_text("Invånaren ser aviseringen.")
    fresh.start()

    expect(page.get_by_role("heading", name="Besöket finns inte längre")).to_be_visible(timeout=ARRIVES_MS)
    page.get_by_role("link", name="Spela ett besök").click()
    expect(page.get_by_role("button", name="Börja besöket")).to_be_visible(timeout=ARRIVES_MS)


# --- Into the plan ---------------------------------------------------------------------------------------------------


def asked(level: str) -> list[str]:
    return [question["sv"] for question in QUESTIONS[level]]


def put(page: Page, title: str, count: int) -> None:
    page.get_by_role("button", name="För in dem i planen").click()
    expect(page.get_by_test_id("stToast").last).to_contain_text(f"{count} frågor står nu i planen {title}.")
    still(page)


def stand_once(page: Page, url: str, level: str) -> None:
    visit(page, url)
    for question in asked(level):
        expect(page.get_by_role("checkbox", name=question, exact=True, include_hidden=True)).to_have_count(1)


def test_questions_go_into_a_plan_by_its_link_and_a_second_time_adds_nothing(page):
    url = keep_plan(page, "Frågor med länk")
    visit(page, f"/prova?del=jamfor&egna={write('hop-out')}")
    link = page.get_by_label("Planens länk för att redigera")
    link.fill("https://hub.example.org/plan?id=finnsinte")
    page.get_by_role("button", name="För in dem i planen").click()
    expect(page.get_by_role("alert").filter(has_text="hela länken")).to_be_visible()
    link.fill(url)
    page.get_by_role("checkbox", name=asked("hop-out")[0]).uncheck(force=True)
    put(page, "Frågor med länk", len(asked("hop-out")) - 1)
    for _ in range(2):
        link.fill(url)
        put(page, "Frågor med länk", len(asked("hop-out")))

    stand_once(page, url, "hop-out")


def test_questions_go_into_a_plan_of_ones_own_that_is_chosen(page, server):
    answer = httpx.post(
        f"{server.url}/auth/demo", data={"persona": "maja"}, headers={"origin": server.url}, trust_env=False
    )
    page.context.add_cookies(
        [{"name": "hub_session", "value": answer.cookies["hub_session"], "url": server.url, "httpOnly": True, "sameSite": "Lax"}]
    )  # fmt: skip
    url = keep_plan(page, "Majas plan för frågor")
    visit(page, f"/prova?del=jamfor&egna={write('inbox')}")
    plans, link = (
        page.get_by_role("combobox", name="I vilken plan?"),
        page.get_by_label("Planens länk för att redigera"),
    )
    for way, title, fields in (
        ("ArrowDown", "En annan plan, med dess länk", 1),
        ("ArrowUp", "Majas plan för frågor", 0),
    ):
        for key in (way, way, "Enter"):
            plans.press(key)
        expect(plans).to_have_value(title)
        expect(link).to_have_count(fields)
    put(page, "Majas plan för frågor", len(asked("inbox")))

    stand_once(page, url, "inbox")


def write(level: str) -> str:
    """A run as it stands in an address."""
    return f"{level}_care_75_{'.'.join(step['id'] for step in LEVELS[level]['care']['steps'])}"
