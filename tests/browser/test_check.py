"""The check of device and connection at /kontroll: by fake devices, and with everything that may stand in its way."""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.support import visit

ENDED_MS = 60_000
"""A whole check measures for ten seconds and may wait ten more for a path."""
MEASURED = {"well", "remark", "failed"}
"""How even ten seconds are is up to the machine that runs the tests."""
DEVICE = ("secure", "camera", "microphone", "speaker")
CONNECTION = ("socket", "udp", "relay", "echo", "quality")
FULL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

REMEMBER = """
window.opened = []; window.asked = 0;
const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.asked += 1;
  const stream = await own(wanted);
  window.opened.push(...stream.getTracks());
  return stream;
};
"""
"""Keeps count of what the page opens."""
FAILS = """
const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (%s) throw new DOMException(%s, %s);
  return own(wanted);
};
"""
"""Lets a device fail as a browser would say it."""
INSECURE = """
Object.defineProperty(window, "isSecureContext", {get: () => false});
Object.defineProperty(Navigator.prototype, "mediaDevices", {get: () => undefined});
"""
NO_PATH = """
const without = (sdp) => sdp.replace(/a=candidate:.*\\r\\n/g, "");
const own = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, "localDescription").get;
Object.defineProperty(RTCPeerConnection.prototype, "localDescription", {
  get() { const said = own.call(this); return said && {type: said.type, sdp: without(said.sdp)}; },
});
const take = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function ({type, sdp}) {
  return take.call(this, {type, sdp: without(sdp)});
};
"""
"""Takes the addresses out of offer and answer, so that neither end finds the other."""
ONLY_BY_RELAY = """
const Own = RTCPeerConnection, take = Own.prototype.setRemoteDescription;
const without = (sdp) => sdp.replace(/a=candidate:.*\\r\\n/g, "");
const said = Object.getOwnPropertyDescriptor(Own.prototype, "localDescription").get;
Object.defineProperty(Own.prototype, "localDescription", {
  get() { const own = said.call(this); return own && {type: own.type, sdp: this.closed ? without(own.sdp) : own.sdp}; },
});
window.RTCPeerConnection = function (options) {
  // No relay is at hand, so whoever may use one is let through directly instead.
  const call = new Own({...options, iceServers: [], iceTransportPolicy: "all"});
  call.closed = !options.iceServers.length;
  return call;
};
Own.prototype.setRemoteDescription = function ({type, sdp}) {
  return take.call(this, {type, sdp: this.closed ? without(sdp) : sdp});
};
"""
SILENT = """
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const tracks = [];
  if (wanted.audio) tracks.push(...new AudioContext().createMediaStreamDestination().stream.getTracks());
  if (wanted.video) {
    const canvas = Object.assign(document.createElement("canvas"), {width: 320, height: 240});
    const pen = canvas.getContext("2d");
    setInterval(() => pen.fillRect(0, 0, 320, 240), 50);
    tracks.push(...canvas.captureStream(15).getTracks());
  }
  return new MediaStream(tracks);
};
"""
"""A camera with its lid on, and a microphone that hears nothing."""


def state(page: Page, step: str) -> str:
    return page.locator(f"#step-{step}").get_attribute("data-state")


def states(page: Page, *steps: str) -> dict[str, str]:
    return {step: state(page, step) for step in steps or DEVICE + CONNECTION}


def says(page: Page, step: str) -> str:
    return page.locator(f"#step-{step} .check-says").inner_text()


def todo(page: Page, step: str) -> str:
    return page.locator(f"#step-{step} .check-todo").inner_text()


def verdict(page: Page) -> str:
    return page.locator("#summary-title").inner_text()


def start(page: Page) -> None:
    page.locator("#start").click()


def answer(page: Page, heard: str = "yes") -> None:
    page.locator(f"[data-answer={heard}]").click(timeout=ENDED_MS)


def ended(page: Page) -> None:
    expect(page.locator("#start")).to_be_visible(timeout=ENDED_MS)


