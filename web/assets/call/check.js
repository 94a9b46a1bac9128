// The check of device and connection at /kontroll: takes the steps one by one, says what each means, and writes a report.
// The server has drawn the page; this only fills it in. Nothing is asked of the browser before a button is pressed.

const query = new URL(import.meta.url).search;
const [{ openDevices, listDevices, levelMeter, playTestSound }, { watchQuality }] = await Promise.all([
  import(new URL(`devices.js${query}`, import.meta.url)), import(new URL(`quality.js${query}`, import.meta.url)),
]);

const root = document.getElementById("check");
const { words, iceServers } = JSON.parse(root.dataset.config);
const byId = (id) => document.getElementById(id);
const STEPS = ["secure", "camera", "microphone", "speaker", "socket", "udp", "relay", "echo", "quality"];
const SIGNS = { waiting: "", running: "M7 12h.01M12 12h.01M17 12h.01", well: "M7 12.5l3.5 3.5L17 8.5", remark: "M12 6.5v7M12 17h.01", failed: "M8 8l8 8M16 8l-8 8", skipped: "M7.5 12h9" };

const PATH_MS = 10_000, ANSWER_MS = 5_000, GATHER_MS = 2_500, VOICE_MS = 8_000, PICTURE_MS = 5_000, QUALITY_MS = 10_000, KEPT_MS = 6_000, ASKED_MS = 120_000;
const PINGS = 5, SLOW_MS = 500;
const HEARD = 0.25, HEARD_TIMES = 3, DARK = 6;

/** By step: state, code, the device's fault if it has one, and what was measured. */
const found = Object.fromEntries(STEPS.map((step) => [step, { state: "waiting", code: "", facts: {} }]));
/** Set while something is being checked; aborted by Stop and by leaving. */
let run = null;
/** What is open now: tracks, the echo's connection. All of it is closed when a run ends. */
const open = { stream: null, echo: null };

// --- Small things ------------------------------------------------------------------------------------------------------

class Stopped extends Error {}

const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
const heed = () => { if (!run || run.signal.aborted) throw new Stopped(); };

/** Waits for a promise at most so long; a stopped run ends the waiting at once. */
const within = (ms, promise) => new Promise((resolve, reject) => {
  const signal = run?.signal;
  const stop = () => settle(reject, new Stopped());
  const timer = setTimeout(() => settle(resolve, undefined), ms);
  const settle = (how, value) => { clearTimeout(timer); signal?.removeEventListener("abort", stop); how(value); };
  if (signal?.aborted) { stop(); return; }
  signal?.addEventListener("abort", stop);
  promise.then((value) => settle(resolve, value), (error) => settle(reject, error));
});
const pause = (ms) => within(ms, new Promise(() => {}));

/** Asks again and again until it holds; false when the time is up. */
const until = async (ms, holds) => {
  for (const end = performance.now() + ms; performance.now() < end; await pause(100)) if (await holds()) return true;
  return false;
};

// --- What is shown -----------------------------------------------------------------------------------------------------

const told = (step) => {
  const { state, code, fault } = found[step];
  if (state === "waiting") return { says: words.steps[step].about, todo: [] };
  if (state === "running") return { says: words.steps[step].running, todo: [] };
  const text = fault ? words.faults[code] : words.verdicts[step][code] ?? words.verdicts.all[code];
  const names = words.devices[step] ?? {};
  return { says: upper(fill(text.says, names)), todo: text.todo.map((each) => upper(fill(each, names))) };
};

const list = (place, texts) => {
  place.replaceChildren(...texts.map((text) => { const item = document.createElement("li"); item.textContent = text; return item; }));
};

const show = (step) => {
  const row = byId(`step-${step}`), { state } = found[step], { says, todo } = told(step);
  row.dataset.state = state;
  row.querySelector(".check-sign path").setAttribute("d", SIGNS[state]);
  row.querySelector(".check-state").textContent = words.states[state];
  row.querySelector(".check-says").textContent = says;
  row.querySelector(".check-todo").hidden = !todo.length;
  list(row.querySelector(".check-todo ul"), todo);
  // Nothing is done again that has not been done.
  const again = row.querySelector(".check-again");
  again.hidden = state === "waiting" && again !== document.activeElement;
};

