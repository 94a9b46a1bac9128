"""A moderator's day in the browser: from a report that shows by itself to the log that holds all that was done."""

import re

from playwright.sync_api import Page, expect

from tests.browser.support import still, visit
from tests.browser.test_forum import REPLY, ask, faults, member, reply

__all__ = ["member"]


def said(page: Page):
    return page.locator(".hub-said")


def done(page: Page, words: str) -> None:
    """See that a sentence says what was done, and that the focus is there."""
    expect(said(page)).to_contain_text(words)
    expect(said(page)).to_be_focused()


def measure(page: Page, number: int, words: str) -> None:
    """Choose a measure in the menu of a post."""
    post = page.locator(f"#inlagg-{number}")
    post.get_by_text("Moderera", exact=False).first.click()
    post.get_by_role("link", name=words).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    still(page)


def test_a_moderators_day(member):  # noqa: PLR0915 - one journey
    """Maja reports what Cesar wrote; Mona hides it, shows it, notes, moves, locks, suspends, lifts, and reads the log."""
    maja, cesar = member("maja"), member("cesar")
    mona = member("mona", viewport={"width": 390, "height": 844})
    ask(maja, "Vem har prövat uthopp?")
    thread = maja.url
    visit(cesar, thread)
    reply(cesar, "Köp vår lösning, den är billigast.")
    visit(mona, "/forum?vy=anmalda")
    expect(mona.get_by_text("Inget väntar.")).to_be_visible()

    # Maja forgets to say why; then her report shows in the queue by itself.
    visit(maja, thread)
    maja.locator("#inlagg-2").get_by_role("link", name="Anmäl").click()
    expect(maja.get_by_role("heading", level=1)).to_have_text("Anmäl ett inlägg")
    still(maja)
    maja.get_by_role("button", name="Anmäl").click()
    expect(maja.get_by_role("alert")).to_contain_text("Skriv något först")
    assert faults(maja) == []
    maja.get_by_label("Vad hör inte hemma här").fill("Reklam för en leverantör")
    maja.get_by_role("button", name="Anmäl").click()
    done(maja, "Tack.")
    expect(mona.get_by_text("1 inlägg väntar på svar.")).to_be_visible()
    case = mona.get_by_role("region", name="Inlägg 2 i Vem har prövat uthopp?")
    expect(case).to_contain_text("Reklam för en leverantör")
    expect(case).to_contain_text("Demo: Maja")
    still(mona)
    assert faults(mona) == []

    # She hides it without a reason first, and is told; then with one, which Cesar sees.
    case.get_by_text("Dölj inlägget").first.click()
    case.get_by_role("button", name="Dölj inlägget").click()
    expect(mona.get_by_role("alert")).to_contain_text("Skriv något först")
    mona.get_by_role("alert").get_by_role("link").click()
    expect(mona.get_by_label("Skäl, som").first).to_be_focused()
    mona.get_by_label("Skäl, som").first.fill("Reklam hör inte hemma här")
    case.get_by_role("button", name="Dölj inlägget").click()
    done(mona, "Det är dolt.")
    expect(mona.get_by_text("Inget väntar.")).to_be_visible()
    visit(cesar, thread)
    expect(cesar.locator("#inlagg-2")).to_contain_text("Reklam hör inte hemma här")
    visit(maja, thread)
    expect(maja.locator("#inlagg-1")).to_be_visible()
    expect(maja.get_by_text("den är billigast")).to_have_count(0)

    # That was hard: she takes it back, and sets a note instead.
    said(mona).get_by_role("button", name="Ångra").click()
    done(mona, "Allt är som det var innan.")
    visit(mona, thread)
    expect(mona.locator("#inlagg-2")).to_contain_text("den är billigast")
    measure(mona, 2, "Sätt en anmärkning under inlägget")
    mona.get_by_label("Anmärkningen, som alla ser").fill("Skriv vad ni själva har prövat.")
    mona.get_by_role("button", name="Sätt en anmärkning").click()
    done(mona, "Anmärkningen står under inlägget.")
    expect(maja.locator("#inlagg-2")).to_contain_text("Skriv vad ni själva har prövat.")
    still(mona)
    assert faults(mona) == []

    # She moves the thread, and locks it, which all who read it see the reason of.
    measure(mona, 1, "Flytta tråden")
    mona.get_by_label("Till vilken kategori").select_option("procurement")
    mona.get_by_label("Skäl, som").fill("Handlar om upphandling")
    mona.get_by_role("button", name="Flytta tråden").click()
    done(mona, "Tråden är flyttad.")
    measure(mona, 1, "Lås tråden")
    mona.get_by_label("Skäl, som alla").fill("Frågan är utredd")
    mona.get_by_role("button", name="Lås tråden").click()
    done(mona, "Tråden är låst.")
    visit(maja, thread)
    expect(maja.get_by_text("Skäl: Frågan är utredd")).to_be_visible()
    said(mona).get_by_role("button", name="Ångra").click()
    done(mona, "Allt är som det var innan.")

    # Cesar is writing when he is suspended: he is told why and until when, and keeps what he has typed.
    visit(cesar, thread)
    cesar.locator(REPLY).fill("Jag har en sak till att säga.")
    measure(mona, 2, "Stäng av den som skrev")
    mona.get_by_label("7 dagar").check()
    mona.get_by_label("Skäl, som").fill("Reklam trots anmärkning")
    mona.get_by_role("button", name="Stäng av den som skrev").click()
    expect(mona.get_by_role("alert")).to_contain_text("Bocka i rutan")
    expect(mona.get_by_label("Skäl, som")).to_have_value("Reklam trots anmärkning")
    expect(mona.get_by_label("7 dagar")).to_be_checked()
    mona.get_by_label("Ja, stäng av den som skrev").check()
    mona.get_by_role("button", name="Stäng av den som skrev").click()
    done(mona, "kan inte längre skriva i forumet")
    cesar.get_by_role("button", name="Skicka svaret").click()
    expect(cesar.locator(".hub-editor-problem")).to_contain_text(
        re.compile("Du kan inte skriva i forumet förrän .* Reklam trots anmärkning")
    )
    expect(cesar.locator(REPLY)).to_have_value("Jag har en sak till att säga.")
    visit(cesar, "/forum?vy=regler")
    expect(cesar.get_by_text("Du kan inte skriva i forumet förrän")).to_be_visible()
    expect(cesar.get_by_role("heading", name="Det som gäller det du har skrivit")).to_be_visible()
    assert faults(cesar) == []

    # She lifts it from the queue, and he sends what he had written.
    visit(mona, "/forum?vy=anmalda")
    mona.get_by_role("button", name=re.compile("Häv.*Cesar")).click()
    done(mona, "Avstängningen är hävd.")
    visit(cesar, thread)
    expect(cesar.locator(REPLY)).to_have_value("Jag har en sak till att säga.")
    cesar.get_by_role("button", name="Skicka svaret").click()
    expect(cesar.locator("#inlagg-3")).to_contain_text("en sak till")

    # The log holds all of it; to a member it is closed, who sees only how many there were.
    mona.get_by_role("link", name="Åtgärdsloggen").click()
    rows = mona.locator(".hub-trail tbody tr")
    expect(rows.nth(7)).to_contain_text("Reklam hör inte hemma här")
    assert rows.locator("td:nth-child(3)").all_inner_texts()[:8] == [
        "Vad: Hävde en avstängning", "Vad: Stängde av från att skriva: 7 dagar", "Vad: Låste upp tråden",
        "Vad: Låste tråden", "Vad: Flyttade tråden: Nivåer → Upphandling", "Vad: Satte en anmärkning",
        "Vad: Visade igen", "Vad: Dolde",
    ]  # fmt: skip
    assert faults(mona) == []
    visit(maja, "/forum?vy=logg")
    expect(maja.get_by_role("heading", level=1)).to_have_text("Moderering av forumet")
    visit(maja, "/forum?vy=regler")
    expect(maja.get_by_role("heading", name="Vad moderatorerna har gjort")).to_be_visible()
    assert faults(maja) == []