HURRIED = "const every = setInterval; window.setInterval = (act, ms, ...rest) => every(act, ms === 10000 ? 2000 : ms, ...rest);"
"""Look at the quality for two seconds where a test asks about something else."""


def check(page: Page, *, heard: str = "yes", path: str = "/kontroll") -> Page:
    """Take the whole check."""
    visit(page, path)
    start(page)
    answer(page, heard)
    ended(page)
    return page


def faults(page: Page) -> list[str]:
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = Axe().run(page, options=FULL).response
    assert len(found["passes"]) > 15
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.fixture(scope="module")
def checked(browser, server):
    """A whole check by somebody whose devices and network are in order; several tests look at how it ended."""
    context = browser.new_context(
        base_url=server.url, locale="sv-SE", viewport={"width": 1280, "height": 900}, bypass_csp=True,
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    context.add_init_script(REMEMBER)
    yield check(context.new_page())
    context.close()


# --- In order ----------------------------------------------------------------------------------------------------------


def test_every_step_works_where_nothing_stands_in_the_way(checked):
    found = states(checked)

    assert found.pop("quality") in MEASURED
    assert found == {**dict.fromkeys(DEVICE + CONNECTION[:-1], "well"), "relay": "skipped"}
    assert says(checked, "relay").startswith("Ingen är uppsatt här.")


def test_one_sentence_on_top_says_whether_a_visit_will_work(checked):
    assert re.match("Ett videobesök (fungerar|blir svårt) härifrån", verdict(checked))
    assert re.fullmatch(r"[78] av 8 steg fungerar\.", checked.locator("#summary-count").inner_text())
    assert checked.evaluate("document.activeElement.id") == "summary-title"


def test_a_verdict_is_a_word_and_a_sign_and_not_a_colour_alone(checked):
    row = checked.locator("#step-socket")

    assert row.locator(".check-state").inner_text() == "Fungerar"
    assert row.locator(".check-sign path").get_attribute("d")


def test_camera_and_microphone_are_off_when_the_check_has_ended(checked):
    assert checked.evaluate("opened.length") >= 2
    assert checked.evaluate("opened.map((track) => track.readyState)").count("live") == 0
    expect(checked.locator("video:visible")).to_have_count(0)


def test_the_end_is_told_to_those_who_do_not_see_the_page(checked):
    assert checked.locator("#said[role=status]").inner_text() == "Kamera och mikrofon är avstängda igen."


def test_the_report_holds_every_verdict_and_rough_figures(checked):
    report = checked.locator("#report-text").inner_text()

    assert f"Utfall: {verdict(checked)}" in report
    assert "Kamera: Fungerar. Kameran startar och ger bild. [ok]" in report
    assert "Väg för bild och ljud: direkt (UDP)" in report
    assert re.search(r"Serverns svarstid: (lägre än )?\d+(–\d+)? ms", report)
    assert re.search(r"Webbläsare: Chrome \d+\nSystem: Linux\n", report)


def test_the_report_holds_no_address_and_nothing_that_names_a_device(checked):
    report = checked.locator("#report-text").inner_text()
    devices = checked.evaluate(
        "navigator.mediaDevices.enumerateDevices().then((all) => all.flatMap((one) => [one.deviceId, one.groupId, one.label]))"
    )

    assert not re.search(r"\d{1,3}(\.\d{1,3}){3}", report)
    assert not re.search(r"\.local|candidate|::|[0-9a-f]{8}-[0-9a-f]{4}|Mozilla|localhost", report)
    assert [name for name in devices if len(name) > 7 and name in report] == []


def test_the_report_can_be_copied(checked):
    checked.get_by_role("button", name="Kopiera rapporten").click()

    expect(checked.locator("#copied")).to_have_text("Kopierat")
    assert checked.evaluate("navigator.clipboard.readText()") == checked.locator("#report-text").text_content()


def test_the_report_can_be_taken_along_as_a_file(checked):
    with checked.expect_download() as waiting:
        checked.get_by_role("link", name="Ladda ner rapporten").click()

    assert waiting.value.suggested_filename == "kontroll-av-enhet.txt"
    assert waiting.value.path().read_text() == checked.locator("#report-text").text_content() + "\n"


def test_only_the_report_is_printed(checked):
    checked.emulate_media(media="print")
    shown = checked.locator("main :is(h1, h2, h3, p, pre):visible").evaluate_all("(all) => all.map((one) => one.id)")
    checked.emulate_media(media="screen")

    assert shown == ["report-text"]


def test_axe_finds_no_fault_when_all_is_well(checked):
    assert faults(checked) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_outcome_fits_a_telephone(checked, colours):
    checked.emulate_media(color_scheme=colours)
    checked.set_viewport_size({"width": 390, "height": 844})
    wide = checked.evaluate("document.documentElement.scrollWidth")
    found = faults(checked)
    checked.set_viewport_size({"width": 1280, "height": 900})
    checked.emulate_media(color_scheme="light")

    assert wide <= 390
    assert found == []


def test_one_step_can_be_taken_again_by_itself(checked):
    before = states(checked)
    again = checked.get_by_role("button", name="Kontrollera kontakten igen")

    again.focus()
    checked.keyboard.press("Enter")
    ended(checked)

    assert states(checked) == before
    expect(again).to_be_focused()
    assert checked.locator("#said").inner_text().startswith("Kontakt med servern: Fungerar.")


def test_the_camera_taken_again_is_turned_off_again(checked):
    asked = checked.evaluate("asked")

    checked.get_by_role("button", name="Kontrollera kameran igen").click()
    expect(checked.locator("#camera-picture")).to_be_visible()
    ended(checked)

    assert checked.evaluate("asked") == asked + 1
    assert checked.evaluate("opened.filter((track) => track.readyState === 'live').length") == 0


def test_the_quality_taken_again_sends_picture_and_sound_once_more(checked):
    checked.get_by_role("button", name="Mät kvaliteten igen").click()
    expect(checked.locator("#echo-picture")).to_be_visible(timeout=ENDED_MS)
    ended(checked)

    assert state(checked, "quality") in MEASURED
    assert checked.evaluate("opened.filter((track) => track.readyState === 'live').length") == 0


# --- Before and during ---------------------------------------------------------------------------------------------------


def test_nothing_is_asked_for_before_the_button_is_pressed(page):
    page.add_init_script(REMEMBER)

    visit(page, "/kontroll")
    expect(page.locator("#start")).to_be_visible()

    assert page.evaluate("asked") == 0
    assert set(states(page).values()) == {"waiting"}
    assert not [url for url in page.context.watch.requests if "/api/call/" in url]


def test_without_scripts_the_page_says_what_is_needed(new_context):
    page = new_context(java_script_enabled=False).new_page()

    visit(page, "/kontroll")

    expect(page.get_by_text("Kontrollen behöver JavaScript")).to_be_visible()
    expect(page.locator("#check")).to_be_hidden()


def test_the_picture_comes_back_from_the_server(page):
    visit(page, "/kontroll")
    start(page)
    answer(page, "skip")
    expect(page.locator("#step-echo")).to_have_attribute("data-state", "well", timeout=ENDED_MS)

    # The fake camera films a green field.
    red, green, blue = page.locator("#echo-picture").evaluate(
        """(video) => {
          const pen = Object.assign(document.createElement("canvas"), {width: 8, height: 8}).getContext("2d");
          pen.drawImage(video, 0, 0, 8, 8);
          return [...pen.getImageData(4, 4, 1, 1).data].slice(0, 3);
        }"""
    )
    page.locator("#stop").click()
    ended(page)
    assert green > red + 40 and green > blue + 40


def test_axe_finds_no_fault_while_the_check_waits_for_an_answer(new_context):
    page = new_context(bypass_csp=True).new_page()
    visit(page, "/kontroll")
    start(page)
    expect(page.locator("#question")).to_be_visible(timeout=ENDED_MS)

    assert faults(page) == []
    assert page.evaluate("document.activeElement.id") == "question-text"
    page.locator("#stop").click()
    ended(page)


def test_a_check_that_is_stopped_says_so_and_turns_everything_off(page):
    page.add_init_script(REMEMBER)
    visit(page, "/kontroll")
    start(page)
    expect(page.locator("#question")).to_be_visible(timeout=ENDED_MS)

    page.locator("#stop").click()
    ended(page)

    assert verdict(page) == "Kontrollen avbröts, så den kan inte säga om ett videobesök fungerar."
    assert states(page, "camera", "speaker", "quality") == {
        "camera": "well",
        "speaker": "skipped",
        "quality": "skipped",
    }
    assert page.evaluate("opened.filter((track) => track.readyState === 'live').length") == 0
    assert page.evaluate("document.activeElement.id") == "summary-title"


def test_whoever_leaves_in_the_middle_leaves_no_camera_on(page):
    page.add_init_script(REMEMBER)
    visit(page, "/kontroll")
    start(page)
    expect(page.locator("#question")).to_be_visible(timeout=ENDED_MS)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert page.evaluate("opened.map((track) => track.readyState)").count("live") == 0


def test_a_camera_that_is_allowed_after_one_has_stopped_is_turned_off_at_once(new_context):
    page = new_context(bypass_csp=True).new_page()
    page.add_init_script(
        REMEMBER
        + """
        const open = navigator.mediaDevices.getUserMedia;
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          await new Promise((resolve) => { window.allow = resolve; });
          return open(wanted);
        };
        """
    )
    visit(page, "/kontroll")
    start(page)
    page.wait_for_function("!!window.allow")

    page.locator("#stop").click()
    ended(page)
    page.evaluate("allow()")

    page.wait_for_function("opened.length && opened.every((track) => track.readyState === 'ended')")


def test_the_whole_check_is_taken_by_keyboard_and_told_in_english(new_context):
    page = new_context(locale="en-GB").new_page()
    visit(page, "/kontroll?lang=en")
    expect(page.locator("#start")).to_be_visible()

    page.locator("h1").evaluate("(one) => { one.tabIndex = -1; one.focus(); }")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Start the check")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_focused()
    expect(page.locator("#question-text")).to_be_focused(timeout=ENDED_MS)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Yes, I heard them")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#summary-title")).to_be_focused(timeout=ENDED_MS)

    assert re.match("A video visit will (work|be hard) from here", verdict(page))
    assert "Camera: Works. The camera starts and gives a picture. [ok]" in page.locator("#report-text").inner_text()