const say = (text) => { byId("said").textContent = text; };

const begin = (step) => {
  Object.assign(found[step], { state: "running", code: "", fault: false, facts: {} });
  show(step);
  sum();
  // Where the visitor has to do something, those who do not see the page are told so too.
  if (["camera", "microphone"].includes(step)) say(`${words.steps[step].name}. ${words.steps[step].running}`);
};

const finish = (step, state, code, facts = {}, fault = false) => {
  Object.assign(found[step], { state, code, facts, fault });
  show(step);
  if (!run?.signal.aborted) say(`${fill(words.page.step_done, { step: words.steps[step].name, state: words.states[state] })} ${told(step).says}`);
};

// --- This device -------------------------------------------------------------------------------------------------------

const stopTracks = (stream) => { for (const track of stream?.getTracks() ?? []) track.stop(); };

const showPicture = (id, stream) => {
  const video = byId(id);
  video.srcObject = stream;
  video.hidden = !stream;
  video.play?.().catch(() => { /* a picture that may not play by itself stays still, and is judged below */ });
};

const letGo = () => {
  for (const id of ["camera-picture", "echo-picture"]) { byId(id).pause(); byId(id).srcObject = null; byId(id).hidden = true; }
  byId("level").hidden = true;
  byId("question").hidden = true;
  endEcho();
  stopTracks(open.stream);
  open.stream = null;
};

/** Opens devices that are not open yet, and returns the fault of each that did not open. */
const openFor = async (devices) => {
  const wanted = devices.filter((device) => !open.stream?.getTracks().some((track) => track.kind === { camera: "video", microphone: "audio" }[device]));
  if (!wanted.length) return [];
  // What the browser hands over after we have gone on is turned off at once.
  const patience = new AbortController();
  run.signal.addEventListener("abort", () => patience.abort());
  const opened = await within(ASKED_MS, openDevices({
    camera: wanted.includes("camera"), microphone: wanted.includes("microphone"),
    cameraId: byId("choose-camera").value, microphoneId: byId("choose-microphone").value,
    video: { width: { ideal: 640 }, height: { ideal: 480 } }, signal: patience.signal,
  }));
  heed();
  if (!opened) { patience.abort(); return [{ device: "both", code: "dismissed", cause: "" }]; }
  const { stream, faults } = opened;
  if (stream) open.stream = new MediaStream([...(open.stream?.getTracks() ?? []), ...stream.getTracks()]);
  await offerDevices();
  return faults;
};

const faultOf = (faults, device) => faults.find((fault) => [device, "both"].includes(fault.device));
const failDevice = (step, { code, cause }) => finish(step, "failed", cause || code, {}, true);

const CHOICES = { camera: "cameras", microphone: "microphones", speaker: "speakers" };
const offerDevices = async () => {
  const devices = await listDevices();
  for (const [kind, name] of Object.entries(CHOICES)) {
    const select = byId(`choose-${kind}`), chosen = select.value;
    select.replaceChildren(...devices[name].map(({ id, label }, place) => new Option(label || fill(words.page[`${kind}_number`], { number: place + 1 }), id)));
    // The list begins with what the browser took by itself.
    const track = open.stream?.getTracks().find((each) => each.kind === { camera: "video", microphone: "audio" }[kind]);
    const now = track?.getSettings().deviceId ?? chosen;
    if (devices[name].some(({ id }) => id === now)) select.value = now;
    select.parentElement.hidden = devices[name].length < 2;
  }
};

/** Says how bright the picture is, from 0 to 255, or null as long as there is none. */
const brightness = (video) => {
  if (!video.videoWidth || video.readyState < 2) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2];
  return sum / (data.length / 4);
};

