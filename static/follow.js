// Following a runbook in the browser. Without this script the same forms send themselves.
//
// What is ticked is sent at once and the page takes over what the server answers. Where no
// answer comes it is kept in this browser, said on the page, and sent again until it arrives;
// each form carries a token of its own, so that sending it twice is once.

import { toast } from "./toast.js";
import { carryValues, fillValues } from "./values.js";

const QUEUE = "runledger queue";
const PAUSE = 2000;

const root = document.getElementById("Run");
const shelf = {
  read() {
    try {
      return JSON.parse(localStorage.getItem(QUEUE)) || [];
    } catch {
      return shelf.memory;
    }
  },
  write(items) {
    shelf.memory = items;
    try {
      localStorage.setItem(QUEUE, JSON.stringify(items));
    } catch {
      // No room or no leave: what waits lives as long as this page.
    }
  },
  memory: [],
};

carryValues();
fillValues();
if (root) follow();

function follow() {
  const head = () => root.querySelector("[data-part=head]");
  const current = () => head().dataset.current;
  const articles = () => [...root.querySelectorAll("article[data-step]")];
  const shown = () => articles().find((article) => !article.hidden);
  let loaded = performance.now();
  let lost = false;

  // ---- the step shown ----

  function show(id, focus) {
    const all = articles();
    const next = all.find((article) => article.dataset.step === id);
    for (const article of all) article.hidden = article !== next;
    const done = document.getElementById("AllDone");
    if (done) done.hidden = Boolean(next) || Boolean(current());
    for (const item of root.querySelectorAll(".run-steps li")) {
      item.classList.toggle("shown", Boolean(next) && item.dataset.id === id && id !== current());
    }
    const address = new URL(location.href);
    if (next && id !== current()) address.searchParams.set("step", id);
    else address.searchParams.delete("step");
    history.replaceState(history.state, "", address);
    const step = document.querySelector("[data-send=noted] [name=step]");
    if (step) step.value = next ? id : "";
    needValues();
    if (focus && next) {
      next.querySelector("h2").focus({ preventScroll: true });
      if (next.getBoundingClientRect().top < 0) next.scrollIntoView();
    }
  }

  function move(by) {
    const all = articles();
    const at = all.indexOf(shown());
    const next = all[at + by];
    if (next) show(next.dataset.step, true);
  }

  /** Only the values of the step shown are asked for, and only while one is missing. */
  function needValues() {
    const box = document.getElementById("ValuesBox");
    if (!box) return;
    const step = shown();
    const named = (css) => [...(step ? step.querySelectorAll(css) : [])].map((place) => place.dataset.name);
    const used = new Set(named(".ph"));
    const missing = [...new Set(named(".ph.empty"))];
    box.hidden = !used.size;
    for (const field of box.querySelectorAll("input[data-name]")) {
      field.closest(".field").hidden = !used.has(field.dataset.name);
    }
    document.getElementById("Missing").textContent = missing.length ? missing.join(", ") + " missing" : "";
    if (missing.length && box.dataset.asked !== step.dataset.step) {
      box.open = true;
      box.dataset.asked = step.dataset.step;
    }
  }

  // ---- what the server says ----

  /** Takes over the parts that differ; what is typed or focused stays. */
  function take(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const next = page.getElementById("Run");
    if (!next) return null;
    const before = states(root);
    const plain = (part) => part.outerHTML.replace(/name="token" value="\w*"/g, "");
    for (const part of root.querySelectorAll("[data-part]")) {
      const other = next.querySelector('[data-part="' + CSS.escape(part.dataset.part) + '"]');
      if (!other || plain(other) === plain(part)) continue;
      const held = part.contains(document.activeElement) ? document.activeElement : null;
      let again = null;
      if (held && held.name) again = '[name="' + CSS.escape(held.name) + '"][value="' + CSS.escape(held.value) + '"]';
      if (held && held.href) again = '[href^="' + CSS.escape(held.getAttribute("href").split("#")[0]) + '"]';
      const fresh = document.importNode(other, true);
      part.replaceWith(fresh);
      if (again && fresh.querySelector(again)) fresh.querySelector(again).focus();
    }
    loaded = performance.now();
    document.title = page.title;
    // Over is over: what is still typed here stays to be copied.
    if (head().dataset.state !== "open") {
      for (const bar of root.querySelectorAll(".bar-of-step")) bar.hidden = true;
    }
    return { before, after: states(root) };
  }

  function states(within) {
    const items = within.querySelectorAll(".run-steps li");
    return new Map([...items].map((item) => [item.dataset.id, item.dataset.is]));
  }

  /** Says what others did. */
  function tell(change) {
    if (!change) return;
    const words = [];
    for (const [id, state] of change.after) {
      if (change.before.get(id) !== state) words.push("Step " + id + ": " + (state === "open" ? "undone" : state));
    }
    if (words.length) toast(words.join(". ") + ".");
  }

  function online(yes) {
    lost = !yes;
    const waits = shelf.read().length;
    if (!waits) for (const article of articles()) article.classList.remove("waits");
    const line = document.getElementById("Offline");
    line.hidden = yes && !waits;
    const text = !waits ? "No connection to the server. You can go on: what you do is kept in this browser."
      : "No connection to the server. " + (waits === 1 ? "1 entry waits" : waits + " entries wait")
        + " in this browser and will be sent when it is back. You can go on.";
    if (!line.hidden && line.lastElementChild.textContent !== text) line.lastElementChild.textContent = text;
  }

  async function reload() {
    const step = new URL(location.href).searchParams.get("step");
    const response = await fetch("/runs/" + root.dataset.run + (step ? "?step=" + encodeURIComponent(step) : ""));
    return response.ok ? take(await response.text()) : null;
  }

  // ---- sending ----

  let sending = null;

  /** Sends what waits, oldest first; gives the page of the last answer. */
  function flush() {
    sending ??= sendAll().finally(() => { sending = null; });
    return sending;
  }

  async function sendAll() {
    let html = null;
    for (let items = shelf.read(); items.length; items = shelf.read()) {
      const item = items[0];
      const body = new URLSearchParams(item.body);
      body.set("ago", String(Math.max(0, Date.now() - item.at)));
      let response;
      try {
        response = await fetch(item.url, { method: "POST", body });
      } catch {
        online(false);
        return html;
      }
      if (response.status >= 500) {
        online(false);
        return html;
      }
      shelf.write(shelf.read().filter((other) => other.token !== item.token));
      const text = await response.text();
      if (response.ok && item.run === root.dataset.run) html = text;
      if (!response.ok) refused(item, text);
    }
    online(true);
    return html;
  }

  /** Nothing is dropped in silence. */
  function refused(item, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const words = [...page.querySelectorAll("main h1 ~ p:not(.row)")].map((line) => line.textContent).slice(0, 2);
    const line = document.createElement("li");
    line.className = "notice bad";
    line.textContent = "Not recorded: " + item.words + ". " + words.join(" ");
    document.getElementById("Refused").append(line);
  }

  async function send(form, submitter) {
    const body = new FormData(form, submitter);
    const token = crypto.getRandomValues(new Uint32Array(4)).join("");
    body.set("token", token);
    const step = body.get("step") || "";
    const verb = form.dataset.send;
    const words = (step ? "step " + step + " " : "") + (body.get("result") || verb)
      + (body.get("text") ? ": " + body.get("text") : "");
    const item = { url: form.action, body: [...body], at: Date.now(), token, run: root.dataset.run, words };
    shelf.write([...shelf.read(), item]);
    form.reset();
    const html = await flush();
    if (html) {
      take(html);
      if (verb !== "noted") show(verb === "undone" ? step : current() || step, true);
    } else if (shelf.read().some((other) => other.token === token)) {
      waits(verb, step);
    } else {
      // The server refused it: its word on what is so counts.
      await reload().catch(() => online(false));
    }
  }

  /** Nothing came back: go on with what is on this page. */
  function waits(verb, step) {
    if (verb === "opened") {
      show(step, true);
      return;
    }
    if (verb !== "ticked" && verb !== "skipped") return;
    const all = articles();
    const at = all.findIndex((article) => article.dataset.step === step);
    if (all[at]) all[at].classList.add("waits");
    const item = root.querySelector('.run-steps li[data-id="' + CSS.escape(step) + '"]');
    if (item) item.dataset.is = "waits";
    const open = states(root);
    const next = all.slice(at + 1).find((article) => open.get(article.dataset.step) === "open");
    if (next) show(next.dataset.step, true);
  }

  // ---- others, and clocks ----

  async function watch() {
    if (document.hidden || head().dataset.state !== "open") return;
    try {
      if (shelf.read().length) {
        const html = await flush();
        if (html) {
          tell(take(html));
          show(current(), false);
        }
        if (lost) return;
      }
      const answer = await fetch("/api/runs/" + root.dataset.run + "?since=" + head().dataset.version);
      if (answer.status >= 500) throw new Error("the server is not well");
      online(true);
      if (!answer.ok || !(await answer.json()).run) return;
      const was = shown();
      const change = await reload();
      tell(change);
      if (!was && current()) show(current(), false);
      needValues();
    } catch {
      online(false);
    }
  }

  function words(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return h ? h + ":" + two(m) + ":" + two(s) : m + ":" + two(s);
  }

  function tick() {
    const since = Math.floor((performance.now() - loaded) / 1000);
    for (const clock of root.querySelectorAll(".clock[data-runs]")) {
      const used = Number(clock.dataset.used) + since;
      const budget = Number(clock.dataset.budget);
      clock.textContent = words(used) + (budget ? " of " + words(budget) : "");
      clock.classList.toggle("over", Boolean(budget) && used > budget);
    }
  }

  // ---- hands ----

  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.send) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });

  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-show]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    show(link.dataset.show, true);
  });

  const keys = document.getElementById("Keys");
  document.getElementById("KeysButton")?.addEventListener("click", () => keys.showModal());

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing || keys.open) return;
    const press = (css) => {
      const target = shown() && shown().querySelector(css);
      if (target) target.click();
      return Boolean(target);
    };
    const hands = {
      t: () => press(".tick"),
      f: () => press("[value=failed]"),
      s: () => {
        const box = shown() && shown().querySelector(".skip");
        if (!box) return false;
        box.open = true;
        box.querySelector("input[name=reason]").focus();
        return true;
      },
      n: () => {
        const field = document.getElementById("NoteText");
        if (field) field.focus();
        return Boolean(field);
      },
      j: () => { move(1); return true; },
      k: () => { move(-1); return true; },
      "?": () => { keys.showModal(); return true; },
    };
    hands.ArrowRight = hands.j;
    hands.ArrowLeft = hands.k;
    // What scrolls sideways needs its arrows.
    if (event.key.startsWith("Arrow") && event.target.closest("pre, [role=region]")) return;
    if (hands[event.key] && hands[event.key]()) event.preventDefault();
  });

  document.addEventListener("input", () => setTimeout(needValues));
  document.addEventListener("visibilitychange", watch);
  addEventListener("online", watch);
  setInterval(watch, PAUSE);
  setInterval(tick, 1000);
  tick();
  needValues();
  if (shelf.read().length) watch();
}
