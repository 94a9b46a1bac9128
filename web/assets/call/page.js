// The page of whoever joins a demo visit by link: the module, with what the page says of it.
const { mount } = await import(new URL(`../call.js${new URL(import.meta.url).search}`, import.meta.url));
for (const place of document.querySelectorAll("[data-config]")) mount(place, JSON.parse(place.dataset.config));

// Copying is offered by a button that names the text to copy.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copies]") : null;
  if (!button) return;
  const before = button.textContent;
  const copied = await navigator.clipboard?.writeText(document.getElementById(button.dataset.copies).innerText).then(() => true, () => false);
  button.textContent = copied ? button.dataset.done : button.dataset.failed;
  setTimeout(() => { button.textContent = before; }, 2500);
});
