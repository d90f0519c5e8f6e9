/* Arrow keys, Home and End go from cell to cell of the gradebook; Enter opens what is there. */

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** The link of the next cell that has one, going from `cell` by `step`; null at the edge. */
function next(cell, [down, along]) {
  const rows = [...cell.closest("tbody").rows];
  let row = rows.indexOf(cell.parentElement);
  let column = cell.cellIndex;
  for (;;) {
    row += down;
    column += along;
    const found = rows[row]?.cells[column];
    if (!found) return null;
    const link = found.querySelector("a");
    if (link) return link;
  }
}

/** The first or last link of a row. */
function end(cell, key) {
  const links = [...cell.parentElement.querySelectorAll("td a")];
  return key === "Home" ? links[0] : links.at(-1);
}

document.querySelector("[data-gradebook]")?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = event.target.closest("tbody td");
  const isEnd = event.key === "Home" || event.key === "End";
  if (!cell || !(event.key in STEPS || isEnd)) return;
  const link = isEnd ? end(cell, event.key) : next(cell, STEPS[event.key]);
  if (!link) return;
  event.preventDefault();
  link.focus();
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
});
