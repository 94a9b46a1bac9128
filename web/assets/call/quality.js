// Says in a word how a call gets through, and on whose side it falters. The limits are our own rule of thumb, no standard.

const GOOD = { loss: 0.02, rtt_ms: 150, jitter_ms: 30 };
const FAIR = { loss: 0.05, rtt_ms: 300 };
/** A picture that stands still more often than this does so more than now and then. */
const MOST_FREEZES_A_SECOND = 0.3;
const ORDER = ["unknown", "good", "fair", "poor"];

const within = (figures, limits) => Object.entries(limits).every(([name, most]) => (figures[name] ?? null) === null || figures[name] < most);
const judge = (figures, seconds) => {
  if (Object.values(figures).every((each) => each === null)) return "unknown";
  if (within(figures, GOOD) && !figures.freezes) return "good";
  return within(figures, FAIR) && !(figures.freezes / seconds > MOST_FREEZES_A_SECOND) ? "fair" : "poor";
};

// What the statistics say by now: sums since the call began, and what is measured at this moment.
const take = async (pc) => {
  const now = { received: 0, lost: 0, frames: 0, freezes: 0, sent: 0, lostUp: 0, rtt: null, jitter: {}, jitterUp: {}, fps: null, up: false, at: performance.now() };
  const stats = await pc.getStats();
  let chosen = null;
  for (const each of stats.values()) {
    if (each.type === "inbound-rtp") {
      now.received += each.packetsReceived ?? 0;
      now.lost += each.packetsLost ?? 0;
      now.jitter[each.kind] = each.jitter ?? null;
      if (each.kind === "video") { now.frames += each.framesDecoded ?? 0; now.freezes += each.freezeCount ?? 0; now.fps = each.framesPerSecond ?? now.fps; }
    } else if (each.type === "remote-inbound-rtp") {
      now.up = true;
      now.lostUp += each.packetsLost ?? 0;
      now.jitterUp[each.kind] = each.jitter ?? null;
      now.rtt = Math.max(now.rtt ?? 0, each.roundTripTime ?? 0);
    } else if (each.type === "outbound-rtp") {
      now.sent += each.packetsSent ?? 0;
    } else if (each.type === "transport" && each.selectedCandidatePairId) {
      chosen = stats.get(each.selectedCandidatePairId);
    } else if (each.type === "candidate-pair" && each.nominated && each.state === "succeeded") {
      chosen ??= each;
    }
  }
  // The path's own measure is fresher than what the other end reports now and then.
  now.rtt = chosen?.currentRoundTripTime ?? now.rtt;
  return now;
};

const share = (part, whole) => (whole > 0 ? Math.min(1, Math.max(0, part) / whole) : null);
const ms = (seconds) => (seconds === null ? null : Math.round(seconds * 1000));
// A picture is sent as a burst of packets, which counts as uneven; the sound tells how even the path is.
const evenness = (jitter) => ms(jitter.audio ?? jitter.video ?? null);

const compare = (before, now, state) => {
  const received = now.received - before.received, lost = now.lost - before.lost, sent = now.sent - before.sent;
  const rtt_ms = ms(now.rtt), seconds = (now.at - before.at) / 1000;
  const freezes = Math.max(0, now.freezes - before.freezes);
  const down = { loss: share(lost, received + Math.max(0, lost)), jitter_ms: received > 0 ? evenness(now.jitter) : null, freezes: received > 0 ? freezes : null };
  const up = now.up && sent > 0 ? { loss: share(now.lostUp - before.lostUp, sent), jitter_ms: evenness(now.jitterUp), freezes: null } : { loss: null, jitter_ms: null, freezes: null };
  const flows = received > 0 || up.loss !== null;
  const words = { down: judge(down, seconds), up: judge(up, seconds), both: flows ? judge({ rtt_ms }, seconds) : "unknown" };
  let word = ORDER[Math.max(...Object.values(words).map((each) => ORDER.indexOf(each)))];
  if (["disconnected", "failed"].includes(state)) word = "poor";
  const worse = ["fair", "poor"].includes(word) ? ["down", "up"].filter((side) => words[side] === word) : [];
  const figures = {
    loss: Math.max(down.loss ?? 0, up.loss ?? 0), rtt_ms,
    jitter_ms: down.jitter_ms === null && up.jitter_ms === null ? null : Math.max(down.jitter_ms ?? 0, up.jitter_ms ?? 0),
    fps: now.fps ?? (seconds > 0 && now.frames > before.frames ? Math.round((now.frames - before.frames) / seconds) : null), freezes,
  };
  return { word, side: worse.length === 1 ? worse[0] : "", figures: flows ? figures : { ...figures, loss: null } };
};

/**
 * Tells every so often what has happened since the time before: {word, side, figures}.
 * word is "good", "fair", "poor" or "unknown"; side is "up" or "down" where one of them alone is to blame, else "".
 * figures: loss from 0 to 1, rtt_ms, jitter_ms, fps, freezes; null where nothing is known. Returns what ends the watch.
 */
export const watchQuality = (pc, each, everyMs = 2000) => {
  let before = null, busy = false, ended = false;
  const look = async () => {
    if (busy || ended || pc.connectionState === "closed") return;
    busy = true;
    try {
      const now = await take(pc);
      if (before && !ended) each(compare(before, now, pc.connectionState));
      before = now;
    } catch { /* a call that has just ended has no statistics */ } finally {
      busy = false;
    }
  };
  look();
  const timer = setInterval(look, everyMs);
  return () => { ended = true; clearInterval(timer); };
};
