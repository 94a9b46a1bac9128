// The editor: a long text that is kept in the browser at each key and on the server soon after, and with it the fields of
// the form that belongs to it: one thing, with one version.
//
// Kept in localStorage, one place a window: hub-draft:<owner>:<draft id>:<window>, only while the server has not
// confirmed it. The owner is a name that the server gives, so that two people at one computer never meet each other's
// texts. A draft saved elsewhere is never overwritten: both are shown, and the writer chooses.

const SAVE_MS = 800, SHORTEST_WAIT_MS = 1000, LONGEST_WAIT_MS = 15000, ANSWER_MS = 10000, MOVES_MS = 3000, KEEPALIVE_BYTES = 60000, MOST_PAST = 200;
// The same time as everywhere on the page, whatever the browser is set to.
const CLOCK = new Intl.DateTimeFormat("sv", { timeZone: "Europe/Stockholm", hour: "2-digit", minute: "2-digit" });
const editors = new WeakMap();
// By draft. Streamlit may give an editor another place in the middle of a run, before or after it takes the old one away;
// the editor goes there as it is, since the answer to what it has just sent may come to the new place.
const living = new Map();
const scope = window.hubDrafts ??= { owner: null, asked: null };

export default function ({ data, parentElement, setTriggerValue }) {
  let editor = editors.get(parentElement);
  if (editor && editor.data.draft !== data.draft) { editor.end(); editor = null; }
  editor ??= living.get(data.draft) ?? new Editor(data);
  editor.stay(parentElement);
  editor.send = (value) => setTriggerValue("sent", value);
  editor.drawn(data);
  // Streamlit may end an earlier turn after a later one has begun; only the latest lets the editor go.
  const turn = (editor.turn = {});
  return () => { if (editor.turn === turn) editor.leavePlace(); };
}

// --- Small things ---------------------------------------------------------------------------------------------------

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  made.append(...children);
  return made;
};
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
const random = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const clean = (text) => text.replace(/\r\n?/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
const length = (text) => { let count = 0; for (const _ of text) count += 1; return count; };
const mark = (text) => {
  // 53 bits of a text (cyrb53), enough to know one's own again.
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    a = Math.imul(a ^ code, 2654435761); b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
};

// --- A form's fields ------------------------------------------------------------------------------------------------

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches("input:not([type=hidden]), select, textarea"));
const boxed = (field) => field.type === "checkbox";
const valueOf = (field) => boxed(field) ? (field.checked ? field.value : "") : clean(field.value);
const firstOf = (field) => {
  // What the page itself put there.
  if (boxed(field)) return field.defaultChecked ? field.value : "";
  if (field.tagName === "SELECT") return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
  return clean(field.defaultValue);
};
const setField = (field, value) => {
  if (valueOf(field) === value) return;
  if (boxed(field)) field.checked = value === field.value; else field.value = value;
};

// --- What the browser keeps -----------------------------------------------------------------------------------------

const store = {
  // A store that is full or closed throws; then the text is on the page and, soon, on the server.
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* closed */ } },
  keys(start) { try { return Object.keys(localStorage).filter((key) => key.startsWith(start)); } catch { return []; } },
};
const LAST_OWNER = "hub-draft-owner";

// --- What the server keeps ------------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, body, waitMs) { super(`${status}`); Object.assign(this, { status, body, waitMs }); }
}

const ask = async (address, options = {}) => {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS), ...options });
  const json = answer.headers.get("content-type")?.startsWith("application/json");
  const body = json ? await answer.json() : await answer.text();
  if (!answer.ok) throw new Refused(answer.status, body, 1000 * Number(answer.headers.get("retry-after") ?? 0));
  return body;
};

const fetchDraft = async (id) => {
  const once = () => ask(`/api/utkast/${id}`);
  // The first to ask gets the browser its name; whoever asks meanwhile waits, or each would get another.
  if (scope.asked) { await scope.asked.catch(() => {}); return once(); }
  scope.asked = (async () => { let found = await once(); if (!found.owner) found = await once(); return found; })();
  try { return await scope.asked; } catch (error) { scope.asked = null; throw error; }
};

// --- One editor -----------------------------------------------------------------------------------------------------

