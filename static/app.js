// What every page does in the browser. Every page works without it.
"use strict";

document.documentElement.classList.add("script");

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

/** What is left empty in a filter is left out of its address. */
function tidyAddresses() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-tidy]")) return;
    for (const field of event.target.elements) {
      if (field.name && !field.value) field.disabled = true;
    }
  });
  // Coming back must not find fields that cannot be used.
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form[data-tidy] :disabled")) field.disabled = false;
  });
}

document.addEventListener("DOMContentLoaded", () => {
  tidyAddresses();
  forgetNotice();
  reachScrollers();
});
