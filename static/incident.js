// An incident's page in the browser: clocks that run, and what others write as they write it.

import { toast } from "./toast.js";

/** How often the page asks for news, in milliseconds. */
const PAUSE = 3000;

/** Parts of the page that are replaced when something happened, by the ids of their headings. */
const PARTS = ["State", "Runbooks", "Roles", "Times", "Facts"];

/** The page as the server told it last, as long as somebody is busy in a part of ours. */
let waiting = null;

function words(seconds) {
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes % 60} min`;
  return minutes ? `${minutes} min` : `${Math.max(0, seconds)} s`;
}

function runClocks() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    clock.textContent = words(Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1000));
  }
}

/** A part of a page: a card by its heading, or the timeline. */
const part = (root, id) => id === "Live" ? root.getElementById(id) : root.getElementById(id)?.closest("section");

/** Somebody types in it, or has opened something to do so. */
const busy = (element) => element.contains(document.activeElement) || element.querySelector("details[open]");

/** Puts what the server says in place of what stands; whether a part had to be left as it was. */
function renew(next) {
  let left = false;
  for (const id of ["Live", ...PARTS]) {
    const [old, fresh] = [part(document, id), part(next, id)];
    if (!old || !fresh || old.innerHTML === fresh.innerHTML) continue;
    if (busy(old)) left = true;
    else old.replaceChildren(...fresh.cloneNode(true).childNodes);
  }
  runClocks();
  return left;
}

/** Says what is new in the timeline, and nothing of what stood there before. */
function announce(known) {
  const fresh = [...document.querySelectorAll("#Live .moment")].filter((line) => !known.has(line.id));
  if (fresh.length > 1) toast(`${fresh.length} new lines in the timeline`);
  else if (fresh.length) toast(fresh[0].querySelector(".break").innerText.replace(/\n+/g, " · ").slice(0, 200));
}

const lines = () => new Set([...document.querySelectorAll("#Live .moment")].map((line) => line.id));

async function news(page) {
  try {
    const answer = await fetch(`/api/incidents/${encodeURIComponent(page.dataset.label)}`);
    if (!answer.ok) return;
    const { revision } = await answer.json();
    if (revision !== page.dataset.version) {
      const whole = await fetch(location.pathname);
      if (!whole.ok) return;
      waiting = new DOMParser().parseFromString(await whole.text(), "text/html");
      page.dataset.version = waiting.getElementById("Incident")?.dataset.version ?? revision;
    }
    if (!waiting) return;
    const known = lines();
    if (!renew(waiting)) waiting = null;
    announce(known);
  } catch {
    // The next question may be answered; what stands on the page stays true as of its time.
  }
}

const page = document.getElementById("Incident");
if (page) {
  runClocks();
  setInterval(runClocks, 1000);
  setInterval(() => { if (!document.hidden) news(page); }, PAUSE);
}