class Editor {
  constructor(data) {
    Object.assign(this, {
      data, parent: null, window: random(), owner: null, loaded: false, ended: false, version: 0, saved: null, savedBase: null, savedAt: null,
      base: data.base, past: [], rivals: [], busy: false, again: false, timer: null, wait: SHORTEST_WAIT_MS,
      sending: null, command: null, handled: null, refusal: data.refused?.number, touched: false, said: "", previewed: null,
      form: null, firsts: {}, held: null, typed: new Set(),
    });
    this.build();
    this.area.value = data.value;
    this.listen();
    this.meet();
    this.load();
  }

  // --- The page ---

  build() {
    const { data } = this, words = data.words, id = data.id;
    const button = (kind, text, press) => {
      const made = element("button", { type: "button", class: kind }, text);
      made.addEventListener("click", press);
      return made;
    };
    this.area = element("textarea", { id, class: "hub-field", rows: data.rows, placeholder: data.placeholder || null, spellcheck: "true" });
    this.label = element("label", { for: id }, data.label);
    this.writing = button("hub-editor-tab", words.write, () => this.show(false, true));
    this.previewing = button("hub-editor-tab", words.preview, () => this.show(true, true));
    this.tabs = element("div", { class: "hub-editor-tabs", role: "group", "aria-label": data.label }, this.writing, this.previewing);
    this.preview = element("div", { class: "hub-editor-preview", role: "group", "aria-label": words.preview, tabindex: "0", hidden: true });
    this.problem = element("p", { class: "hub-editor-problem", id: `${id}-problem`, hidden: true });
    this.count = element("p", { class: "hub-editor-count", id: `${id}-count`, hidden: true });
    this.status = element("p", { class: "hub-editor-status" });
    this.voice = element("span", { class: "hub-unseen", role: "status", "aria-live": "polite" });
    const rows = words.help.flatMap(([code, meaning]) => [element("dt", {}, element("code", {}, code)), element("dd", {}, meaning)]);
    this.help = element("details", { class: "hub-editor-help" }, element("summary", {}, words.help_name), element("dl", {}, ...rows));
    this.theirs = element("div", { class: "hub-editor-theirs", tabindex: "0", role: "group", "aria-label": words.theirs });
    this.side = element("p", { class: "hub-editor-side" }, words.theirs);
    this.differing = element("div", { class: "hub-editor-differing" });
    this.way = element("p", { class: "hub-editor-way", hidden: true }, `${words.conflict}. `, button("hub-editor-discard", words.conflict_way, () => this.conflict.focus()));
    const heading = element("p", { class: "hub-editor-conflict-name", id: `${id}-conflict` }, words.conflict);
    this.conflict = element("div", { class: "hub-editor-conflict", role: "group", "aria-labelledby": `${id}-conflict`, tabindex: "-1", hidden: true },
      heading, element("p", {}, words.conflict_help), this.differing, this.side, this.theirs,
      element("div", { class: "hub-editor-actions" },
        button("hub-button quiet", words.use_mine, () => this.settle(true)), button("hub-button quiet", words.use_theirs, () => this.settle(false))));
    this.submit = button("hub-button", data.submit, () => this.submitted());
    this.discard = button("hub-editor-discard", words.discard, () => this.thrown());
    this.discard.hidden = true;
    this.print = element("div", { class: "hub-editor-print" });
    this.root = element("div", { class: "hub-editor" }, this.label, this.tabs, this.problem, this.area, this.preview, this.count, this.print,
      this.conflict, this.status, this.voice, this.help, element("div", { class: "hub-editor-actions" }, this.submit, this.discard));
    this.show(false, false);
    this.describe();
  }

  meet() {
    // The form may come after the editor, and another with the same fields may take its place: what has been written goes along.
    const form = this.data.form ? document.getElementById(this.data.form) : null;
    if (!form || form === this.form || form.dataset.draft !== this.data.draft) return;
    const before = this.firsts;
    this.form = form;
    this.firsts = Object.fromEntries(fieldsOf(form).map((field) => [field.name, firstOf(field)]));
    const own = Object.entries(this.held ?? {}).filter(([name, value]) => value !== before[name]);
    if (this.held) { this.pour(Object.fromEntries(own)); return; }
    // Whoever is quick has typed before the editor stood here.
    for (const field of fieldsOf(form)) if (valueOf(field) !== this.firsts[field.name]) this.typed.add(field.name);
    this.fields();
  }

