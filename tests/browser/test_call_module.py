"""The call module in real browsers, with fake devices, against a room that does what it is told."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.support import Server, Watch, still, visit

CALL = {"phase": "call", "stage": "", "focus": True}
NO_CONTACT = "WebSocket|ERR_CONNECTION"
COLOUR = """video => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [16, 9];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, 16, 9);
  const all = pen.getImageData(0, 0, 16, 9).data;
  const mean = (place) => { let sum = 0; for (let at = place; at < all.length; at += 4) sum += all[at]; return sum / (all.length / 4); };
  return [mean(0), mean(1), mean(2)];
}"""
GREEN = f"video => {{ const [red, green, blue] = ({COLOUR})(video); return video.videoWidth > 0 && green > 90 && green > red + 40 && green > blue + 40; }}"
FRAMES = "video => video.getVideoPlaybackQuality().totalVideoFrames"
LOOKED_MS = 200
GROWN = "([video, before]) => video.getVideoPlaybackQuality().totalVideoFrames > before + 10"
# What the browser lends is counted, so that a test can say that every light is off again.
COUNT_DEVICES = """
window.lent = [];
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection { constructor(...more) { super(...more); window.peers.push(this); } };
for (const name of ["getUserMedia", "getDisplayMedia"]) {
  const ask = navigator.mediaDevices?.[name]?.bind(navigator.mediaDevices);
  if (ask) navigator.mediaDevices[name] = async (...more) => { const stream = await ask(...more); window.lent.push(...stream.getTracks()); return stream; };
}
"""
LIVE = "window.lent.filter((track) => track.readyState === 'live').map((track) => track.kind).sort()"


class Fake:
    """The server of ``call_app.py`` and one room in it."""

    def __init__(self, server: Server, room: str) -> None:
        self.server = server
        self.room = room

    def ask(self, **what) -> None:
        httpx.post(f"{self.server.url}/fake/{self.room}", json=what, trust_env=False).raise_for_status()

    def show(self, role: str | None = None, **shown) -> None:
        """Change what one is shown, or both."""
        self.ask(show=shown, **({"role": role} if role else {}))

    def say(self, role: str, **message) -> None:
        self.ask(role=role, say=message)

    def told(self) -> dict:
        return httpx.get(f"{self.server.url}/fake/{self.room}", trust_env=False).json()

    def sent(self, kind: str, role: str | None = None) -> list[dict]:
        return [one for one in self.told()["sent"] if one["kind"] == kind and role in {None, one["role"]}]

    def address(self, role: str, language: str = "sv") -> str:
        return f"/?besok={self.room}-{role}&lang={language}"


@pytest.fixture(scope="module")
def meeting(tmp_path_factory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("var"), script="tests/browser/call_app.py").start()
    yield server
    server.close()


@pytest.fixture
def fake(meeting, request) -> Fake:
    return Fake(meeting, re.sub(r"\W+", "", request.node.name)[-60:])


@pytest.fixture
def someone(browser, meeting) -> Iterator[Callable[..., BrowserContext]]:
    """Open a window of somebody's own; what no page may do is watched."""
    opened: list[BrowserContext] = []

    def make(on=browser, script="", **options) -> BrowserContext:
        context = on.new_context(
            **{
                "base_url": meeting.url,
                "locale": "sv-SE",
                "viewport": {"width": 1280, "height": 900},
                "color_scheme": "light",
                **options,
            }
        )
        if script:
            context.add_init_script(script)
        context.add_init_script(COUNT_DEVICES)
        context.watch = Watch(context, meeting.url)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
        context.watch.check()


@pytest.fixture
def join(someone, fake) -> Callable[..., Page]:
    """Come to the room in a role, in a window of one's own, and press something there."""

    def make(role: str, *, language: str = "sv", press: bool = True, **options) -> Page:
        page = someone(**options).new_page()
        page.goto(fake.address(role, language))
        expect(page.locator(".hub-call")).to_be_visible()
        if press:
            page.locator("h1").click()
        return page

    return make


@pytest.fixture
def pair(fake, join) -> tuple[Page, Page]:
    """Two who have met."""
    resident, staff = join("resident"), join("staff")
    fake.show(**CALL)
    for page in (resident, staff):
        connected(page)
    return resident, staff


