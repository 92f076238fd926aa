// Review by keyboard: Alt+arrows between files, Ctrl+Enter shows the effect, Ctrl+Shift+Enter keeps what is shown.
"use strict";
document.addEventListener("keydown", (event) => {
  const isRtl = document.documentElement.dir === "rtl";
  const steps = { ArrowDown: "next", ArrowUp: "prev", ArrowRight: isRtl ? "prev" : "next", ArrowLeft: isRtl ? "next" : "prev" };
  if (event.altKey && !event.ctrlKey && steps[event.key]) {
    const link = document.querySelector(`a[rel=${steps[event.key]}]`);
    if (link) { event.preventDefault(); link.click(); }
  }
  if (event.ctrlKey && event.key === "Enter") {
    const button = document.querySelector(`#review-answers button[name=do][value=${event.shiftKey ? "keep" : "show"}]`);
    if (button) { event.preventDefault(); button.click(); }
  }
});
// Fields that the chosen answer does not need are folded away; without this script they all stand there.
const folded = () => document.querySelectorAll("#review-answers fieldset").forEach((line) => {
  const choice = line.querySelector("[data-choice]:checked")?.value;
  const wanted = { less: ["quantity", "price", "cause", "note"], refuse: ["cause", "note"], claimed: ["note"] }[choice] ?? [];
  line.querySelectorAll(".fields .field").forEach((field) => {
    field.hidden = !wanted.includes(field.querySelector("input, select").name.split("-")[0]);
  });
});
document.addEventListener("change", (event) => { if (event.target.matches("[data-choice]")) folded(); });
folded();
