/* Draws the curve of a finished run once more, epoch by epoch; the table beside it stays as it is. */

const LASTS_MS = 4000;
const FRAMES = 60;

const button = document.querySelector("[data-replay]");
const figure = button?.closest("section").querySelector("figure[data-chart]");
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
let isPlaying = false;

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

function show(rows) {
  figure.dispatchEvent(new CustomEvent("trainyard:show", { bubbles: true, detail: rows }));
}

async function replay() {
  if (isPlaying) return;
  isPlaying = true;
  button.setAttribute("aria-disabled", "true");
  const rows = JSON.parse(figure.querySelector('script[type="application/json"]').textContent).data.values;
  const last = rows.at(-1).epoch;
  const frames = Math.max(1, Math.min(FRAMES, last));
  for (let frame = 1; frame < frames && !isCalm.matches; frame += 1) {
    show(rows.filter((row) => row.epoch <= (last * frame) / frames));
    await pause(LASTS_MS / frames);
  }
  show(rows);
  button.removeAttribute("aria-disabled");
  isPlaying = false;
}

function offer() {
  button.hidden = isCalm.matches; // who asks for less motion gets the whole curve and the table
}

if (figure) {
  offer();
  isCalm.addEventListener("change", offer);
  button.addEventListener("click", replay);
}
