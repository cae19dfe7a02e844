// A form that takes long to fill: where it has a place for it, it says what is not saved, and nobody
// leaves it unasked.

const form = document.querySelector("form[data-unsaved]");
const said = form?.querySelector("[data-said]");

/** A field that is not as the page came. */
function changed(field) {
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
}

const unsaved = () => [...form.elements].some(changed);

function warn(event) {
  if (unsaved()) event.preventDefault();
}

if (form) {
  const nothing = said?.textContent;
  const tell = () => { if (said) said.textContent = unsaved() ? said.dataset.said : nothing; };
  form.addEventListener("input", tell);
  window.addEventListener("pageshow", tell);
  window.addEventListener("beforeunload", warn);
  form.addEventListener("submit", () => window.removeEventListener("beforeunload", warn));
}
