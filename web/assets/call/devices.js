// Opens camera and microphone and says in a word what stood in the way; measures the voice and plays a test sound.
// Asks for nothing before it is called, and needs no page of its own.

const CODES = {
  NotAllowedError: "denied", PermissionDeniedError: "denied", SecurityError: "denied",
  NotFoundError: "missing", DevicesNotFoundError: "missing",
  NotReadableError: "busy", TrackStartError: "busy",
  OverconstrainedError: "gone", ConstraintNotSatisfiedError: "gone",
  AbortError: "aborted",
};

/** Says why a device did not open: "denied", "missing", "busy", "gone", "insecure", "aborted" or "unknown". */
export const faultCode = (error) => {
  // Off HTTPS the browser offers no devices at all, so what was thrown is only that the function does not exist.
  if (!globalThis.isSecureContext || !navigator.mediaDevices?.getUserMedia) return "insecure";
  return CODES[error?.name] ?? "unknown";
};

// The same refusal has four causes with four remedies; only the text of the error and the page's policy tell them apart.
const cause = (error, device) => {
  if (faultCode(error) !== "denied") return "";
  const policy = document.featurePolicy ?? document.permissionsPolicy;
  const wanted = device === "both" ? ["camera", "microphone"] : [device];
  if (error.name === "SecurityError" || policy && wanted.some((each) => !policy.allowsFeature(each))) return "policy";
  if (/by system/i.test(error.message)) return "system";
  return /dismissed/i.test(error.message) ? "dismissed" : "";
};

const fault = (device, error) => ({ device, code: faultCode(error), cause: cause(error, device) });

// A remembered device may be gone, so it is demanded only where it is seen, and else wished for: a wish alone lets the
// browser take another one although the one wished for is there.
const wish = (id, more, seen) => (id ? { ...more, deviceId: seen.has(id) ? { exact: id } : { ideal: id } } : Object.keys(more).length ? more : true);

const seenIds = async () => {
  try { return new Set((await navigator.mediaDevices.enumerateDevices()).map(({ deviceId }) => deviceId)); } catch { return new Set(); }
};

const stopAll = (stream) => { for (const track of stream?.getTracks() ?? []) track.stop(); };

const ask = async (constraints, signal) => {
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  if (!signal?.aborted) return stream;
  // The visitor answered the browser's question after having left; the light must not stay on.
  stopAll(stream);
  throw new DOMException("left meanwhile", "AbortError");
};

/**
 * Opens what is asked for, together if possible and else each by itself, so that one broken device does not cost the other.
 * Resolves to {stream, faults: [{device: "camera" | "microphone" | "both", code, cause}]}; stream is null if nothing opened.
 * cause tells a refusal further: "policy", "system", "dismissed" or "". An aborted signal stops what opens too late.
 */
export const openDevices = async ({ camera = false, microphone = false, cameraId = "", microphoneId = "", video = {}, audio = {}, signal } = {}) => {
  const seen = cameraId || microphoneId ? await seenIds() : new Set();
  const wanted = {
    ...(camera && { camera: { video: wish(cameraId, video, seen) } }),
    ...(microphone && { microphone: { audio: wish(microphoneId, audio, seen) } }),
  };
  const names = Object.keys(wanted);
  if (!names.length) return { stream: null, faults: [] };
  const all = names.length > 1 ? "both" : names[0];
  try {
    return { stream: await ask(Object.assign({}, ...Object.values(wanted)), signal), faults: [] };
  } catch (error) {
    const first = fault(all, error);
    // Whoever closed the browser's question is not asked twice more, and off HTTPS there is nobody to ask.
    if (names.length < 2 || ["insecure", "aborted"].includes(first.code) || first.cause === "dismissed") return { stream: null, faults: [first] };
  }
  const tracks = [], faults = [];
  for (const name of names) {
    try {
      tracks.push(...(await ask(wanted[name], signal)).getTracks());
    } catch (error) {
      faults.push(fault(name, error));
    }
  }
  const [one, other] = faults;
  const same = other && one.code === other.code && one.cause === other.cause;
  if (signal?.aborted) { for (const track of tracks) track.stop(); return { stream: null, faults: [{ device: "both", code: "aborted", cause: "" }] }; }
  return { stream: tracks.length ? new MediaStream(tracks) : null, faults: same ? [{ ...one, device: "both" }] : faults };
};

const choosesSpeaker = () => "setSinkId" in HTMLMediaElement.prototype;

/** Lists what can be chosen. Names are empty until a device has been opened, and nameless ids cannot be chosen. */
export const listDevices = async () => {
  const found = { cameras: [], microphones: [], speakers: [] };
  const place = { videoinput: found.cameras, audioinput: found.microphones, audiooutput: choosesSpeaker() ? found.speakers : [] };
  let devices = [];
  try { devices = await navigator.mediaDevices.enumerateDevices(); } catch { /* off HTTPS there are none to list */ }
  for (const { kind, deviceId, label } of devices) if (deviceId) place[kind]?.push({ id: deviceId, label });
  return found;
};

const QUIETEST_DB = -60;

/** Calls with the loudness of a stream from 0 to 1, ten times a second, until the function it returns is called. */
export const levelMeter = (stream, each) => {
  const Context = globalThis.AudioContext ?? globalThis.webkitAudioContext;
  if (!Context || !stream?.getAudioTracks().length) return () => {};
  const context = new Context();
  const source = context.createMediaStreamSource(stream), analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  context.resume().catch(() => { /* the meter then stays at nothing */ });
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const decibel = 20 * Math.log10(Math.sqrt(sum / samples.length) || 1e-9);
    each(Math.min(1, Math.max(0, 1 - decibel / QUIETEST_DB)));
  }, 100);
  return () => {
    clearInterval(timer);
    source.disconnect();
    if (context.state !== "closed") context.close();
  };
};

const TONES_HZ = [523.25, 659.25, 783.99];
const TONE_S = 0.35;

/** Plays three rising tones in a loudspeaker, or in the usual one; resolves when they have ended and rejects if they cannot. */
export const playTestSound = async (sinkId = "") => {
  const Context = globalThis.AudioContext ?? globalThis.webkitAudioContext;
  const context = new Context();
  const audio = sinkId && choosesSpeaker() ? new Audio() : null;
  try {
    await Promise.race([context.resume(), new Promise((resolve) => { setTimeout(resolve, 2000); })]);
    if (context.state !== "running") throw new DOMException("the browser lets nothing sound", "NotAllowedError");
    let out = context.destination;
    if (audio) {
      out = context.createMediaStreamDestination();
      audio.srcObject = out.stream;
      await audio.setSinkId(sinkId);
      await audio.play();
    }
    const begin = context.currentTime + 0.05;
    TONES_HZ.forEach((pitch, place) => {
      const tone = context.createOscillator(), loudness = context.createGain(), at = begin + place * TONE_S;
      tone.frequency.value = pitch;
      // A tone that is cut off clicks.
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(0.3, at + 0.03);
      loudness.gain.setTargetAtTime(0, at + TONE_S * 0.6, 0.06);
      tone.connect(loudness).connect(out);
      tone.start(at);
      tone.stop(at + TONE_S);
    });
    await new Promise((resolve) => { setTimeout(resolve, (TONES_HZ.length * TONE_S + 0.3) * 1000); });
  } finally {
    if (audio) { audio.pause(); audio.srcObject = null; }
    if (context.state !== "closed") context.close();
  }
};
