// The page of whoever joins a demo visit by link: the module, with what the page says of it.
const { mount } = await import(new URL(`../call.js${new URL(import.meta.url).search}`, import.meta.url));
for (const place of document.querySelectorAll("[data-config]")) mount(place, JSON.parse(place.dataset.config));