# --- This device -----------------------------------------------------------------------------------------------------------


def test_devices_that_are_denied_are_explained_in_lay_words(new_context, launch):
    page = check(new_context(by=launch(without="use-fake-ui"), bypass_csp=True).new_page(), heard="no")

    assert states(page, *DEVICE) == {"secure": "well", "camera": "failed", "microphone": "failed", "speaker": "failed"}
    assert says(page, "camera") == "Webbläsaren har fått besked att inte låta sidan använda kameran."
    assert "Tryck på tecknet bredvid sidans adress och tillåt mikrofonen där." in todo(page, "microphone")
    assert says(page, "echo").startswith("Det finns inget att skicka")
    assert verdict(page) == "Ett videobesök fungerar inte än: du skulle varken synas eller höras."
    assert "[camera/denied]" in page.locator("#report-text").inner_text()
    assert faults(page) == []
    page.get_by_role("link", name="Mikrofon", exact=True).click()
    expect(page.locator("#name-microphone")).to_be_focused()


def test_devices_that_are_missing_are_explained_in_lay_words(new_context, launch):
    page = check(new_context(by=launch(without="use-fake-device")).new_page())

    assert states(page, "camera", "microphone", "udp") == {"camera": "failed", "microphone": "failed", "udp": "well"}
    assert says(page, "camera") == "Ingen kamera hittades."
    assert says(page, "microphone") == "Ingen mikrofon hittades."


