// The two ways to meet: another person, browser to browser, or the server's counterpart, which only sends.
//
// Between persons only one of them offers, and the other asks for an offer. So two offers never cross and none is taken
// back, after which Chromium now and then shows no more pictures (docs/adr/0019). Which of two connections a message
// belongs to is told by ids in it, so that a reload on one side begins the other anew.

const RESTART_MS = 6000, ANEW_MS = 15000, GATHER_MS = 2000, LISTEN_MS = 1000, CLIP_ANEW_MS = 2000;
const id = () => [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

class Meeting {
  /**
   * @param config {iceServers, send, picture, sound, changed, remote, heard}
   *   send(message): over the room's line; picture() and sound(): the tracks to send, or null
   *   changed(state): "waiting", "connecting", "connected" or "broken"; remote(stream); heard(message): chat or states
   */
  constructor(config) {
    Object.assign(this, config, { pc: null, state: "", ended: false, cut: false, stream: null });
  }

  say(state) {
    if (this.ended || state === this.state) return;
    this.state = state;
    this.changed(state);
  }

  begin() {
    const pc = this.pc = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    this.stream = new MediaStream();
    this.remote(this.stream);
    pc.ontrack = ({ track }) => { if (this.pc === pc && !this.stream.getTrackById(track.id)) { this.stream.addTrack(track); this.remote(this.stream); } };
    pc.onconnectionstatechange = () => { if (this.pc === pc) this.moved(pc.connectionState); };
    return pc;
  }

  drop() {
    clearTimeout(this.timer);
    clearInterval(this.listening);
    const pc = this.pc;
    this.pc = null;
    pc?.close();
  }

  end() {
    this.ended = true;
    this.drop();
  }

  get connected() { return this.pc?.connectionState === "connected"; }
}

export class PersonMeeting extends Meeting {
  constructor(config) {
    super(config);
    this.reset();
  }

  get person() { return true; }

  reset() {
    this.drop();
    Object.assign(this, { mine: id(), theirs: null, early: [], parts: null, met: false });
    const pc = this.begin();
    if (this.state !== "broken") this.say(this.present ? "connecting" : "waiting");
    // Made by both under the same number, so it needs no word about it.
    this.channel = pc.createDataChannel("chat", { negotiated: true, id: 0 });
    this.channel.onclose = () => { if (this.pc === pc && !this.present && !this.cut) this.say("waiting"); };
    this.channel.onmessage = (event) => { try { this.heard(JSON.parse(event.data)); } catch { /* not ours */ } };
    pc.onicecandidate = ({ candidate }) => { if (this.pc === pc && candidate && this.theirs) this.signal({ candidate: candidate.toJSON() }); };
    pc.onnegotiationneeded = () => { if (this.pc === pc && this.met) this.offers ? this.offer() : this.ask(); };
    this.greet();
  }

  signal(data) { return this.send({ kind: "signal", data: { from: this.mine, to: this.theirs, ...data } }); }

  greet(renewed = false) { this.signal({ hello: true, renewed }); }

  ask() { this.signal({ restart: true }); }

  /** Seek another way to the other. */
  restart() { this.offers ? this.pc.restartIce() : this.ask(); }

  /** The other has come or gone, as the server sees it. */
  set here(present) {
    if (present === this.present) return;
    this.present = present;
    clearInterval(this.listening);
    if (!this.connected && !this.cut) this.say(present ? "connecting" : "waiting");
    else if (present) this.say("connected");
    else if (!this.cut) this.listening = setInterval(() => this.listen(), LISTEN_MS);
    if (present && !this.connected && !this.cut) this.greet();
  }

  // Somebody whom the server no longer sees has closed the window, or only lost the server: then sound still comes.
  async listen() {
    const { pc } = this;
    if (!this.connected) return;
    let bytes = 0;
    try { for (const each of (await pc.getStats()).values()) if (each.type === "inbound-rtp") bytes += each.bytesReceived; } catch { return; }
    if (this.pc !== pc || this.present || !this.connected) return;
    this.say(bytes > (this.bytes ?? -1) ? "connected" : "waiting");
    this.bytes = bytes;
  }

  /** The line to the server is back: say hello again, and find another way if the old one is lost. */
  renewed() {
    if (this.cut) return;
    this.greet(true);
    this.resume();
  }

  // What was sent while the line was broken never came; an offer on its way is sent anew, and else a new way is sought.
  resume() {
    if (!this.met || this.connected) return;
    if (this.pc.signalingState === "have-local-offer") this.signal({ description: this.pc.localDescription.toJSON() });
    else this.restart();
  }

  async offer() {
    const { pc } = this;
    try {
      await pc.setLocalDescription();
      if (this.pc === pc) this.signal({ description: pc.localDescription.toJSON() });
    } catch (error) {
      if (this.pc === pc && pc.signalingState !== "closed") throw error;
    }
  }

  // Three parts of the offer would do for all there is to send, so nothing but a lost way is ever negotiated again.
  equip() {
    if (this.parts) return;
    const { pc } = this;
    if (this.offers) {
      pc.addTransceiver("audio", { direction: "sendrecv" });
      pc.addTransceiver("video", { direction: "sendrecv" });
    }
    const [sound] = pc.getTransceivers().filter((each) => each.receiver.track.kind === "audio");
    const [picture] = pc.getTransceivers().filter((each) => each.receiver.track.kind === "video");
    if (!sound || !picture) return;
    for (const part of [sound, picture]) part.direction = "sendrecv";
    this.parts = { sound, picture };
    return this.refresh();
  }

  /** Send what is on now. */
  async refresh() {
    if (!this.parts) return;
    const swap = (sender, track) => (sender.track === track ? null : sender.replaceTrack(track));
    try {
      await Promise.all([swap(this.parts.sound.sender, this.sound()), swap(this.parts.picture.sender, this.picture())]);
    } catch { /* closed meanwhile */ }
  }

  // One message after the other, or a candidate would come before the description it belongs to has been taken.
  take(data) {
    this.line = (this.line ?? Promise.resolve()).then(() => (this.ended || this.cut ? null : this.hear(data))).catch((error) => { console.warn("call:", error); });
    return this.line;
  }

  async hear({ from, to, hello, renewed, restart, description, candidate }) {
    if (typeof from !== "string") return;
    const fresh = from !== this.theirs;
    if (fresh && candidate) return;
    if (fresh && (hello || description?.type === "offer")) {
      if (this.theirs) this.reset();
      this.theirs = from;
    }
    if (hello) {
      if (!this.offers) { if (fresh || to !== this.mine) this.greet(); return; }
      if (!this.met) { this.met = true; await this.equip(); await this.offer(); }
      else if (renewed) this.resume();
      return;
    }
    if (from !== this.theirs) return;
    if (description) await this.describe(description);
    else if (candidate) await this.candidate(candidate);
    else if (restart && this.offers && this.met) this.pc.restartIce();
  }

  async describe(description) {
    const { pc } = this;
    const wanted = this.offers ? description.type === "answer" && pc.signalingState === "have-local-offer" : description.type === "offer";
    if (!wanted) return;
    await pc.setRemoteDescription(description);
    if (this.pc !== pc) return;
    for (const candidate of this.early.splice(0)) await this.candidate(candidate);
    if (this.offers) return;
    this.met = true;
    await this.equip();
    await pc.setLocalDescription();
    if (this.pc === pc) this.signal({ description: pc.localDescription.toJSON() });
  }

  async candidate(candidate) {
    const { pc } = this;
    if (!pc.remoteDescription) { this.early.push(candidate); return; }
    try {
      await pc.addIceCandidate(candidate);
    } catch (error) {
      if (this.pc === pc) throw error;
    }
  }

  moved(state) {
    if (this.cut) return;
    clearTimeout(this.timer);
    if (state === "connected") { this.tried = 0; this.say("connected"); this.refresh(); return; }
    if (state === "connecting") { if (this.state !== "broken") this.say(this.present ? "connecting" : "waiting"); this.later(ANEW_MS); return; }
    if (state === "disconnected" || state === "failed") {
      this.say(this.present ? "broken" : "waiting");
      if (state === "failed") this.restart();
      this.later(state === "failed" ? ANEW_MS : RESTART_MS);
    }
  }

  // A way that does not come back is first sought anew, and then everything begins from the beginning.
  later(ms) {
    this.timer = setTimeout(() => {
      if (this.ended || this.cut || this.connected || !this.pc) return;
      if (!this.met || !this.present) { this.later(ms); return; }
      this.tried = (this.tried ?? 0) + 1;
      if (this.tried % 2) { this.restart(); this.later(ANEW_MS); } else this.reset();
    }, ms);
  }

  /** Send a message straight to the other; false where there is no such way now. */
  whisper(message) {
    if (this.cut || this.channel?.readyState !== "open") return false;
    this.channel.send(JSON.stringify(message));
    return true;
  }

  /** Behave as if the network had gone, until it is mended. */
  sever() {
    this.cut = true;
    this.drop();
    this.say("broken");
  }

  mend() {
    this.cut = false;
    this.reset();
  }
}

export class ClipMeeting extends Meeting {
  constructor(config) {
    super(config);
    this.tries = 0;
    this.reset();
  }

  get person() { return false; }

  async reset() {
    this.drop();
    const pc = this.begin();
    if (this.state !== "broken") this.say("connecting");
    pc.addTransceiver("audio", { direction: "recvonly" });
    pc.addTransceiver("video", { direction: "recvonly" });
    await pc.setLocalDescription();
    // The server takes one offer with all ways in it.
    if (pc.iceGatheringState !== "complete") {
      await new Promise((resolve) => {
        pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && resolve();
        setTimeout(resolve, GATHER_MS);
      });
    }
    if (this.pc !== pc || this.ended) return;
    this.asked = this.send({ kind: "offer", sdp: pc.localDescription.sdp });
    this.later();
  }

  later(ms = ANEW_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!this.ended && !this.cut && !this.connected && this.pc) { this.say("broken"); this.reset(); } }, ms);
  }

  async answer(sdp) {
    const { pc } = this;
    if (!pc || pc.signalingState !== "have-local-offer") return;
    try {
      await pc.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      if (this.pc === pc) { console.warn("call:", error); this.say("broken"); }
    }
  }

  refused() { this.drop(); this.say("refused"); }

  renewed() { if (!this.connected && !this.cut) this.reset(); }

  moved(state) {
    if (this.cut) return;
    if (state === "connected") { clearTimeout(this.timer); this.tries = 0; this.say("connected"); return; }
    // The server minds no offer too many, so little time is given to what may come back by itself.
    if (state === "disconnected") { this.say("broken"); this.later(CLIP_ANEW_MS); return; }
    if (state !== "failed") return;
    this.say("broken");
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!this.ended && !this.cut) this.reset(); }, Math.min(1000 * this.tries, 8000));
  }

  refresh() { /* nothing is sent */ }
  take() { /* nobody else speaks */ }
  whisper() { return false; }
  set here(present) { /* the server is here while its line is */ }

  sever() {
    this.cut = true;
    this.drop();
    this.say("broken");
  }

  mend() {
    this.cut = false;
    this.reset();
  }
}
