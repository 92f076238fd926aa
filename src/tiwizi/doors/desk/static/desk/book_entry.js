// An entry by hand: its sums while one types, in whole minor units, and more rows. Without this the page works as well.
"use strict";
const form = document.querySelector("[data-legs]");
if (form) {
  const minor = (text) => {
    let plain = text.replace(/[\s\u200e\u200f\u2066-\u2069]/g, "");
    if (!plain.includes(".") && plain.split(",").length === 2) plain = plain.replace(",", ".");
    const found = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(plain);
    return found ? Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0")) : 0;
  };
  const point = document.documentElement.lang === "en" ? "." : ",", gap = point === "." ? "," : "\u202f";
  const written = (value) => {
    const [whole, parts] = (value / 100).toFixed(2).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, gap) + point + parts;
  };
  const add = () => {
    const sums = {};
    for (const side of ["debit", "credit"]) {
      sums[side] = [...form.querySelectorAll(`[name=${side}]`)].reduce((sum, cell) => sum + minor(cell.value), 0);
      form.querySelector(`[data-sum=${side}]`).textContent = written(sums[side]);
    }
    const rest = sums.debit - sums.credit;
    form.querySelector("[data-sum=rest]").textContent = rest ? `Δ ${written(rest)}` : sums.debit ? "✓" : "";
  };
  form.addEventListener("input", add);
  add();
  const more = form.querySelector("[data-more]");
  more.hidden = false;
  more.addEventListener("click", () => {
    const row = form.querySelector("tbody tr:last-child").cloneNode(true);
    row.querySelectorAll("input, select").forEach((cell) => { cell.value = ""; });
    row.querySelectorAll(".error").forEach((told) => told.remove());
    form.querySelector("tbody").append(row);
    row.querySelector("select").focus();
  });
}
