// Words in passing, in the one place that the frame keeps for them.

let timer = 0;

/** Says some words. `good` ones go by themselves, `bad` ones stay until they are dismissed. */
export function toast(words, tone = "good") {
  const place = document.getElementById("Toast");
  if (!place) return;
  clearTimeout(timer);
  const hide = () => place.replaceChildren();
  const text = document.createElement("p");
  text.textContent = words;
  place.className = `toast ${tone}`;
  place.replaceChildren(text);
  if (tone === "good") {
    timer = setTimeout(hide, 4000);
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Dismiss";
  button.addEventListener("click", hide);
  place.append(button);
}