def connected(page: Page) -> None:
    expect(page.locator(".hub-call-state")).to_have_text("Ansluten", timeout=20_000)


def control(page: Page, name: str):
    return page.locator(f"[data-control={name}]")


def remote(page: Page):
    return page.locator("video.hub-call-remote")


def heard(page: Page) -> str:
    return page.locator(".hub-call > [aria-live]").inner_text()


def says(page: Page, text: str) -> None:
    """Wait until something has been said to those who listen."""
    expect(page.locator(".hub-call > [aria-live]")).to_contain_text(text)


def flows(page: Page) -> None:
    """Wait until the other's picture moves and is not dark."""
    video = remote(page)
    before = video.evaluate(FRAMES)
    page.wait_for_function(GROWN, arg=[video.element_handle(), before], timeout=20_000)
    page.wait_for_function(GREEN, arg=video.element_handle(), timeout=20_000, polling=LOOKED_MS)


def is_seen(page: Page, *, seen: bool = True) -> None:
    expect(page.locator(".hub-call-frame")).to_have_attribute("data-seen", str(seen).lower(), timeout=20_000)


# Two who meet


def test_two_see_each_other_and_the_pictures_move(pair):
    for page in pair:
        is_seen(page)
        flows(page)


def test_both_may_seek_a_new_way_at_once(pair):
    # A picture stands still for good in Chromium if one of two offers that cross is taken back.
    way = "/ufrag:(.+)/.exec(window.peers.at(-1).localDescription.sdp)[1]"
    before = [page.evaluate(way) for page in pair]
    for page in pair:
        page.evaluate("window.peers.at(-1).restartIce()")
    for page, old in zip(pair, before, strict=True):
        page.wait_for_function(
            f"old => {way} !== old && window.peers.at(-1).signalingState === 'stable' && window.peers.at(-1).connectionState === 'connected'",
            arg=old,
        )
    for page in pair:
        flows(page)

    assert [page.evaluate("window.peers.length") for page in pair] == [1, 1]


def test_the_one_who_asks_is_answered_with_a_new_way(pair):
    resident, staff = pair
    way = "/ufrag:(.+)/.exec(window.peers.at(-1).localDescription.sdp)[1]"
    before = staff.evaluate(way)
    resident.evaluate("window.peers.at(-1).restartIce()")

    staff.wait_for_function(f"old => {way} !== old", arg=before)
    for page in pair:
        flows(page)


@pytest.mark.parametrize("place", [0, 1], ids=["the one who asks", "the one who offers"])
def test_a_reload_in_the_middle_comes_back_to_the_call(pair, place):
    pair[place].reload()

    for page in pair:
        connected(page)
        flows(page)


def test_a_closed_tab_is_noticed(pair):
    resident, staff = pair
    resident.close()

    expect(staff.locator(".hub-call-state")).to_have_text("Väntar på Olle", timeout=5_000)
    is_seen(staff, seen=False)
    expect(staff.locator(".hub-call-hint")).to_contain_text("Går det inte, ring 010-000 00 00")


def test_who_leaves_turns_everything_off_and_comes_back_as_the_server_says(pair, fake):
    resident, staff = pair
    control(resident, "leave").click()

    expect(resident.locator(".hub-call-stage h2")).to_be_focused()
    expect(resident.locator(".hub-call-surface")).to_have_count(0)
    assert resident.evaluate(LIVE) == []
    expect(staff.locator(".hub-call-state")).to_have_text(re.compile("Väntar|Bruten"), timeout=15_000)

    fake.show("resident", **CALL)

    for page in pair:
        connected(page)
        flows(page)


def test_the_call_goes_on_while_the_server_is_away(pair, fake):
    resident, _ = pair
    for page in pair:
        page.context.watch.allow(NO_CONTACT)
    fake.ask(drop="closed")
    expect(resident.locator(".hub-call-contact")).to_have_text("Ingen kontakt med servern, försöker igen.")
    flows(resident)
    control(resident, "chat").click()
    resident.get_by_label("Skriv ett meddelande").fill("Hörs detta?")
    resident.keyboard.press("Enter")
    fake.ask(open=True)

    for page in pair:
        expect(page.locator(".hub-call-contact")).to_be_hidden(timeout=20_000)
        connected(page)
        flows(page)
    expect(pair[1].locator(".hub-call-badge")).to_have_text("1")
    assert [page.evaluate("window.peers.length") for page in pair] == [1, 1]


