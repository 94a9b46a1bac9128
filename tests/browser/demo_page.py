"""A demo visit as a browser meets it: what is next by the content, how it is played, and whether a call is really seen.

What should happen is read from ``content/visits/`` here by hand, and not by the code that is tested.
"""

import re
from collections.abc import Iterator, Mapping

import yaml
from playwright.sync_api import Locator, Page, expect

from tests.browser.support import ROOT, visit

ARRIVES_MS = 30_000
CONTENT = ROOT / "content" / "visits"
WORDS = yaml.safe_load((CONTENT / "words.yaml").read_text())
_VISITS = {
    level: yaml.safe_load((CONTENT / f"{level}.yaml").read_text())
    for level in ("framework", "hop-out", "inbox", "reverse-case-flow")
}
LEVELS = {level: {each["id"]: each for each in content["variants"]} for level, content in _VISITS.items()}
QUESTIONS = {level: content["questions"] for level, content in _VISITS.items()}
LOGINS = {"staff-login", "login", "service-login"}
SAID = {
    "sv": {
        "begin": "Börja besöket",
        "empty": "Väntrummet är tomt",
        "inside": "Du är i väntrummet",
        "waits": "Olle Exempel är i väntrummet",
        "enter": "Låt Olle Exempel gå in i väntrummet",
        "admit": "Låt Sara Provsson släppa in dig",
        "left": "Lämna samtalet",
        "connected": "Ansluten",
        "over": "Besöket är slut",
        "compare": "Jämför de fyra nivåerna",
        "round": "Ta reservvägen",
    },
    "en": {
        "begin": "Begin the visit",
        "empty": "The waiting room is empty",
        "inside": "You are in the waiting room",
        "waits": "Olle Exempel is in the waiting room",
        "enter": "Let Olle Exempel enter the waiting room",
        "admit": "Let Sara Provsson admit you",
        "left": "Leave the call",
        "connected": "Connected",
        "over": "The visit is over",
        "compare": "Compare the four levels",
        "round": "Take this way round",
    },
}
COUNT_DEVICES = """
window.lent = [];
window.peers = [];
window.lines = [];
window.RTCPeerConnection = class extends RTCPeerConnection { constructor(...more) { super(...more); window.peers.push(this); } };
window.WebSocket = class extends WebSocket { constructor(...more) { super(...more); window.lines.push(this); } };
for (const name of ["getUserMedia", "getDisplayMedia"]) {
  const ask = navigator.mediaDevices?.[name]?.bind(navigator.mediaDevices);
  if (ask) navigator.mediaDevices[name] = async (...more) => { const stream = await ask(...more); window.lent.push(...stream.getTracks()); return stream; };
}
window.said = [];
new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) if (target.matches?.(".hub-call > [aria-live]")) window.said.push(...[...addedNodes].map((line) => line.textContent));
}).observe(document, { subtree: true, childList: true });
"""
"""Holds what the browser lends and opens, and what has been said to those who listen, so that a test can look at it."""
LIVE = "window.lent.filter((track) => track.readyState === 'live').map((track) => track.kind).sort()"
_FRAMES = "video => video.getVideoPlaybackQuality().totalVideoFrames"
_GROWN = "([video, before]) => video.getVideoPlaybackQuality().totalVideoFrames > before + 10"
_PICTURE = """video => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [160, 90];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, 160, 90);
  return pen.getImageData(0, 0, 160, 90).data.filter((_, at) => at % 4 < 3);
}"""
_CHANGED = f"""([video, before]) => {{ const now = ({_PICTURE})(video);
  return now.reduce((all, value, at) => all + (Math.abs(value - before[at]) > 12), 0) > 12; }}"""
_DRAWN = f"""(video) => {{ const now = ({_PICTURE})(video);
  return Math.max(...now) > 100 && Math.max(...now) - Math.min(...now) > 100; }}"""