const checks = {
  async secure() {
    if (globalThis.isSecureContext && navigator.mediaDevices) finish("secure", "well", "ok");
    else finish("secure", "failed", "insecure");
  },

  async camera({ alone }) {
    // Both are asked for at once, so that the browser asks once.
    const faults = await openFor(alone ? ["camera"] : ["camera", "microphone"]);
    if (!alone) run.microphone = faultOf(faults, "microphone");
    const fault = faultOf(faults, "camera");
    if (fault) { failDevice("camera", fault); return; }
    const video = byId("camera-picture");
    showPicture("camera-picture", new MediaStream(open.stream.getVideoTracks()));
    let light = null;
    // A camera begins dark and opens its eye; one good picture is enough.
    await until(PICTURE_MS, () => { light = brightness(video) ?? light; return light !== null && light > DARK; });
    if (light === null) finish("camera", "failed", "no-picture");
    else if (light <= DARK) finish("camera", "remark", "dark");
    else finish("camera", "well", "ok");
    if (alone) await pause(KEPT_MS);
  },

  async microphone({ alone }) {
    const fault = run.microphone ?? faultOf(alone || !open.stream?.getAudioTracks().length ? await openFor(["microphone"]) : [], "microphone");
    if (fault) { failDevice("microphone", fault); return; }
    const bar = byId("level");
    bar.hidden = false;
    let times = 0;
    const stop = levelMeter(open.stream, (level) => { bar.value = Math.round(100 * level); if (level > HEARD) times += 1; });
    run.signal.addEventListener("abort", stop);
    try {
      if (await until(VOICE_MS, () => times >= HEARD_TIMES)) finish("microphone", "well", "ok");
      else finish("microphone", "remark", "silent");
      await pause(alone ? KEPT_MS : 1_000);
    } finally {
      stop();
      bar.hidden = true;
    }
  },

  async speaker() {
    const group = byId("question");
    for (let answer = "play"; ;) {
      if (answer === "play") {
        try {
          await within(ANSWER_MS, playTestSound(byId("choose-speaker").value));
        } catch (error) {
          if (error instanceof Stopped) throw error;
          finish("speaker", "failed", "mute");
          return;
        }
        heed();
      }
      group.hidden = false;
      byId("summary-count").textContent = words.page.heard;
      if (!run.asked) { run.asked = true; byId("question-text").focus(); }
      answer = await within(600_000, new Promise((resolve) => { run.answer = resolve; })) ?? "skip";
      if (answer === "play") continue;
      // The buttons are about to go, and the focus with them.
      if (group.contains(document.activeElement)) byId("name-speaker").focus({ preventScroll: true });
      group.hidden = true;
      if (answer === "yes") finish("speaker", "well", "ok");
      else if (answer === "no") finish("speaker", "failed", "unheard");
      else finish("speaker", "skipped", "unanswered");
      return;
    }
  },

  // --- The connection --------------------------------------------------------------------------------------------------

  async socket() {
    if (navigator.onLine === false) { finish("socket", "failed", "offline"); return; }
    const { code, times } = await within(2 * ANSWER_MS, pingSocket()) ?? { code: 0, times: [] };
    if (times.length === PINGS) {
      const ms = times.sort((one, other) => one - other)[Math.floor(PINGS / 2)];
      finish("socket", ms > SLOW_MS ? "remark" : "well", ms > SLOW_MS ? "slow" : "ok", { answer_ms: ms });
    } else if (code === 1013) {
      finish("socket", "skipped", "often");
    } else {
      finish("socket", "failed", await answersAtAll() ? "blocked" : "no-server");
    }
  },

  async udp() {
    await findPath("udp", "all", iceServers.map(withoutRelays).filter((server) => server.urls.length));
  },

  async relay() {
    if (!iceServers.some((server) => urlsOf(server).some(isRelay))) { finish("relay", "skipped", "none"); return; }
    await findPath("relay", "relay", iceServers);
    if (found.relay.state === "well" && found.udp.code === "blocked") finish("udp", "remark", "way-round", found.udp.facts);
  },

  async echo({ alone }) {
    if (!alone && !open.stream) { finish("echo", "skipped", "nothing"); return; }
    if (!alone && noPath()) { finish("echo", "skipped", "no-path"); return; }
    if (await startEcho("echo") && alone) await pause(KEPT_MS);
  },

  async quality({ alone }) {
    if (alone || !open.echo) {
      if (!alone || !await startEcho("quality")) { if (found.quality.state === "running") finish("quality", "skipped", "unmeasured"); return; }
    }
    const outcome = await new Promise((resolve, reject) => {
      const stop = watchQuality(open.echo, (seen) => { stop(); resolve(seen); }, QUALITY_MS);
      run.signal.addEventListener("abort", () => { stop(); reject(new Stopped()); });
    });
    const { word, side, figures } = outcome;
    if (word === "unknown") finish("quality", "skipped", "unmeasured");
    else if (word === "good") finish("quality", "well", "ok", figures);
    else finish("quality", word === "fair" ? "remark" : "failed", side ? `${word}-${side}` : word, figures);
  },
};

