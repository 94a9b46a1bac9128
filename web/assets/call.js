// A visit with a call in it: mount(el, config) -> unmount().
//
// What stands between calls is HTML that the server has drawn, put in place as it comes over the room's line; presses on
// it go back. Only the call itself is drawn here, once, beside what the server draws, so a new view never touches it.
//
//   call/room.js      the line to the room          call/peer.js     the way to the other
//   call/own.js       one's own devices             call/surface.js  what is seen of the call
//   call/devices.js   opening and measuring them    call/quality.js  how the call goes, in words

const query = new URL(import.meta.url).search;
const part = (name) => import(new URL(`call/${name}.js${query}`, import.meta.url));
const [{ announcer, make }, { Room }, { Own }, { ClipMeeting, PersonMeeting }, { Surface }, { watchQuality }] =
  await Promise.all(["dom", "room", "own", "peer", "surface", "quality"].map(part));

const CUT_MS = 4000, DEVICES_MS = 2500, UNANSWERED_MS = 8000, PARTING_MS = 10000;

/** Put a visit into an element; what is returned ends it, turns every device off and empties the element. */
export function mount(el, config) {
  const visit = new Visit(el, config);
  return () => visit.end();
}

// Whoever shows a visit may have forgotten its look.
const dress = () => {
  const address = new URL(`call.css${query}`, import.meta.url);
  if ([...document.querySelectorAll("link[rel=stylesheet]")].some((link) => new URL(link.href, location.href).pathname === address.pathname)) return;
  document.head.append(make("link", { rel: "stylesheet", href: address.href }));
};