def test_a_camera_that_another_program_holds_does_not_cost_the_microphone(page):
    page.add_init_script(HURRIED)
    page.add_init_script(FAILS % ("wanted.video", '"Could not start video source"', '"NotReadableError"'))

    check(page)

    assert states(page, "camera", "microphone", "echo") == {"camera": "failed", "microphone": "well", "echo": "well"}
    assert says(page, "camera").startswith("Det finns en kamera, men den startar inte.")
    assert "Stäng Teams, Zoom" in todo(page, "camera")
    assert says(page, "echo") == "Ditt ljud kom tillbaka från servern."
    assert verdict(page) == "Ett videobesök fungerar, men utan bild av dig."


def test_devices_that_a_policy_forbids_lead_to_the_it_department(page):
    page.add_init_script(FAILS % ("true", '"Feature is disabled"', '"SecurityError"'))

    check(page)

    assert says(page, "camera").startswith("En regel i webbläsaren eller i organisationen hindrar")
    assert "it-avdelningen" in todo(page, "camera")


def test_a_silent_microphone_and_a_black_picture_are_remarks_and_no_faults(page):
    page.add_init_script(SILENT)
    visit(page, "/kontroll")
    start(page)
    expect(page.locator("#question")).to_be_visible(timeout=ENDED_MS)

    assert states(page, "camera", "microphone") == {"camera": "remark", "microphone": "remark"}
    assert says(page, "camera") == "Kameran startar, men bilden är svart."
    assert "Det är inget fel om du inte sa något." in says(page, "microphone")