const pingSocket = () => new Promise((resolve) => {
  const times = [];
  let socket, sent = 0;
  try { socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/call/socket`); } catch { resolve({ code: 0, times }); return; }
  const ping = () => { sent = performance.now(); socket.send(`ping ${times.length}`); };
  socket.onopen = ping;
  socket.onmessage = () => {
    times.push(performance.now() - sent);
    if (times.length < PINGS) ping();
    else { socket.close(); resolve({ code: 1000, times }); }
  };
  socket.onclose = ({ code }) => resolve({ code, times });
  run.signal.addEventListener("abort", () => socket.close());
});

const answersAtAll = async () => {
  try { return (await fetch("/api/health", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) })).ok; } catch { return false; }
};

const urlsOf = (server) => [server.urls ?? []].flat();
const isRelay = (url) => /^turns?:/.test(url);
const withoutRelays = (server) => ({ ...server, urls: urlsOf(server).filter((url) => !isRelay(url)) });
const noPath = () => ["blocked", "no-calls", "no-server", "offline"].includes(found.udp.code) && found.relay.state !== "well";

/** Why there was no call, as a code of ours. */
class Refused extends Error {
  constructor(code) { super(code); this.code = code; }
}
const REFUSALS = { 429: "often", 503: "full" };

const newCall = (policy, servers) => {
  if (!globalThis.RTCPeerConnection) throw new Refused("no-calls");
  try {
    return new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: policy, bundlePolicy: "max-bundle" });
  } catch { throw new Refused("no-calls"); }
};

/** Offers, waits until the ways to be reached are known, and takes the server's answer. */
const negotiate = async (call, address) => {
  await call.setLocalDescription();
  await within(GATHER_MS, new Promise((resolve) => {
    const look = () => { if (call.iceGatheringState === "complete") resolve(); };
    call.addEventListener("icegatheringstatechange", look);
    look();
  }));
  const { type, sdp } = call.localDescription;
  let reply;
  try {
    reply = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ type, sdp }), signal: AbortSignal.any?.([run.signal, AbortSignal.timeout(ANSWER_MS)]) ?? run.signal });
  } catch {
    heed();
    throw new Refused(navigator.onLine === false ? "offline" : "no-server");
  }
  if (!reply.ok) throw new Refused(REFUSALS[reply.status] ?? (reply.status > 503 ? "no-server" : "refused"));
  const answer = await reply.json();
  heed();
  await call.setRemoteDescription(answer);
};

const NOT_ITS_FAULT = ["often", "full", "refused"];
const failPath = (step, error) => {
  if (error instanceof Stopped || !run || run.signal.aborted) throw new Stopped();
  const code = error instanceof Refused ? error.code : "blocked";
  finish(step, NOT_ITS_FAULT.includes(code) ? "skipped" : "failed", code);
};

/** The kind of path that was chosen, without an address. */
const pathOf = async (call) => {
  const stats = [...(await call.getStats()).values()];
  const transport = stats.find((each) => each.type === "transport" && each.selectedCandidatePairId);
  const pair = stats.find((each) => (transport ? each.id === transport.selectedCandidatePairId : each.type === "candidate-pair" && each.nominated && each.state === "succeeded"));
  const local = stats.find((each) => each.id === pair?.localCandidateId);
  return { path: local?.candidateType === "relay" ? "relayed" : "direct", protocol: (local?.relayProtocol ?? local?.protocol ?? "udp").toUpperCase() };
};

/** Sends a word through a data channel and waits for it to come back. */
const findPath = async (step, policy, servers) => {
  let call = null;
  try {
    call = newCall(policy, servers);
    const channel = call.createDataChannel("check");
    const back = new Promise((resolve) => { channel.onmessage = () => resolve(true); });
    channel.onopen = () => channel.send("check");
    await negotiate(call, "/api/call/check");
    if (await within(PATH_MS, back)) finish(step, "well", "ok", await pathOf(call));
    else finish(step, "failed", "blocked");
  } catch (error) {
    failPath(step, error);
  } finally {
    call?.close();
  }
};

const endEcho = () => { open.echo?.close(); open.echo = null; };

/** Sends picture and sound to the server until they come back; says whether they did. */
const startEcho = async (step) => {
  endEcho();
  const video = byId("echo-picture");
  try {
    const faults = await openFor(["camera", "microphone"]);
    if (!open.stream) { finish(step, "skipped", faults.length && step === "quality" ? "unmeasured" : "nothing"); return false; }
    const call = newCall("all", iceServers);
    open.echo = call;
    const back = new MediaStream();
    call.ontrack = ({ track }) => { back.addTrack(track); if (track.kind === "video") showPicture("echo-picture", back); else if (!video.srcObject) video.srcObject = back; };
    for (const track of open.stream.getTracks()) {
      const height = track.getSettings().height ?? 0;
      call.addTransceiver(track, {
        streams: [open.stream], direction: "sendrecv",
        // The server unpacks and packs every picture anew, and a small one tells as much.
        ...(track.kind === "video" && { sendEncodings: [{ maxBitrate: 400_000, maxFramerate: 15, scaleResolutionDownBy: Math.max(1, height / 240) }] }),
      });
    }
    video.muted = !byId("hear").checked;
    await negotiate(call, "/api/call/echo");
    const sends = new Set(open.stream.getTracks().map((track) => track.kind));
    let came = {};
    const all = await until(PATH_MS, async () => {
      came = { video: 0, audio: 0 };
      for (const each of (await call.getStats()).values()) if (each.type === "inbound-rtp") came[each.kind] += each.kind === "video" ? each.framesDecoded ?? 0 : each.packetsReceived ?? 0;
      return [...sends].every((kind) => came[kind] > 4);
    });
    if (video.paused) await video.play().catch(() => { /* sound that may not play by itself stays silent */ });
    if (step === "quality" && all) return true;
    const path = await pathOf(call);
    if (all) { if (step === "echo") finish(step, "well", sends.size > 1 ? "ok" : sends.has("video") ? "picture-only" : "sound-only", path); return true; }
    if (came.video > 4 || came.audio > 4) { if (step === "echo") finish(step, "remark", came.video > 4 ? "no-sound" : "no-picture", path); return true; }
    throw new Refused("blocked");
  } catch (error) {
    endEcho();
    showPicture("echo-picture", null);
    if (step === "quality" && !(error instanceof Stopped) && run && !run.signal.aborted) { finish(step, "skipped", error.code in words.verdicts.quality ? error.code : "unmeasured"); return false; }
    failPath(step, error);
    return false;
  }
};

// --- The sentence on top -----------------------------------------------------------------------------------------------

const verdict = () => {
  const failed = (step) => found[step].state === "failed";
  const codes = (...steps) => steps.map((step) => found[step].code);
  if (failed("secure")) return "insecure";
  if (["offline", "no-server"].some((code) => codes("socket", "udp").includes(code))) return "no-server";
  if (codes("udp").includes("no-calls")) return "no-calls";
  if (failed("socket")) return "no-messages";
  if (noPath() || failed("echo")) return "no-path";
  if (failed("camera") && failed("microphone")) return "no-devices";
  if (failed("microphone")) return "no-voice";
  if (failed("speaker")) return "no-sound";
  if (failed("quality")) return "poor";
  if (STEPS.some((step) => found[step].code === "stopped")) return "stopped";
  if (failed("camera")) return "no-picture";
  // Where no relay is set up there is none to check, and nothing is lacking.
  if (STEPS.some((step) => ["skipped", "waiting"].includes(found[step].state) && found[step].code !== "none")) return "partly";
  // What has failed and is not named above, such as a relay beside an open direct path, costs the visit nothing today.
  return STEPS.some((step) => ["remark", "failed"].includes(found[step].state)) ? "remark" : "well";
};

const STATE_OF = { running: "running", well: "well", remark: "remark", "no-picture": "remark", partly: "skipped", stopped: "skipped" };

const sum = () => {
  const code = run ? "running" : verdict(), place = byId("summary");
  place.hidden = false;
  place.dataset.state = STATE_OF[code] ?? "failed";
  place.querySelector(".check-sign path").setAttribute("d", SIGNS[place.dataset.state]);
  byId("summary-title").textContent = words.summary[code];
  const counted = STEPS.filter((step) => found[step].code !== "none"), count = byId("summary-count"), look = byId("summary-look");
  const running = STEPS.find((step) => found[step].state === "running");
  look.hidden = Boolean(run);
  count.hidden = Boolean(run) && !running;
  count.textContent = run ? running && `${words.steps[running].name}. ${told(running).says}` : fill(words.summary.counts, { well: counted.filter((step) => ["well", "remark"].includes(found[step].state)).length, all: counted.length });
  const odd = run ? [] : counted.filter((step) => ["failed", "remark"].includes(found[step].state));
  look.hidden ||= !odd.length;
  look.replaceChildren(`${words.summary.look} `, ...odd.flatMap((step, at) => {
    const link = document.createElement("a");
    link.href = `#name-${step}`;
    link.textContent = words.steps[step].name;
    return at ? [", ", link] : [link];
  }));
};