_LOOKED_MS = 200
"""How often a picture is looked at: at each frame, it would take more of the machine than the call."""
_ENERGY = """async () => [...(await window.peers.at(-1).getStats()).values()]
  .filter((each) => each.type === "inbound-rtp" && each.kind === "audio").reduce((all, each) => all + (each.totalAudioEnergy ?? 0), 0)"""
_SAID = """(text) => { const place = window.said.findIndex((line) => line.includes(text));
  if (place >= 0) window.said.splice(0, place + 1);
  return place >= 0; }"""
_LOUDER = f"async (before) => (await ({_ENERGY})()) > before * 1.001 + 1e-5"


def by_hand(level: str, variant: str = "care") -> Iterator[dict]:
    """The steps of a visit that people do."""
    return (step for step in LEVELS[level][variant]["steps"] if step["actor"] != "machine")


def figures(level: str, variant: str = "care") -> dict[str, int]:
    """What a visit amounts to when all of it has been done."""
    steps = LEVELS[level][variant]["steps"]
    return {
        "Handgrepp, vårdpersonalen": sum(step["actor"] == "staff" for step in steps),
        "Handgrepp, invånaren": sum(step["actor"] == "resident" for step in steps),
        "Automatiska steg": sum(step["actor"] == "machine" for step in steps),
        "Inloggningar": sum(step["surface"] in LOGINS for step in steps),
        "System som passeras": len({step["system"] for step in steps}),
        "Ställen där ett fel kan komma in": sum(bool(step.get("wrong")) for step in steps),
        "– varav för hand": sum(bool(step.get("wrong")) and step["actor"] != "machine" for step in steps),
    }


def tally(place: Locator) -> dict[str, str]:
    """The figures that a page shows."""
    return dict(
        zip(place.locator(".hub-tally dt").all_inner_texts(), place.locator(".hub-tally dd").all_inner_texts(), strict=True)
    )  # fmt: skip


def begin(page: Page, level: str, variant: str = "care", role: str = "resident", *, company: str = "ensam") -> None:
    """Open a room from an address that says what to play."""
    visit(page, f"/prova?niva={level}&start={variant}&roll={role}&sallskap={company}")
    page.get_by_role("button", name=re.compile("^(Börja besöket|Begin the visit)$")).click()
    expect(heading(page)).to_be_visible(timeout=ARRIVES_MS)


def heading(page: Page) -> Locator:
    return page.locator(".hub-call-stage [data-focus]")


def stage(page: Page) -> Locator:
    return page.locator(".hub-call-stage")


def side(page: Page) -> Locator:
    return page.locator(".hub-call-side")


def control(page: Page, name: str) -> Locator:
    return page.locator(f"[data-control={name}]")


def remote(page: Page) -> Locator:
    return page.locator("video.hub-call-remote")


def says(page: Page, text: str) -> None:
    """Wait until something has been said to those who listen, since what this was asked for last."""
    page.wait_for_function(_SAID, arg=text, timeout=ARRIVES_MS)


def at(page: Page, title: str) -> None:
    """Wait until a page has come to a step: its heading is there and has the focus."""
    expect(heading(page)).to_have_text(title, timeout=ARRIVES_MS)
    expect(heading(page)).to_be_focused()


def told(step: dict, role: str, *, alone: bool, language: str = "sv") -> tuple[str, str]:
    """The heading of a step for whoever does it, and what its button says."""
    said = SAID[language]
    if step["surface"] == "waiting-room" and role == "staff" and alone:
        return said["empty"], said["enter"]
    if step["surface"] == "admit":
        return (said["waits"], step["button"][language]) if role == "staff" else (said["inside"], said["admit"])
    return step["says"][language], step["button"][language]


