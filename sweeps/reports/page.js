"use strict";
// Tables: a click on a heading sorts, words filter. Numbers by size, the rest as text; empty cells last.
function sortTable(table, index, descending) {
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => {
    const cell = row.cells[index];
    const text = cell.dataset.sort ?? cell.textContent.trim();
    const number = Number(text);
    return { row, text, number: text === "" || Number.isNaN(number) ? null : number };
  });
  keyed.sort((a, b) => {
    if ((a.text === "") !== (b.text === "")) return a.text === "" ? 1 : -1;
    let order;
    if (a.number !== null && b.number !== null) order = a.number - b.number;
    else if ((a.number === null) !== (b.number === null)) order = a.number === null ? 1 : -1;
    else order = a.text.localeCompare(b.text, undefined, { numeric: true });
    return descending ? -order : order;
  });
  body.append(...keyed.map((own) => own.row));
  [...table.tHead.rows[0].cells].forEach((cell, number) => {
    cell.setAttribute("aria-sort", number !== index ? "none" : descending ? "descending" : "ascending");
  });
}
for (const table of document.querySelectorAll("table.board")) {
  [...table.tHead.rows[0].cells].forEach((cell, index) => {
    cell.querySelector("button").addEventListener("click", () => {
      sortTable(table, index, cell.getAttribute("aria-sort") === "ascending");
    });
  });
}
for (const input of document.querySelectorAll("input[data-filter]")) {
  const table = document.getElementById(input.dataset.filter);
  const count = document.querySelector(`[data-count="${input.dataset.filter}"]`);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${table.tBodies[0].rows.length} rows`;
  });
}

// Charts: the library is unpacked when the first one comes into view.
async function unpacked(id) {
  const packed = atob(document.getElementById(id).textContent.trim());
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
let specs = null;
function loaded() {
  specs ??= (async () => {
    const script = document.createElement("script");
    script.textContent = `{${await unpacked("library")}}`;
    document.head.append(script);
    return JSON.parse(await unpacked("specs"));
  })();
  return specs;
}
function filled(part, names) {
  if (typeof part === "string" && part.startsWith("@") && part.slice(1) in names) return names[part.slice(1)];
  if (Array.isArray(part)) return part.map((own) => filled(own, names));
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([key, own]) => [key, key === "values" ? own : filled(own, names)]));
}
function themed(width) {
  const style = getComputedStyle(document.documentElement);
  const names = {};
  for (const name of ["paper", "ink", "soft", "line", "accent", "best", "complete", "stopped", "other", "quiet"]) {
    names[name] = style.getPropertyValue(`--${name}`).trim();
  }
  names.width = width;
  names.columns = Math.max(1, Math.floor((width + 18) / 400));
  names.small = Math.max(180, Math.floor((width - 18 * (names.columns - 1)) / names.columns) - 75);
  return names;
}
async function draw(figure) {
  const charts = await loaded();
  const names = themed(figure.clientWidth);
  const spec = filled(charts[figure.dataset.chart], names);
  const font = "system-ui, sans-serif";
  spec.$schema = "https://vega.github.io/schema/vega-lite/v6.json";
  spec.background = names.paper;
  spec.autosize = { type: "fit-x", contains: "padding" };
  if (spec.concat) delete spec.autosize;
  spec.config = {
    font,
    view: { stroke: names.line },
    axis: { labelColor: names.ink, titleColor: names.ink, gridColor: names.line, domainColor: names.soft, tickColor: names.soft, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
    legend: { labelColor: names.ink, titleColor: names.ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
  };
  const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  await vegaEmbed(figure, spec, { renderer: "canvas", actions: false, tooltip: { theme } });
  figure.dataset.drawn = "true";
}
const figures = document.querySelectorAll("figure[data-chart]");
const seen = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting || seen.has(entry.target)) continue;
    seen.add(entry.target);
    draw(entry.target).catch((error) => { entry.target.textContent = `This chart could not be drawn: ${error.message}`; console.error(error); });
  }
}, { rootMargin: "300px" });
figures.forEach((figure) => watcher.observe(figure));
function again() { for (const figure of seen) draw(figure).catch(console.error); }
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
let timer = null;
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  clearTimeout(timer);
  timer = setTimeout(again, 200);
});
