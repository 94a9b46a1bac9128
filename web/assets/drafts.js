// Whoever signs out leaves no half-written text in the browser; links to plans stay, for they may be kept nowhere else.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-clears-drafts]")) return;
  try { for (const key of Object.keys(localStorage)) if (key.startsWith("hub-draft")) localStorage.removeItem(key); } catch { /* a closed store holds nothing */ }
});