// --- The report --------------------------------------------------------------------------------------------------------

const BROWSERS = [[/Edg(?:A|iOS)?\/(\d+)/, "Edge"], [/OPR\/(\d+)/, "Opera"], [/SamsungBrowser\/(\d+)/, "Samsung Internet"], [/(?:Firefox|FxiOS)\/(\d+)/, "Firefox"], [/(?:Chrome|CriOS)\/(\d+)/, "Chrome"], [/Version\/(\d+).*Safari/, "Safari"]];
const SYSTEMS = [[/Android/, "Android"], [/iPhone|iPad|iPod/, "iOS"], [/Windows/, "Windows"], [/CrOS/, "ChromeOS"], [/Macintosh/, "macOS"], [/Linux/, "Linux"]];

const browser = () => {
  for (const [pattern, name] of BROWSERS) { const hit = pattern.exec(navigator.userAgent); if (hit) return `${name} ${hit[1]}`; }
  return words.report.other;
};
const system = () => SYSTEMS.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? words.report.other;

// Exact figures could be matched with others' logs; rough ones help as much.
const BUCKETS = { ms: [50, 150, 300, 1000], jitter: [30, 60], share: [1, 2, 5, 10], fps: [5, 10, 15, 25] };
const bucket = (number, limits, unit) => {
  const { unknown, below, between, above } = words.report;
  if (number === null || number === undefined) return unknown;
  const at = limits.findIndex((limit) => number < limit);
  if (at === 0) return fill(below, { number: limits[0], unit });
  return at < 0 ? fill(above, { number: limits.at(-1), unit }) : fill(between, { low: limits[at - 1], high: limits[at], unit });
};

