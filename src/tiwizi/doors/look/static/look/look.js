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
// A form that is on its way is not sent again by a second press; what the page itself switched off stays so.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "get") return;
  event.target.querySelectorAll("button[type=submit]:enabled, button:not([type]):enabled").forEach((button) => {
    setTimeout(() => { button.disabled = true; button.dataset.sent = ""; }, 0);
    setTimeout(() => back(button), 8000);
  });
});
const back = (button) => { button.disabled = false; delete button.dataset.sent; };
window.addEventListener("pageshow", () => document.querySelectorAll("button[data-sent]").forEach(back));
// What a browser would not bring back is not left behind unasked. It keeps no page of ours, and no names and numbers of
// people where autocomplete is off; a form with a draft is kept at the server.
let unsent = null;
document.addEventListener("input", ({ target: field }) => {
  const form = field.form;
  if (form?.method === "post" && !form.dataset.draft && (field.autocomplete || form.autocomplete) === "off") unsent = form;
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target === unsent) unsent = null;
});
window.addEventListener("beforeunload", (event) => { if (unsent?.isConnected) event.preventDefault(); });
// On a phone the menu is folded, on a desk it is open.
const menu = document.querySelector(".menu > details");
const wide = window.matchMedia("(min-width: 62.01rem)");
const fold = () => { if (menu) menu.open = wide.matches; };
wide.addEventListener("change", fold);
fold();
// A list is narrowed by a day once it is written, not by each of its figures.
document.addEventListener("input", (event) => {
  if (event.target.matches("form.tools [data-day]")) event.stopPropagation();
}, true);
document.addEventListener("change", (event) => {
  if (event.target.matches("form.tools[hx-get] [data-day]")) event.target.form.requestSubmit();
});
// Tables. Each cell knows the heading it stands under, which a phone shows above it. A table that fits needs no scrolling:
// its head stays in sight while the page scrolls, and the keyboard has one stop less.
const blank = (cell) => !cell.textContent.trim() && !cell.querySelector("input, select, button, img, svg");
const ROLES = [["thead, tbody, tfoot", "rowgroup"], ["tr", "row"], ["td", "cell"], ["th[scope=col]", "columnheader"], ["th[scope=row]", "rowheader"]];
const stack = (table) => {
  const heads = [...table.querySelectorAll("thead th, thead td")].map((head) => head.textContent.trim());
  const hidden = [...table.querySelectorAll("thead th, thead td")].map((head) => head.querySelector(".visually-hidden") !== null);
  const rows = [...table.querySelectorAll("tbody tr, tfoot tr")];
  const width = (row) => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
  if (!heads.length || rows.some((row) => width(row) !== heads.length)) return;
  table.classList.add("stacks");
  table.setAttribute("role", "table");
  ROLES.forEach(([which, role]) => table.querySelectorAll(which).forEach((part) => part.setAttribute("role", role)));
  rows.forEach((row) => [...row.cells].reduce((place, cell) => {
    cell.dataset.label = cell.colSpan > 1 || cell.scope === "row" && hidden[place] ? "" : heads[place];
    cell.classList.toggle("blank", blank(cell));
    return place + cell.colSpan;
  }, 0));
};
const sizes = new ResizeObserver((seen) => seen.forEach(({ target }) => {
  const fits = target.firstElementChild.offsetWidth <= target.clientWidth;
  target.classList.toggle("fits", fits);
  if (!target.hasAttribute("aria-label") && !target.hasAttribute("aria-labelledby")) return;
  if (fits) ["role", "tabindex"].forEach((name) => target.removeAttribute(name));
  else { target.setAttribute("role", "region"); target.tabIndex = 0; }
}));
const tables = (within) => within.querySelectorAll(".table-box").forEach((box) => {
  box.querySelectorAll("table").forEach(stack);
  sizes.observe(box);
});
tables(document);
document.addEventListener("htmx:afterSettle", (event) => tables(event.target.parentElement || document));
// Whoever was refused stands at the reason, whoever asked what would follow at what would follow, and whoever turned a
// list over at what is new.
const told = document.querySelector("main [role=alert][tabindex='-1'], main [data-lands]");
if (told) told.focus();
// From the reason to its field. The address stays as it is: the next answer would be read from that field on otherwise.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[role=alert] a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (field?.matches("input, select, textarea, button")) { event.preventDefault(); field.focus(); }
});
document.addEventListener("htmx:afterSettle", (event) => {
  const fresh = document.getElementById("listing");
  if (fresh && document.activeElement === document.body && event.detail.target.id === "listing") fresh.focus();
});