# What is said and shown


def test_the_microphone_turned_off_is_told_to_both(pair):
    resident, staff = pair
    resident.get_by_role("button", name="Stäng av mikrofonen").click()

    says(resident, "Din mikrofon är av.")
    says(staff, "Olle har mikrofonen av.")
    expect(staff.locator(".hub-call-plate")).to_have_text("Olle, invånare · Mikrofonen av")
    assert not resident.evaluate("window.lent.find((track) => track.kind === 'audio').enabled")

    resident.get_by_role("button", name="Slå på mikrofonen").click()

    says(staff, "Olle har slagit på mikrofonen.")
    expect(staff.locator(".hub-call-plate")).to_be_hidden()


def test_the_camera_turned_off_is_dark_for_both_and_comes_back(pair):
    resident, staff = pair
    resident.get_by_role("button", name="Stäng av kameran").click()

    says(staff, "Olle har kameran av.")
    is_seen(staff, seen=False)
    expect(staff.locator(".hub-call-empty")).to_contain_text("Olle har kameran av.")
    assert resident.evaluate(LIVE) == ["audio"]

    resident.get_by_role("button", name="Slå på kameran").click()

    is_seen(staff)
    flows(staff)


def test_what_is_written_comes_straight_to_the_other_and_is_counted(pair, fake):
    resident, staff = pair
    control(staff, "chat").click()
    expect(staff.get_by_label("Skriv ett meddelande")).to_be_focused()
    for text in ("Hej Olle.", "Hör du mig?"):
        staff.get_by_label("Skriv ett meddelande").fill(text)
        staff.keyboard.press("Enter")
    says(resident, "Meddelande från Sara: Hör du mig?")
    expect(resident.get_by_role("button", name="Chatt , 2 olästa")).to_be_visible()

    control(resident, "chat").click()
    resident.get_by_label("Skriv ett meddelande").fill("<b>Ja</b>, bra.")
    resident.get_by_role("button", name="Skicka").click()

    expect(resident.locator(".hub-call-log li")).to_have_text(["SaraHej Olle.", "SaraHör du mig?", "Du<b>Ja</b>, bra."])
    expect(staff.locator(".hub-call-log li").last).to_have_text("Olle<b>Ja</b>, bra.")
    expect(resident.locator(".hub-call-badge")).to_be_hidden()
    assert fake.sent("chat") == []
    resident.keyboard.press("Escape")
    expect(control(resident, "chat")).to_be_focused()


def test_a_shared_screen_is_seen_until_the_browsers_own_bar_ends_it(pair):
    resident, staff = pair
    staff.get_by_role("button", name="Dela skärmen").click()

    says(resident, "Sara delar en skärm.")
    resident.wait_for_function("video => video.videoWidth > 640", arg=remote(resident).element_handle(), timeout=20_000)
    assert max(remote(resident).evaluate(COLOUR)) > 0
    expect(staff.locator(".hub-call-self")).to_contain_text("Du delar din skärm")

    # What the browser's bar does cannot be pressed from here; this is how the page hears of it.
    staff.evaluate(
        "(() => { const track = window.lent.at(-1); track.stop(); track.dispatchEvent(new Event('ended')); })()"
    )

    says(resident, "Sara delar inte längre någon skärm.")
    expect(staff.get_by_role("button", name="Dela skärmen")).to_be_visible()
    resident.wait_for_function("video => video.videoWidth <= 640", arg=remote(resident).element_handle())
    flows(resident)


def test_where_screens_cannot_be_shared_nothing_offers_it(fake, join):
    page = join("resident", script="if (window.MediaDevices) delete MediaDevices.prototype.getDisplayMedia;")
    fake.show(**CALL)

    expect(control(page, "leave")).to_be_visible()
    expect(control(page, "share")).to_be_hidden()


