// The forum's help in the browser: a quotation put into the reply, and threads like the title being written.
(() => {
  "use strict";
  const LONGEST_QUOTE = 600, WAIT_MS = 400, SHORTEST_TITLE = 6;

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-quotes]") : null;
    const source = button && document.getElementById(`text-${button.dataset.quotes}`);
    const field = document.getElementById("hub-editor-forum-svar");
    if (!source || !field) return;
    const chosen = window.getSelection();
    const inside = chosen && chosen.rangeCount && source.contains(chosen.anchorNode) && source.contains(chosen.focusNode) ? chosen.toString().trim() : "";
    let text = inside || source.innerText.trim();
    if (text.length > LONGEST_QUOTE) text = `${text.slice(0, LONGEST_QUOTE).trimEnd()} …`;
    // What the author wrote as markup must not act in another's post, and the name stands in brackets.
    const plain = (words) => words.replace(/([\\`*_[\]<>#|~])/g, "\\$1");
    const lines = text.split("\n").map((line) => `> ${plain(line)}`.trimEnd()).join("\n");
    const head = `> [${plain(source.dataset.author)}](${location.origin}${source.dataset.way}):\n>\n`;
    const before = field.value.trimEnd();
    field.value = `${before}${before ? "\n\n" : ""}${head}${lines}\n\n`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    field.scrollIntoView({ block: "center" });
  });

  let timer = null, asked = "";
  document.addEventListener("input", (event) => {
    const place = event.target.id && document.querySelector(`[data-similar="${CSS.escape(event.target.id)}"]`);
    if (!place) return;
    clearTimeout(timer);
    const title = event.target.value.trim();
    timer = setTimeout(() => look(place, title), WAIT_MS);
  });
  const look = async (place, title) => {
    if (title === asked) return;
    asked = title;
    let found = [];
    if (title.length >= SHORTEST_TITLE) {
      try {
        const answer = await fetch(`/api/forum/liknande?titel=${encodeURIComponent(title)}`, { headers: { accept: "application/json" } });
        if (answer.ok) found = await answer.json();
      } catch { /* only a help: without contact there are none */ }
    }
    if (title !== asked) return;
    place.replaceChildren();
    if (!found.length) return;
    const heading = document.createElement("p"), list = document.createElement("ul");
    heading.textContent = place.dataset.heading;
    for (const one of found) {
      const row = document.createElement("li"), link = document.createElement("a");
      link.href = one.address;
      link.textContent = one.title;
      link.target = "_blank";
      row.append(link);
      list.append(row);
    }
    place.append(heading, list);
  };
})();
