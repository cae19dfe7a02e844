// Following a runbook in the browser. Without this script the same forms send themselves.
//
// What is ticked is sent at once and the page takes over what the server answers. Where no
// answer comes it is kept in this browser, said on the page, and sent again until it arrives;
// each form carries a token of its own, so that sending it twice is once.

import { toast } from "./toast.js";
import { carryValues, fillValues } from "./values.js";

const QUEUE = "runledger queue";
const NO_KEYS = "runledger no keys";

/** Milliseconds between two looks at what others did. */
const PAUSE = 2000;

/** Milliseconds after which nobody waits for the answer: the page goes on and takes it over later. */
const HASTE = 2500;

/** Milliseconds after which a connection that says nothing counts as lost. */
const PATIENCE = 15000;

/** Times that a server may break on the same entry before it is given up, in so many words. */
const TRIES = 5;

/** What waits to be sent, of all runs, oldest first. */
const shelf = {
  /** What could not be stored: it lives as long as this page. */
  memory: null,
  read() {
    if (this.memory) return this.memory;
    try {
      const kept = JSON.parse(localStorage.getItem(QUEUE));
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  },
  write(items) {
    try {
      localStorage.setItem(QUEUE, JSON.stringify(items));
      this.memory = null;
    } catch {
      this.memory = items;
    }
  },
  of(run) { return this.read().filter((item) => item.run === run); },
  /** The steps of a run that something was said of which has not arrived. */
  steps(run) {
    const marks = this.of(run).filter((item) => item.verb !== "noted" && item.verb !== "opened");
    return new Set(marks.map((item) => item.step));
  },
  has(token) { return this.read().some((item) => item.token === token); },
  drop(token) { this.write(this.read().filter((item) => item.token !== token)); },
  replace(item) { this.write(this.read().map((other) => (other.token === item.token ? item : other))); },
};

const LOST = "No connection to the server";

const rest = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds, null); });

let sending = null;

/** Sends what waits. Gives the page that the last entry of this run was answered with, what was
    refused for good, and why something still waits, if anything does. */
function flush(run) {
  sending ??= sendAll(run).finally(() => { sending = null; });
  return sending;
}