def test_sound_that_the_browser_holds_back_is_asked_for_with_one_button(fake, join):
    silent = """(() => { const play = HTMLMediaElement.prototype.play; let pressed = false;
      addEventListener("click", (event) => { pressed ||= Boolean(event.target.closest?.(".hub-call-sound")); }, true);
      HTMLMediaElement.prototype.play = function () { return pressed || this.muted ? play.call(this) : Promise.reject(new DOMException("press first", "NotAllowedError")); }; })();"""
    resident, staff = join("resident", script=silent), join("staff")
    fake.show(**CALL)
    connected(staff)
    button = resident.get_by_role("button", name="Slå på ljudet")
    says(resident, "Webbläsaren har hållit ljudet avstängt.")
    button.click()

    expect(button).to_be_hidden()
    flows(resident)


def test_what_takes_long_says_so_and_what_else_one_can_do(fake, join):
    page = join("resident")
    fake.show("resident", **CALL | {"call": {"present": True}})
    expect(page.locator(".hub-call-state")).to_have_text("Ansluter")

    expect(page.locator(".hub-call-hint")).to_contain_text("Det tar längre tid än vanligt.", timeout=12_000)
    expect(page.locator(".hub-call-hint")).to_contain_text("ring 010-000 00 00")


# The recorded counterpart


@pytest.fixture
def alone(fake, join) -> Page:
    page = join("resident")
    fake.show("resident", **CALL | {"call": {"with": "clip"}})
    connected(page)
    return page


def test_the_counterpart_is_seen_and_nothing_of_oneself_is_sent(alone):
    flows(alone)
    is_seen(alone)

    sent = "(async () => [...(await window.peers.at(-1).getStats()).values()].filter((each) => each.type === 'outbound-rtp').length)()"
    assert alone.evaluate(sent) == 0
    expect(alone.locator(".hub-call-surface")).to_contain_text(
        "Din egen bild och ditt ljud stannar i den här webbläsaren"
    )


def test_captions_are_shown_until_they_are_turned_off(alone, fake):
    captions = alone.get_by_role("button", name="Undertexter")
    fake.say("resident", kind="caption", text="Hej och välkommen.")
    expect(alone.locator(".hub-call-caption")).to_have_text("Hej och välkommen.")
    expect(captions).to_have_attribute("aria-pressed", "true")

    captions.click()

    expect(captions).to_have_attribute("aria-pressed", "false")
    expect(alone.locator(".hub-call-caption")).to_be_hidden()
    says(alone, "Undertexter visas inte.")
    captions.click()
    fake.say("resident", kind="caption", text="")
    expect(alone.locator(".hub-call-caption")).to_be_hidden()


def test_what_is_written_to_a_counterpart_goes_to_the_server(alone, fake):
    control(alone, "chat").click()
    alone.get_by_label("Skriv ett meddelande").fill("Hej.")
    alone.keyboard.press("Enter")
    fake.say("resident", kind="chat", **{"from": "staff", "text": "Hej du."})

    expect(alone.locator(".hub-call-log li")).to_have_text(["DuHej.", "SaraHej du."])
    assert [one["text"] for one in fake.sent("chat")] == ["Hej."]


def test_a_counterpart_says_goodbye_while_ones_own_camera_is_off_already(alone, fake):
    fake.show("resident", stays=True)
    control(alone, "leave").click()

    expect(alone.get_by_role("button", name="Lämna genast")).to_be_focused()
    says(alone, "Den andra säger hej då.")
    assert alone.evaluate(LIVE) == []
    flows(alone)

    alone.get_by_role("button", name="Lämna genast").click()

    expect(alone.locator(".hub-call-surface")).to_have_count(0)
    assert len(fake.sent("leave")) == 1


def test_a_full_server_is_told_in_its_own_words_and_asked_again(fake, join):
    page = join("resident")
    fake.show("resident", **CALL | {"call": {"with": "clip"}, "full": "Alla inspelade motparter är upptagna."})

    expect(page.locator(".hub-call-state")).to_have_text("Samtalet kunde inte börja")
    expect(page.locator(".hub-call-hint")).to_contain_text("Alla inspelade motparter är upptagna.")
    fake.show("resident", full="")
    page.get_by_role("button", name="Försök igen").click()
    connected(page)
    flows(page)


# Devices that are not there


@pytest.fixture(scope="module")
def asking(playwright) -> Iterator[Browser]:
    """A browser that lends nothing that has not been granted, and has three cameras, of which the second one sees depth only."""
    arguments = [each for each in ARGUMENTS if "media-stream" not in each]
    started = playwright.chromium.launch(
        executable_path=find_chromium(), args=[*arguments, "--use-fake-device-for-media-stream=device-count=3"]
    )
    yield started
    started.close()