class Visit {
  constructor(el, config) {
    const { words } = config;
    Object.assign(this, { el, config, words, view: null, phase: "", meeting: null, own: null, surface: null, left: false, over: false, waiting: [], pressed: false, cutDone: false });
    dress();
    this.announcer = announcer();
    this.contactLine = make("p", { class: "hub-call-contact", hidden: true });
    this.alert = make("div", { class: "hub-call-refused", role: "alert" });
    this.stage = make("div", { class: "hub-call-stage" });
    this.side = make("div", { class: "hub-call-side" });
    this.place = make("div", { class: "hub-call-place" });
    this.root = make("div", { class: "hub-call", "data-phase": "" },
      this.announcer.region, this.contactLine, this.alert, make("div", { class: "hub-call-columns" }, make("div", { class: "hub-call-main" }, this.stage, this.place), this.side));
    el.replaceChildren(this.root);
    this.root.addEventListener("click", (event) => this.press(event));

    this.hide = () => this.turnOff();
    this.back = (event) => { if (event.persisted) location.reload(); };
    this.look = () => { if (document.visibilityState === "visible") this.stayAwake(); };
    window.addEventListener("pagehide", this.hide);
    window.addEventListener("pageshow", this.back);
    document.addEventListener("visibilitychange", this.look);

    const address = new URL(config.socket, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("besok", config.token);
    this.room = new Room(address.href, (message) => this.hear(message), (how) => this.contact(how));
  }

  say(text) { this.announcer.say(text); }
  send(message) { return this.room.send(message); }

  // --- The line to the room ---------------------------------------------------------------------------------------------

  contact(how) {
    const { words } = this;
    if (how === "open") {
      if (!this.contactLine.hidden) this.say(words.contact_back);
      this.contactLine.hidden = true;
      this.anew = true;
      // Who pressed Leave while the line was broken has left.
      if (this.owing) { this.owing = false; this.send({ kind: "leave" }); }
      return;
    }
    this.free();
    if (["gone", "time", "elsewhere"].includes(how)) {
      this.bye({ code: how, title: words.ends[how], sentence: words.ends[`${how}_help`], ways: [] });
      return;
    }
    const text = how === "trying" ? words.contact_lost : words.contact_none;
    if (this.contactLine.hidden || this.contactLine.dataset.how !== how) {
      this.contactLine.replaceChildren(text);
      if (how === "given-up") this.contactLine.append(" ", make("button", { type: "button", class: "hub-button quiet", on: { click: () => this.room.retry() } }, words.again));
      this.contactLine.dataset.how = how;
      this.contactLine.hidden = false;
      this.say(text);
    }
  }

  hear(message) {
    const { kind } = message;
    if (this.over) return;
    if (kind === "view") this.see(message);
    else if (kind === "signal") this.meeting?.take(message.data);
    else if (kind === "answer") this.meeting?.answer?.(message.sdp);
    else if (kind === "no-answer") { if (this.surface && this.meeting?.refused) { this.surface.refusal = message.sentence; this.meeting.refused(); } }
    else if (kind === "caption") this.surface?.caption(message.text);
    else if (kind === "chat") this.surface?.received(message.text);
    else if (kind === "media") this.surface?.setOther({ camera: message.camera, microphone: message.microphone, screen: message.screen });
    else if (kind === "refused") { this.free(); this.refuse(message.sentence); }
    else if (kind === "bye") this.bye(message);
  }

  refuse(sentence) {
    // Said anew even if it is the same sentence.
    this.alert.replaceChildren(make("p", {}, sentence));
  }

  bye({ code, title, sentence, ways }) {
    if (this.over) return;
    this.over = true;
    this.room.close();
    this.leaveCall();
    const heading = make("h2", { tabindex: "-1", class: "hub-call-end" }, title);
    const links = (ways ?? []).map(([text, href]) => make("a", { class: "hub-button quiet", href }, text));
    this.contactLine.hidden = true;
    this.alert.replaceChildren();
    this.side.replaceChildren();
    this.side.hidden = true;
    this.stage.hidden = false;
    this.stage.replaceChildren(heading, make("p", {}, sentence), make("div", { class: "hub-actions" }, ...links));
    this.root.dataset.phase = "over";
    this.root.dataset.code = code;
    heading.focus();
  }

  // --- What the server draws --------------------------------------------------------------------------------------------

  see(view) {
    this.view = view;
    this.free();
    if (view.phase !== "call") this.left = false;
    const focus = this.remembered();
    const changed = [this.draw(this.stage, view.stage), this.draw(this.side, view.side)];
    this.side.hidden = !view.side;
    this.stage.hidden = !view.stage;
    if (changed.includes(true)) this.restore(focus);
    const phase = view.phase === "call" && this.left ? "left" : view.phase;
    const moved = phase !== this.phase;
    this.phase = phase;
    this.root.dataset.phase = phase;
    if (view.focus || moved) this.alert.replaceChildren();
    this.follow(moved);
    if (view.focus) this.toFocus();
    this.say(view.announce);
    if (moved) this.config.onPhase?.(phase);
    this.anew = false;
  }

  draw(place, html) {
    if (place.drawn === html) return false;
    // What the visitor has unfolded or written stays as it was.
    const name = (each) => each.dataset.keep || each.id || each.querySelector("summary")?.textContent;
    const open = new Set([...place.querySelectorAll("details[open]")].map(name));
    const written = new Map([...place.querySelectorAll("input[id], textarea[id]")].map((each) => [each.id, each.value]));
    place.innerHTML = html;
    place.drawn = html;
    for (const each of place.querySelectorAll("details")) if (open.has(name(each))) each.open = true;
    for (const each of place.querySelectorAll("input[id], textarea[id]")) if (written.has(each.id)) each.value = written.get(each.id);
    return true;
  }

  /** Which of the server's own elements has the focus, told so that it can be found in the next view. */
  remembered() {
    const held = document.activeElement;
    if (!held || !(this.stage.contains(held) || this.side.contains(held))) return null;
    const name = (attribute) => (held.hasAttribute(attribute) ? `[${attribute}="${CSS.escape(held.getAttribute(attribute))}"]` : "");
    if (held.id) return `#${CSS.escape(held.id)}`;
    if (held.dataset.do !== undefined) return `${name("data-do")}${name("data-value") || ":not([data-value])"}`;
    if (held.localName === "summary") return { summary: held.textContent };
    return held.localName === "a" ? `a${name("href")}` : "";
  }

  restore(what) {
    if (what === null || this.root.contains(document.activeElement)) return;
    let found = null;
    if (typeof what === "object") found = [...this.root.querySelectorAll("summary")].find((each) => each.textContent === what.summary);
    else if (what) found = this.stage.querySelector(what) ?? this.side.querySelector(what);
    if (found) found.focus({ preventScroll: true });
    else if (!this.view.focus) this.toFocus();
  }

  toFocus() {
    const target = this.stage.querySelector("[data-focus]") ?? (this.phase === "call" || this.phase === "wait" ? this.surface?.heading : null);
    if (!target) return;
    if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus();
  }

  async copy(button) {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copies);
    } catch {
      return;
    }
    button.textContent = button.dataset.done || before;
    this.say(button.dataset.done);
    setTimeout(() => { button.textContent = before; }, 3000);
  }

  press(event) {
    const near = (selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
    const copies = near("[data-copies]"), fills = near("[data-fills]");
    // The app has a listener of its own for these further out, which would copy something else.
    if (copies) { event.stopPropagation(); this.copy(copies); return; }
    if (fills) { const field = document.getElementById(fills.dataset.fills); if (field) field.value = fills.dataset.text ?? ""; return; }
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!button || !(this.stage.contains(button) || this.side.contains(button))) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    this.pressed = true;
    this.left = false;
    this.alert.replaceChildren();
    const message = { kind: "do", what: button.dataset.do, value: button.dataset.value ?? "", seen: this.view?.version ?? 0 };
    if (!this.send(message)) { this.refuse(this.words.not_sent); return; }
    button.setAttribute("aria-disabled", "true");
    this.waiting.push(button);
    clearTimeout(this.freeing);
    this.freeing = setTimeout(() => this.free(), UNANSWERED_MS);
  }

  free() {
    clearTimeout(this.freeing);
    for (const button of this.waiting.splice(0)) button.removeAttribute("aria-disabled");
  }

  // --- The call -----------------------------------------------------------------------------------------------------------

  follow(moved) {
    const { view, phase } = this;
    if (phase !== "wait" && phase !== "call") { this.leaveCall(); if (phase !== "left") this.place.replaceChildren(); return; }
    this.equip();
    this.own.block(view.call?.trouble === "camera-blocked");
    if (moved) this.openDevices();
    this.surface.show(phase, view.call);
    if (phase === "wait") { this.endMeeting(); return; }
    this.stayAwake();
    if (!this.meeting && !this.starting) this.startMeeting();
    else if (this.anew) { this.meeting?.renewed(); this.tellStates(true); }
    if (this.meeting) this.meeting.here = view.call.present;
    if (view.call.present && !this.otherHere) this.tellStates(true);
    this.otherHere = view.call.present;
    if (!view.call.present) this.surface.other = {};
    this.trouble();
  }

  equip() {
    if (this.surface) return;
    this.own = new Own(() => { this.surface?.refresh(); this.meeting?.refresh(); this.tellStates(); });
    this.surface = new Surface({
      words: this.words, own: this.own, say: (text) => this.say(text),
      does: { leave: () => this.leave(), write: (text) => this.write(text), open: () => { this.own.open(); }, again: () => { this.meeting?.reset(); } },
    });
    this.place.replaceChildren(this.surface.root);
    if (this.own.chosen.speaker) this.surface.setSpeaker(this.own.chosen.speaker);
  }

  // A camera is never opened but after a press, or where the visitor has allowed it before.
  async openDevices() {
    const { own } = this;
    if (own.opening) return;
    if (this.pressed || navigator.userActivation?.hasBeenActive || await allowed()) {
      if (own === this.own) { own.open(); this.surface.refresh(); }
    } else if (own === this.own) {
      this.surface.asked = true;
      this.surface.refresh();
    }
  }

  async startMeeting() {
    const { own, surface, config } = this;
    const mark = this.starting = {};
    surface.setState(this.view.call.present || this.view.call.with === "clip" ? "connecting" : "waiting");
    // A browser that lends its devices also tells its real addresses, so what is sure to come soon is waited for.
    if (own.opening) await Promise.race([own.opening, new Promise((resolve) => { setTimeout(resolve, DEVICES_MS); })]);
    if (this.starting !== mark) return;
    this.starting = null;
    const { call } = this.view;
    const shared = {
      iceServers: config.iceServers ?? [], send: (message) => this.send(message), picture: () => own.picture, sound: () => own.microphone,
      changed: (state) => this.meetingMoved(state), remote: (stream) => { this.surface?.setRemote(stream); },
      heard: (message) => { if (typeof message?.text === "string") this.surface?.received(message.text.slice(0, 500)); },
    };
    this.quality = () => {};
    this.meeting = call.with === "clip" ? new ClipMeeting(shared) : new PersonMeeting({ ...shared, offers: call.offers, present: call.present });
    this.told = "";
    this.tellStates(true);
    this.trouble();
  }

  meetingMoved(state) {
    this.surface?.setState(state);
    this.quality?.();
    this.quality = () => {};
    // What is said while the meeting is being made comes before it is known here.
    queueMicrotask(() => {
      if (state !== "connected" || !this.meeting?.pc) return;
      this.quality = watchQuality(this.meeting.pc, (told) => this.surface?.setQuality(told));
      this.tellStates(true);
      this.trouble();
    });
  }

  tellStates(again = false) {
    if (this.phase !== "call" || !this.own) return;
    const states = JSON.stringify(this.own.states);
    if (states === this.told && !again) return;
    if (this.send({ kind: "media", ...this.own.states })) this.told = states;
  }

  write(text) { return this.meeting?.whisper({ text }) || this.send({ kind: "chat", text }); }

  /** Play the trouble that has been switched on: here the network that goes. */
  trouble() {
    const lost = this.view?.call?.trouble === "network-lost";
    if (!lost) {
      clearTimeout(this.cutting);
      this.cutting = 0;
      if (this.meeting?.cut) this.meeting.mend();
    } else if (!this.cutting && this.meeting?.connected) {
      this.cutting = setTimeout(() => this.meeting?.sever(), CUT_MS);
    }
  }

  leave() {
    const first = !this.parted;
    if (first) this.owing = !this.send({ kind: "leave" });
    // A recorded counterpart says goodbye first; one's own camera goes out at once, and a second press does not wait.
    if (first && !this.owing && this.meeting && !this.meeting.person && this.meeting.connected) {
      this.parted = setTimeout(() => this.leave(), PARTING_MS);
      this.own.close();
      this.surface.part();
      return;
    }
    this.left = true;
    this.phase = this.root.dataset.phase = "left";
    this.leaveCall();
    this.place.replaceChildren(make("p", {}, this.words.left));
    this.say(this.words.left);
    this.toFocus();
  }

  endMeeting() {
    this.starting = null;
    clearTimeout(this.parted);
    this.parted = 0;
    clearTimeout(this.cutting);
    this.cutting = 0;
    this.quality?.();
    this.quality = null;
    this.meeting?.end();
    this.meeting = null;
    this.otherHere = false;
    this.awake?.release().catch(() => {});
    this.awake = null;
  }

  leaveCall() {
    this.endMeeting();
    this.own?.close();
    const held = this.surface?.root.contains(document.activeElement);
    this.surface?.close();
    this.own = this.surface = null;
    if (held && !this.over) this.toFocus();
  }

  async stayAwake() {
    if (this.phase !== "call" || this.awake || !navigator.wakeLock || document.visibilityState !== "visible") return;
    try {
      const lock = this.awake = await navigator.wakeLock.request("screen");
      if (this.phase !== "call") { lock.release().catch(() => {}); this.awake = null; return; }
      lock.addEventListener("release", () => { if (this.awake === lock) this.awake = null; });
    } catch { /* the screen may go dark; the call goes on */ }
  }

  // --- The end --------------------------------------------------------------------------------------------------------------

  turnOff() {
    this.endMeeting();
    this.own?.close();
    this.room.close();
  }

  end() {
    if (this.ended) return;
    this.ended = this.over = true;
    this.turnOff();
    this.surface?.close();
    clearTimeout(this.freeing);
    window.removeEventListener("pagehide", this.hide);
    window.removeEventListener("pageshow", this.back);
    document.removeEventListener("visibilitychange", this.look);
    this.root.remove();
  }
}

const allowed = async () => {
  try {
    const states = await Promise.all(["camera", "microphone"].map((name) => navigator.permissions.query({ name })));
    return states.some(({ state }) => state === "granted");
  } catch {
    return false;
  }
};
