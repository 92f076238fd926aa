// The help beside the page: it is closed with its button or Escape, and the focus goes back to where it was opened.
"use strict";
(() => {
  const panel = document.getElementById("help");
  const opener = document.querySelector(".help-open");
  if (!panel || !opener) return;
  const close = () => { panel.replaceChildren(); panel.hidden = true; opener.setAttribute("aria-expanded", "false"); opener.focus(); };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== panel) return;
    panel.hidden = false;
    panel.scrollTop = 0;
    opener.setAttribute("aria-expanded", "true");
    panel.focus();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-closes-help]")) close(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
})();
