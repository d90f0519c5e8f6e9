/* Saves a chart as the page shows it: SVG as drawn, or a PNG of twice its size, each on the color of its sheet. */

const PNG_SCALE = 2;
const MARGIN = 16;
const NAMESPACE = "http://www.w3.org/2000/svg";

/** An element of SVG with its attributes, and its text if any. */
function element(tag, attributes, text = "") {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

/** Words in lines of about `most` letters. */
function lines(text, most) {
  return text.trim().split(/\s+/).reduce((made, word) => {
    const longer = `${made.at(-1) ?? ""} ${word}`.trim();
    return made.length && longer.length <= most ? [...made.slice(0, -1), longer] : [...made, word];
  }, []);
}

/** Title above and source below, since a picture loses the page around it. Returns the height of both. */
function caption(picture, figure, { width, height }) {
  const font = getComputedStyle(document.body).fontFamily;
  const write = (className, size, fill, top) => {
    const said = figure.querySelector(className)?.textContent ?? "";
    const rows = lines(said, width / (size * 0.55));
    rows.forEach((row, place) => picture.append(element("text", {
      x: MARGIN, y: top + (place + 1) * size * 1.35, fill, "font-family": font, "font-size": size,
    }, row)));
    return rows.length * size * 1.35;
  };
  const above = write(".chart-title", 16, "var(--ink)", MARGIN / 2) + MARGIN;
  const below = write(".chart-source", 11, "var(--ink-soft)", above + height + MARGIN / 2);
  return { above, total: above + height + below + MARGIN * 1.5 };
}

/** The chart as a document of its own: colors written out, since the tokens of the site end with the page. */
function standalone(figure) {
  const drawn = figure.querySelector(".chart-canvas svg");
  const size = drawn.viewBox.baseVal;
  const width = size.width + 2 * MARGIN;
  const picture = element("svg", { xmlns: NAMESPACE, width });
  picture.append(element("rect", { width: "100%", height: "100%", fill: "var(--sheet)" }));
  const { above, total: height } = caption(picture, figure, size);
  picture.setAttribute("height", height);
  const chart = drawn.cloneNode(true);
  for (const [name, value] of Object.entries({ x: MARGIN, y: above, width: size.width, height: size.height, overflow: "visible" })) chart.setAttribute(name, value);
  chart.removeAttribute("style");
  picture.append(chart);
  const probe = document.createElement("span");
  figure.append(probe);
  const text = new XMLSerializer().serializeToString(picture).replace(/var\(--[\w-]+\)/g, (token) => {
    probe.style.color = token;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return { text, width, height };
}

async function raster({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

function fileName(figure, format) {
  const words = `${document.title} ${figure.querySelector(".chart-title").textContent}`;
  return `${words.toLowerCase().match(/[a-z0-9]+/g).join("-").slice(0, 120)}.${format}`;
}

async function save(figure, format) {
  const picture = standalone(figure);
  const blob = format === "png" ? await raster(picture) : new Blob([picture.text], { type: "image/svg+xml" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(figure, format);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const place of document.querySelectorAll("[data-save-chart]")) {
  const figure = place.closest("figure");
  place.hidden = false;
  place.addEventListener("click", (event) => {
    const format = event.target.closest("button")?.value;
    if (format && figure.querySelector(".chart-canvas svg")) save(figure, format);
  });
}
