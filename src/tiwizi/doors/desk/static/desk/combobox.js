// A field that offers what it could mean, as the pattern "combobox" of WAI-ARIA has it: arrows walk, Enter takes, Escape
// closes. Options come from the server (data-source), with other fields of the form beside what is typed (data-with).
"use strict";
(() => {
  const WAIT = 120;
  const states = new WeakMap();
  const list = (box) => document.getElementById(box.getAttribute("aria-controls"));
  const options = (box) => [...list(box).querySelectorAll("[role=option]")];
  const chosen = (box) => options(box).find((option) => option.getAttribute("aria-selected") === "true");
  const state = (box) => {
    if (!states.has(box)) states.set(box, { timer: 0, asked: null, coming: null, typed: false });
    return states.get(box);
  };
  const show = (box, open) => {
    list(box).hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) choose(box, null);
  };
  const choose = (box, option) => {
    options(box).forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    if (option) {
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };
  const ask = async (box) => {
    const address = new URL(box.dataset.source, location.href);
    address.searchParams.set("q", box.value);
    (box.dataset.with || "").split(" ").filter(Boolean).forEach((name) => {
      address.searchParams.set(name, box.form.elements[name]?.value ?? "");
    });
    const asked = String(address);
    state(box).asked = asked;
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || state(box).asked !== asked) return;
      list(box).innerHTML = await answer.text();
      options(box).forEach((option) => { option.id = `${box.id}-${option.id}`; });
      const open = options(box).length > 0 && document.activeElement === box;
      show(box, open);
      if (open && state(box).typed) choose(box, options(box)[0]);
    } catch { /* the network is away: what was typed stands */ }
  };
  const soon = (box) => {
    clearTimeout(state(box).timer);
    state(box).coming = new Promise((done) => {
      state(box).timer = setTimeout(() => ask(box).then(done), WAIT);
    });
    state(box).coming.then(() => { state(box).coming = null; });
  };
  const take = (box, option) => {
    state(box).asked = null;
    state(box).typed = false;
    box.value = option.dataset.value;
    show(box, false);
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const step = (box, by) => {
    const all = options(box);
    if (!all.length) return;
    const at = all.indexOf(chosen(box));
    choose(box, all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
  };
  const isBox = (target) => target instanceof HTMLElement && target.matches("[role=combobox][data-source]");

  // What is typed is looked up once the hand rests; whoever presses Enter before that is waited for.
  window.settleCombobox = async (box) => {
    const own = state(box);
    if (!own.typed) return;
    if (own.coming) { clearTimeout(own.timer); await ask(box); own.coming = null; }
    const option = chosen(box);
    own.asked = null;
    if (option && !list(box).hidden) take(box, option);
    else show(box, false);
    own.typed = false;
  };
  document.addEventListener("input", (event) => {
    if (!isBox(event.target)) return;
    state(event.target).typed = true;
    soon(event.target);
  });
  document.addEventListener("focusin", (event) => {
    if (isBox(event.target) && !event.target.value && event.target.dataset.with) soon(event.target);
  });
  document.addEventListener("focusout", (event) => {
    if (isBox(event.target)) { state(event.target).asked = null; show(event.target, false); }
  });
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.("[role=option]");
    const box = option && document.querySelector(`[aria-controls="${option.parentElement.id}"]`);
    if (box && isBox(box)) { event.preventDefault(); take(box, option); }
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!isBox(box)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list(box).hidden) { if (options(box).length) show(box, true); else soon(box); }
      if (!event.altKey) step(box, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && !list(box).hidden) {
      event.preventDefault();
      state(box).typed = false;
      show(box, false);
    }
  });
})();
