// What is seen of a call: the other, oneself, what one can do, and in words how it goes. It is drawn once and then changed
// in place, so that nothing under a finger or a screen reader's cursor is ever replaced.

const query = new URL(import.meta.url).search;
const { fill, icon, make } = await import(`./dom.js${query}`);
const { levelMeter, listDevices, playTestSound } = await import(`./devices.js${query}`);
const { Own } = await import(`./own.js${query}`);

const SLOW_MS = 8000, LONGEST_CHAT = 500, CAPTION_MS = 20000;
let count = 0;

export class Surface {
  /**
   * @param words what is said, in the visitor's language
   * @param own the visitor's devices
   * @param say says a text to those who listen
   * @param does {leave, write(text) -> bool, open, again}: what the surface cannot do by itself
   */
  constructor({ words, own, say, does }) {
    Object.assign(this, {
      words, own, say, does, id: `hub-call-${++count}`, mode: "hidden", call: null, state: "", other: {}, unread: 0, captions: true, large: false,
      sinkId: own.chosen.speaker ?? "", quality: "", measured: "", parting: false, slow: false, asked: false, said: {}, meter: () => {}, metered: null, gone: false,
    });
    this.build();
    this.devicesChanged = () => this.fillDevices();
    navigator.mediaDevices?.addEventListener?.("devicechange", this.devicesChanged);
    this.fullChanged = () => this.refresh();
    document.addEventListener("fullscreenchange", this.fullChanged);
  }

  // --- Drawn once -----------------------------------------------------------------------------------------------------

  build() {
    const { words, id } = this;
    this.controls = {};
    const control = (name, sign, press, more = {}) => {
      const word = make("span", { class: "hub-call-word" });
      const button = make("button", { type: "button", class: "hub-call-control", "data-control": name, on: { click: press }, ...more }, icon(sign, ["microphone", "camera"].includes(name)), word);
      this.controls[name] = { button, word };
      return button;
    };

    this.heading = make("h2", { id: `${id}-name`, class: "hub-call-heading", tabindex: "-1" });
    this.stateWord = make("span", { class: "hub-call-state-word" });
    this.stateLine = make("p", { class: "hub-call-state" }, make("span", { class: "hub-call-dot", "aria-hidden": "true" }), this.stateWord);
    this.qualityLine = make("p", { class: "hub-call-quality", hidden: true });
    this.hint = make("div", { class: "hub-call-hint", hidden: true });

    this.remote = make("video", { class: "hub-call-remote", autoplay: true, playsinline: true });
    for (const kind of ["resize", "loadeddata", "playing"]) this.remote.addEventListener(kind, () => this.refresh());
    this.plate = make("p", { class: "hub-call-plate" });
    this.emptyWord = make("p", {});
    this.empty = make("div", { class: "hub-call-empty" }, icon("person"), this.emptyWord);
    this.captionLine = make("p", { class: "hub-call-caption", hidden: true });
    this.soundButton = make("button", { type: "button", class: "hub-button hub-call-sound", hidden: true, on: { click: () => this.play() } }, icon("sound"), words.sound_on);

    this.selfVideo = make("video", { autoplay: true, playsinline: true, muted: true, "aria-label": words.self });
    this.selfVideo.muted = true;
    this.selfWord = make("p", { class: "hub-call-self-word" });
    this.selfSound = make("p", { class: "hub-call-self-sound" });
    this.selfLevel = make("span", { class: "hub-call-level", "aria-hidden": "true" }, make("span", {}));
    this.self = make("div", { class: "hub-call-self" }, this.selfVideo, this.selfWord, make("div", { class: "hub-call-self-line" }, make("span", { class: "hub-call-you" }, words.you), this.selfLevel, this.selfSound));
    this.frame = make("div", { class: "hub-call-frame" }, this.remote, this.empty, this.plate, this.self, this.captionLine, this.soundButton);

    this.askNote = make("div", { class: "hub-call-note", hidden: true },
      make("p", {}, words.ask), make("button", { type: "button", class: "hub-button", on: { click: () => { this.asked = false; this.does.open(); this.refresh(); this.controls.microphone.button.focus(); } } }, words.ask_do));
    this.faults = make("div", { class: "hub-call-faults" });
    this.note = make("p", { class: "hub-call-small", hidden: true });

    this.main = make("div", { class: "hub-call-controls", role: "group", "aria-label": words.controls },
      control("microphone", "microphone", () => this.toggle("microphone")),
      control("camera", "camera", () => this.toggle("camera")),
      control("share", "screen", () => this.share()),
      control("chat", "chat", () => this.showChat(this.chat.hidden), { "aria-expanded": "false", "aria-controls": `${id}-chat` }),
      control("leave", "leave", () => this.does.leave()));
    this.badge = make("span", { class: "hub-call-badge", "aria-hidden": "true", hidden: true });
    this.badgeWord = make("span", { class: "hub-unseen" });
    this.controls.chat.button.append(this.badge, this.badgeWord);
    this.more = make("div", { class: "hub-call-more", role: "group", "aria-label": words.view },
      control("devices", "devices", () => this.showDevices(), { "aria-haspopup": "dialog" }),
      control("captions", "captions", () => { this.captions = !this.captions; this.say(this.captions ? words.captions_on : words.captions_off); this.refresh(); }),
      control("large", "large", () => { this.large = !this.large; this.refresh(); }),
      control("full", "full", () => this.full()));

    this.buildChat();
    this.buildDevices();
    this.root = make("section", { class: "hub-call-surface", "aria-labelledby": `${id}-name`, hidden: true },
      make("div", { class: "hub-call-top" }, this.heading, make("div", { class: "hub-call-how" }, this.stateLine, this.qualityLine)), this.hint, this.askNote,
      make("div", { class: "hub-call-middle" }, make("div", { class: "hub-call-picture" }, this.frame, this.main, this.faults, this.more, this.note), this.chat), this.dialog);
  }

