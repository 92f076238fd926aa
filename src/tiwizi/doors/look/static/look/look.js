// What every page does with the keyboard: "/" goes to the search, Escape leaves it; an open menu closes on Escape.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    const search = document.getElementById("search");
    if (search) { event.preventDefault(); search.focus(); }
  }
  if (event.key === "Escape") {
    document.querySelectorAll("details[data-closes][open]").forEach((open) => {
      open.open = false;
      open.querySelector("summary").focus();
    });
  }
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details[data-closes][open]").forEach((open) => {
    if (!open.contains(event.target)) open.open = false;
  });
});
// A form that is on its way is not sent again by a second press.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "get") return;
  event.target.querySelectorAll("button[type=submit], button:not([type])").forEach((button) => {
    setTimeout(() => { button.disabled = true; }, 0);
    setTimeout(() => { button.disabled = false; }, 8000);
  });
});
window.addEventListener("pageshow", () => document.querySelectorAll("button[disabled]").forEach((b) => { b.disabled = false; }));
// On a phone the menu is folded, on a desk it is open.
const menu = document.querySelector(".menu > details");
if (menu) menu.open = window.matchMedia("(min-width: 62.01rem)").matches;