def play(
    pages: Mapping[str, Page], level: str, variant: str = "care", *, start: str = "", until: str = "", language: str = "sv"
) -> None:  # fmt: skip
    """Play from one step to another, each by whoever does it, or all by whoever is alone.

    Args:
        pages: by role; one where somebody plays alone.
        level: which visit.
        variant: how it begins.
        start: the id of the first step; empty for the very first.
        until: the id of a step that is left to be done; empty for the end.
        language: of the pages.
    """
    alone = len(pages) == 1
    steps = list(by_hand(level, variant))
    ids = [step["id"] for step in steps]
    first = ids.index(start) if start else 0
    for step in steps[first : ids.index(until) if until else None]:
        role = step["actor"] if not alone else next(iter(pages))
        title, button = told(step, role, alone=alone, language=language)
        expect(heading(pages[role])).to_have_text(title, timeout=ARRIVES_MS)
        stage(pages[role]).get_by_role("button", name=button, exact=True).click()


def connected(page: Page, language: str = "sv") -> None:
    expect(page.locator(".hub-call-state")).to_have_text(SAID[language]["connected"], timeout=ARRIVES_MS)


def moves(page: Page) -> None:
    """Wait until the other's picture is there, is no single colour, and changes."""
    video = remote(page)
    expect(page.locator(".hub-call-frame")).to_have_attribute("data-seen", "true", timeout=ARRIVES_MS)
    page.wait_for_function(_GROWN, arg=[video.element_handle(), video.evaluate(_FRAMES)], timeout=ARRIVES_MS)
    # The first pictures of a call may be pale, while the line is being felt out.
    page.wait_for_function(_DRAWN, arg=video.element_handle(), timeout=ARRIVES_MS, polling=_LOOKED_MS)
    # It stays in the page: taken out and sent back, its 43,200 numbers would cost more than the call.
    before = video.evaluate_handle(_PICTURE)
    page.wait_for_function(_CHANGED, arg=[video.element_handle(), before], timeout=ARRIVES_MS, polling=_LOOKED_MS)


def sounds(page: Page) -> None:
    """Wait until something is heard of the other."""
    page.wait_for_function(_LOUDER, arg=page.evaluate(_ENERGY), timeout=ARRIVES_MS)


def says_in_the_call(page: Page, clip: str, role: str, language: str = "sv") -> None:
    """Wait until the recorded figure says what a clip holds."""
    expect(page.locator(".hub-call-caption")).to_have_text(
        WORDS["counterpart"][clip][role][language], timeout=ARRIVES_MS
    )


def meet_figure(page: Page, other: str, language: str = "sv") -> None:
    """Be in the call: the figure is seen, heard and captioned."""
    connected(page, language)
    says_in_the_call(page, "greet", other, language)
    moves(page)
    sounds(page)


def leave_figure(page: Page, other: str, language: str = "sv") -> None:
    """Leave the call, which is over when the figure has said goodbye."""
    control(page, "leave").click()
    says_in_the_call(page, "goodbye", other, language)
    expect(page.locator(".hub-call-surface")).to_be_visible()
    sounds(page)
    expect(page.locator(".hub-call-surface")).to_have_count(0, timeout=ARRIVES_MS)
    assert page.evaluate(LIVE) == []


def compared(page: Page, level: str, **detours: int) -> None:
    """See at the end, and beside the other levels, what the visit amounted to: its steps, and ways round by name."""
    expected = {name: count + detours.get(name, 0) for name, count in figures(level).items()}
    seen = tally(stage(page))
    assert {name: seen[name] for name in expected} == {name: str(count) for name, count in expected.items()}
    assert re.fullmatch(r"(\d+ min )?\d+ s", seen["Ditt stoppur, i den här demon"])

    stage(page).get_by_role("link", name=SAID["sv"]["compare"]).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("De fyra nivåerna sida vid sida", timeout=ARRIVES_MS)
    column = list(LEVELS).index(level)
    rows = page.locator(".hub-compare-visits").first.locator("tbody tr")
    for name, count in expected.items():
        cells = rows.filter(has=page.get_by_role("rowheader", name=name, exact=True)).locator("td")
        expect(cells.nth(column)).to_have_text(f"{figures(level)[name]} ditt: {count}")
        assert cells.all_inner_texts()[column - 1] == str(figures(list(LEVELS)[column - 1])[name])