@pytest.fixture(scope="module")
def bare(playwright) -> Iterator[Browser]:
    """A browser on a machine without camera and microphone."""
    arguments = [each for each in ARGUMENTS if "fake-device" not in each]
    started = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
    yield started
    started.close()


def test_who_refuses_camera_and_microphone_sees_hears_and_writes_all_the_same(fake, join, asking):
    resident, staff = join("resident", on=asking), join("staff")
    fake.show(**CALL)
    for page in (resident, staff):
        connected(page)

    fault = resident.locator(".hub-call-fault")
    expect(fault).to_contain_text("Kameran och mikrofonen går inte att använda.")
    expect(fault).to_contain_text("välj Tillåt")
    says(resident, "Kameran och mikrofonen går inte att använda.")
    flows(resident)
    is_seen(staff, seen=False)
    expect(staff.locator(".hub-call-empty")).to_contain_text("Olle har kameran av.")

    resident.context.grant_permissions(["camera", "microphone"])
    fault.get_by_role("button", name="Försök igen").click()

    flows(staff)
    expect(fault).to_have_count(0)
    assert resident.evaluate("document.activeElement !== document.body")


def test_a_machine_without_camera_and_microphone_is_told_what_to_do(fake, join, bare):
    page = join("resident", on=bare)
    fake.show("resident", phase="wait")

    expect(page.locator(".hub-call-fault")).to_contain_text("Ingen hittades. Anslut en och försök igen.")
    page.get_by_role("button", name="Fortsätt utan").click()
    expect(page.locator(".hub-call-fault")).to_have_count(0)
    expect(page.locator(".hub-call-self")).to_contain_text("Kameran av")


BUSY = """(() => { if (!navigator.mediaDevices) return; let times = 0; const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (wanted.video && ++times <= 2) throw new DOMException("in use", "NotReadableError");
    return ask(wanted);
  }; })();"""


def test_a_camera_that_another_program_holds_costs_only_the_picture(fake, join):
    page = join("resident", script=BUSY)
    fake.show("resident", phase="wait")
    fault = page.locator(".hub-call-fault")
    expect(fault).to_contain_text("Kameran går inte att använda.")
    expect(fault).to_contain_text("till exempel Teams eller Zoom")
    assert page.evaluate(LIVE) == ["audio"]

    fault.get_by_role("button", name="Försök igen").click()

    expect(fault).to_have_count(0)
    page.wait_for_function(GREEN, arg=page.locator(".hub-call-self video").element_handle())


def test_without_https_the_page_says_why_there_is_no_camera(fake, join):
    page = join(
        "resident",
        script="Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined }); Object.defineProperty(window, 'isSecureContext', { value: false });",
    )
    fake.show("resident", **CALL | {"call": {"with": "clip"}})

    connected(page)
    expect(page.locator(".hub-call-fault")).to_contain_text("sidor vars adress börjar med https")
    expect(page.get_by_role("button", name="Försök igen")).to_have_count(0)
    expect(control(page, "share")).to_be_hidden()


def test_nothing_is_opened_before_a_press(fake, join, asking):
    # The tests' own questions count as presses, so the browser's word for it is taken away.
    unpressed = (
        "Object.defineProperty(navigator, 'userActivation', { value: { hasBeenActive: false, isActive: false } });"
    )
    page = join("resident", press=False, on=asking, script=unpressed)
    fake.show("resident", phase="wait")
    press = page.get_by_role("button", name="Slå på kamera och mikrofon")
    expect(press).to_be_visible()
    assert page.evaluate("window.lent.length") == 0
    page.context.grant_permissions(["camera", "microphone"])

    press.click()

    page.wait_for_function(GREEN, arg=page.locator(".hub-call-self video").element_handle())
    expect(press).to_be_hidden()
    page.wait_for_function(
        "() => parseInt(document.querySelector('.hub-call-self .hub-call-level span').style.inlineSize) > 5"
    )