  // What stands in the form; what was empty and is empty is left out. A form that is gone is as it was last.
  fields() {
    if (this.form?.isConnected) {
      const all = fieldsOf(this.form).map((field) => [field.name, valueOf(field)]);
      this.held = Object.fromEntries(all.filter(([name, value]) => value || this.firsts[name]));
    }
    return this.held ?? {};
  }

  pour(fields) {
    this.held = fields;
    if (this.form?.isConnected) for (const field of fieldsOf(this.form)) setField(field, fields[field.name] ?? this.firsts[field.name]);
  }

  describe() {
    const parts = [this.problem, this.count].filter((part) => !part.hidden).map((part) => part.id);
    if (parts.length) this.area.setAttribute("aria-describedby", parts.join(" ")); else this.area.removeAttribute("aria-describedby");
  }

  drawn(data) {
    // Called at each run of the page, with what the page then says.
    const before = this.data;
    this.data = data;
    this.label.textContent = data.label;
    this.submit.textContent = data.submit;
    this.meet();
    const waiting = this.sending?.id ?? (this.command?.text === this.mark() ? this.command.id : null);
    const refused = this.sending && data.refused?.command === this.sending.id && data.refused.number !== this.refusal;
    if (waiting && data.done === waiting && data.done !== this.handled) this.accepted();
    else if (refused) { this.refusal = data.refused.number; this.base = data.refused.base || this.base; this.refused(data.refused.text); }
    else if ((data.value !== before.value || data.base !== before.base) && !this.sending && this.loaded && this.saved === null && this.same(this.now(), { text: before.value, fields: {} })) {
      // Nothing of the writer's own stands here: show what the page now holds.
      this.area.value = data.value;
      this.base = data.base;
    }
  }

