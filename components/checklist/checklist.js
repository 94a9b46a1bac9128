// A list of things to do in groups: tick, open, move. Drawn anew from data at each run; what is open and where the
// focus is stay as they were.
export default function ({ data, parentElement, setTriggerValue }) {
  const did = (what, id) => setTriggerValue("did", { what, id, command: `click-${crypto.randomUUID()}` });
  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    element.append(...inside);
    return element;
  };
  const before = parentElement.querySelector(".hub-checklist");
  const open = new Map([...(before?.querySelectorAll("details") ?? [])].map((group) => [group.dataset.group, group.open]));
  const focused = parentElement.getRootNode().activeElement?.dataset?.place;

  const row = (item) => {
    const box = make("input", { type: "checkbox", id: `punkt-${item.id}`, "data-place": `tick-${item.id}`, disabled: !data.may });
    box.checked = item.done;
    box.addEventListener("change", () => did(box.checked ? "done" : "open", item.id));
    const label = make("label", { id: `text-${item.id}`, for: `punkt-${item.id}`, lang: data.language }, item.text);
    const about = make("span", { class: "hub-muted" }, make("span", { lang: data.language }, item.who), item.who && item.about ? " · " : "", item.about);
    // Named by their own word and the text beside them, which may be in another language.
    const link = make("a", { class: "hub-link", href: item.address, id: `open-${item.id}`, "data-place": `open-${item.id}`, "aria-labelledby": `open-${item.id} text-${item.id}` }, item.link);
    const tools = make("span", { class: "hub-checklist-tools" }, link);
    if (data.may) {
      for (const [what, sign, words, last] of [["up", "↑", data.words.up, item.first], ["down", "↓", data.words.down, item.last]]) {
        const button = make("button", { type: "button", id: `${what}-${item.id}`, "data-place": `${what}-${item.id}`, "aria-label": words, "aria-labelledby": `${what}-${item.id} text-${item.id}`, title: words, disabled: last }, sign);
        button.addEventListener("click", () => did(what, item.id));
        tools.append(button);
      }
    }
    const state = item.state ? make("strong", { class: "hub-checklist-state" }, item.state) : "";
    return make("li", { class: item.done || item.dropped ? "past" : null }, box, make("div", {}, label, make("div", { class: "hub-checklist-about" }, state, about)), tools);
  };

  const list = make("div", { class: "hub-checklist" });
  for (const group of data.groups) {
    const details = make("details", { "data-group": group.id }, make("summary", {}, make("span", { class: "hub-checklist-name" }, group.name), " ", make("span", { class: "hub-muted" }, group.count)));
    details.open = open.get(group.id) ?? group.open;
    details.append(group.items.length ? make("ul", {}, ...group.items.map(row)) : make("p", { class: "hub-muted" }, data.words.empty));
    list.append(details);
  }
  if (before) before.replaceWith(list); else parentElement.append(list);
  if (focused) {
    const same = list.querySelector(`[data-place="${CSS.escape(focused)}"]`);
    (same && !same.disabled ? same : list.querySelector(`[data-place="tick-${CSS.escape(focused.replace(/^[a-z]+-/, ""))}"]`))?.focus();
  }
}
