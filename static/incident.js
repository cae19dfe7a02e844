// An incident's page in the browser: clocks that run, and what others write as they write it.

import { toast } from "./toast.js";

/** How often the page asks for news, in milliseconds. */
const PAUSE = 3000;

function words(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${Math.max(0, seconds)} s`;
}

function runClocks() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    clock.textContent = words(Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1000));
  }
}

/** Puts in place of a part of the page what the server says now, unless somebody types in it. */
function renew(next, id) {
  const old = document.getElementById(id);
  const fresh = next.getElementById(id);
  if (!old || !fresh || old.contains(document.activeElement) || old.querySelector("details[open]")) return;
  if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
}

async function news(page) {
  try {
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = next.getElementById("Incident");
    if (!now || now.dataset.version === page.dataset.version) return;
    page.dataset.version = now.dataset.version;
    renew(next, "Live");
    for (const name of ["State", "Runbooks", "Roles", "Times", "Facts"]) {
      const section = (root) => root.getElementById(name)?.closest("section");
      const [old, fresh] = [section(document), section(next)];
      const busy = old?.contains(document.activeElement) || old?.querySelector("details[open]");
      if (old && fresh && !busy && old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
    }
    runClocks();
    toast("Somebody added to this incident");
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
