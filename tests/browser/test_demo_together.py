"""A demo visit of two: one in the app, the other by the link on a telephone, with a call between their browsers."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.conftest import _open
from tests.browser.demo_page import (
    ARRIVES_MS,
    COUNT_DEVICES,
    LIVE,
    at,
    begin,
    connected,
    control,
    figures,
    heading,
    moves,
    play,
    remote,
    says,
    side,
    sounds,
    stage,
    tally,
)  # fmt: skip

TELEPHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
NAMES = {"resident": "Olle Exempel", "staff": "Sara Provsson"}
GONE_WITHIN_MS = 5_000


def counted(context: BrowserContext) -> Page:
    context.add_init_script(COUNT_DEVICES)
    return context.new_page()


def met(
    mine: Page, theirs: Page, level: str, variant: str = "care", role: str = "staff", until: str = ""
) -> dict[str, Page]:
    """Let one begin in the app, and the other come by the link that is handed over."""
    other = "resident" if role == "staff" else "staff"
    begin(mine, level, variant, role, company="tva")
    link = side(mine).locator(".hub-visit-share code")
    expect(side(mine).get_by_role("img", name="Länken som QR-kod")).to_be_visible()
    theirs.goto(link.inner_text())
    expect(heading(theirs)).to_be_visible(timeout=ARRIVES_MS)
    says(mine, f"{NAMES[other]} är ansluten")
    expect(link).to_have_count(0)
    pages = {role: mine, other: theirs}
    if until:
        play(pages, level, variant, until=until)
    return pages


@pytest.fixture
def meet(new_context) -> Callable[..., dict[str, Page]]:
    return lambda *visit, **more: met(counted(new_context()), counted(new_context(**TELEPHONE)), *visit, **more)


class Talk:
    """A call of two that goes on from test to test; who is no longer in it comes back."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.contexts = {"staff": _open(browser, origin), "resident": _open(browser, origin, **TELEPHONE)}
        self.pages = met(*(counted(context) for context in self.contexts.values()), "framework", until="call")
        self.addresses = {role: page.url for role, page in self.pages.items()}

    def go_on(self) -> dict[str, Page]:
        """Have both in the call."""
        for role, page in self.pages.items():
            if page.is_closed() or page.url != self.addresses[role]:
                self.come_back(role)
        in_call(self.pages)
        return self.pages

    def come_back(self, role: str) -> None:
        """Open the page of a role anew."""
        self.pages[role] = self.contexts[role].new_page()
        self.pages[role].goto(self.addresses[role])


@pytest.fixture(scope="module")
def talk(browser, server) -> Iterator[Talk]:
    made = Talk(browser, server.url)
    yield made
    for context in made.contexts.values():
        context.close()
        context.watch.check()


def in_call(pages: dict[str, Page]) -> None:
    for page in pages.values():
        connected(page)
    for page in pages.values():
        moves(page)


def write(page: Page, text: str) -> None:
    if control(page, "chat").get_attribute("aria-expanded") == "false":
        control(page, "chat").click()
    page.get_by_label("Skriv ett meddelande").fill(text)
    page.keyboard.press("Enter")


def mark_time(page: Page, text: str) -> None:
    """Note by the page's own clock when something is said to those who listen."""
    page.evaluate(
        """(text) => { window.saidAt = 0; window.since = performance.now();
          new MutationObserver(() => { if (!window.saidAt && document.querySelector(".hub-call > [aria-live]").textContent.includes(text)) window.saidAt = performance.now(); })
            .observe(document.querySelector(".hub-call > [aria-live]"), { subtree: true, childList: true }); }""",
        text,
    )


def took_ms(page: Page) -> float:
    return page.wait_for_function(
        "() => window.saidAt && window.saidAt - window.since", timeout=ARRIVES_MS
    ).json_value()


