// Search in the browser: results while typing, on the first page and in a dialog on all others,
// and the keys that lead there, through the results, and back.

/** A query whose address would be longer goes in the body of a request, and stays out of the address. */
const LONGEST_ADDRESS = 6000;

/** The server looks at so many characters; one more tells it that something was cut. */
const LOOKED_AT = 20001;

/** Milliseconds: letters that come closer together are one question; the first of them is asked at once. */
const REST = 25;

const HINT = "Words, an alert, or lines of a log. ↓ and Enter choose, Esc leaves.";

/**
 * Results while typing. `page` says that the query belongs into the address and the results into
 * the history.
 */
class Search {
  asked = 0;
  shown = 0;
  timer = 0;
  told = 0;
  pressed = -Infinity;
  /** Whether an arrow was pressed before the answer came: its first result is then chosen. */
  entering = false;

  constructor(form, found, results, status, page) {
    this.status = status;
    this.form = form;
    this.field = form.elements.q;
    this.found = found;
    this.results = results;
    this.page = page;
    this.field.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("keydown", (event) => this.keyInField(event));
    results.addEventListener("keydown", (event) => this.keyInResults(event));
    if (page) this.startHistory();
    this.fit();
  }

  get query() { return this.field.value.trim(); }

  address(query) {
    return query ? `/?${new URLSearchParams({ q: query })}` : "/";
  }

  /** Lines that were pasted have room; a line that is typed never changes the field's height. */
  fit() {
    const tall = this.field.value.includes("\n") || this.field.value.length > 400;
    this.field.classList.toggle("tall", tall);
  }

  changed() {
    this.fit();
    clearTimeout(this.timer);
    this.entering = false;
    this.results.setAttribute("aria-busy", "true");
    const now = performance.now();
    const alone = now - this.pressed > REST;
    this.pressed = now;
    if (alone) this.ask(true);
    else this.timer = setTimeout(() => this.ask(true), REST);
  }

  async ask(remember) {
    clearTimeout(this.timer);
    this.timer = 0;
    const number = ++this.asked;
    const query = this.query;
    let title = document.title;
    try {
      if (!query && !this.page) {
        this.show(number, HINT, []);
      } else {
        const page = await this.fetch(query);
        if (number < this.shown) return;
        title = page.title || title;
        this.show(number, page.getElementById("Found"), page.getElementById("Results").childNodes);
      }
      if (remember && this.page && number === this.asked) this.remember(query, title);
    } catch {
      // An answer to an older question never replaces that to a newer one, nor does its failure.
      if (number < this.shown) return;
      this.entering = false;
      this.results.removeAttribute("aria-busy");
      this.say("No answer from runledger. What is shown may be older than the question.", true);
    }
  }