def test_an_address_that_is_not_secure_is_said_to_be_so(page):
    page.add_init_script(INSECURE)

    check(page)

    assert states(page, *DEVICE[:3]) == dict.fromkeys(DEVICE[:3], "failed")
    assert verdict(page) == "Ett videobesök fungerar inte på den här adressen, för den är inte säker."
    assert "https" in todo(page, "secure")


@pytest.fixture
def module(reader) -> Page:
    """A page just loaded, on which a module of the check can be asked by itself."""
    page = reader()
    visit(page, "/om")
    return page


OPEN = """async ([wanted, errors]) => {
  const asked = [];
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    asked.push(Object.keys(constraints).join("+"));
    const [name, message] = errors[asked.length - 1] ?? [];
    if (name) throw Object.assign(name === "TypeError" ? new TypeError(message) : new DOMException(message, name));
    return new MediaStream();
  };
  const {openDevices} = await import("/assets/call/devices.js");
  const {faults} = await openDevices(wanted);
  return [faults.map((fault) => [fault.device, fault.code, fault.cause]), asked];
}"""
BOTH = {"camera": True, "microphone": True}


@pytest.mark.parametrize(
    ("name", "message", "fault"),
    [
        ("NotAllowedError", "Permission denied", ["denied", ""]),
        ("NotAllowedError", "Permission denied by system", ["denied", "system"]),
        ("SecurityError", "", ["denied", "policy"]),
        ("NotFoundError", "Requested device not found", ["missing", ""]),
        ("NotReadableError", "Could not start video source", ["busy", ""]),
        ("OverconstrainedError", "", ["gone", ""]),
        ("AbortError", "", ["aborted", ""]),
        ("TypeError", "", ["unknown", ""]),
    ],
)
def test_each_error_of_the_browser_has_a_word_of_ours(module, name, message, fault):
    found, _asked = module.evaluate(OPEN, [{"camera": True}, [[name, message]]])

    assert found == [["camera", *fault]]


def test_devices_are_asked_for_one_by_one_when_both_together_fail(module):
    found, asked = module.evaluate(OPEN, [BOTH, [["NotFoundError", ""], ["NotFoundError", ""], []]])

    assert asked == ["video+audio", "video", "audio"]
    assert found == [["camera", "missing", ""]]


