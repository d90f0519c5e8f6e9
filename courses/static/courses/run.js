/* Keeps a run page moving: asks when the server says, draws new points as they come, opens the result at the end. */

const DRAWN_WITHIN = 0.9; // points that came together are drawn over this part of the pause: the curve moves
const SPOKEN_EVERY = 10;

const panel = document.querySelector("[data-live]");
const figure = panel.querySelector("figure[data-chart]");
const part = (name) => panel.querySelector(`[data-live-${name}]`);
const epochs = Number(panel.dataset.epochs) || 0;
const fields = panel.dataset.curveFields.split(" ");
const parts = panel.dataset.curveParts.split(" ");
const digits = Number(panel.dataset.curveDigits);
const seen = panel.querySelectorAll("[data-live-rows] tr");
let last = seen.length ? Number(seen[seen.length - 1].cells[0].textContent) : -1;
let spoken = 0;
let askMs = 1000;
let draw = async () => {};

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const valueOf = (point, field) => point[field] ?? point.values?.[field];
const shown = (value) => (value === null || value === undefined ? "–" : value.toFixed(digits));

function addRow(point) {
  const row = part("rows").insertRow();
  const head = document.createElement("th");
  head.scope = "row";
  head.className = "num";
  head.textContent = point.epoch;
  row.append(head);
  for (const value of fields.map((field) => valueOf(point, field))) {
    const cell = row.insertCell();
    cell.className = "num";
    cell.textContent = shown(value);
  }
  row.closest(".table-wrap").scrollTop = row.offsetTop;
}

function showProgress(count) {
  const bar = part("progress");
  bar.value = count;
  bar.closest(".progress").querySelector(".note").textContent = `${count} of ${epochs}`;
}

function speak(point) {
  if (point.epoch - spoken < SPOKEN_EVERY) return;
  spoken = point.epoch;
  const [first, second] = fields.map((field) => shown(valueOf(point, field)));
  const measure = panel.dataset.curveMeasure;
  part("words").textContent = `Epoch ${point.epoch}: ${parts[0]} ${measure} ${first}, ${parts[1]} ${measure} ${second}`;
}

async function take(points, rows) {
  if (!points.length || !figure) return;
  const step = Math.ceil(points.length / 30);
  for (let start = 0; start < points.length; start += step) {
    const some = points.slice(start, start + step);
    const numbers = new Set(some.map((point) => point.epoch));
    await draw(figure, rows.filter((row) => numbers.has(row.epoch)));
    some.forEach(addRow);
    showProgress(part("rows").rows.length);
    speak(some[some.length - 1]);
    await pause((DRAWN_WITHIN * askMs * some.length) / points.length);
  }
  last = points[points.length - 1].epoch;
}

function showState(answer) {
  if (answer.position) part("note").textContent = `Number ${answer.position} in the queue.`;
  if (answer.state === panel.dataset.state) return;
  panel.dataset.state = answer.state;
  if (answer.state === "running") {
    part("title").textContent = "Training";
    part("waiting")?.remove();
    part("note").textContent = figure ? "The curve moves as training goes on." : "It is soon over.";
    part("words").textContent = "Training has begun.";
    document.querySelector("[data-run-state]").replaceChildren(part("badge").content.cloneNode(true));
  }
}

async function ask() {
  const response = await fetch(`${panel.dataset.live}?after=${last}`, { headers: { Accept: "application/json" } });
  if (response.status === 403 || response.status === 404 || response.redirected) return location.reload();
  if (!response.ok) return undefined; // a busy moment: ask again
  const answer = await response.json();
  askMs = 1000 * answer.ask_again_seconds;
  showState(answer);
  await take(answer.points, answer.rows);
  if (answer.is_over) {
    part("words").textContent = "The run has ended. Opening the result.";
    location.reload();
    return true;
  }
  return false;
}

async function watch() {
  if (figure) draw = (await import(panel.dataset.chartModule)).appendPoints;
  for (;;) {
    const asked = performance.now();
    let over = false;
    try {
      over = await ask();
    } catch {
      part("note").textContent = "The connection is lost; the run goes on. Trying again.";
    }
    if (over) return;
    await pause(Math.max(0, askMs - (performance.now() - asked)));
  }
}

watch();
