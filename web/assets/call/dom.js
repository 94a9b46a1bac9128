// Small things that the parts of a call draw with.

/** Makes an element; attributes that are false or null are left out, and "on" holds what listens. */
export const make = (name, { on = {}, ...attributes } = {}, ...inside) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  for (const [kind, listener] of Object.entries(on)) made.addEventListener(kind, listener);
  made.append(...inside);
  return made;
};

export const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);

// Drawn by us on a square of 24, as lines that take the colour of the text.
const LINES = {
  microphone: ["M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z", "M5.5 10.5a6.5 6.5 0 0 0 13 0", "M12 17v4M9 21h6"],
  camera: ["M3.5 6.5h11a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z", "M15.5 11l6-3.5v9l-6-3.5"],
  screen: ["M3 4.5h18v12H3z", "M8 20.5h8M12 16.5v4", "M12 13.5v-6M9.2 10L12 7.2l2.8 2.8"],
  chat: ["M4 4.5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1z", "M7.5 9h9M7.5 12.5h6"],
  captions: ["M3.5 5h17a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-17a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z", "M6 12h5M14 12h4M6 15.5h3M12 15.5h6"],
  devices: ["M4 7h9M19 7h1M4 17h1M11 17h9", "M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z", "M8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"],
  full: ["M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"],
  large: ["M2.5 19l5-13 5 13M4.3 14.5h6.4", "M14.5 19l3.3-8.5L21 19M15.6 16h4.3"],
  leave: ["M3 14.5c0-1 .4-1.9 1.2-2.5a13 13 0 0 1 15.6 0c.8.6 1.2 1.5 1.2 2.5v1.3a1 1 0 0 1-1.2 1l-3.2-.7a1 1 0 0 1-.8-.9l-.2-2.2a11 11 0 0 0-7.2 0l-.2 2.2a1 1 0 0 1-.8.9l-3.2.7a1 1 0 0 1-1.2-1z"],
  sound: ["M4 9.5h3.5L12 5.5v13l-4.5-4H4z", "M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"],
  warn: ["M12 3.5l9.5 17h-19z", "M12 10v5M12 17.6v.4"],
  person: ["M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z", "M4.5 20.5a7.5 7.5 0 0 1 15 0"],
};
const SVG = "http://www.w3.org/2000/svg";

/** Draws a sign; a second line crosses it out while an ancestor says data-on="false". */
export const icon = (name, crossed = false) => {
  const drawn = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", class: "hub-call-icon" })) drawn.setAttribute(key, value);
  const path = (d, kind) => {
    const made = document.createElementNS(SVG, "path");
    made.setAttribute("d", d);
    if (kind) made.setAttribute("class", kind);
    drawn.append(made);
  };
  LINES[name].forEach((line) => path(line));
  if (crossed) { path("M3.5 3.5l17 17", "gap"); path("M3.5 3.5l17 17", "cross"); }
  return drawn;
};

/** Says things one after the other to those who listen; what has been said goes after a while, so that nobody reads it later. */
export const announcer = () => {
  const region = make("div", { class: "hub-unseen", "aria-live": "polite", "aria-atomic": "false" });
  const say = (text) => {
    if (!text) return;
    const line = make("p", {}, text);
    region.append(line);
    setTimeout(() => line.remove(), 10000);
  };
  return { region, say };
};