def test_another_camera_is_chosen_in_the_middle_of_a_call(fake, join, asking):
    resident, staff = join("resident", on=asking, permissions=["camera", "microphone"]), join("staff")
    fake.show(**CALL)
    for page in (resident, staff):
        connected(page)
    flows(staff)
    control(resident, "devices").click()
    cameras = resident.get_by_label("Kamera", exact=True)
    expect(cameras.locator("option")).to_have_count(3)
    expect(cameras).to_be_focused()
    other = cameras.locator("option").last.get_attribute("value")

    cameras.select_option(other)

    resident.wait_for_function(
        "id => window.lent.some((track) => track.readyState === 'live' && track.getSettings().deviceId === id)",
        arg=other,
    )
    assert resident.evaluate(LIVE) == ["audio", "video"]
    before_frames = remote(staff).evaluate(FRAMES)
    staff.wait_for_function(GROWN, arg=[remote(staff).element_handle(), before_frames])
    resident.get_by_role("button", name="Klar").click()
    expect(control(resident, "devices")).to_be_focused()
    assert [page.evaluate("window.peers.length") for page in (resident, staff)] == [1, 1]


# Trouble that is switched on


def test_a_blocked_camera_behaves_as_a_real_one_and_comes_back(pair, fake):
    resident, staff = pair
    flows(staff)
    fake.show("resident", call={"trouble": "camera-blocked"})

    expect(resident.locator(".hub-call-fault")).to_contain_text("Kameran går inte att använda.")
    is_seen(staff, seen=False)
    assert resident.evaluate(LIVE) == ["audio"]
    resident.get_by_role("button", name="Försök igen").click()
    expect(resident.locator(".hub-call-fault")).to_be_visible()

    fake.show("resident", call={"trouble": ""})

    flows(staff)
    expect(resident.locator(".hub-call-fault")).to_have_count(0)


@pytest.mark.parametrize("place", [0, 1], ids=["of the one who asks", "of the one who offers"])
def test_a_lost_network_breaks_the_call_until_it_is_mended(pair, fake, place):
    role = ("resident", "staff")[place]
    fake.show(role, call={"trouble": "network-lost"})

    for page in pair:
        expect(page.locator(".hub-call-state")).to_have_text("Bruten, försöker igen", timeout=20_000)
    expect(pair[place].locator(".hub-call-hint")).to_contain_text("Samtalet har tappat anslutningen.")
    fake.show(role, call={"trouble": ""})

    for page in pair:
        connected(page)
        flows(page)


def test_a_lost_network_breaks_the_call_with_a_counterpart_too(alone, fake):
    fake.show("resident", call={"trouble": "network-lost"})
    expect(alone.locator(".hub-call-state")).to_have_text("Bruten, försöker igen")
    is_seen(alone, seen=False)
    fake.show("resident", call={"trouble": ""})

    connected(alone)
    flows(alone)


# What the server draws


def test_a_new_view_leaves_the_call_and_the_focus_where_they_are(pair, fake):
    resident, _ = pair
    form = "<p><label>Länk <input id='lank'></label> <button data-do='a' data-value='1'>Ett</button> <button data-do='a' data-value='2'>Två</button></p><details data-keep='mer'><summary>Mer</summary>x</details>"
    fake.show("resident", stage=form, focus=False)
    resident.get_by_label("Länk").fill("halvskrivet")
    resident.locator("summary").click()
    resident.get_by_role("button", name="Två").focus()
    remote(resident).evaluate("video => { window.marked = video; }")

    fake.show("resident", stage=form + "<p>Nytt.</p>", side="<h2>Nytt</h2>", announce="Något nytt har hänt.")

    expect(resident.locator(".hub-call-stage")).to_contain_text("Nytt.")
    says(resident, "Något nytt har hänt.")
    expect(resident.get_by_role("button", name="Två")).to_be_focused()
    expect(resident.get_by_label("Länk")).to_have_value("halvskrivet")
    assert resident.locator("details").evaluate("each => each.open")
    assert remote(resident).evaluate("video => video === window.marked && !video.paused")