def test_two_play_a_visit_from_the_link_to_the_end(meet):
    pages = meet("inbox", until="admit")
    staff, resident = pages["staff"], pages["resident"]

    # In the waiting room each sees only themselves.
    expect(heading(resident)).to_have_text("Du är i väntrummet")
    expect(stage(staff)).to_contain_text("Kom alldeles nyss")
    for page in pages.values():
        expect(page.locator(".hub-call-self video")).to_be_visible(timeout=ARRIVES_MS)
        expect(remote(page)).to_be_hidden()
    assert stage(resident).locator("[data-do]").count() == 0
    play(pages, "inbox", start="admit", until="call")
    in_call(pages)
    for page in pages.values():
        sounds(page)

    # Both write, and one shares a screen.
    write(resident, "Hör du mig?")
    says(staff, "Meddelande från Olle Exempel: Hör du mig?")
    write(staff, "Ja, bra.")
    expect(resident.locator(".hub-call-log li")).to_have_text(["DuHör du mig?", "Sara ProvssonJa, bra."])
    expect(staff.locator(".hub-call-log li")).to_have_text(["Olle ExempelHör du mig?", "DuJa, bra."])
    control(staff, "share").click()
    says(resident, "Sara Provsson delar en skärm.")
    resident.wait_for_function(
        "video => video.videoWidth > 640", arg=remote(resident).element_handle(), timeout=ARRIVES_MS
    )
    control(staff, "share").click()
    says(resident, "Sara Provsson delar inte längre någon skärm.")
    control(resident, "microphone").click()
    says(staff, "Olle Exempel har mikrofonen av.")

    # Sent back to wait, and let in once more.
    stage(staff).get_by_role("button", name="Skicka tillbaka till väntrummet").click()
    at(resident, "Du är i väntrummet")
    expect(remote(resident)).to_be_hidden()
    play(pages, "inbox", start="admit", until="call")
    in_call(pages)

    # The resident steps out and comes back; staff end it for both.
    control(resident, "leave").click()
    at(resident, "Du har lämnat samtalet")
    assert resident.evaluate(LIVE) == []
    expect(staff.locator(".hub-call-state")).not_to_have_text("Ansluten", timeout=ARRIVES_MS)
    stage(resident).get_by_role("button", name="Gå tillbaka in i samtalet").click()
    in_call(pages)
    control(staff, "leave").click()
    play(pages, "inbox", start="note")

    for page in pages.values():
        at(page, "Besöket är slut")
        assert page.evaluate(LIVE) == []
        seen = tally(stage(page))
        assert seen["Handgrepp, vårdpersonalen"] == str(figures("inbox")["Handgrepp, vårdpersonalen"] + 1)
        assert seen["Inloggningar"] == str(figures("inbox")["Inloggningar"])
    stage(resident).get_by_role("link", name="Jämför de fyra nivåerna").click()
    expect(resident.get_by_role("heading", level=1)).to_have_text("De fyra nivåerna sida vid sida", timeout=ARRIVES_MS)


def test_two_play_a_visit_that_the_resident_begins(meet):
    pages = meet("hop-out", "resident-drops-in", "resident", until="call")
    in_call(pages)
    control(pages["staff"], "leave").click()
    play(pages, "hop-out", "resident-drops-in", start="record-login")

    for page in pages.values():
        at(page, "Besöket är slut")
        seen = tally(stage(page))
        assert {name: seen[name] for name in figures("hop-out", "resident-drops-in")} == {
            name: str(number) for name, number in figures("hop-out", "resident-drops-in").items()
        }


def test_whoever_is_not_let_in_is_told_what_to_do(meet):
    pages = meet("framework", until="admit")
    stage(pages["staff"]).get_by_role("button", name="Släpp inte in").click()

    for page in pages.values():
        at(page, "Invånaren släpptes inte in")
        expect(stage(page)).to_contain_text("ringa mottagningen")
        assert page.evaluate(LIVE) == []


