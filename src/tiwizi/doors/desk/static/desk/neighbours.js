// Alt+arrows between the files of a list: down to the next, up to the one before.
"use strict";
document.addEventListener("keydown", (event) => {
  const rel = { ArrowDown: "next", ArrowUp: "prev" }[event.key];
  if (!rel || !event.altKey || event.ctrlKey) return;
  const link = document.querySelector(`a[rel=${rel}]`);
  if (link) { event.preventDefault(); link.click(); }
});
