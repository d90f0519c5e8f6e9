/* Draws the charts of a page (`<c-chart>`) with Vega, in the colors and type of the theme in use. */

const drawings = new WeakMap();
let probe;

/** The value that a color token has now: for ramps, which are computed; all else names the token itself. */
function computed(token) {
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}

/** Vega's configuration in the type and colors of the site. Tokens follow the theme, and paper when printed. */
function themeConfig() {
  const font = getComputedStyle(document.body).fontFamily;
  const [ink, soft, line, firm] = ["ink", "ink-soft", "line", "line-firm"].map((token) => `var(--${token})`);
  const palette = [1, 2, 3, 4, 5, 6].map((number) => `var(--chart-${number})`);
  const ramp = [computed("sheet"), computed("chart-1")];
  return {
    background: "transparent",
    font,
    padding: { left: 2, right: 8, top: 6, bottom: 2 },
    view: { stroke: "transparent", discreteHeight: { step: 30 }, continuousHeight: 240 },
    axis: {
      labelColor: soft, titleColor: soft, domainColor: firm, tickColor: firm, gridColor: line,
      labelFontSize: 12.5, titleFontSize: 12.5, titleFontWeight: 500, labelPadding: 6, titlePadding: 10, labelLimit: 220, labelOverlap: "greedy", labelSeparation: 10,
    },
    axisBand: { grid: false, ticks: false },
    axisQuantitative: { domain: false, ticks: false, tickCount: 6 },
    legend: { labelColor: ink, titleColor: soft, labelFontSize: 12.5, titleFontSize: 12.5, titleFontWeight: 500, orient: "top" },
    header: { labelColor: ink, titleColor: soft, labelFontSize: 12.5 },
    title: { color: ink, font, fontSize: 15, fontWeight: 600, anchor: "start" },
    bar: { color: palette[0], cornerRadiusEnd: 2 },
    scale: { bandPaddingInner: 0.28, bandPaddingOuter: 0.14 },
    line: { color: palette[0], strokeWidth: 2 },
    area: { color: palette[0] },
    point: { color: palette[0], filled: true, size: 50 },
    rect: { color: palette[0] },
    rule: { color: firm },
    style: { interval: { color: ink }, land: { color: "var(--well)", stroke: line } },
    text: { color: ink, fontSize: 12.5 },
    range: { category: palette, ramp, heatmap: ramp, diverging: [computed("chart-2"), ...ramp] },
  };
}

function specification(figure) {
  const script = figure.querySelector('script[type="application/json"]');
  const spec = JSON.parse(script.textContent);
  // A map is twice as wide as it is high, also on a phone.
  if (spec.projection) spec.height = Math.min(spec.height, Math.round(figure.clientWidth / 2));
  const isComposed = ["facet", "hconcat", "vconcat", "concat", "repeat"].some((key) => key in spec);
  if (!isComposed && !("width" in spec)) {
    spec.width = "container";
    spec.autosize = { type: "fit-x", contains: "padding", resize: true };
  }
  return spec;
}

/** The name of the first named dataset of a specification, in it or in its layers. */
function dataName(spec) {
  if (spec.data?.name) return spec.data.name;
  for (const part of spec.layer ?? spec.hconcat ?? spec.vconcat ?? []) {
    const name = dataName(part);
    if (name) return name;
  }
  return undefined;
}

async function draw(figure, bundle) {
  await bundle;
  const known = drawings.get(figure);
  const spec = specification(figure);
  const canvas = figure.querySelector(".chart-canvas");
  const result = await window.vegaEmbed(canvas, spec, {
    ast: true,
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: themeConfig(),
  });
  known?.result?.finalize();
  const rows = known?.rows ?? [];
  drawings.set(figure, { result, rows, name: dataName(spec) });
  if (rows.length) await insert(drawings.get(figure), rows);
}

async function insert(drawing, rows) {
  await drawing.result.view.insert(drawing.name, rows).runAsync();
}

/** Draw a figure, or draw it again. Where the bundle is missing, the table beside it says the same. */
export async function drawChart(figure) {
  try {
    await draw(figure, import(figure.dataset.bundle));
  } catch (error) {
    figure.classList.add("is-plain");
    figure.querySelector("details")?.setAttribute("open", "");
    console.warn(`The chart "${figure.dataset.chart}" was not drawn`, error);
  }
}

/** Add rows to the named dataset of a figure; they are kept when the theme changes. */
export async function appendPoints(figure, rows) {
  await pending;
  const drawing = drawings.get(figure);
  if (!drawing || !rows.length) return;
  drawing.rows.push(...rows);
  await insert(drawing, rows);
}

/** Show these rows in place of those of a figure, until it is drawn again. */
export async function showPoints(figure, rows) {
  await pending;
  const drawing = drawings.get(figure);
  if (drawing) await drawing.result.view.data(drawing.name, rows).runAsync();
}

async function drawAll() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) await drawChart(figure);
}

function redrawAll() {
  pending = pending.then(drawAll);
}

probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);
let pending = drawAll();
new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
document.addEventListener("trainyard:points", (event) => appendPoints(event.target, event.detail));
/** Parts of a page that htmx brings hold charts too. */
document.addEventListener("htmx:afterSettle", (event) => {
  const isNew = (figure) => !figure.querySelector(".chart-canvas").hasChildNodes();
  for (const figure of event.target.querySelectorAll("figure[data-chart]")) {
    if (isNew(figure)) pending = pending.then(() => drawChart(figure));
  }
});
document.addEventListener("trainyard:show", (event) => showPoints(event.target, event.detail));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