def test_whoever_closes_the_browsers_question_is_not_asked_again(module):
    found, asked = module.evaluate(OPEN, [BOTH, [["NotAllowedError", "Permission dismissed"]]])

    assert (found, asked) == ([["both", "denied", "dismissed"]], ["video+audio"])


def test_another_microphone_can_be_chosen(page):
    visit(page, "/kontroll")
    start(page)
    answer(page, "skip")
    page.locator("#stop").click()
    ended(page)

    page.get_by_label("Välj mikrofon").select_option(index=2)
    ended(page)

    assert state(page, "microphone") == "well"
    assert page.get_by_label("Välj mikrofon").evaluate("(one) => one.selectedIndex") == 2


# --- The connection --------------------------------------------------------------------------------------------------------


def test_a_network_that_stops_live_messages_is_told_from_a_server_that_is_away(page):
    page.add_init_script(HURRIED)
    page.route_web_socket("**/api/call/socket", lambda socket: socket.close(code=1011))

    check(page)

    assert says(page, "socket").startswith("Sidor kommer fram, men inte direktmeddelanden.")
    assert verdict(page) == "Ett videobesök fungerar inte på det här nätet, för det stoppar direktmeddelanden."


def test_a_server_that_is_away_is_said_to_be_so(page):
    page.context.watch.allow("Failed to load resource")
    page.route_web_socket("**/api/call/socket", lambda socket: socket.close(code=1011))
    page.route("**/api/**", lambda route: route.abort("connectionrefused"))

    check(page)

    assert says(page, "socket") == says(page, "udp") == "Servern svarar inte."
    assert says(page, "echo") == "Ingen väg till servern hittades ovan."
    assert verdict(page) == "Ett videobesök fungerar inte just nu, för det finns ingen kontakt med servern."


def test_a_device_without_a_network_is_said_to_be_so(page):
    page.context.watch.allow("ERR_INTERNET_DISCONNECTED")
    visit(page, "/kontroll")
    expect(page.locator("#start")).to_be_visible()

    page.context.set_offline(True)
    start(page)
    answer(page)
    ended(page)

    assert says(page, "socket") == "Enheten saknar uppkoppling just nu."


def test_a_network_that_stops_udp_is_said_to_be_so(new_context):
    page = new_context(bypass_csp=True).new_page()
    page.add_init_script(NO_PATH)

    check(page)

    assert states(page, *CONNECTION) == {
        "socket": "well", "udp": "failed", "relay": "skipped", "echo": "skipped", "quality": "skipped",
    }  # fmt: skip
    assert says(page, "udp").startswith("Nätet släpper inte fram bild och ljud.")
    assert verdict(page) == "Ett videobesök fungerar inte på det här nätet, för bild och ljud kommer inte fram."
    assert faults(page) == []


def test_a_browser_without_calls_is_said_to_be_so(page):
    page.add_init_script("delete window.RTCPeerConnection;")

    check(page)

    assert verdict(page) == "Ett videobesök fungerar inte i den här webbläsaren."


@pytest.fixture(scope="module")
def relayed(make_server):
    """A server that names a relay, which does not answer."""
    return make_server(
        HUB_LIMIT_FACTOR="1000", HUB_TURN_URLS="turn:127.0.0.1:9?transport=udp", HUB_TURN_SECRET="s" * 40
    )


def test_a_relay_that_does_not_answer_costs_nothing_where_the_direct_path_is_open(new_context, relayed):
    page = new_context(relayed.url).new_page()
    page.add_init_script(HURRIED)

    check(page)

    assert states(page, "udp", "relay", "echo") == {"udp": "well", "relay": "failed", "echo": "well"}
    assert re.match("Ett videobesök (fungerar härifrån, men|blir svårt)", verdict(page))