  async fetch(query) {
    const short = query.length <= LONGEST_ADDRESS && this.address(query).length <= LONGEST_ADDRESS;
    const answer = await fetch(short ? `/results${this.address(query).slice(1)}` : "/results", {
      credentials: "same-origin",
      ...(short ? {} : { method: "POST", body: new URLSearchParams({ q: query.slice(0, LOOKED_AT) }) }),
    });
    if (!answer.ok) throw new Error(answer.statusText);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  show(number, words, nodes) {
    this.shown = number;
    const focused = this.results.contains(document.activeElement) && document.activeElement.closest("a");
    this.results.replaceChildren(...nodes);
    if (focused) this.stayWith(focused);
    this.say(words, false);
    if (number < this.asked || this.timer) return;
    this.results.removeAttribute("aria-busy");
    if (this.entering) this.links()[0]?.focus();
    this.entering = false;
  }

  /** Whoever has chosen a result already stays with that runbook, and never opens another one instead. */
  stayWith({ href, pathname }) {
    const links = this.links();
    const same = links.find((link) => link.href === href) ?? links.find((link) => link.pathname === pathname);
    (same ?? this.field).focus();
  }

  /** Beside the field at once; aloud when the typing rests, so that it does not talk over it. */
  say(words, bad) {
    if (words instanceof Node) this.found.replaceChildren(...words.childNodes);
    else this.found.textContent = words;
    this.found.classList.toggle("bad", bad);
    clearTimeout(this.told);
    this.told = setTimeout(() => {
      if (this.status && this.query) this.status.textContent = this.found.textContent;
    }, 700);
  }

  // ---- history: one entry for the page as it was, one for what is typed there ----

  startHistory() {
    const kept = history.state?.query;
    if (kept && !this.query) {
      this.field.value = kept;
      this.ask(false);
    }
    this.before = this.query;
    this.typing = false;
    window.addEventListener("popstate", (event) => {
      const inAddress = new URL(location.href).searchParams.get("q");
      this.field.value = event.state?.query ?? inAddress ?? "";
      this.before = this.query;
      this.typing = false;
      this.fit();
      this.ask(false);
    });
  }

  remember(query, title) {
    if (query === this.before && !this.typing) return;
    const address = this.address(query);
    const short = address.length <= LONGEST_ADDRESS;
    const change = this.typing ? "replaceState" : "pushState";
    history[change]({ query: query.slice(0, LOOKED_AT) }, "", short ? address : "/");
    this.typing = true;
    document.title = title;
    if (!short) this.found.append(" · too long for an address that could be shared");
  }

  // ---- keys ----

  links() { return [...this.results.querySelectorAll(".hit-link")]; }

  submit(event) {
    if (!this.page && this.address(this.query).length <= LONGEST_ADDRESS) return;
    event.preventDefault();
    this.ask(true).then(() => { this.typing = false; this.before = this.query; });
  }

  keyInField(event) {
    if (event.target !== this.field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { value, selectionEnd } = this.field;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.form.requestSubmit();
    } else if (event.key === "ArrowDown" && !value.includes("\n", selectionEnd)) {
      // What is shown answers what stood here before, and must not be opened for it.
      this.entering = this.results.hasAttribute("aria-busy");
      if (this.entering) event.preventDefault();
      const [first] = this.links();
      if (!first || this.entering) return;
      event.preventDefault();
      first.focus();
    } else if (event.key === "Escape" && this.page) {
      this.field.blur();
    }
  }

  keyInResults(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const links = this.links();
    const at = links.indexOf(event.target.closest(".hit-link"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      if (next < 0) this.field.focus();
      else links[Math.min(next, links.length - 1)]?.focus();
    } else if (event.key === "Escape" && this.page) {
      this.field.focus();
    }
  }
}

/** The dialog of pages that have no field of their own; built when it is first asked for. */
function dialog() {
  const box = document.createElement("dialog");
  box.className = "find";
  box.setAttribute("aria-label", "Search");
  box.innerHTML = `<form class="search" role="search" action="/" method="get">
    <div class="line"><textarea name="q" rows="1" aria-label="Search: words, an alert, or lines of a log" placeholder="Words, alert, log lines" autocomplete="off" autocapitalize="off" spellcheck="false"></textarea>
    <button type="button">Close</button></div></form>
    <p id="Found" class="found"></p><div id="Results"></div><p class="unseen" role="status"></p>`;
  document.body.append(box);
  const [form, found, results, status] = box.children;
  found.textContent = HINT;
  form.querySelector("button").addEventListener("click", () => box.close());
  // A result may lead to another step of the page that is open already.
  results.addEventListener("click", (event) => { if (event.target.closest("a")) box.close(); });
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  new Search(form, found, results, status, false);
  return box;
}

function openFromAnywhere() {
  const form = document.querySelector("form[data-live]");
  const found = document.getElementById("Found");
  const results = document.getElementById("Results");
  const status = document.getElementById("Status");
  if (form && found && results) new Search(form, found, results, status, true);
  let box = null;
  const open = () => {
    if (form) {
      form.elements.q.focus();
      return;
    }
    box ??= dialog();
    if (!box.open) box.showModal();
    const field = box.querySelector("textarea");
    field.focus();
    field.select();
  };
  document.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && plain && !typing;
    const k = event.key.toLowerCase() === "k" && (event.ctrlKey !== event.metaKey) && !event.altKey && !event.shiftKey;
    if (!slash && !k) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-search]");
    if (!link || form || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open();
  });
}

openFromAnywhere();
