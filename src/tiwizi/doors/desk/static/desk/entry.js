// Entering a file without the mouse: Enter goes to the next field and makes the next line, Ctrl+Enter sends. What is
// typed is kept at the server as a draft; what is sent while the network is away goes once it is back, once.
"use strict";
(() => {
  const RETRY = 3000, DRAFT = 1500;
  let form = null, dirty = false, sending = false, timer = 0;
  const at = (id) => document.getElementById(id);
  const fields = () => [...form.querySelectorAll("input:not([type=hidden]), select")].filter(
    (field) => field.checkVisibility() && !field.disabled);

  // -- lines
  const countLines = () => form.querySelectorAll("#lines [data-n]").forEach((n, place) => { n.textContent = place + 1; });
  const addLine = () => {
    const row = 1 + Math.max(-1, ...[...form.querySelectorAll("[name=line_row]")].map((cell) => Number(cell.value) || 0));
    const line = at("line-template").content.firstElementChild.cloneNode(true);
    const old = line.dataset.row;
    line.dataset.row = row;
    line.querySelector("[name=line_row]").value = row;
    line.querySelectorAll("*").forEach((element) => {
      for (const name of ["id", "for", "aria-controls", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace(new RegExp(`-${old}(?=\\s|$)`, "g"), `-${row}`));
      }
    });
    at("lines").append(line);
    htmx.process(line);
    countLines();
    line.querySelector("[name=line_code]").focus();
  };
  // The last field of the way: the amount of the last line. A line's other day and receipt are there for who goes to them.
  const next = (field) => {
    if (field.name === "line_billed" || field.name === "line_date" || field.name === "line_receipt") {
      const line = field.closest(".line"), after = line.nextElementSibling;
      if (after) after.querySelector("[name=line_code]").focus();
      else if (line.querySelector("[name=line_code]").value) addLine();
      return;
    }
    const all = fields();
    const to = all[all.indexOf(field) + 1];
    to?.focus();
    to?.select?.();
  };

  // -- drafts
  const say = (kind) => {
    const banner = at("offline");
    banner.hidden = !kind;
    banner.textContent = kind ? banner.dataset[kind] : "";
  };
  const saveDraft = async () => {
    if (!dirty || sending) return;
    dirty = false;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (!answer.ok) { dirty = true; return; }
      say("");
      at("saved").textContent = at("saved").dataset.words;
    } catch { dirty = true; say("typing"); later(); }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(saveDraft, DRAFT);
    if (location.href !== form.action) history.replaceState(null, "", form.action);
  };

  // -- sending
  const send = async () => {
    if (sending) return;
    sending = true;
    at("send").disabled = true;
    const body = new FormData(form);
    for (;;) {
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
        if (await took(answer)) return;
        break;
      } catch { say("sending"); await back(); }
    }
    sending = false;
    at("send").disabled = false;
  };
  const back = () => new Promise((done) => {
    const go = () => { clearTimeout(wait); removeEventListener("online", go); done(); };
    const wait = setTimeout(go, RETRY);
    addEventListener("online", go);
  });
  // Whether the page is left: kept, or to sign in again. A refusal comes back as the page with all that was typed.
  const took = async (answer) => {
    const kept = answer.headers.get("X-Goes-To");
    if (kept || answer.redirected) { dirty = false; location.assign(kept || answer.url); return true; }
    if (answer.status !== 422) { say("failed"); return false; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    at("main").replaceChildren(...page.getElementById("main").childNodes);
    say("");
    start();
    htmx.process(at("main"));
    at("refusal")?.focus();
    return false;
  };

  const start = () => { form = at("entry"); };
  start();
  if (!form) return;
  document.addEventListener("input", (event) => { if (form.contains(event.target)) { dirty = true; later(); } });
  document.addEventListener("change", (event) => { if (form.contains(event.target)) { dirty = true; later(); } });
  // Before the page's own listener, which keeps the buttons of a form that is on its way from being pressed again.
  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    if (event.submitter?.id === "add-line") addLine(); else send();
  }, true);
  document.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || event.isComposing || !form.contains(event.target)) return;
    const field = event.target;
    if (!field.matches("input, select")) return;
    event.preventDefault();
    if (field.matches("[role=combobox]")) await window.settleCombobox(field);
    if (event.ctrlKey || event.metaKey) send(); else next(field);
  });
  // What a message stands beside is marked for who cannot see that.
  document.addEventListener("htmx:afterSettle", () => {
    form.querySelectorAll("p.error[id^=why-]").forEach((said) => {
      const field = at(said.id.slice("why-".length));
      if (said.textContent.trim()) field?.setAttribute("aria-invalid", "true"); else field?.removeAttribute("aria-invalid");
    });
    // A provider that nobody knows yet needs its sector, which stands among what is seldom asked.
    const more = form.querySelector("details.more");
    if (!more.open && at("why-provider").textContent.trim() && !at("sector").value) more.open = true;
  });
  document.addEventListener("htmx:sendError", () => { if (!sending) say("typing"); });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful && !sending) say(""); });
  // Whoever follows a link at once and comes back finds what was typed last, too.
  addEventListener("pagehide", () => { if (dirty && !sending) navigator.sendBeacon(form.dataset.draft, new FormData(form)); });
  addEventListener("offline", () => { if (!sending) say("typing"); });
  addEventListener("online", () => { if (!sending) { say(""); dirty = true; later(); } });
  addEventListener("beforeunload", (event) => { if (dirty && at("offline").hidden === false) event.preventDefault(); });
})();