def test_a_relay_carries_the_visit_where_the_direct_path_is_closed(new_context, relayed):
    page = new_context(relayed.url).new_page()
    page.add_init_script(HURRIED)
    page.add_init_script(ONLY_BY_RELAY)

    check(page)

    assert states(page, "udp", "relay", "echo") == {"udp": "remark", "relay": "well", "echo": "well"}
    assert says(page, "udp").startswith("Den direkta vägen är stängd, men omvägen fungerar.")
    assert re.match("Ett videobesök (fungerar härifrån, men|blir svårt)", verdict(page))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (503, "Alla platser för kontroller är upptagna just nu."),
        (429, "Många kontroller har gjorts härifrån på kort tid."),
        (400, "Servern sa nej till försöket."),
    ],
)
def test_what_the_server_would_not_check_is_no_fault_of_the_connection(page, status, sentence):
    page.context.watch.allow(f"status of {status}")
    page.route("**/api/call/echo", lambda route: route.fulfill(status=status, body="{}"))

    check(page)

    assert states(page, "udp", "echo", "quality") == {"udp": "well", "echo": "skipped", "quality": "skipped"}
    assert says(page, "echo").startswith(sentence)
    assert verdict(page) == "Det som kontrollerades fungerar, men allt kontrollerades inte."


# --- The quality -----------------------------------------------------------------------------------------------------------

JUDGE = """async ([before, after]) => {
  const {watchQuality} = await import("/assets/call/quality.js");
  const told = [before, after];
  const call = {connectionState: "connected", getStats: async () => new Map(Object.entries(told.shift() ?? after))};
  return new Promise((resolve) => { const stop = watchQuality(call, (seen) => { stop(); resolve(seen); }, 30); });
}"""


def stats(
    *, lost: int = 0, lost_up: int = 0, rtt: float = 0.02, jitter: float = 0.005, freezes: int = 0, scale: int = 1
):
    """What a browser says of a call after ``scale`` times a hundred packets each way."""
    return {
        "in": {"type": "inbound-rtp", "kind": "video", "packetsReceived": 100 * scale - lost, "packetsLost": lost,
               "jitter": jitter, "framesDecoded": 30 * scale, "framesPerSecond": 15, "freezeCount": freezes},
        "out": {"type": "outbound-rtp", "kind": "video", "packetsSent": 100 * scale},
        "far": {"type": "remote-inbound-rtp", "kind": "video", "packetsLost": lost_up, "jitter": 0.005},
        "way": {"type": "candidate-pair", "nominated": True, "state": "succeeded", "currentRoundTripTime": rtt},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("after", "word", "side"),
    [
        ({}, "good", ""),
        ({"lost": 3}, "fair", "down"),
        ({"lost": 8}, "poor", "down"),
        ({"lost_up": 3}, "fair", "up"),
        ({"lost_up": 20}, "poor", "up"),
        ({"lost": 8, "lost_up": 8}, "poor", ""),
        ({"rtt": 0.2}, "fair", ""),
        ({"rtt": 0.5}, "poor", ""),
        ({"jitter": 0.05}, "fair", "down"),
        ({"freezes": 3}, "poor", "down"),
    ],
)
def test_the_quality_is_a_word_and_a_side(module, after, word, side):
    seen = module.evaluate(JUDGE, [stats(), stats(scale=2, **after)])

    assert (seen["word"], seen["side"]) == (word, side)


def test_the_quality_of_a_call_where_nothing_flows_is_unknown(module):
    seen = module.evaluate(JUDGE, [{}, {}])

    assert seen == {
        "word": "unknown", "side": "",
        "figures": {"loss": None, "rtt_ms": None, "jitter_ms": None, "fps": None, "freezes": 0},
    }  # fmt: skip


# --- The page --------------------------------------------------------------------------------------------------------------


def test_search_engines_find_the_check(server):
    assert f"{server.url}/kontroll<" in httpx.get(f"{server.url}/sitemap.xml", trust_env=False).text
