// runledger in the browser. Every page works without this file; with it, results come while
// typing, placeholders are filled once for the whole page, and commands are copied.
"use strict";

document.documentElement.classList.add("script");

/** Runs `start` once the document is there. */
function ready(start) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}

// ---- search while typing ----

function searchAsYouType() {
  const form = document.querySelector("form[data-live]");
  const results = document.getElementById("Results");
  if (!form || !results) return;
  const field = form.elements.q;
  let asked = 0;
  let shown = 0;
  let timer = 0;

  const trouble = document.getElementById("Trouble");
  const say = (words) => { if (trouble) { trouble.hidden = !words; trouble.textContent = words; } };
  const fit = () => field.classList.toggle("tall", field.value.includes("\n"));

  async function ask() {
    const number = ++asked;
    const query = field.value.slice(0, 6000);
    const address = new URL(form.action);
    if (query.trim()) address.searchParams.set("q", query);
    try {
      const answer = await fetch("/results?" + address.searchParams, { credentials: "same-origin" });
      const html = await answer.text();
      // An answer to an older question never replaces that to a newer one.
      if (number < shown) return;
      shown = number;
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(html, "text/html");
      results.replaceChildren(...page.body.childNodes);
      results.removeAttribute("aria-busy");
      history.replaceState(null, "", address);
      document.title = page.title || document.title;
      say("");
    } catch {
      if (number < shown) return;
      results.removeAttribute("aria-busy");
      say("No answer from runledger. The results below may be older than the question.");
    }
  }

  field.addEventListener("input", () => {
    fit();
    clearTimeout(timer);
    results.setAttribute("aria-busy", "true");
    timer = setTimeout(ask, 80);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  fit();
}

/** `/` goes to the search field, wherever one is. */
function slashSearches() {
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const typing = target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    const field = document.querySelector("form[data-live] [name=q]");
    if (field) field.focus();
    else location.href = "/";
  });
}

// ---- values: kept behind the `#`, which browsers never send ----

/** Splits `#step-3a&v:RELEASE=x` into the place and the values. */
function readFragment(fragment) {
  const values = new Map();
  let place = "";
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const match = /^v:([^=]+)=(.*)$/.exec(part);
    try {
      if (match) values.set(decodeURIComponent(match[1]), decodeURIComponent(match[2]));
      else if (!place) place = decodeURIComponent(part);
    } catch {
      // A broken escape is no value.
    }
  }
  return { place, values };
}

function writeFragment(place, values) {
  const parts = place ? [encodeURIComponent(place)] : [];
  for (const [name, value] of values) {
    if (value) parts.push("v:" + encodeURIComponent(name) + "=" + encodeURIComponent(value));
  }
  return parts.length ? "#" + parts.join("&") : "";
}

/** A value as one word of a POSIX shell, for the quotes it stands in. */
function shellQuoted(value, quotes) {
  if (/^[A-Za-z0-9_@%+=:,.\/-]+$/.test(value) && !(quotes === "bare" && /^[=~]/.test(value))) {
    return value;
  }
  const inner = value.replaceAll("'", "'\\''");
  switch (quotes) {
    case "single":
      return inner;
    case "double":
      // Out of the double quotes, into single ones, and back: nothing is special in there.
      return "\"'" + inner + "'\"";
    case "none":
      return value;
    default:
      return "'" + inner + "'";
  }
}

/** The text of a command with its values, and the names that have none yet. */
function filledCommand(code, values) {
  const missing = new Set();
  let text = "";
  for (const node of code.childNodes) {
    const name = node.dataset && node.dataset.name;
    if (!name) {
      text += node.textContent;
      continue;
    }
    const value = values.get(name) || "";
    if (value) text += shellQuoted(value, node.dataset.quote);
    else missing.add(name);
  }
  return { text: text.replace(/\n+$/, ""), missing: [...missing] };
}

function listOf(names) {
  return names.length < 2 ? names.join("") : names.slice(0, -1).join(", ") + " and " + names.at(-1);
}