def test_a_press_is_sent_once_and_a_refusal_is_said(fake, join):
    page = join("resident")
    # Both presses before the server can have answered the first, however slow the machine is.
    page.get_by_role("button", name="Gå vidare").evaluate("each => { each.click(); each.click(); }")
    page.wait_for_function("() => !document.querySelector('[aria-disabled]')")
    assert [(one["what"], one["value"]) for one in fake.sent("do")] == [("next", "1")]

    fake.show("resident", stage="<h2 data-focus>Steget</h2><button data-do='refuse'>Gör</button>")
    page.get_by_role("button", name="Gör").click()

    expect(page.get_by_role("alert").filter(has_text="Det går inte nu.")).to_be_visible()
    expect(page.get_by_role("button", name="Gör")).not_to_have_attribute("aria-disabled", "true")


def test_a_new_step_takes_the_focus(fake, join):
    page = join("resident")
    fake.show("resident", stage="<h2 data-focus>Nästa steg</h2>", focus=True)

    expect(page.get_by_role("heading", name="Nästa steg")).to_be_focused()


def test_the_phases_are_told_to_whoever_mounted_it(pair, fake):
    resident, _ = pair
    fake.show("resident", phase="end", stage="<h2 data-focus>Slut</h2>", focus=True)

    resident.wait_for_function("() => window.phases.at(-1) === 'end'")
    assert resident.evaluate("window.phases") == ["step", "call", "end"]
    assert resident.evaluate(LIVE) == []


def test_a_farewell_is_drawn_with_the_ways_on(pair, fake):
    resident, _ = pair
    fake.say(
        "resident",
        kind="bye",
        code="time",
        title="Tiden är ute",
        sentence="Ett besök varar högst en timme.",
        ways=[["Spela ett besök", "/prova"]],
    )

    expect(resident.get_by_role("heading", name="Tiden är ute")).to_be_focused()
    expect(resident.get_by_role("link", name="Spela ett besök")).to_have_attribute("href", "/prova")
    expect(resident.locator(".hub-call-surface")).to_have_count(0)
    assert resident.evaluate(LIVE) == []


def test_a_second_window_takes_over_and_the_first_says_so(pair, fake, someone):
    resident, staff = pair
    second = someone().new_page()
    second.goto(fake.address("resident"))
    second.locator("h1").click()

    expect(resident.get_by_role("heading", name="Besöket fortsätter i ett annat fönster")).to_be_focused()
    assert resident.evaluate(LIVE) == []
    connected(second)
    flows(second)
    flows(staff)


def test_unmounting_turns_everything_off_and_mounting_again_begins_anew(pair):
    resident, staff = pair
    resident.locator("#redraw").click()

    connected(resident)
    flows(staff)
    assert resident.evaluate(LIVE) == ["audio", "video"]
    resident.evaluate("window.unmount()")
    assert resident.evaluate("document.getElementById('call').childElementCount") == 0
    assert resident.evaluate(LIVE) == []
    assert resident.evaluate("window.peers.every((peer) => peer.connectionState === 'closed')")


# For everyone


def everything(page: Page, fake: Fake) -> None:
    """Show all there is in a call at once."""
    fake.say("resident", kind="caption", text="Hej och välkommen. Jag är påhittad, precis som hela det här besöket.")
    fake.show("resident", call={"trouble": "camera-blocked", "with": "clip"})
    fake.say("resident", kind="chat", **{"from": "staff", "text": "x" * 300})
    control(page, "microphone").click()
    expect(page.locator(".hub-call-fault")).to_be_visible()
    expect(page.locator(".hub-call-caption")).to_be_visible()
    control(page, "chat").click()
    expect(page.locator(".hub-call-log li")).to_have_count(1)


@pytest.mark.parametrize(("language", "scheme"), [("sv", "light"), ("en", "dark")])
def test_axe_finds_no_fault_in_a_call(fake, join, language, scheme):
    page = join("resident", language=language, color_scheme=scheme, bypass_csp=True)
    fake.show("resident", **CALL | {"call": {"with": "clip"}})
    expect(page.locator("[data-state=connected]")).to_be_visible(timeout=20_000)
    page.locator("#redraw").evaluate("each => each.remove()")
    found = []
    everything(page, fake)
    found += Axe().run(page).response["violations"]
    control(page, "large").click()
    found += Axe().run(page).response["violations"]
    control(page, "devices").click()
    expect(page.locator("dialog")).to_be_visible()
    found += Axe().run(page).response["violations"]
    page.keyboard.press("Escape")
    fake.show("resident", phase="wait")
    expect(page.locator("[data-mode=wait]")).to_be_visible()
    found += Axe().run(page).response["violations"]

    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []


