// What can be seen to be wrong with a page, whatever the page is: one sentence each.

const wrong = [];
const root = document.documentElement;

const name = (element) => {
  const words = (element.getAttribute("aria-label") || element.textContent || "").trim();
  const id = element.id ? "#" + element.id : "";
  const kind = element.classList.length ? "." + element.classList[0] : "";
  return element.localName + id + kind + " “" + words.replace(/\s+/g, " ").slice(0, 40) + "”";
};
const shown = (element) => element.checkVisibility({ visibilityProperty: true }) &&
  element.getClientRects().length > 0;
/** Shown to those who listen alone, or until it has the focus. */
const unseen = (element) => {
  const box = element.getBoundingClientRect();
  return box.width <= 1 || box.height <= 1 || box.bottom <= 0 || box.right <= 0;
};

// Its title and its headings.
if (!document.title.trim()) wrong.push("the title is empty");
if (!root.lang) wrong.push("the language is not said");
const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown);
const first = headings.filter((heading) => heading.localName === "h1");
if (first.length !== 1) wrong.push(`${first.length} first headings: ${first.map(name).join(", ")}`);
let before = 0;
for (const heading of headings) {
  const level = Number(heading.localName[1]);
  if (level > before + 1) wrong.push(`a heading of level ${level} after level ${before}: ${name(heading)}`);
  before = level;
}
const ids = new Map();
for (const element of document.querySelectorAll("[id]")) {
  if (ids.has(element.id)) wrong.push(`two elements have the id ${element.id}`);
  ids.set(element.id, element);
}

// Its width: nothing scrolls sideways but what scrolls alone.
if (root.scrollWidth > root.clientWidth) {
  wrong.push(`it scrolls sideways: ${root.scrollWidth} px in ${root.clientWidth} px`);
}
const scrollsAlone = (element) => {
  for (let around = element; around && around !== document.body; around = around.parentElement) {
    if (getComputedStyle(around).overflowX !== "visible") return true;
  }
  return false;
};
for (const element of document.body.querySelectorAll("*")) {
  if (!shown(element) || unseen(element) || element.closest("svg")) continue;
  const box = element.getBoundingClientRect();
  if ((box.right > root.clientWidth + 1 || box.left < -1) && !scrollsAlone(element.parentElement)) {
    wrong.push(`beyond the window (${Math.round(box.left)} to ${Math.round(box.right)} px): ${name(element)}`);
  }
}

// What can be used: large enough to be hit, and seen to have the focus. Behind a dialog is nothing.
const place = document.querySelector("dialog:modal") ?? document;
const usable = [...place.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']",
)].filter((element) => shown(element) && !element.disabled);
/** A link or a control in the middle of a sentence is as high as the line. */
const inASentence = (element) => {
  if (!getComputedStyle(element).display.startsWith("inline")) return false;
  const around = element.closest("p, li, td, th, dd, dt, figcaption, small, blockquote, label, h1, h2, h3, h4, h5, h6");
  return around !== null && around.textContent.trim().length > element.textContent.trim().length;
};
for (const element of usable) {
  if (unseen(element) || inASentence(element)) continue;
  let box = element.getBoundingClientRect();
  const label = element.closest("label");
  if (label && /^(checkbox|radio)$/.test(element.type)) box = label.getBoundingClientRect();
  if (box.width < 24 || box.height < 24) {
    wrong.push(`small to hit (${Math.round(box.width)} by ${Math.round(box.height)} px): ${name(element)}`);
  }
}
const style = (element) => {
  const computed = getComputedStyle(element);
  const outline = computed.outlineStyle === "none" || computed.outlineWidth === "0px"
    ? "none" : computed.outlineStyle + computed.outlineWidth + computed.outlineColor;
  return [outline, computed.boxShadow, computed.borderColor + computed.borderWidth].join(" | ");
};
const focused = document.activeElement;
const scrolled = [scrollX, scrollY];
for (const element of usable) {
  element.blur();
  const without = [element, element.parentElement].map(style).join(" || ");
  element.focus({ focusVisible: true, preventScroll: true });
  if (document.activeElement !== element) {
    wrong.push(`cannot have the focus: ${name(element)}`);
  } else if ([element, element.parentElement].map(style).join(" || ") === without) {
    wrong.push(`looks the same with the focus: ${name(element)}`);
  }
}
document.activeElement?.blur();
focused?.focus({ preventScroll: true });
scrollTo(...scrolled);

return wrong;