const pathText = () => {
  const step = [found.echo, found.udp, found.relay].find(({ facts }) => facts.path);
  return step ? fill(words.report[step.facts.path], step.facts) : words.report.unknown;
};

const reportText = () => {
  const { report, summary, states } = words, { facts: figures } = found.quality, lines = [];
  const heading = (text) => lines.push("", text, "-".repeat(text.length));
  lines.push(report.title, "=".repeat(report.title.length));
  lines.push(`${report.made}: ${new Date().toLocaleString(document.documentElement.lang === "sv" ? "sv-SE" : "en-GB", { dateStyle: "long", timeStyle: "short" })}`);
  lines.push(`${report.browser}: ${browser()}`, `${report.system}: ${system()}`, `${report.outcome}: ${summary[verdict()]}`);
  for (const [group, title] of Object.entries(words.groups)) {
    heading(title);
    for (const step of GROUPS[group]) {
      const { state, code, fault } = found[step];
      lines.push(`${words.steps[step].name}: ${states[state]}. ${state === "waiting" ? "" : `${told(step).says} [${fault ? `${step}/` : ""}${code}]`}`.trim());
    }
  }
  heading(report.measured);
  lines.push(
    `${report.path}: ${pathText()}`,
    `${report.answer_time}: ${bucket(found.socket.facts.answer_ms, BUCKETS.ms, " ms")}`,
    `${report.delay}: ${bucket(figures.rtt_ms, BUCKETS.ms, " ms")}`,
    `${report.jitter}: ${bucket(figures.jitter_ms, BUCKETS.jitter, " ms")}`,
    `${report.loss}: ${bucket(figures.loss === null || figures.loss === undefined ? null : 100 * figures.loss, BUCKETS.share, " %")}`,
    `${report.fps}: ${bucket(figures.fps, BUCKETS.fps, "")}`,
    `${report.freezes}: ${figures.freezes ?? report.unknown}`,
  );
  heading(report.needs_title);
  lines.push(...report.needs.map((need) => `- ${need}`), "", report.free);
  return lines.join("\n");
};
const GROUPS = { device: STEPS.slice(0, 4), connection: STEPS.slice(4) };

