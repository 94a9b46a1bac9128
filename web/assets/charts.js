// Saves what is on the page: a table as CSV, and a chart as its drawing, with title and source written in and without
// what only a page can say, the colours by name.
(() => {
"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-saves]") : null;
  const shown = button?.closest(".hub-figure, .hub-saved");
  if (!shown) return;
  const form = button.dataset.saves;
  if (form === "csv") { save(listed(shown.querySelector("table")), `${shown.id}.csv`); return; }
  const drawn = new Blob([complete(shown)], { type: "image/svg+xml" });
  save(form === "png" ? await painted(drawn) : drawn, `${shown.id}.${form}`);
});
// A mark at the beginning tells spreadsheets which letters these are; what they would work out as a formula is kept a text.
const listed = (table) => {
  const cell = (each) => {
    const copy = each.cloneNode(true);
    for (const label of copy.querySelectorAll(".hub-label")) label.remove();
    for (const line of copy.querySelectorAll("br, li, p, div")) line.append(" ");
    const text = copy.textContent.trim().replace(/\s+/g, " ");
    return `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  // A cell over several rows is written in each of them.
  const held = [];
  const rows = [...table.rows].map((row) => {
    const cells = [...row.cells], line = [];
    while (cells.length || held[line.length]?.rows) {
      const at = line.length;
      if (held[at]?.rows) { held[at].rows -= 1; line.push(held[at].text); continue; }
      const each = cells.shift(), text = cell(each);
      held[at] = { rows: each.rowSpan - 1, text };
      line.push(text);
    }
    return line.join(",");
  });
  return new Blob(["\ufeff", rows.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
};
const SVG = "http://www.w3.org/2000/svg";
const complete = (figure) => {
  const drawing = figure.querySelector(".hub-wide svg"), [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
  const whole = document.createElementNS(SVG, "svg"), inner = drawing.cloneNode(true), margin = 24;
  let top = margin;
  for (const link of inner.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  const paper = whole.appendChild(document.createElementNS(SVG, "rect"));
  const write = (words, size, weight, colour) => {
    let line = "";
    const put = () => {
      const text = whole.appendChild(document.createElementNS(SVG, "text"));
      top += size * 1.3;
      for (const [name, value] of Object.entries({ x: margin, y: top, "font-size": size, "font-weight": weight, fill: colour, "font-family": "Arial, Helvetica, sans-serif" })) text.setAttribute(name, value);
      text.textContent = line;
    };
    for (const word of words.trim().split(/\s+/)) {
      if (line && (line.length + word.length + 1) * size * 0.52 > width) { put(); line = word; } else line += line ? ` ${word}` : word;
    }
    put();
  };
  write(figure.querySelector("h2, h3").textContent, 22, 700, "var(--text,#1B2B2A)");
  top += 16;
  for (const [name, value] of Object.entries({ x: margin, y: top, width, height })) inner.setAttribute(name, value);
  whole.append(inner);
  top += height;
  write(figure.querySelector(".hub-source").textContent, 14, 400, "var(--muted,#50615F)");
  top += margin;
  for (const [name, value] of Object.entries({ width: width + 2 * margin, height: top, fill: "var(--surface,#FFFFFF)" })) paper.setAttribute(name, value);
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${width + 2 * margin} ${top}`, width: width + 2 * margin, height: top })) whole.setAttribute(name, value);
  return new XMLSerializer().serializeToString(whole).replace(/var\(--font,([^)]*)\)/g, "$1").replace(/var\(--[\w-]+,(#[0-9A-Fa-f]+)\)/g, "$1");
};
const painted = async (drawn) => {
  const picture = new Image(), address = URL.createObjectURL(drawn);
  picture.src = address;
  await picture.decode();
  const canvas = document.createElement("canvas"), scale = 2;
  [canvas.width, canvas.height] = [picture.width * scale, picture.height * scale];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
};
const save = (file, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
})();