  buildChat() {
    const { words, id } = this;
    this.log = make("ol", {});
    this.scroll = make("div", { class: "hub-call-log", role: "log", "aria-label": words.chat_log, tabindex: "0", hidden: true }, this.log);
    this.nothing = make("p", { class: "hub-call-small" }, words.chat_none);
    this.field = make("input", { id: `${id}-text`, class: "hub-field", type: "text", maxlength: String(LONGEST_CHAT), autocomplete: "off" });
    this.unsent = make("p", { class: "hub-call-unsent", role: "alert" });
    const form = make("form", { on: { submit: (event) => { event.preventDefault(); this.write(); } } },
      make("label", { for: `${id}-text` }, words.chat_field),
      make("div", { class: "hub-call-write" }, this.field, make("button", { type: "submit", class: "hub-button" }, words.chat_send)), this.unsent);
    this.chat = make("section", { id: `${id}-chat`, class: "hub-call-chat", "aria-labelledby": `${id}-chat-name`, hidden: true },
      make("h3", { id: `${id}-chat-name` }, words.chat), this.nothing, this.scroll, form);
    this.chat.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); this.showChat(false); } });
  }

  buildDevices() {
    const { words, id } = this;
    const select = (kind, text) => {
      const field = make("select", { id: `${id}-${kind}`, class: "hub-field", on: { change: () => this.choose(kind, field.value) } });
      const row = make("div", { class: "hub-call-device" }, make("label", { for: `${id}-${kind}` }, text), field);
      return { field, row };
    };
    this.selects = { camera: select("camera", words.camera), microphone: select("microphone", words.microphone), speaker: select("speaker", words.speaker) };
    this.dialogLevel = make("span", { class: "hub-call-level wide", "aria-hidden": "true" }, make("span", {}));
    this.selects.microphone.row.append(make("p", { class: "hub-call-small" }, words.level), this.dialogLevel);
    this.tested = make("p", { class: "hub-call-small", role: "status" });
    const test = make("button", { type: "button", class: "hub-button quiet", on: { click: () => this.testSound() } }, words.test_sound);
    this.dialog = make("dialog", { class: "hub-call-dialog", "aria-labelledby": `${id}-devices` },
      make("h3", { id: `${id}-devices` }, words.devices),
      this.selects.camera.row, this.selects.microphone.row, this.selects.speaker.row,
      make("div", { class: "hub-call-test" }, test, this.tested),
      make("div", { class: "hub-call-done" }, make("button", { type: "button", class: "hub-button", on: { click: () => this.dialog.close() } }, words.done)));
  }

  // --- What is going on ------------------------------------------------------------------------------------------------

  /** Show the place as it is in this phase: "hidden", "wait" or "call". */
  show(mode, call) {
    const anew = mode !== this.mode;
    this.mode = mode;
    this.call = call ?? this.call;
    if (anew && mode !== "call") { this.setState(""); this.caption(""); this.setQuality(null); }
    if (anew && mode === "hidden") this.clear();
    this.refresh();
  }

  clear() {
    if (this.dialog.open) this.dialog.close();
    if (document.fullscreenElement === this.root) document.exitFullscreen().catch(() => {});
    this.log.replaceChildren();
    this.scroll.hidden = true;
    this.nothing.hidden = false;
    this.unread = 0;
    this.other = {};
    this.said = {};
    this.chat.hidden = true;
    this.remote.srcObject = null;
    this.selfVideo.srcObject = null;
    this.measure();
  }

  get name() { return this.call?.name || this.words.other; }
  /** As one speaks of somebody: "Sara" of "Sara, nurse". */
  get short() { return this.name.split(",")[0]; }

  setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.slow = false;
    clearTimeout(this.slowTimer);
    if (["connecting", "broken"].includes(state)) this.slowTimer = setTimeout(() => { this.slow = true; this.refresh(); this.say(this.words.slow); }, SLOW_MS);
    if (state && this.mode === "call") this.say(this.stateText());
    if (state !== "connected") this.setQuality(null);
    this.refresh();
  }

  stateText() {
    const { words } = this;
    return fill({ waiting: words.waiting, connecting: words.connecting, connected: words.connected, broken: words.broken, refused: words.no_call }[this.state] ?? "", { name: this.short });
  }

  /** The counterpart says goodbye before it is over. */
  part() {
    this.parting = true;
    if (!this.chat.hidden) this.chat.hidden = true;
    this.refresh();
    this.say(this.words.parting);
    this.controls.leave.button.focus();
  }

  setRemote(stream) {
    if (this.remote.srcObject !== stream) this.remote.srcObject = stream;
    for (const track of stream.getTracks()) track.onmute = track.onunmute = () => this.refresh();
    this.play();
    this.refresh();
  }

  /** The browser may want a press before anything sounds. */
  async play() {
    try {
      await this.remote.play();
      this.silenced = false;
    } catch (error) {
      if (error?.name !== "NotAllowedError") return;
      if (!this.silenced && this.mode === "call") this.say(this.words.sound_blocked);
      this.silenced = true;
    }
    this.refresh();
  }

  async setSpeaker(id) {
    this.sinkId = id;
    try { await this.remote.setSinkId?.(id); } catch { /* gone again; the usual one sounds */ }
  }

  setOther(states) {
    const { words } = this, before = this.other, facts = { name: this.short };
    this.other = states;
    for (const what of ["camera", "microphone", "screen"]) {
      if (before[what] !== undefined && before[what] !== states[what]) this.say(fill(words.states[what][states[what] ? "on" : "off"], facts));
      else if (before[what] === undefined && what === "screen" && states.screen) this.say(fill(words.states.screen.on, facts));
    }
    this.refresh();
  }

  /** Once is no trend: a fall is told when it lasts, and only what is poor is explained. */
  setQuality(told) {
    const { words } = this;
    const word = told && told.word !== "unknown" ? told.word : "";
    const lasts = word === this.measured;
    this.measured = word;
    if (told && ["fair", "poor"].includes(word) && !lasts) return;
    let text = word ? words.quality[word] : "";
    if (word === "poor") text += ` ${told.side ? words.quality[told.side] : words.quality.both} ${words.quality.advice}`;
    if (word === "poor" && this.quality !== "poor") this.say(text);
    this.quality = word;
    if (this.qualityLine.textContent !== text) this.qualityLine.textContent = text;
    this.qualityLine.hidden = !text;
    this.qualityLine.dataset.word = word;
  }

  caption(text) {
    clearTimeout(this.captionTimer);
    this.captionText = text;
    if (text) this.captionTimer = setTimeout(() => this.caption(""), CAPTION_MS);
    this.refresh();
  }

  hints() {
    const { words, state, call } = this, facts = { name: this.short };
    const lines = [];
    if (this.mode === "call") {
      if (state === "refused") lines.push(this.refusal || words.no_call);
      else if (state === "waiting") lines.push(fill(words.waiting_help, facts));
      else if (state === "broken") lines.push(words.broken_help);
      else if (state === "connecting" && this.slow) lines.push(words.slow);
      if (lines.length && call?.fallback_phone) lines.push(call.fallback_phone);
    }
    return lines;
  }

  // --- Chat ------------------------------------------------------------------------------------------------------------

  write() {
    const text = this.field.value.trim();
    if (!text) { this.field.focus(); return; }
    if (!this.does.write(text)) { this.unsent.textContent = this.words.chat_unsent; return; }
    this.unsent.textContent = "";
    this.field.value = "";
    this.line(this.words.you, text, true);
    this.field.focus();
  }

  received(text) {
    this.line(this.short, text, false);
    if (!this.chat.hidden) return;
    this.unread += 1;
    this.say(fill(this.words.chat_new, { name: this.short, text }));
    this.refresh();
  }

  line(who, text, mine) {
    this.nothing.hidden = true;
    this.scroll.hidden = false;
    const item = make("li", { class: mine ? "mine" : null }, make("strong", {}, who), make("span", {}, text));
    this.log.append(item);
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  showChat(open) {
    this.chat.hidden = !open;
    if (open) this.unread = 0;
    this.refresh();
    if (open) { this.scroll.scrollTop = this.scroll.scrollHeight; this.field.focus(); } else this.controls.chat.button.focus();
  }

  // --- What one can do -------------------------------------------------------------------------------------------------

  toggle(device) {
    const { own } = this;
    if (!own.opening) { this.asked = false; this.does.open(); this.refresh(); return; }
    if (device === "camera") own.setCamera(!own.cameraOn); else own.setMicrophone(!own.microphoneOn);
  }

  async share() {
    if (this.own.screen) { this.own.unshare(); return; }
    const code = await this.own.share();
    if (code) this.problem(this.words.share_failed);
  }

  problem(text) {
    this.shareFault = text;
    this.refresh();
    this.say(text);
  }

  full() {
    if (document.fullscreenElement === this.root) document.exitFullscreen().catch(() => {});
    else this.root.requestFullscreen().catch(() => {});
  }

  async showDevices() {
    await this.fillDevices();
    this.tested.textContent = "";
    if (!this.dialog.open && this.mode !== "hidden") this.dialog.showModal();
  }

  async fillDevices() {
    const found = await listDevices();
    if (this.gone) return;
    const using = { camera: this.own.camera?.getSettings().deviceId, microphone: this.own.microphone?.getSettings().deviceId, speaker: this.sinkId };
    for (const [kind, all] of [["camera", found.cameras], ["microphone", found.microphones], ["speaker", found.speakers]]) {
      const { field, row } = this.selects[kind];
      const chosen = using[kind] ?? this.own.chosen[kind] ?? "";
      const options = all.map(({ id, label }, place) => make("option", { value: id }, label || fill(this.words.device, { number: place + 1 })));
      if (!all.length) options.push(make("option", { value: "" }, this.words.device_none));
      field.replaceChildren(...options);
      field.disabled = !all.length;
      if (all.some(({ id }) => id === chosen)) field.value = chosen;
      row.hidden = kind === "speaker" && !all.length;
    }
  }

  async choose(kind, id) {
    if (kind === "speaker") await this.setSpeaker(id);
    await this.own.choose(kind, id);
  }

  async testSound() {
    this.tested.textContent = this.words.test_sounding;
    try {
      await playTestSound(this.sinkId);
      this.tested.textContent = this.words.test_sounded;
    } catch {
      this.tested.textContent = this.words.test_silent;
    }
  }

  // --- Drawn as it is --------------------------------------------------------------------------------------------------

  refresh() {
    if (this.gone) return;
    const { words, own, mode, controls } = this, inCall = mode === "call";
    const states = own.states, facts = { name: this.short };
    const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
    this.root.hidden = mode === "hidden";
    this.root.dataset.mode = mode;
    this.root.dataset.large = String(this.large);
    this.root.dataset.chat = String(!this.chat.hidden);
    if (mode === "hidden") return;

    put(this.heading, inCall ? fill(words.with, { name: this.name }) : words.before);
    put(this.stateWord, inCall ? this.stateText() : words.before_help);
    this.root.dataset.state = inCall ? this.state : "";
    const hint = this.hints();
    if (JSON.stringify(hint) !== this.hinted) { this.hinted = JSON.stringify(hint); this.hint.replaceChildren(...hint.map((text) => make("p", {}, text)), ...(this.state === "refused" && inCall ? [make("button", { type: "button", class: "hub-button quiet", on: { click: () => { this.controls.leave.button.focus(); this.does.again(); } } }, words.again)] : [])); }
    this.hint.hidden = !hint.length;

    // The other.
    const picture = this.remote.srcObject?.getVideoTracks()[0];
    const sent = this.other.screen || this.other.camera !== false;
    const seen = inCall && this.state === "connected" && sent && Boolean(picture) && !picture.muted && this.remote.videoWidth > 0;
    this.remote.classList.toggle("screen", Boolean(this.other.screen));
    this.remote.setAttribute("aria-label", fill(this.other.screen ? words.their_screen : words.their_picture, facts));
    this.remote.hidden = !inCall;
    this.frame.dataset.seen = String(seen);
    this.empty.hidden = seen || !inCall;
    put(this.emptyWord, this.state === "connected" ? (sent ? words.connected : fill(words.states.camera.off, facts)) : this.stateText());
    const plate = [this.name];
    if (this.other.microphone === false) plate.push(words.microphone_off);
    if (this.other.screen) plate.push(words.shares_screen);
    put(this.plate, plate.join(" · "));
    // The heading has the name; over the picture it stands with what there is to say of it.
    this.plate.hidden = !inCall || plate.length < 2;
    put(this.captionLine, this.captionText ?? "");
    this.soundButton.hidden = !inCall || !this.silenced;
    this.captionLine.hidden = !inCall || !this.captions || !this.captionText;

    // Oneself. A screen that shows itself would go on for ever.
    const track = own.screen ? null : own.camera;
    if (this.selfTrack !== track) { this.selfTrack = track; this.selfVideo.srcObject = track ? new MediaStream([track]) : null; if (track) this.selfVideo.play().catch(() => {}); }
    this.selfVideo.hidden = !track;
    put(this.selfWord, own.screen ? words.you_share : own.opening && !own.opened ? words.opening : words.camera_off);
    this.selfWord.hidden = Boolean(track);
    put(this.selfSound, states.microphone ? "" : words.microphone_off);
    this.selfLevel.hidden = !states.microphone;
    this.measure();

    // What one can do.
    const label = (name, text, on) => { put(controls[name].word, text); if (on !== undefined) controls[name].button.dataset.on = String(on); };
    label("microphone", states.microphone ? words.microphone_do_off : words.microphone_do_on, states.microphone);
    label("camera", states.camera ? words.camera_do_off : words.camera_do_on, states.camera);
    label("share", states.screen ? words.share_end : words.share, states.screen);
    label("chat", words.chat, !this.chat.hidden);
    label("devices", words.devices);
    label("captions", words.captions);
    label("large", words.large);
    label("full", words.full);
    label("leave", this.parting ? words.leave_now : words.leave);
    for (const [name, pressed] of [["captions", this.captions], ["large", this.large], ["full", document.fullscreenElement === this.root]]) controls[name].button.setAttribute("aria-pressed", String(pressed));
    controls.chat.button.setAttribute("aria-expanded", String(!this.chat.hidden));
    this.badge.hidden = !this.unread;
    put(this.badge, String(this.unread));
    put(this.badgeWord, this.unread ? fill(this.unread === 1 ? words.unread_one : words.unread, { count: this.unread }) : "");
    controls.share.button.hidden = !inCall || !Own.sharesScreen;
    controls.chat.button.hidden = controls.leave.button.hidden = !inCall;
    for (const name of ["microphone", "camera", "share", "chat", "devices"]) controls[name].button.hidden ||= this.parting;
    controls.captions.button.hidden = !inCall || !(this.call?.with === "clip" || this.captionText);
    controls.full.button.hidden = !inCall || !document.fullscreenEnabled;

    this.askNote.hidden = !this.asked;
    this.drawFaults();
    put(this.note, this.parting ? words.parting : inCall ? (this.call?.with === "clip" ? words.note_clip : words.note_person) : words.note_before);
    this.note.hidden = false;

    // What has become of one's own devices is said, however it came about.
    for (const what of ["camera", "microphone", "screen"]) {
      if (own.opened && this.said[what] !== undefined && this.said[what] !== states[what]) this.say(words.own[what][states[what] ? "on" : "off"]);
      if (own.opened || states.screen) this.said[what] = states[what];
    }
  }

  drawFaults() {
    const { words, own } = this;
    const key = JSON.stringify([own.faults, own.faults.length && own.tries, this.shareFault ?? ""]);
    if (key === this.faultsDrawn) return;
    this.faultsDrawn = key;
    const held = this.faults.contains(document.activeElement);
    const close = () => { this.controls.microphone.button.focus(); };
    const drawn = own.faults.map(({ device, code }) => {
      const title = words.faults[device] ?? words.faults.both;
      this.say(`${title} ${words.faults[code] ?? words.faults.unknown}`);
      const mend = ["insecure"].includes(code) ? [] : [make("button", { type: "button", class: "hub-button", on: { click: () => own.again() } }, words.again)];
      return make("div", { class: "hub-call-fault", "data-code": code, "data-device": device }, icon("warn"),
        make("div", {}, make("p", { class: "hub-call-fault-name" }, title), make("p", {}, words.faults[code] ?? words.faults.unknown), make("p", {}, words.without[device] ?? words.without.both),
          make("div", { class: "hub-actions" }, ...mend, make("button", { type: "button", class: "hub-button quiet", on: { click: () => { close(); own.dismiss(); } } }, words.go_on))));
    });
    if (this.shareFault) drawn.push(make("div", { class: "hub-call-fault" }, icon("warn"), make("div", {}, make("p", {}, this.shareFault),
      make("div", { class: "hub-actions" }, make("button", { type: "button", class: "hub-button quiet", on: { click: () => { this.shareFault = ""; this.refresh(); close(); } } }, words.close)))));
    this.faults.replaceChildren(...drawn);
    if (held && !this.faults.contains(document.activeElement)) (this.faults.querySelector("button") ?? this.controls.camera.button).focus();
  }

  measure() {
    const track = this.mode === "hidden" ? null : this.own.microphone;
    if (track === this.metered) return;
    this.meter();
    this.metered = track;
    const bars = [this.selfLevel.firstChild, this.dialogLevel.firstChild];
    const set = (level) => { for (const bar of bars) bar.style.inlineSize = `${Math.round(level * 100)}%`; };
    set(0);
    this.meter = track ? levelMeter(new MediaStream([track]), set) : () => {};
  }

  close() {
    this.clear();
    this.gone = true;
    this.meter();
    clearTimeout(this.slowTimer);
    clearTimeout(this.captionTimer);
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.devicesChanged);
    document.removeEventListener("fullscreenchange", this.fullChanged);
    this.root.remove();
  }
}