let file = "";
const write = () => {
  const text = reportText();
  byId("report").hidden = byId("to-report").hidden = false;
  byId("report-text").textContent = text;
  URL.revokeObjectURL(file);
  file = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain;charset=utf-8" }));
  byId("download").href = file;
};

byId("copy").addEventListener("click", async () => {
  const place = byId("report-text"), status = byId("copied");
  try {
    await navigator.clipboard.writeText(place.textContent);
    status.textContent = words.page.copied;
  } catch {
    getSelection().selectAllChildren(place);
    status.textContent = words.page.not_copied;
  }
});
byId("print").addEventListener("click", () => print());

// --- A run -------------------------------------------------------------------------------------------------------------

const lock = (busy) => {
  byId("stop").hidden = !busy;
  byId("start").hidden = busy;
  byId("to-report").hidden = busy || byId("report").hidden;
  root.dataset.busy = busy ? "yes" : "";
  // Disabled buttons would lose the focus of whoever has just pressed one.
  for (const button of root.querySelectorAll(".check-again")) button.setAttribute("aria-disabled", String(busy));
  for (const select of root.querySelectorAll("select")) select.disabled = busy && select.id !== "choose-speaker";
};

const go = async (steps, alone) => {
  if (run) return;
  run = new AbortController();
  const mine = run;
  lock(true);
  for (const step of steps) { Object.assign(found[step], { state: "waiting", code: "", fault: false, facts: {} }); show(step); }
  sum();
  try {
    for (const step of steps) {
      heed();
      begin(step);
      await checks[step]({ alone });
    }
  } catch (error) {
    if (!(error instanceof Stopped) && !mine.signal.aborted) throw error;
    for (const step of steps) if (["waiting", "running"].includes(found[step].state)) finish(step, "skipped", "stopped");
  } finally {
    const focused = byId("stop") === document.activeElement;
    letGo();
    run = null;
    mine.abort();
    byId("start").textContent = words.page.restart;
    lock(false);
    sum();
    write();
    if (!alone || focused) byId("summary-title").focus();
    if (!alone) say(words.page.off);
  }
};

byId("start").addEventListener("click", () => {
  go(STEPS, false);
  byId("stop").focus();
});
byId("stop").addEventListener("click", () => run?.abort());
root.addEventListener("click", (event) => {
  const again = event.target.closest("[data-step]"), answer = event.target.closest("[data-answer]");
  if (again && !run) go([again.dataset.step], true);
  if (answer) run?.answer?.(answer.dataset.answer);
});
for (const step of Object.keys(CHOICES)) {
  byId(`choose-${step}`).addEventListener("change", () => {
    if (run) run.answer?.("play");
    else go([step], true);
  });
}
byId("hear").addEventListener("change", () => { byId("echo-picture").muted = !byId("hear").checked; });
// A link to a step leads the focus there too.
byId("summary-look").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link) { event.preventDefault(); const place = byId(link.hash.slice(1)); place.focus({ preventScroll: true }); place.scrollIntoView({ block: "center" }); }
});
navigator.mediaDevices?.addEventListener?.("devicechange", () => { if (run || !byId("choose-camera").parentElement.hidden || !byId("choose-microphone").parentElement.hidden) offerDevices(); });
const leave = () => { run?.abort(); letGo(); };
addEventListener("pagehide", leave);

byId("unscripted").remove();
root.hidden = false;
