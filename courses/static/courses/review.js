/* The review desk by keyboard: digits choose levels, r ends a run, j/n and k/p move along the line. */

const desk = document.querySelector("[data-desk]");
const marks = desk.querySelector("[data-marks]");
const remark = desk.querySelector("[data-remark]");
const criteria = [...marks.querySelectorAll("[data-criterion]")];
const saved = remark.querySelector("[data-saved]");
const text = remark.querySelector("textarea");
let here = Math.max(0, criteria.findIndex((one) => !one.querySelector("input:checked")));

function show() {
  criteria.forEach((one, number) => one.classList.toggle("is-here", number === here));
}

function move(step) {
  here = Math.min(Math.max(here + step, 0), criteria.length - 1);
  show();
}

function choose(digit) {
  const input = criteria[here]?.querySelector(`input[data-key="${digit}"]`);
  if (!input) return;
  input.checked = true;
  move(1);
}

function follow(name) {
  document.querySelector(`[data-${name}]`)?.click();
}

const keys = {
  j: () => follow("next"),
  n: () => follow("next"),
  k: () => follow("previous"),
  p: () => follow("previous"),
  r: () => marks.requestSubmit(),
  a: () => marks.querySelector("[name=alike]")?.click(),
  c: () => text.focus(),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
};

const isTyping = (target) => target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[1-9]$/.test(event.key)) choose(event.key);
  else if (keys[event.key]) keys[event.key]();
  else return;
  event.preventDefault();
});

saved?.addEventListener("change", () => {
  text.value = saved.selectedOptions[0].dataset.text ?? text.value;
});

show();
