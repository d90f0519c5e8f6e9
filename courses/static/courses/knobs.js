/* Shows the knobs that have a meaning beside the others; without this module all of them stand there, each with a note. */

const form = document.querySelector("[data-knobs]");

function chosen(name) {
  return form.elements.namedItem(name)?.value;
}

function applies(knob) {
  return Object.entries(JSON.parse(knob.dataset.when)).every(([name, values]) => values.includes(chosen(name)));
}

function arrange() {
  for (const knob of form.querySelectorAll("[data-when]")) knob.hidden = !applies(knob);
  for (const group of form.querySelectorAll(".knob-group")) {
    group.hidden = [...group.querySelectorAll(".knob")].every((knob) => knob.hidden);
  }
}

if (form) {
  form.classList.add("is-live");
  form.addEventListener("change", arrange);
  arrange();
  // An error beside a hidden knob would be unreadable; the first one visible takes the focus.
  form.querySelector("[aria-invalid='true']")?.focus();
}