def test_the_page_of_a_link_leads_on_when_the_server_starts_anew(fresh, new_context):
    contexts = [new_context(fresh.url), new_context(fresh.url, **TELEPHONE)]
    for context in contexts:
        context.watch.allow(
            "WebSocket|ERR_|No response|not responding|reaching server|disconnected|Failed to fetch|404"
        )
    staff, resident = (context.new_page() for context in contexts)
    begin(staff, "framework", role="staff", company="tva")
    resident.goto(side(staff).locator(".hub-visit-share code").inner_text())
    expect(heading(resident)).to_be_visible(timeout=ARRIVES_MS)
    address = resident.url
    fresh.kill()
    expect(resident.locator(".hub-call-contact")).to_have_text("Ingen kontakt med servern, försöker igen.")
    fresh.start()

    expect(resident.get_by_role("heading", name="Besöket finns inte längre")).to_be_focused(timeout=ARRIVES_MS)
    answer = resident.goto(address)
    assert answer.status == 404
    expect(resident.get_by_role("heading", level=1)).to_have_text("Besöket är slut")
    resident.get_by_role("link", name=re.compile("spela|prova", re.IGNORECASE)).last.click()
    expect(resident.get_by_role("heading", level=1)).to_have_text("Prova ett videobesök", timeout=ARRIVES_MS)


# In one call, which goes on to the end of this file and costs half a core as long as it does.


def test_a_camera_that_is_blocked_and_a_network_that_is_lost_are_met_by_both_in_the_call(talk):
    pages = talk.go_on()
    staff, resident = pages["staff"], pages["resident"]
    side(staff).get_by_text("Slå på en störning").click()
    side(staff).get_by_role("button", name="Kameran är spärrad").click()
    for page in pages.values():
        at(page, "Kameran är spärrad")
    expect(resident.locator(".hub-call-fault")).to_contain_text("Kameran går inte att använda.")
    says(staff, "Olle Exempel har kameran av.")
    assert resident.evaluate(LIVE) == ["audio"]
    stage(resident).get_by_role("button", name="Ta reservvägen").click()
    moves(staff)

    side(staff).get_by_role("button", name="Nätet försvinner").click()
    for page in pages.values():
        at(page, "Nätet försvinner")
        expect(page.locator(".hub-call-state")).to_have_text("Bruten, försöker igen", timeout=ARRIVES_MS)
    stage(staff).get_by_role("button", name="Ta reservvägen").click()
    in_call(pages)


@pytest.mark.parametrize("role", ["staff", "resident"], ids=["in the app", "by the link"])
def test_a_reload_comes_back_into_the_call(talk, role):
    pages = talk.go_on()
    pages[role].reload()

    in_call(pages)
    assert pages[role].url == talk.addresses[role]


def test_a_second_window_takes_the_seat_in_the_call_and_the_first_says_so(talk):
    first = talk.go_on()["resident"]
    talk.come_back("resident")

    expect(first.get_by_role("heading", name="Besöket fortsätter i ett annat fönster")).to_be_focused(
        timeout=ARRIVES_MS
    )
    assert first.evaluate(LIVE) == []
    in_call(talk.pages)
    first.close()


def kill(page: Page) -> None:
    page.close(run_before_unload=False)


def crash(page: Page) -> None:
    page.context.watch.allow("chrome://crash")
    with suppress(Error), page.expect_event("crash"):
        page.goto("chrome://crash")


@pytest.mark.parametrize("end", [kill, crash])
def test_a_tab_that_ends_is_noticed_within_5_seconds_and_may_come_back(talk, end):
    pages = talk.go_on()
    staff = pages["staff"]
    mark_time(staff, "Olle Exempel är inte ansluten")
    end(pages["resident"])

    assert took_ms(staff) < GONE_WITHIN_MS
    expect(staff.locator(".hub-call-state")).to_have_text("Väntar på Olle Exempel", timeout=ARRIVES_MS)
    talk.come_back("resident")
    in_call(talk.pages)
