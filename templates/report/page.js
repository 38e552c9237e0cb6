
"use strict";
(() => {
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const data = JSON.parse(part("data").textContent);
  const known = new Map(data.cells.map((cell) => [cell.identifier, cell]));
  const table = part("matrix"), form = part("filter"), tip = part("tip"), panel = part("details");
  const rows = [...table.tBodies[0].rows];
  const places = [...table.querySelectorAll("tbody td[data-state]")];
  const placeOf = new Map(places.map((place) => [place.id, place]));

  // Foreign text enters the page by textContent alone.
  const made = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // The filter: cells that do not match are emptied, rows and columns without a match go.
  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    const columns = new Set();
    let shown = 0;
    for (const place of places) {
      const cell = known.get(place.id);
      const text = `${cell.identifier} ${cell.state} ${cell.label} ${cell.reason}`.toLowerCase();
      const fits = words.every((word) => text.includes(word))
        && ["state", "platform", "python"].every((name) => !wanted[name] || wanted[name] === cell[name]);
      place.classList.toggle("out", !fits);
      if (fits) { shown += 1; columns.add(place.cellIndex); }
    }
    const narrowed = shown < places.length;
    for (const row of [...table.tHead.rows, ...rows]) {
      for (const place of [...row.cells].slice(1)) place.hidden = narrowed && !columns.has(place.cellIndex);
      if (row.parentNode === table.tBodies[0]) {
        row.hidden = narrowed && !row.querySelector("td[data-state]:not(.out)");
      }
    }
    part("count").textContent = `${shown} of ${places.length}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();

  // The tooltip of the cell that is pointed at or focused.
  const hint = (event) => {
    const place = event.target.closest?.("td[data-state]");
    const cell = place && known.get(place.id);
    tip.hidden = !cell;
    if (!cell) return;
    const wheel = data.wheels[cell.wheel];
    const figures = wheel ? [wheel.file, [wheel.size, wheel.took].filter(Boolean).join(", ")] : [];
    tip.textContent = [`${cell.identifier}: ${cell.state}`, cell.reason, ...figures].filter(Boolean).join("\n");
    const box = place.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const below = box.bottom + 6 + own.height < innerHeight;
    tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - own.width - 8))}px`;
    tip.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - own.height - 6)}px`;
  };
  for (const name of ["mouseover", "focusin"]) table.addEventListener(name, hint);
  for (const name of ["mouseleave", "focusout"]) table.addEventListener(name, () => { tip.hidden = true; });
  addEventListener("scroll", () => { tip.hidden = true; }, { capture: true, passive: true });

  // The details of one cell.
  const listed = (pairs) => {
    const list = document.createElement("dl");
    for (const [name, value] of pairs) {
      if (value) list.append(made("dt", name), made("dd", value));
    }
    return list;
  };
  const outcome = (test) => [
    made("h3", test.identifier === undefined ? "Test" : `Test of ${test.identifier}`),
    made("span", test.state, { class: "badge", "data-state": test.state === "failed" ? "test failed" : test.state }),
    listed([["reason", test.reason], ["interpreter", test.interpreter], ["command", test.command],
      ["time", test.took]]),
    ...(test.output ? [made("pre", test.output, { tabindex: "0", "aria-label": "output" })] : []),
  ];
  const build = (wheel, cell) => [
    listed([["file", wheel.file], ["size", wheel.size], ["sha256", wheel.sha256],
      ["build", wheel.took], ["processor", wheel.cpu], ["memory", wheel.memory],
      ["serves", wheel.serves.length > 1 ? wheel.serves.join(", ") : ""]]),
    ...(wheel.error ? [made("h3", "Error"), made("pre", wheel.error, { tabindex: "0", "aria-label": "error" })] : []),
    ...(wheel.warnings.length ? [made("h3", "Warnings"), made("pre", wheel.warnings.join("\n"))] : []),
    ...wheel.tests.filter((test) => test.identifier === cell.identifier).flatMap(outcome),
  ];
  let from = null;
  const close = () => {
    if (panel.hidden) return;
    panel.hidden = true;
    for (const place of places) place.classList.remove("open");
    history.replaceState(null, "", location.href.split("#")[0]);
    from?.focus({ preventScroll: true });
    tip.hidden = true;
  };
  const open = (identifier) => {
    const cell = known.get(identifier), place = placeOf.get(identifier);
    if (!cell || !place) return;
    const button = made("button", "Close", { type: "button", class: "close" });
    button.addEventListener("click", close);
    const wheel = data.wheels[cell.wheel];
    panel.replaceChildren(
      made("h2", cell.identifier),
      made("span", `${cell.sign} ${cell.state}`.trim(), { class: "badge", "data-state": cell.state }),
      button,
      listed([["reason", cell.reason]]),
      ...(wheel ? build(wheel, cell) : []),
    );
    for (const one of places) one.classList.toggle("open", one === place);
    panel.hidden = false;
    tip.hidden = true;
    panel.scrollTop = 0;
    from = place.querySelector("a");
    panel.focus({ preventScroll: true });
  };
  const follow = () => {
    try { open(decodeURIComponent(location.hash.slice(1))); } catch { /* no name of a cell */ }
  };
  table.addEventListener("click", (event) => {
    const place = event.target.closest("td[data-state]");
    if (!place || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", `#${encodeURIComponent(place.id)}`);
    open(place.id);
  });
  addEventListener("hashchange", follow);
  follow();

  // Escape closes; arrows go from cell to cell.
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      tip.hidden = true;
      close();
    }
    const place = event.target.closest?.("td[data-state]"), step = steps[event.key];
    if (!place || !step) return;
    event.preventDefault();
    let row = rows.indexOf(place.parentNode), column = place.cellIndex, next;
    do {
      row += step[0];
      column += step[1];
      next = rows[row]?.cells[column];
    } while (next && (next.offsetParent === null || !next.matches("[data-state]:not(.out)")));
    next?.querySelector("a").focus();
  });
})();