@pytest.mark.parametrize("width", [390, 320])
def test_a_call_fits_a_telephone_and_can_be_hit(fake, join, width):
    page = join("resident", viewport={"width": width, "height": 844}, has_touch=True)
    fake.show("resident", **CALL | {"call": {"with": "clip"}})
    connected(page)
    everything(page, fake)
    sizes = "all => all.filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect()).flatMap(({ width, height }) => [width, height])"

    for press in ("large", None):
        assert min(page.locator(".hub-call-surface :is(button, input)").evaluate_all(sizes)) >= 44
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = page.locator(".hub-call-surface :is(button, p, h2)").evaluate_all(
            "all => all.filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)"
        )
        assert cut == []
        if press:
            control(page, press).click()


def test_the_keyboard_alone_is_enough(fake, join):
    resident, staff = join("resident"), join("staff")
    fake.show(**CALL)
    for page in (resident, staff):
        connected(page)

    def go(name: str, key: str = "Tab") -> None:
        for _ in range(40):
            if resident.evaluate("document.activeElement.dataset.control") == name:
                return
            resident.keyboard.press(key)
        raise AssertionError(f"{name} cannot be reached")

    expect(resident.locator(".hub-call-heading")).to_be_focused()
    go("microphone")
    resident.keyboard.press("Enter")
    says(staff, "Olle har mikrofonen av.")
    assert resident.evaluate("document.activeElement.dataset.control") == "microphone"
    assert resident.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    go("camera")
    resident.keyboard.press("Space")
    says(staff, "Olle har kameran av.")
    go("chat")
    resident.keyboard.press("Enter")
    resident.keyboard.type("Jag skriver.")
    resident.keyboard.press("Enter")
    says(staff, "Meddelande från Olle: Jag skriver.")
    resident.keyboard.press("Escape")
    go("devices")
    resident.keyboard.press("Enter")
    expect(resident.locator("dialog")).to_be_visible()
    resident.keyboard.press("Escape")
    expect(control(resident, "devices")).to_be_focused()
    go("large")
    resident.keyboard.press("Enter")
    expect(resident.locator(".hub-call-surface")).to_have_attribute("data-large", "true")
    go("full")
    resident.keyboard.press("Enter")
    resident.wait_for_function("() => document.fullscreenElement?.matches('.hub-call-surface')")
    expect(control(resident, "full")).to_have_attribute("aria-pressed", "true")
    resident.keyboard.press("Enter")
    resident.wait_for_function("() => !document.fullscreenElement")
    go("leave", "Shift+Tab")
    resident.keyboard.press("Enter")

    expect(resident.locator(".hub-call-stage h2")).to_be_focused()
    assert fake.sent("leave", "resident")


def test_who_has_asked_for_less_motion_gets_none(fake, join):
    page = join("resident", reduced_motion="reduce")
    fake.show("resident", phase="wait")
    expect(page.locator(".hub-call-self video")).to_be_visible()

    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0


# Inside the app


def test_a_run_of_the_page_leaves_the_visit_alone(page):
    told: list[int] = []

    def listen(socket: WebSocket) -> None:
        if "/_stcore/stream" in socket.url:
            socket.on("framereceived", lambda frame: told.append(len(frame)))

    page.on("websocket", listen)
    visit(page, "/prova?niva=framework&roll=resident&sallskap=ensam")
    page.get_by_role("button", name="Börja besöket").click()
    expect(page.locator(".hub-call-stage h2")).to_be_visible(timeout=60_000)
    still(page)
    page.locator(".hub-call").evaluate("each => { window.marked = each; }")
    before = len(told)

    # The app follows an address that has changed by a run of the page, so short that the page may never show that it runs.
    page.evaluate("""() => {
      history.pushState({}, "", `${location.href}&x=1`);
      dispatchEvent(new PopStateEvent("popstate"));
    }""")
    for _ in range(300):
        if len(told) > before:
            break
        page.wait_for_timeout(100)
    still(page)

    assert len(told) > before
    assert page.locator(".hub-call").evaluate("each => each === window.marked")
    assert sum("/api/call/room" in each for each in page.context.watch.sockets) == 1