function fillValues() {
  const form = document.getElementById("Values");
  const fields = form ? [...form.querySelectorAll("input[data-name]")] : [];
  const kept = "runledger values " + location.pathname;
  const start = readFragment(location.hash);
  let values = start.values;
  let carried = false;

  const store = (use) => {
    try {
      return use(sessionStorage);
    } catch {
      return null;
    }
  };
  if (!values.size) {
    // Sending a form leaves the fragment behind; it was put aside when the form was sent.
    const put = store((storage) => storage.getItem(kept));
    if (put) {
      values = readFragment(put).values;
      carried = values.size > 0;
    }
  }
  store((storage) => storage.removeItem(kept));

  const keep = () => {
    const { place } = readFragment(location.hash);
    history.replaceState(history.state, "", location.pathname + location.search + writeFragment(place, values));
  };

  const show = () => {
    for (const place of document.querySelectorAll(".ph")) {
      const value = values.get(place.dataset.name) || "";
      place.dataset.text ??= place.textContent;
      place.classList.toggle("empty", !value);
      place.textContent = value ? shellQuoted(value, place.dataset.quote) : place.dataset.text;
    }
    for (const command of document.querySelectorAll(".command")) {
      const code = command.querySelector("code");
      const button = command.querySelector(".copy");
      const blocked = command.querySelector(".blocked");
      if (!code || !button) continue;
      const { missing } = filledCommand(code, values);
      button.setAttribute("aria-disabled", missing.length ? "true" : "false");
      if (blocked) {
        blocked.hidden = !missing.length;
        blocked.textContent = missing.length ? "Fill in " + listOf(missing) + " to copy this." : "";
      }
    }
    for (const field of document.querySelectorAll("[data-context]")) {
      const name = field.dataset.context.toLowerCase().replace(/[^a-z0-9]/g, "");
      for (const [key, value] of values) {
        const same = key.toLowerCase().replace(/[^a-z0-9]/g, "") === name;
        if (same && (!field.value || field.dataset.filled)) {
          field.value = value;
          field.dataset.filled = "yes";
        }
      }
    }
  };

  for (const field of fields) {
    field.value = values.get(field.dataset.name) || "";
    field.addEventListener("input", () => {
      values.set(field.dataset.name, field.value.replace(/[\r\n]/g, " "));
      keep();
      show();
    });
  }
  if (form) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => {
      values = new Map();
      setTimeout(() => { keep(); show(); });
    });
  }
  document.addEventListener("input", (event) => delete event.target.dataset.filled);
  document.addEventListener("submit", () => {
    if (values.size) store((storage) => storage.setItem(kept, writeFragment("", values)));
  });
  addEventListener("hashchange", () => {
    const next = readFragment(location.hash);
    if (next.values.size) {
      values = next.values;
      for (const field of fields) field.value = values.get(field.dataset.name) || "";
      show();
    } else {
      keep();
    }
    goTo(next.place, next.values.size > 0);
  });

  show();
  if (carried) keep();
  goTo(start.place, start.values.size > 0);
  copyCommands(() => values, fields);
}

/** Goes to a step where the browser cannot: the values behind its name hide it. */
function goTo(place, hidden) {
  for (const element of document.querySelectorAll(".is-target")) element.classList.remove("is-target");
  const element = place && document.getElementById(place);
  if (!element) return;
  const step = element.closest(".step");
  if (step) step.classList.add("is-target");
  if (hidden) element.scrollIntoView();
}

// ---- copying ----

async function toClipboard(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser refused");
}

function copyCommands(values, fields) {
  const status = document.getElementById("Status");
  const say = (button, words, back) => {
    button.dataset.label ??= button.textContent;
    button.textContent = words;
    if (status) status.textContent = words;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      button.textContent = button.dataset.label;
      button.classList.remove("sure");
    }, back);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const command = button.closest(".command");
    const { text, missing } = filledCommand(command.querySelector("code"), values());
    if (missing.length) {
      const field = fields.find((field) => field.dataset.name === missing[0]);
      if (field) field.focus();
      return;
    }
    if (command.classList.contains("danger") && !button.classList.contains("sure")) {
      say(button, "Copy anyway", 6000);
      button.classList.add("sure");
      return;
    }
    try {
      await toClipboard(text);
      button.classList.remove("sure");
      say(button, "Copied", 1600);
    } catch {
      say(button, "Not copied", 4000);
    }
  });
}

// ---- the list of steps follows the reader ----

function followSteps() {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a[href^='#']")) {
    const element = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (element) links.set(element, link);
  }
  if (!links.size || !("IntersectionObserver" in window)) return;
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) visible.add(entry.target);
      else visible.delete(entry.target);
    }
    const first = [...links.keys()].find((element) => visible.has(element));
    if (!first) return;
    for (const [element, link] of links) {
      if (element === first) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "0px 0px -60% 0px" });
  for (const element of links.keys()) observer.observe(element);
  const list = document.querySelector(".contents details");
  const wide = matchMedia("(min-width: 64rem)");
  const fold = () => { if (list) list.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
}

/** A notice is said once: a reload or a copied address does not repeat it. */
function forgetNotice() {
  const address = new URL(location.href);
  if (!address.searchParams.has("notice")) return;
  address.searchParams.delete("notice");
  history.replaceState(history.state, "", address);
}

/** What scrolls sideways can be reached and scrolled with the keyboard alone. */
function reachScrollers() {
  for (const block of document.querySelectorAll(".prose pre, .prose table")) {
    if (block.scrollWidth > block.clientWidth && !block.hasAttribute("tabindex")) block.tabIndex = 0;
  }
}

ready(() => {
  forgetNotice();
  searchAsYouType();
  slashSearches();
  fillValues();
  followSteps();
  reachScrollers();
});