async function sendAll(run) {
  const said = { html: null, refused: [], trouble: "" };
  // What follows an entry of the same run waits for it; other runs do not.
  const held = new Set();
  for (let item; (item = shelf.read().find((other) => !held.has(other.run)));) {
    const body = new URLSearchParams(item.body);
    body.set("ago", String(Math.max(0, Date.now() - item.at)));
    let response;
    let text;
    try {
      response = await fetch(item.url, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
      text = await response.text();
    } catch {
      said.trouble = LOST;
      return said;
    }
    if (response.status >= 500) {
      const tries = (item.tries || 0) + 1;
      // A full disk and a busy server pass; what breaks it every time does not.
      if (tries < TRIES || response.status === 503 || response.status === 507) {
        shelf.replace({ ...item, tries });
        held.add(item.run);
        said.trouble = "The server answered " + response.status;
        continue;
      }
    }
    shelf.drop(item.token);
    if (!response.ok) said.refused.push({ item, html: text });
    else if (item.run === run) said.html = text;
  }
  return said;
}

carryValues();
fillValues();
const root = document.getElementById("Run");
if (root) follow();
else if (document.querySelector("form[data-finishes]")) sendBeforeTheEnd();

/** The form that ends a run is filled with what the server knows: what waits goes there first. */
async function sendBeforeTheEnd() {
  const { finishes: run } = document.querySelector("form[data-finishes]").dataset;
  const before = shelf.of(run).length;
  if (!before) return;
  const { refused } = await flush(run);
  const left = shelf.of(run).length;
  if (refused.length) toast("Not recorded: " + refused.map(({ item }) => item.words).join("; ") + ".", "bad");
  else if (left < before) location.reload();
  else toast("What you ticked last waits for a connection and is not in this form yet.", "bad");
}

function follow() {
  const head = () => root.querySelector("[data-part=head]");
  const current = () => head().dataset.current;
  const articles = () => [...root.querySelectorAll("article[data-step]")];
  const shown = () => articles().find((article) => !article.hidden);
  let loaded = Date.now();
  let asking = false;

  // ---- the step shown ----

  function show(id, focus) {
    const all = articles();
    const next = all.find((article) => article.dataset.step === id);
    for (const article of all) article.hidden = article !== next;
    const done = document.getElementById("AllDone");
    if (done) done.hidden = Boolean(next) || Boolean(current());
    markShown();
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

  /** Says in the list which step is looked at, where it is not the one at hand, and what waits. */
  function markShown() {
    const looked = shown()?.dataset.step;
    const waiting = shelf.steps(root.dataset.run);
    for (const item of root.querySelectorAll(".run-steps li")) {
      item.classList.toggle("shown", item.dataset.id === looked && looked !== current());
      item.classList.toggle("waits", waiting.has(item.dataset.id));
    }
    for (const article of articles()) article.classList.toggle("waits", waiting.has(article.dataset.step));
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

  /** Whether somebody is in the middle of saying why a step is skipped. */
  const isOpened = (part) => Boolean(part.querySelector("details[open]"));

  /** What a part says, without what differs each time: tokens, and what the reader did to it. */
  function plain(part) {
    const copy = part.cloneNode(true);
    for (const token of copy.querySelectorAll("[name=token]")) token.setAttribute("value", "");
    for (const item of copy.querySelectorAll(".shown, .waits")) item.classList.remove("shown", "waits");
    for (const item of copy.querySelectorAll('[class=""]')) item.removeAttribute("class");
    return copy.outerHTML;
  }

  /** How to find again what has the focus. */
  function handle(held) {
    if (held.name) return '[name="' + CSS.escape(held.name) + '"][value="' + CSS.escape(held.value) + '"]';
    if (held.href) return '[href^="' + CSS.escape(held.getAttribute("href").split("#")[0]) + '"]';
    return null;
  }

  /** Takes over the parts of a newer page that differ; what is being typed and the focus stay. */
  function take(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const next = page.getElementById("Run");
    if (!next) return null;
    const version = (run) => Number(run.querySelector("[data-part=head]").dataset.version);
    // Of two answers on their way the older one may come last.
    if (version(next) < version(root)) return null;
    const before = states(root);
    for (const part of root.querySelectorAll("[data-part]")) {
      const other = next.querySelector('[data-part="' + CSS.escape(part.dataset.part) + '"]');
      if (!other || plain(other) === plain(part)) continue;
      // Still to be dealt with: the reason that is being typed stays.
      if (isOpened(part) && other.querySelector(".skip-step")) continue;
      const held = part.contains(document.activeElement) ? document.activeElement : null;
      const again = held && handle(held);
      const fresh = document.importNode(other, true);
      part.replaceWith(fresh);
      if (!held) continue;
      const heir = (again && fresh.querySelector(again)) || shown()?.querySelector("h2");
      heir?.focus({ preventScroll: true });
    }
    loaded = Date.now();
    document.title = page.title;
    markShown();
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

  /** Says what waits, and why; nothing where all is well. */
  function tellTrouble(trouble) {
    const waits = shelf.read().length;
    const line = document.getElementById("Offline");
    line.hidden = !trouble && !waits;
    const what = !waits ? "You can go on: what you do is kept in this browser."
      : (waits === 1 ? "1 entry waits" : waits + " entries wait")
        + " in this browser and will be sent when it is well again. You can go on.";
    const text = (trouble || "The server takes its time") + ". " + what;
    if (!line.hidden && line.lastElementChild.textContent !== text) line.lastElementChild.textContent = text;
    markShown();
  }

  const ask = (address) => fetch(address, { signal: AbortSignal.timeout(PATIENCE) });

  async function reload() {
    const step = new URL(location.href).searchParams.get("step");
    const response = await ask("/runs/" + root.dataset.run + (step ? "?step=" + encodeURIComponent(step) : ""));
    return response.ok ? take(await response.text()) : null;
  }

  // ---- sending ----

  /** Sends what waits and says what became of it; gives the page that came back, and what is wrong. */
  async function sendWaiting() {
    const { html, refused: all, trouble } = await flush(root.dataset.run);
    for (const { item, html: page } of all) refused(item, page);
    tellTrouble(trouble);
    return { html, trouble };
  }

  /** Nothing is dropped in silence. */
  function refused(item, html) {
    if (item.told) return;
    item.told = true;
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
    const item = { url: form.action, body: [...body], at: Date.now(), token, run: root.dataset.run, step, verb, words };
    shelf.write([...shelf.read(), item]);
    form.reset();
    const answer = sendWaiting();
    const html = (await Promise.race([answer, rest(HASTE)]))?.html;
    if (html) {
      take(html);
      if (verb !== "noted") show(verb === "undone" ? step : current() || step, !isTyping(document.activeElement));
      return;
    }
    if (shelf.has(token)) {
      tellTrouble("");
      const went = goOn(verb, step);
      if (take((await answer).html ?? "")) {
        // The server knows better what comes next, unless somebody has turned to something else.
        const stayed = went && shown()?.dataset.step === went;
        if (stayed && verb !== "opened") show(current() || step, !isTyping(document.activeElement));
        return;
      }
    }
    // The server refused it: its word on what is so counts.
    if (!shelf.has(token)) await reload().catch(() => tellTrouble(LOST));
  }

  /** Nothing came back yet: goes on with what is on this page. Gives the step that is shown then,
      where that may change. */
  function goOn(verb, step) {
    if (verb === "opened") {
      show(step, true);
      return step;
    }
    if (verb !== "ticked" && verb !== "skipped") return null;
    const all = articles();
    const open = states(root);
    const waiting = shelf.steps(root.dataset.run);
    const at = all.findIndex((article) => article.dataset.step === step);
    const isOpen = ({ dataset }) => open.get(dataset.step) === "open" && !waiting.has(dataset.step);
    const next = all.slice(at + 1).find(isOpen);
    if (next) show(next.dataset.step, true);
    return next ? next.dataset.step : step;
  }

  // ---- others, and clocks ----

  /** One look at a time: over a slow connection they would crowd out what is sent. */
  async function watch() {
    if (asking) return;
    asking = true;
    try {
      await look();
    } catch {
      tellTrouble(LOST);
    } finally {
      asking = false;
    }
  }

  async function look() {
    let trouble = "";
    if (shelf.read().length) {
      const said = await sendWaiting();
      if (said.html) tell(take(said.html));
      trouble = said.trouble;
      if (trouble === LOST) return;
      if (!shown() && current()) show(current(), false);
    }
    if (document.hidden || head().dataset.state !== "open") return;
    const answer = await ask("/api/runs/" + root.dataset.run + "?since=" + head().dataset.version);
    if (answer.status >= 500) {
      tellTrouble("The server answered " + answer.status);
      return;
    }
    tellTrouble(trouble);
    if (!answer.ok || !(await answer.json()).run) return;
    const was = shown();
    tell(await reload());
    if (!was && current()) show(current(), false);
    needValues();
  }

  function words(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return h ? h + ":" + two(m) + ":" + two(s) : m + ":" + two(s);
  }

  function tick() {
    const since = Math.max(0, Math.floor((Date.now() - loaded) / 1000));
    for (const clock of root.querySelectorAll(".clock[data-runs]")) {
      const used = Number(clock.dataset.used) + since;
      const budget = Number(clock.dataset.budget);
      clock.textContent = words(used) + (budget ? " of " + words(budget) : "");
      clock.classList.toggle("over", Boolean(budget) && used > budget);
    }
  }

  // ---- hands ----

  const isTyping = (element) => Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));

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

  // The form that ends the run must not be filled without what still waits here.
  root.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href$='/finish']");
    if (!link || event.defaultPrevented || !shelf.of(root.dataset.run).length) return;
    event.preventDefault();
    toast("What waits in this browser is sent first.");
    const { html } = await sendWaiting();
    if (html) take(html);
    if (shelf.of(root.dataset.run).length) toast("What waits in this browser could not be sent. It has to be before the run is recorded.", "bad");
    else location.assign(link.href);
  });

  const keys = document.getElementById("Keys");
  document.getElementById("KeysButton")?.addEventListener("click", () => keys.showModal());
  const keysOn = document.getElementById("KeysOn");
  try {
    keysOn.checked = !localStorage.getItem(NO_KEYS);
    keysOn.addEventListener("change", () => localStorage.setItem(NO_KEYS, keysOn.checked ? "" : "yes"));
  } catch {
    // Without a place to keep it the choice holds for this page.
  }

  document.addEventListener("keydown", (event) => {
    const typing = isTyping(event.target);
    const busy = event.repeat || document.querySelector("dialog[open]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing || busy) return;
    if (!keysOn.checked && event.key !== "?") return;
    const press = (css) => {
      const target = shown() && shown().querySelector(css);
      if (target) target.click();
      return Boolean(target);
    };
    const hands = {
      t: () => press(".tick"),
      f: () => press("[value=failed]"),
      s: () => {
        const box = shown() && shown().querySelector(".skip-step");
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
