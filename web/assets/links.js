// Keeps one session across our own links, puts the focus where the reader is, and gives Streamlit's own texts their
// Swedish twins. Loaded by the app's document only; the plain pages need none of it.
(() => {
  "use strict";
  const root = document.documentElement;
  const pages = new Set(root.dataset.pages.trim().split(/\s+/));

  // Links between the app's pages change the address; Streamlit follows popstate without a new session.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    // A link in a drawing has no texts for its address and target, so the attributes are asked.
    if (!["", "_self"].includes(link.getAttribute("target") ?? "") || link.hasAttribute("download")) return;
    const to = new URL(link.getAttribute("href"), location.href);
    if (link.dataset.language) {
      // Another language is another document; it keeps everything else of the address.
      event.preventDefault();
      const here = new URL(location.href);
      here.searchParams.set("lang", link.dataset.language);
      location.assign(here);
      return;
    }
    if (to.origin !== location.origin || !pages.has(to.pathname)) return;
    if (to.pathname === location.pathname && to.search === location.search && to.hash) return;
    event.preventDefault();
    saved(() => {
      history.pushState({}, "", to);
      window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
    });
  });

  // Where each change is saved at once, a link followed in the same breath waits until it has been: a run that shows
  // another page would end the one that was to save it.
  const SETTLES_MS = 250, PATIENCE_MS = 4000;
  let changed = -PATIENCE_MS;
  // Streamlit's own choices give no change event.
  for (const kind of ["click", "keyup", "focusout"]) {
    document.addEventListener(kind, (event) => {
      if (event.target instanceof Element && event.target.closest(".stRadio, .stTextArea, .stButton")) changed = performance.now();
    }, true);
  }
  const saved = (go) => {
    const since = performance.now() - changed;
    const running = document.querySelector(".stApp[data-test-script-state=running]");
    if (!document.querySelector("#root [data-saves-at-once]") || since > PATIENCE_MS || (since > SETTLES_MS && !running)) go();
    else setTimeout(() => saved(go), 40);
  };

  // A problem's link leads into the field it is about, and not only to where it stands.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest(".hub-problem a[href^='#']") : null;
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) { event.preventDefault(); field.focus(); }
  });

  // Forms that only choose what to show change the address too; what is left empty is left out of it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const to = new URL(form.action, location.href);
    if (form.method !== "get" || to.origin !== location.origin || !pages.has(to.pathname)) return;
    event.preventDefault();
    for (const [name, value] of new FormData(form)) if (value) to.searchParams.append(name, value);
    history.pushState({}, "", to);
    window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
  });
  document.addEventListener("change", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-submits-on-change]") : null;
    if (form) { stay = event.target.id; form.requestSubmit(); }
  });
  let stay = null;

  // A form that is sent softly keeps the page: what it leads to is opened without a new session, and where there is no
  // contact nothing is lost, since the same form sent again carries the same command.
  const open = (to) => {
    const here = new URL(location.href);
    const same = to.pathname === here.pathname && to.search === here.search;
    if (same) history.replaceState({}, "", to); else history.pushState({}, "", to);
    if (same && to.hash) reach(to.hash.slice(1), performance.now());
    if (same) stay = null;
    window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
  };
  // A slow server may take its time; whoever has done something else meanwhile is not torn away from it.
  const LATE_MS = 20000;
  let acted = 0;
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { acted = performance.now(); }, true);
  const reach = (id, since) => {
    const place = document.getElementById(id);
    if (place) { focus(place); place.scrollIntoView({ block: "center" }); } else if (acted <= since && performance.now() - since < LATE_MS) setTimeout(() => reach(id, since), 60);
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-soft]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "";
    if (form.dataset.soft === "stay" && event.submitter) stay = event.submitter.id;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)), signal: AbortSignal.timeout(20000) });
      const to = new URL(answer.url);
      if (answer.redirected && to.origin === location.origin && pages.has(to.pathname)) open(to);
      else if (answer.redirected) location.assign(to);
      else throw new Error(`${answer.status}`);
    } catch {
      stay = null;
      const status = document.getElementById("hub-status");
      status.textContent = form.dataset.lost ?? "";
      let told = form.querySelector(".hub-fault");
      if (!told) { told = document.createElement("p"); told.className = "hub-fault"; form.append(told); }
      told.textContent = form.dataset.lost ?? "";
    }
    delete form.dataset.sending;
  });
  document.addEventListener("hub-onward", (event) => {
    const to = new URL(event.detail, location.href);
    if (to.origin === location.origin && pages.has(to.pathname)) open(to);
  });

  // A form may keep what is written in it in this browser, and send it to one of several addresses.
  const store = (form) => `hub-${form.dataset.keeps}-${location.pathname}${location.search}`;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.keeps) return;
    const fields = [...form.elements].filter((field) => field.id && "value" in field && field.type !== "hidden");
    try { localStorage.setItem(store(form), JSON.stringify(Object.fromEntries(fields.map((field) => [field.id, field.type === "checkbox" ? field.checked : field.value])))); } catch { /* a full or closed store loses nothing that is on the page */ }
  });
  const refill = () => {
    for (const form of document.querySelectorAll("#root form[data-keeps]:not([data-filled])")) {
      form.dataset.filled = "";
      let kept = {};
      try { kept = JSON.parse(localStorage.getItem(store(form)) ?? "{}"); } catch { /* nothing kept */ }
      for (const [id, value] of Object.entries(kept)) { const field = form.querySelector(`#${CSS.escape(id)}`); if (field?.type === "checkbox") field.checked = value === true; else if (field) field.value = value; }
    }
  };
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest("[data-sends-to]");
    if (button) button.form.action = button.dataset.sendsTo;
    const empties = target?.closest("[data-empties]");
    if (empties && confirm(empties.dataset.asks ?? empties.textContent + "?")) { try { localStorage.removeItem(store(empties.form)); } catch { /* nothing kept */ } empties.form.reset(); }
  });

  // What a page has already asked the server for is sent by a timer; a new address waits for it. Asked the other way
  // round, Streamlit would go back to the page that was left, onto an empty screen.
  let passing = false;
  window.addEventListener("popstate", (event) => {
    if (passing) return;
    event.stopImmediatePropagation();
    setTimeout(() => {
      passing = true;
      window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
      passing = false;
    }, 10);
  });

  // A new address is a new page or a new step: mark it in the menu, go to its top, and tell where we are.
  let last = location.pathname + location.search, due = null;
  const moved = () => {
    const now = location.pathname + location.search;
    if (now === last) return;
    last = now;
    for (const link of document.querySelectorAll(".hub-header a[href^='/']")) {
      if (link.getAttribute("href") === location.pathname) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const login = document.querySelector(".hub-header [data-login]");
    if (login) login.href = `/auth/login?next=${encodeURIComponent(now)}`;
    // A choice that the address only notes is no step: the focus stays in the field it was made in.
    if (!stay && document.activeElement?.matches("#root :is(input[type=radio], input[type=checkbox])")) return;
    due = { from: document.querySelector("#root h1"), text: document.querySelector("#root h1")?.textContent, since: performance.now() };
    settle();
  };
  const replace = history.replaceState;
  // The question that is left keeps the answer just given, so that the browser's Back finds it filled in.
  const keepAnswer = (to) => {
    const here = new URL(location.href);
    if (to.pathname !== here.pathname || !here.searchParams.has("fraga")) return;
    for (const [name, value] of to.searchParams) if (/^(v|[sn]\d)$/.test(name)) here.searchParams.set(name, value);
    replace.call(history, history.state, "", here);
  };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...args) {
      if (name === "pushState" && args[2]) keepAnswer(new URL(args[2], location.href));
      const result = original.apply(this, args);
      queueMicrotask(moved);
      return result;
    };
  }
  window.addEventListener("popstate", () => queueMicrotask(moved));

  // What has gone wrong, or what has just been done, stands before the heading.
  const top_of = () => ["problem", "said"].map((name) => document.querySelector(`#root .hub-${name}`)).find(Boolean) ?? document.querySelector("#root h1");
  const settle = () => {
    if (!due) return;
    const app = document.querySelector(".stApp");
    const heading = top_of();
    const running = app?.dataset.testScriptState === "running" || app?.getAttribute("data-test-script-state") === "running";
    const fresh = heading && (heading !== due.from || heading.textContent !== due.text || performance.now() - due.since > 400);
    if (running || !fresh) {
      if (performance.now() - due.since < LATE_MS) setTimeout(settle, 40); else due = null;
      return;
    }
    due = null;
    // A choice made in a list keeps its place; only what it leads to has changed.
    const stayed = stay && document.getElementById(stay);
    stay = null;
    if (stayed) { stayed.focus(); return; }
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const place = target || heading;
    focus(place);
    if (target) target.scrollIntoView(); else window.scrollTo(0, 0);
  };
  const focus = (place) => {
    place.setAttribute("tabindex", "-1");
    place.focus({ preventScroll: true });
  };

  // What had the focus may be drawn anew at any time, as when somebody else has just replied: its twin then takes it over,
  // or else what stands around it. Whoever leaves it is let go.
  const TWIN_MS = 4000;
  let held = null;
  const words_of = (place) => `${place.localName} ${place.textContent}`;
  document.addEventListener("focusin", ({ target }) => {
    held = target.closest("#root") && {
      id: target.id, target, top: target === top_of(), words: words_of(target), around: target.parentElement.closest("#root [id][tabindex]")?.id,
    };
  });
  document.addEventListener("focusout", ({ target }) => queueMicrotask(() => { if (held?.target === target && target.isConnected) held = null; }));
  const twin_of = ({ id, top, words, around }) => {
    const same = top ? top_of() : id && document.getElementById(id), place = around && document.getElementById(around);
    return same || place && ([...place.querySelectorAll("a, button, summary")].find((one) => words_of(one) === words) ?? place);
  };
  const keep = () => {
    if (!held || due || document.activeElement !== document.body) return;
    held.until ??= performance.now() + TWIN_MS;
    const twin = twin_of(held);
    if (performance.now() > held.until) held = null;
    else if (twin && held.top) focus(twin);
    else twin?.focus({ preventScroll: true });
  };

  // Drawings travel as an attribute, because Streamlit takes SVG out of the HTML it is given.
  const draw = () => {
    for (const place of document.querySelectorAll("#root [data-drawing]")) {
      const bytes = Uint8Array.from(atob(place.dataset.drawing), (letter) => letter.charCodeAt(0));
      const svg = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml").documentElement;
      place.removeAttribute("data-drawing");
      if (svg.localName === "svg") place.replaceChildren(document.importNode(svg, true));
    }
  };

  // What a page says in passing, such as that something was saved, is said once, in the one place that readers listen to.
  const said = new WeakSet();
  const say = () => {
    for (const word of document.querySelectorAll("#root [data-says]")) {
      if (said.has(word)) continue;
      said.add(word);
      document.getElementById("hub-status").textContent = word.textContent;
    }
  };

  // A problem that appears without a new address still takes the focus, once.
  const seen = new WeakSet();
  const look = () => {
    const problem = document.querySelector("#root .hub-problem");
    if (problem && !seen.has(problem)) {
      seen.add(problem);
      // The field that a problem leads to is marked until something else is put there.
      for (const link of problem.querySelectorAll("a[href^='#']")) {
        const field = document.getElementById(link.hash.slice(1));
        if (field?.matches(".hub-form :is(input, select, textarea)")) {
          field.setAttribute("aria-invalid", "true");
          field.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
        }
      }
      if (!due) problem.focus();
    }
    if (location.hash && !look.anchored) {
      const target = document.getElementById(location.hash.slice(1));
      if (target) { look.anchored = true; target.scrollIntoView(); }
    }
  };

  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-prints]")) window.print();
  });

  // Copying is offered by a button that names the text to copy.
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copies]") : null;
    if (!button) return;
    const source = document.getElementById(button.dataset.copies);
    const text = button.dataset.copies === "address" ? location.href : source?.innerText ?? "";
    const status = document.getElementById("hub-status");
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = button.dataset.done;
      const before = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = before; }, 2500);
    } catch {
      status.textContent = button.dataset.failed;
      button.textContent = button.dataset.failed;
    }
  });

  // Streamlit's own texts are English and have no translation; their twins stand in streamlit-sv.json.
  let words = null;
  const attributes = ["aria-label", "title", "placeholder", "alt"];
  const twin = (text) => {
    const bare = text.trim();
    const found = words[bare];
    return found ? text.replace(bare, found) : text;
  };
  const translate = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = twin(node.nodeValue);
      if (text !== node.nodeValue) node.nodeValue = text;
      return;
    }
    if (!(node instanceof Element)) return;
    for (const element of [node, ...node.querySelectorAll("*")]) {
      for (const name of attributes) {
        const value = element.getAttribute(name);
        if (value) { const text = twin(value); if (text !== value) element.setAttribute(name, text); }
      }
      for (const child of element.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) { const text = twin(child.nodeValue); if (text !== child.nodeValue) child.nodeValue = text; }
      }
    }
  };
  // A plan kept without signing in is found by its link alone, so this browser remembers the plans it has opened.
  const REMEMBERED = "hub-plans", MOST = 30;
  const remembered = () => { try { return JSON.parse(localStorage.getItem(REMEMBERED) ?? "[]"); } catch { return []; } };
  const remember = () => {
    const title = document.querySelector("#root [data-remembers-plan]");
    if (title && title.dataset.remembered !== title.textContent) {
      title.dataset.remembered = title.textContent;
      const address = title.dataset.remembersPlan, id = new URL(address, location.href).searchParams.get("id");
      const others = remembered().filter((plan) => plan.id !== id);
      try { localStorage.setItem(REMEMBERED, JSON.stringify([{ id, address, title: title.textContent }, ...others].slice(0, MOST))); } catch { /* the link still works */ }
    }
    const place = document.querySelector("#root [data-lists-plans]:not([data-filled])");
    if (!place) return;
    place.dataset.filled = "";
    const list = place.querySelector("ul"), plans = remembered();
    place.querySelector("[data-none]").hidden = plans.length > 0;
    for (const plan of plans) {
      const to = new URL(plan.address, location.href);
      if (to.origin !== location.origin) continue;
      const link = document.createElement("a");
      link.href = to.pathname + to.search;
      link.textContent = plan.title;
      const forget = document.createElement("button");
      forget.type = "button";
      forget.className = "hub-forget";
      forget.textContent = place.dataset.forget;
      forget.setAttribute("aria-label", `${place.dataset.forget}: ${plan.title}`);
      const row = document.createElement("li");
      forget.addEventListener("click", () => {
        localStorage.setItem(REMEMBERED, JSON.stringify(remembered().filter((one) => one.id !== plan.id)));
        row.remove();
      });
      row.append(link, " ", forget);
      list.append(row);
    }
  };
  const observer = new MutationObserver((changes) => {
    if (words) for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(translate); else translate(change.target);
    }
    draw();
    refill();
    remember();
    look();
    say();
    keep();
  });
  const start = async () => {
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: attributes });
    if (root.lang === "sv") {
      words = await (await fetch("/assets/streamlit-sv.json")).json();
      translate(document.body);
    }
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
