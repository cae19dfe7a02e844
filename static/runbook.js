// A runbook's page in the browser: values, copying, a list of steps that follows the reader, one
// form for what a step's buttons leave out, and addresses from before a heading was renamed.

import { carryValues, fillValues, readFragment, writeFragment } from "./values.js";

/** The list of steps follows the reader. */
function followSteps() {
  const list = document.querySelector(".contents details");
  if (!list) return;
  const here = list.querySelector(".at");
  const links = new Map();
  for (const link of list.querySelectorAll("a[href^='#']")) {
    const element = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (element) links.set(element.closest(".section") || element, link);
  }
  const wide = matchMedia("(min-width: 64rem)");
  const fold = () => { list.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
  list.addEventListener("click", (event) => {
    if (!wide.matches && event.target.closest("a")) list.open = false;
  });
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
      if (element !== first) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        const words = [...link.children].map((part) => part.firstChild?.textContent.trim());
        here.textContent = words.filter(Boolean).join(" ");
        // The list scrolls by itself; the page stays where it is.
        if (wide.matches) link.scrollIntoView({ block: "nearest" });
      }
    }
  }, { rootMargin: "-10% 0px -60% 0px" });
  for (const element of links.keys()) observer.observe(element);
}

/** The one form for details, and the one for notes, come to the step they are asked for at. */
function bringForms() {
  if (!("HTMLDialogElement" in window)) return;
  const dialog = document.createElement("dialog");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  const place = document.createComment("");
  dialog.append(close);
  document.body.append(dialog);
  dialog.addEventListener("close", () => { if (place.parentNode) place.replaceWith(dialog.lastChild); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-step]");
    const form = link && document.querySelector(link.hash);
    if (!form || dialog.open) return;
    event.preventDefault();
    form.elements.step.value = link.dataset.step;
    dialog.setAttribute("aria-label", form.getAttribute("aria-label"));
    form.replaceWith(place);
    dialog.append(form);
    dialog.showModal();
  });
  // One press on a step's button says for what it was, as far as the values tell.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.record")) return;
    for (const field of document.querySelectorAll("#RecordForm [data-context]")) {
      if (!field.value) continue;
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = field.name;
      hidden.value = field.value;
      event.target.append(hidden);
    }
  });
}

function notice(words) {
  document.querySelector(".notice.moved")?.remove();
  const box = document.createElement("div");
  box.className = "notice moved";
  box.setAttribute("role", "status");
  const text = document.createElement("p");
  text.textContent = words;
  box.append(text);
  const runbook = document.querySelector(".runbook");
  runbook.before(box);
  return box;
}

/** An address that names nothing on this page is asked for: what it meant may be called
    otherwise today. */
async function findOldPlace() {
  const { place, values } = readFragment(location.hash);
  const slug = document.querySelector("[data-slug]")?.dataset.slug;
  if (!place || !slug || document.getElementById(place)) return;
  let now = null;
  try {
    const answer = await fetch("/api/anchors/" + slug + "?was=" + encodeURIComponent(place), { credentials: "same-origin" });
    if (answer.ok) now = await answer.json();
  } catch {
    // Without an answer the page stands as it is.
  }
  if (readFragment(location.hash).place !== place) return;
  const target = now && document.getElementById(now.anchor);
  if (!target) {
    notice("Nothing on this page is called \u201c" + place + "\u201d any more.");
    return;
  }
  history.replaceState(history.state, "", location.pathname + location.search + writeFragment(now.anchor, values));
  const box = notice(now.certain
    ? "\u201c" + place + "\u201d is called \u201c" + now.title + "\u201d now."
    : "Nothing here is called \u201c" + place + "\u201d; \u201c" + now.title + "\u201d comes closest.");
  const step = target.closest(".step");
  if (step) step.classList.add("is-target");
  target.before(box);
  box.scrollIntoView();
}

/** An alert led here once: a reload, or the address that somebody copies, is no other alert. */
function forgetAlert() {
  const asked = new URLSearchParams(location.search);
  if (!asked.has("from")) return;
  asked.delete("from");
  asked.delete("at");
  const left = asked.size ? "?" + asked : "";
  history.replaceState(history.state, "", location.pathname + left + location.hash);
}

forgetAlert();
carryValues();
fillValues();
followSteps();
bringForms();
findOldPlace();
addEventListener("hashchange", findOldPlace);
