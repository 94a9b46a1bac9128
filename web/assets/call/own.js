// The visitor's own camera, microphone and screen: what is on, what stood in the way, and nothing on when it is over.

const query = new URL(import.meta.url).search;
const { faultCode, openDevices } = await import(`./devices.js${query}`);

const CHOICES = "hub-call-devices";
const VIDEO = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const store = {
  get() { try { return JSON.parse(sessionStorage.getItem(CHOICES)) ?? {}; } catch { return {}; } },
  set(value) { try { sessionStorage.setItem(CHOICES, JSON.stringify(value)); } catch { /* chosen again after a reload */ } },
};

export class Own {
  /** @param changed called when a track, a state or a fault has changed */
  constructor(changed) {
    Object.assign(this, {
      changed, camera: null, microphone: null, screen: null, muted: false, faults: [], opened: false, opening: null,
      tries: 0, blocked: false, chosen: store.get(), last: Promise.resolve(), leaving: new AbortController(),
    });
  }

  get cameraOn() { return this.camera !== null; }
  get microphoneOn() { return this.microphone !== null && !this.muted; }
  /** What is sent as picture. */
  get picture() { return this.screen ?? this.camera; }
  get states() { return { camera: this.cameraOn, microphone: this.microphoneOn, screen: this.screen !== null }; }

  /** Open both, once; resolves when they are open or it is known why not. */
  open() {
    this.opening ??= this.then(() => this.ask({ camera: true, microphone: true }));
    return this.opening;
  }

  // One thing at a time, or a quick second press would open a camera that nobody turns off.
  then(work) {
    this.last = this.last.then(work).catch(() => {});
    return this.last;
  }

  /** @param exact ids that have just been chosen from the list; a wish alone may be outweighed by other wishes */
  async ask(wanted, exact = {}) {
    const { signal } = this.leaving;
    const blocked = wanted.camera && this.blocked;
    const { stream, faults } = await openDevices({
      camera: wanted.camera && !blocked, microphone: wanted.microphone, cameraId: this.chosen.camera, microphoneId: this.chosen.microphone,
      ...(exact.camera && { cameraId: "" }), ...(exact.microphone && { microphoneId: "" }),
      video: { ...VIDEO, ...(exact.camera && { deviceId: { exact: exact.camera } }) }, audio: { ...AUDIO, ...(exact.microphone && { deviceId: { exact: exact.microphone } }) }, signal,
    });
    if (signal.aborted) { stream?.getTracks().forEach((track) => track.stop()); return; }
    if (blocked) faults.push({ device: "camera", code: "denied" });
    const about = (fault) => ["camera", "microphone"].filter((device) => fault.device === device || fault.device === "both");
    this.faults = [...this.faults.filter((old) => !about(old).some((device) => wanted[device])), ...faults];
    this.opened = true;
    this.tries += 1;
    const [camera] = stream?.getVideoTracks() ?? [], [microphone] = stream?.getAudioTracks() ?? [];
    if (camera) this.take("camera", camera);
    if (microphone) { this.take("microphone", microphone); microphone.enabled = !this.muted; }
    this.changed();
  }

  take(device, track) {
    this[device]?.stop();
    this[device] = track;
    // Only what ends by itself says so: the cable pulled, the permission withdrawn.
    track.addEventListener("ended", () => {
      if (this[device] !== track) return;
      this[device] = null;
      this.faults = [...this.faults.filter((fault) => fault.device !== device), { device, code: "gone" }];
      this.changed();
    });
  }

  /** Turn the camera on or off; off, its light goes out. */
  setCamera(on) {
    return this.then(async () => {
      if (on && !this.camera) { await this.ask({ camera: true }); return; }
      if (!on && this.camera) { this.camera.stop(); this.camera = null; this.changed(); }
    });
  }

  /** Turn the microphone on or off; it stays open, so that it comes back at once. */
  setMicrophone(on) {
    return this.then(async () => {
      this.muted = !on;
      if (this.microphone) { this.microphone.enabled = on; this.changed(); } else if (on) await this.ask({ microphone: true }); else this.changed();
    });
  }

  /** Change to another camera or microphone. */
  choose(device, id) {
    return this.then(async () => {
      this.chosen = { ...this.chosen, [device]: id };
      store.set(this.chosen);
      if (device === "speaker") { this.changed(); return; }
      if (device === "camera" && !this.camera && this.opened && !this.faults.length) return;
      // Some drivers lend a device to one at a time.
      this[device]?.stop();
      this[device] = null;
      await this.ask({ [device]: true }, { [device]: id });
    });
  }

  /** Try what failed once more. */
  again() {
    return this.then(() => this.ask({ camera: !this.camera, microphone: !this.microphone }));
  }

  /** Behave as a browser that does not lend the camera, or stop doing so. */
  block(on) {
    if (on === this.blocked) return;
    this.blocked = on;
    this.then(async () => {
      if (!this.opened) return;
      if (on) {
        this.camera?.stop();
        this.camera = null;
        this.faults = [...this.faults.filter((fault) => fault.device !== "camera"), { device: "camera", code: "denied" }];
        this.changed();
      } else if (!this.camera) await this.ask({ camera: true });
    });
  }

  dismiss() { this.faults = []; this.changed(); }

  static get sharesScreen() { return Boolean(navigator.mediaDevices?.getDisplayMedia); }

  /** Ask what to show of the screen; a refusal is an answer, and only what went wrong comes back as a code. */
  async share() {
    let stream;
    try {
      // No waiting in line here: the browser wants the press itself to be the cause.
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    } catch (error) {
      return error?.name === "NotAllowedError" ? "" : faultCode(error);
    }
    const [track] = stream.getVideoTracks();
    if (this.leaving.signal.aborted) { track.stop(); return ""; }
    track.contentHint = "detail";
    this.screen?.stop();
    this.screen = track;
    track.addEventListener("ended", () => { if (this.screen === track) { this.screen = null; this.changed(); } });
    this.changed();
    return "";
  }

  unshare() {
    this.screen?.stop();
    this.screen = null;
    this.changed();
  }

  /** Turn everything off; what opens too late is turned off as it comes. */
  close() {
    this.leaving.abort();
    for (const device of ["camera", "microphone", "screen"]) { this[device]?.stop(); this[device] = null; }
  }
}