  listen() {
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.listening.signal });
    this.listening = new AbortController();
    on(this.area, "input", () => { this.touched = true; this.invalid(""); this.changed(); });
    on(this.area, "focus", () => this.refresh());
    on(this.area, "blur", () => { if (this.unsaved()) this.plan(0); });
    on(this.area, "keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { event.preventDefault(); this.submitted(); }
    });
    const ours = (target) => Boolean(target?.form) && target.form === this.form;
    on(document, "input", ({ target }) => { if (ours(target)) { this.typed.add(target.name); this.fields(); this.changed(); } });
    on(document, "focusin", ({ target, relatedTarget }) => { if (ours(target) && !ours(relatedTarget)) this.refresh(); });
    on(document, "focusout", ({ target }) => { if (ours(target) && this.unsaved()) this.plan(0); });
    if (this.data.form) {
      this.watch = new MutationObserver(() => this.meet());
      this.watch.observe(document.body, { childList: true, subtree: true });
    }
    on(window, "online", () => { this.wait = SHORTEST_WAIT_MS; if (!this.loaded) this.load(); else if (this.unsaved()) this.plan(0); });
    on(window, "offline", () => { if (this.unsaved()) this.say("offline"); });
    on(window, "pagehide", () => this.leave());
    on(document, "visibilitychange", () => { if (document.visibilityState === "hidden") this.leave(); else this.refresh(); });
    on(window, "beforeprint", () => { this.print.textContent = this.area.value; });
  }

  stay(parent) {
    clearTimeout(this.leaving);
    if (this.parent === parent) return;
    editors.delete(this.parent);
    editors.set(parent, this);
    living.set(this.data.draft, this);
    this.parent = parent;
    parent.append(this.root);
  }

  leavePlace() {
    this.leave();
    this.leaving = setTimeout(() => this.end(), MOVES_MS);
  }

  end() {
    clearTimeout(this.leaving);
    editors.delete(this.parent);
    living.delete(this.data.draft);
    this.leave();
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.sending?.timer);
    this.listening.abort();
    this.watch?.disconnect();
    this.way.remove();
    this.root.remove();
  }

  // --- The text ---

  text() { return clean(this.area.value); }

  now() { return { text: this.text(), fields: this.fields() }; }

  fresh() { return { text: this.data.value, fields: {} }; }

  value(fields, name) { return fields[name] ?? this.firsts[name] ?? ""; }

  // The fields in which two drafts differ; one that says nothing of a field has what the page put there.
  differ(one, other) {
    const names = new Set([...Object.keys(this.firsts), ...Object.keys(one.fields), ...Object.keys(other.fields)]);
    return [...names].filter((name) => this.value(one.fields, name) !== this.value(other.fields, name));
  }

  same(one, other) { return one.text === other.text && !this.differ(one, other).length; }

  mark({ text, fields } = this.now()) {
    const names = [...new Set([...Object.keys(this.firsts), ...Object.keys(fields)])].sort();
    const filled = names.map((name) => [name, this.value(fields, name)]).filter(([, value]) => value);
    return mark(text + (filled.length ? `\n${JSON.stringify(filled)}` : ""));
  }

  unsaved() { return !this.same(this.now(), this.saved ?? this.fresh()) || this.saved !== null && this.base !== this.savedBase; }

  place(window = this.window) { return `hub-draft:${this.owner}:${this.data.draft}:${window}`; }

  remember(draft) {
    const own = this.mark(draft);
    if (this.past.at(-1) === own) return;
    this.past.push(own);
    if (this.past.length > MOST_PAST) this.past.splice(0, this.past.length - MOST_PAST);
  }

  keep() {
    const here = this.here();
    this.remember(here);
    if (this.owner === null) return false;
    return store.set(this.place(), { ...here, at: Date.now() });
  }

  here() { return { ...this.now(), seen: this.version, base: this.base, past: this.past, command: this.command }; }

  forget() { if (this.owner !== null) store.drop(this.place()); }

  async load() {
    // The newest of what the server and this browser hold. Until then nothing can be typed that might meet it.
    if (this.loading) return;
    this.loading = this.area.readOnly = true;
    const free = setTimeout(() => { this.area.readOnly = false; }, this.tried ? 0 : 2000);
    this.tried = true;
    let draft = null, reached = true;
    try {
      const found = await fetchDraft(this.data.draft);
      this.owner = scope.owner = found.owner;
      draft = found.draft;
      store.set(LAST_OWNER, found.owner);
    } catch {
      reached = false;
      this.owner ??= scope.owner ?? store.get(LAST_OWNER);
    }
    clearTimeout(free);
    this.loading = false;
    if (this.ended) return;
    this.area.readOnly = Boolean(this.sending);
    this.loaded = reached;
    this.restore(draft);
    if (!reached) { this.say("offline"); this.plan(this.backOff()); }
  }

  slots() {
    if (this.owner === null) return [];
    return store.keys(this.place("")).map((key) => ({ fields: {}, ...store.get(key), key }))
      .filter((slot) => typeof slot.text === "string").sort((one, other) => other.at - one.at);
  }

  restore(draft) {
    // What is typed here already goes before what this window kept, and that before what another window kept.
    const slots = this.slots(), own = slots.find((slot) => slot.key === this.place());
    const kept = own ?? slots.find((slot) => !draft || !this.same(slot, draft));
    const typed = [...this.typed], begun = this.touched || typed.length > 0;
    const mine = begun ? this.here() : kept, under = begun && !own ? kept ?? draft : null;
    let clash = false;
    if (under) {
      // Only the fields that have been typed in are the visitor's choice; the others are filled from what was there.
      const own = mine.fields;
      clash = typed.some((name) => under.fields[name] && under.fields[name] !== this.value(own, name));
      mine.fields = { ...under.fields, ...Object.fromEntries(typed.map((name) => [name, this.value(own, name)])) };
      if (!this.touched) Object.assign(mine, { text: under.text, base: under.base, seen: under.seen ?? under.version, past: under.past ?? [], command: null });
    }
    this.rivals = [];
    if (mine) {
      Object.assign(this, { past: mine.past ?? [], command: mine.command ?? null, base: mine.base ?? this.base, version: mine.seen });
      if (!this.touched) this.area.value = mine.text;
      this.pour(mine.fields);
      const followed = draft && (draft.version === mine.seen || this.same(draft, mine) || this.past.includes(this.mark(draft)));
      if (followed && !(clash && under === draft)) this.known(draft);
      else if (draft) this.rivals.push(draft);
    } else if (draft) {
      this.base = draft.base;
      this.known(draft);
      this.area.value = draft.text;
      this.pour(draft.fields);
      this.remember(draft);
    }
    for (const slot of slots) {
      if (slot === own) continue;
      const taken = slot === mine || slot === under && !this.touched && !clash;
      if (!taken && !(draft && this.same(slot, draft)) && !(mine && this.same(slot, mine))) this.rivals.push(slot); else store.drop(slot.key);
    }
    if (mine && this.unsaved()) this.keep();
    if (!this.touched && (kept || draft) && !this.same(this.now(), this.fresh())) this.say("restored");
    this.counted();
    this.offered();
    this.choose();
    if (mine && !this.rivals.length) this.plan(0);
  }

  known(draft) {
    // Take note of what the server holds.
    this.version = draft.version;
    this.saved = { text: draft.text, fields: draft.fields ?? {} };
    this.savedBase = draft.base;
    this.savedAt = new Date(draft.saved_at);
  }

  changed() {
    if (this.sending) return;
    // A quotation may come before what was kept has; what is typed after it must not be lost, and both texts are then shown.
    this.area.readOnly = false;
    const kept = this.keep();
    this.counted();
    this.offered();
    if (this.rivals.length) this.choose();
    else this.say(this.said === "offline" ? "offline" : kept ? "kept" : "unkept");
    this.plan(SAVE_MS);
  }

  plan(ms) {
    clearTimeout(this.timer);
    if (!this.ended) this.timer = setTimeout(() => this.push(), ms);
  }

  backOff() {
    const ms = this.wait * (0.75 + Math.random() / 2);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    return ms;
  }

  async push() {
    if (this.busy) { this.again = true; return; }
    if (this.ended || this.sending || this.rivals.length) return;
    if (!this.loaded) { this.load(); return; }
    const now = this.now();
    if (!this.unsaved()) { this.forget(); if (this.saved !== null) this.say("saved"); return; }
    if (length(now.text) > this.data.longest) return;
    const base = this.base;
    this.busy = true;
    let next = null;
    try {
      const { owner, draft } = await ask(`/api/utkast/${this.data.draft}`, { method: "PUT", headers: { "content-type": "application/json" }, body: this.body(now) });
      this.follow(owner);
      this.version = draft.version;
      this.saved = now;
      this.savedBase = base;
      this.savedAt = new Date(draft.saved_at);
      this.wait = SHORTEST_WAIT_MS;
      if (this.same(this.now(), now) && this.base === base) this.forget(); else { this.keep(); next = SAVE_MS; }
      this.say("saved");
    } catch (error) {
      if (error instanceof Refused && error.status === 409) {
        const theirs = error.body.draft;
        // What comes back may be what this very window sent, when only the answer was lost.
        if (this.past.includes(this.mark(theirs))) { this.known(theirs); next = 0; }
        else { this.rivals.unshift(theirs); this.choose(); }
      } else if (error instanceof Refused && error.status === 401) {
        scope.asked = null;
        try { this.follow((await fetchDraft(this.data.draft)).owner); } catch { /* asked again below */ }
        this.say("kept");
        next = this.backOff();
      } else if (error instanceof Refused && [429, 503].includes(error.status)) {
        next = Math.max(error.waitMs, this.backOff());
      } else if (error instanceof Refused && error.body?.error === "other-owner") {
        // Signed out in another window. The text stays here, and is saved when the same person is back.
        this.say("signed_out");
      } else if (error instanceof Refused && error.status < 500) {
        this.say("kept");
      } else {
        this.say("offline");
        next = this.backOff();
      }
    }
    this.busy = false;
    this.offered();
    this.freed?.();
    if (this.again) { this.again = false; next = Math.min(next ?? SAVE_MS, SAVE_MS); }
    if (next !== null) this.plan(next);
  }

  body(now) { return JSON.stringify({ ...now, seen: this.version, base: this.base, owner: this.owner ?? "" }); }

  follow(owner) {
    // The browser may have got another name since, as when its cookies were cleared; its texts go along.
    if (!owner || owner === this.owner) return;
    this.forget();
    this.owner = scope.owner = owner;
    store.set(LAST_OWNER, owner);
    this.keep();
  }

  leave() {
    // The page may be gone in a moment: keep the text, and let the browser send it after us if it is short enough.
    if (this.ended || this.sending || !this.unsaved()) return;
    this.keep();
    if (this.rivals.length || !this.loaded) return;
    const body = this.body(this.now());
    if (body.length * 3 > KEEPALIVE_BYTES && new Blob([body]).size > KEEPALIVE_BYTES) return;
    fetch(`/api/utkast/${this.data.draft}`, { method: "PUT", headers: { "content-type": "application/json" }, body, keepalive: true, credentials: "same-origin" })
      .then((answer) => { if (!this.ended && answer.ok) this.plan(0); }, () => {});
  }

  async refresh() {
    // Come back to a window where nothing waits to be saved: show what has been written elsewhere meanwhile.
    if (!this.loaded || this.unsaved() || this.busy || this.sending || this.rivals.length) return;
    const before = this.now();
    try {
      const { draft, owner } = await fetchDraft(this.data.draft);
      if (owner !== this.owner || this.ended || this.busy || this.sending || !this.same(this.now(), before)) return;
      if (draft && draft.version !== this.version) {
        this.known(draft);
        this.base = draft.base;
        this.area.value = draft.text;
        this.pour(draft.fields);
        this.remember(draft);
        this.say("saved");
      } else if (!draft && this.saved !== null) {
        // Sent or thrown away in another window.
        this.empty();
      }
      this.counted();
      this.offered();
    } catch { /* nothing has been lost; the next save will tell */ }
  }

  empty() {
    this.forget();
    Object.assign(this, { version: 0, saved: null, savedAt: null, base: this.data.base, past: [], command: null, touched: false, typed: new Set(), held: null });
    this.area.value = this.data.value;
    this.form?.reset();
    this.show(false, false);
    this.counted();
    this.offered();
    this.say("");
  }

  // --- Two texts ---

  choose() {
    const rival = this.rivals[0];
    this.conflict.hidden = !rival;
    this.way.hidden = true;
    if (!rival) return;
    const now = this.now(), differing = this.differ(now, rival), texts = rival.text !== now.text || !differing.length;
    this.side.hidden = this.theirs.hidden = !texts;
    this.theirs.textContent = rival.text || this.data.words.nothing;
    this.compare(now, rival, differing);
    this.say("conflict");
  }

  compare(now, rival, differing) {
    // The fields that differ, both ways; and where they stand, which may be far up, the way to the choice.
    const { words } = this.data, rows = [];
    for (const name of differing) {
      const field = this.form?.elements[name];
      if (!field) continue;
      const said = (value) => boxed(field) ? (value ? words.ticked : words.unticked)
        : [...field.options ?? []].find((option) => option.value === value)?.text || value || words.empty_field;
      const both = fill(words.both, { mine: said(this.value(now.fields, name)), theirs: said(this.value(rival.fields, name)) });
      rows.push(element("dt", {}, field.labels[0]?.textContent ?? name), element("dd", {}, both));
      if (this.way.hidden) (field.closest("details") ?? field.closest(".hub-fieldrow, label")).after(this.way);
      this.way.hidden = false;
    }
    this.differing.hidden = !rows.length;
    this.differing.replaceChildren(element("p", { class: "hub-editor-side" }, words.differing), element("dl", {}, ...rows));
  }

  settle(mine) {
    const rival = this.rivals.shift();
    if (!rival) return;
    if (rival.version) this.known(rival);
    if (!mine) {
      this.area.value = rival.text;
      this.pour(rival.fields);
      this.base = rival.base ?? this.base;
      this.command = null;
      this.past = [];
    }
    this.remember(rival);
    if (rival.key) store.drop(rival.key);
    if (this.unsaved()) this.keep(); else this.forget();
    this.counted();
    this.offered();
    this.choose();
    this.show(false, false);
    this.area.focus();
    if (!this.rivals.length) this.push();
  }

  // --- What is said ---

  say(kind) {
    const { words } = this.data;
    const at = this.savedAt ?? new Date();
    const time = fill(words.clock, Object.fromEntries(CLOCK.formatToParts(at).map(({ type, value }) => [type, value])));
    this.status.textContent = kind ? fill(words.status[kind], { time }) : "";
    this.status.dataset.kind = kind;
    // Spoken when it is news: not at each key, and a draft saved again and again is said once.
    if (kind && kind !== this.said && kind !== "kept" && !(kind === "saved" && this.spoke === "saved")) {
      this.voice.textContent = this.status.textContent;
      this.spoke = kind;
    }
    this.said = kind;
  }

  counted() {
    const count = length(this.text()), { most, words } = this.data, over = count > most;
    this.count.hidden = count < 0.8 * most;
    if (!this.count.hidden) this.count.textContent = fill(over ? words.over : words.left, { count: Math.abs(most - count), most });
    this.count.classList.toggle("over", over);
    this.describe();
  }

  offered() { this.discard.hidden = Boolean(this.sending) || this.saved === null && this.same(this.now(), this.fresh()); }

  invalid(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
    if (text) this.area.setAttribute("aria-invalid", "true"); else this.area.removeAttribute("aria-invalid");
    this.root.classList.toggle("invalid", Boolean(text));
    this.describe();
  }

  // --- Preview ---

  async show(preview, pressed) {
    this.writing.setAttribute("aria-pressed", String(!preview));
    this.previewing.setAttribute("aria-pressed", String(preview));
    this.area.hidden = preview;
    this.preview.hidden = !preview;
    if (!preview) { if (pressed) this.area.focus(); return; }
    const text = this.text(), { words } = this.data;
    if (!text.trim()) { this.preview.textContent = words.nothing; this.previewed = null; return; }
    if (text === this.previewed) return;
    this.preview.textContent = words.previewing;
    this.preview.setAttribute("aria-busy", "true");
    try {
      const html = await ask("/api/forhandsvisning", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text }) });
      if (this.text() !== text) return;
      // Made by the server's renderer of people's text, which lets nothing through that could act.
      this.preview.innerHTML = html;
      this.previewed = text;
    } catch (error) {
      this.preview.textContent = error instanceof Refused && error.status === 413 ? this.count.textContent || words.no_preview : words.no_preview;
      this.previewed = null;
    }
    this.preview.removeAttribute("aria-busy");
  }

  // --- Sending ---

  submitted() {
    if (this.sending) return;
    const text = this.text(), { words, most } = this.data, count = length(text);
    if (this.rivals.length) { this.say("conflict"); this.conflict.focus(); return; }
    if (!text.trim() && !this.data.value.trim() && !this.data.optional) { this.refuse(words.empty); return; }
    if (count > most) { this.refuse(fill(words.over, { count: count - most, most })); return; }
    this.invalid("");
    // The same text sent again is the same command, over reloads too, so that it is done once.
    if (this.command?.text !== this.mark()) this.command = { id: random(), text: this.mark() };
    this.keep();
    clearTimeout(this.timer);
    this.sending = { id: this.command.id, tries: 0 };
    this.lock(true);
    this.say("sending");
    const post = () => {
      if (!this.sending || this.ended) return;
      if (this.sending.tries === 4) { this.unlock("unanswered"); return; }
      this.send({ text, command_id: this.sending.id, base: this.base, seen: this.version, fields: this.fields() });
      this.sending.timer = setTimeout(post, ANSWER_MS * 2 ** this.sending.tries);
      this.sending.tries += 1;
    };
    post();
  }

  lock(locked) {
    this.area.readOnly = locked;
    this.submit.setAttribute("aria-disabled", String(locked));
    this.offered();
  }

  unlock(kind) {
    clearTimeout(this.sending?.timer);
    this.sending = null;
    this.lock(false);
    this.say(kind || (this.unsaved() ? "kept" : "saved"));
    if (this.unsaved()) this.plan(SAVE_MS);
  }

  refused(text) { this.unlock(""); this.refuse(text); }

  refuse(text) {
    this.show(false, false);
    this.invalid(text);
    // Without a sentence the fault is in a field of the form, and told there.
    if (text) this.area.focus();
  }

  async accepted() {
    this.handled = this.sending.id;
    clearTimeout(this.sending.timer);
    this.forget();
    const seen = this.version;
    // A save under way must not arrive after the draft has been thrown away.
    if (this.busy) await new Promise((freed) => { this.freed = freed; });
    this.freed = null;
    this.sending = null;
    const last = this.version || seen;
    this.empty();
    this.lock(false);
    this.say("done");
    const removed = last ? this.remove(last) : null;
    if (this.data.onward) document.dispatchEvent(new CustomEvent("hub-onward", { detail: this.data.onward }));
    await removed;
  }

  async remove(version) {
    for (let tries = 0; tries < 5 && !this.ended; tries++) {
      try { await ask(`/api/utkast/${this.data.draft}?seen=${version}`, { method: "DELETE", keepalive: true }); return; } catch (error) {
        if (error instanceof Refused && ![429, 503].includes(error.status)) return;
        await new Promise((waited) => { setTimeout(waited, this.backOff()); });
      }
    }
  }

  async thrown() {
    if (!confirm(this.data.words.discard_ask)) return;
    clearTimeout(this.timer);
    const before = this.version;
    this.rivals = [];
    this.choose();
    if (this.busy) await new Promise((freed) => { this.freed = freed; });
    this.freed = null;
    const last = this.version || before;
    this.empty();
    this.say("thrown");
    this.area.focus();
    if (last) await this.remove(last);
  }
}
