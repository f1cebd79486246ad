"use strict";
// The page says everything without this: it filters by team or objective, and sorts tables.
(() => {
  const select = document.getElementById("choice");
  const said = document.getElementById("chosen");
  const all = (place, what) => Array.from(place.querySelectorAll(what));
  const bears = (node, token) => (node.dataset.for || "").split(" ").includes(token);

  function draw(chart, token) {
    const apart = chart.querySelector(":scope > details.apart");
    const drawn = apart ? all(apart, "figure").filter((one) => bears(one, token)) : [];
    for (const one of all(chart, ":scope > figure")) one.hidden = drawn.length > 0;
    const undrawn = chart.querySelector(":scope > .undrawn");
    if (undrawn) undrawn.hidden = !token || drawn.length > 0;
    if (!apart) return;
    for (const one of all(apart, "figure")) one.hidden = !drawn.includes(one);
    apart.querySelector("summary").hidden = true;
    apart.open = drawn.length > 0;
    apart.hidden = drawn.length === 0;
  }

  function choose(token) {
    let shown = 0, of = 0;
    for (const row of all(document, "main tr[data-for]")) {
      row.hidden = token !== "" && !bears(row, token);
      of += 1;
      if (!row.hidden) shown += 1;
    }
    for (const chart of all(document, ".chart")) draw(chart, token);
    // A search finds what serves any choice: beside the rows of one it would find another number.
    for (const one of all(document, "main .searches")) one.hidden = token !== "" && !one.closest(".facts");
    said.textContent = token ? said.dataset.shown.replace("{shown}", shown).replace("{of}", of) : "";
  }

  function compare(place, isText, language) {
    const order = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
    const value = (row) => {
      const cell = row.cells[place];
      return cell.dataset.v === undefined ? cell.textContent : cell.dataset.v;
    };
    return (one, other) => {
      const a = value(one), b = value(other);
      return isText ? order.compare(a, b) : Number(a) - Number(b);
    };
  }

  function sort(table, head, place) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const one of table.tHead.rows[0].cells) one.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const isText = head.dataset.kind === "text";
    const body = table.tBodies[0], rows = Array.from(body.rows);
    const isKnown = (row) => row.cells[place].dataset.v !== "";
    const by = compare(place, isText, document.documentElement.lang);
    // What is not known stands last in either direction.
    const known = rows.filter(isKnown).sort((one, other) => (down ? -1 : 1) * by(one, other));
    body.append(...known, ...rows.filter((row) => !isKnown(row)));
  }

  for (const table of all(document, "main table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    Array.from(table.tHead.rows[0].cells).forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = document.getElementById("main").dataset.sort;
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, head, place));
      head.append(button);
    });
  }
  if (select) {
    select.closest(".filter").hidden = false;
    select.addEventListener("change", () => choose(select.value));
    choose(select.value);
  }
})();
