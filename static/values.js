// Values for placeholders: typed once, filled in everywhere, kept behind the `#` of the address,
// which browsers never send.

import { toast } from "./toast.js";

/** A value without what would press keys in the terminal that it is pasted into. */
function oneLine(value) {
  return value.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

/** Splits `#step-3a&v:RELEASE=x` into the place and the values. */
export function readFragment(fragment) {
  const values = new Map();
  let place = "";
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const match = /^v:([^=]+)=(.*)$/.exec(part);
    try {
      if (match) values.set(decodeURIComponent(match[1]), oneLine(decodeURIComponent(match[2])));
      else if (!place) place = decodeURIComponent(part);
    } catch {
      // A broken escape is no value.
    }
  }
  return { place, values };
}

export function writeFragment(place, values) {
  const parts = place ? [encodeURIComponent(place)] : [];
  for (const [name, value] of values) {
    if (value) parts.push("v:" + encodeURIComponent(name) + "=" + encodeURIComponent(value));
  }
  return parts.length ? "#" + parts.join("&") : "";
}

const escaped = (value, special) => value.replace(special, "\\$&");

/** A value as the shell will read it back where a placeholder stands: one word, or part of one. */
function shellQuoted(value, { quote, ticks }) {
  if (/^[A-Za-z0-9_@%+=:,.\/-]+$/.test(value) && !(quote === "bare" && /^[=~]/.test(value))) {
    return value;
  }
  const quoted = quotedIn(value, quote);
  return ticks ? escaped(quoted, /[`\\]/g) : quoted;
}

function quotedIn(value, quote) {
  const inner = value.replaceAll("'", "'\\''");
  switch (quote) {
    case "single":
      return inner;
    case "double":
      // Out of the double quotes, into single ones, and back: nothing is special in there.
      return "\"'" + inner + "'\"";
    case "heredoc":
      return escaped(value, /[$`\\]/g);
    case "raw":
      return value;
    default:
      return "'" + inner + "'";
  }
}

/** The text of a command with its values, and the names that have none yet. A bound literal stays
    what it is until it has another value. */
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
    if (value) text += shellQuoted(value, node.dataset);
    else if (node.dataset.default !== undefined) text += node.dataset.default;
    else missing.add(name);
  }
  return { text: text.replace(/\n+$/, ""), missing: [...missing] };
}

function listOf(names) {
  return names.length < 2 ? names.join("") : names.slice(0, -1).join(", ") + " and " + names.at(-1);
}

/** Links and forms that lead to where the same values are needed take them along. */
export function carryValues() {
  const values = () => writeFragment("", readFragment(location.hash).values);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-carry]");
    if (link) link.hash = values();
  }, true);
  document.addEventListener("submit", ({ target: form }) => {
    // A redirect keeps the fragment of the address that the form was sent to.
    if ("carry" in form.dataset) form.action = form.getAttribute("action").split("#")[0] + values();
  });
}

/** Fills the placeholders of a page from one form, and lets commands be copied. */
export function fillValues() {
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
      place.classList.toggle("empty", !value && place.dataset.default === undefined);
      place.classList.toggle("changed", Boolean(value) && place.dataset.default !== undefined);
      place.textContent = value ? shellQuoted(value, place.dataset) : place.dataset.text;
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

  const offers = form ? [...form.querySelectorAll("[data-offer]")] : [];
  /** A literal of the commands gets a field of its own. */
  const take = (offer, focus) => {
    const field = fields.find((field) => field.dataset.name === offer.dataset.offer);
    field.closest(".field").hidden = false;
    offer.hidden = true;
    for (const place of document.querySelectorAll(".ph.offer")) {
      if (place.dataset.name === offer.dataset.offer) place.classList.remove("offer");
    }
    const list = offer.closest(".offers");
    if (list) list.hidden = !list.querySelector("[data-offer]:not([hidden])");
    if (focus) field.focus();
  };
  const takeFilled = () => {
    for (const offer of offers) if (values.get(offer.dataset.offer)) take(offer, false);
  };
  for (const offer of offers) offer.addEventListener("click", () => take(offer, true));

  for (const field of fields) {
    // What the server knows already need not be typed.
    if (field.defaultValue && !values.has(field.dataset.name)) values.set(field.dataset.name, field.defaultValue);
    field.value = values.get(field.dataset.name) || "";
    field.addEventListener("input", () => {
      values.set(field.dataset.name, oneLine(field.value));
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
      takeFilled();
      show();
    } else {
      keep();
    }
    goTo(next.place, next.values.size > 0);
  });

  takeFilled();
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
      const box = field && field.closest("details");
      if (box) box.open = true;
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
      toast("The browser did not let us copy. Select the command and copy it by hand.", "bad");
    }
  });
}
