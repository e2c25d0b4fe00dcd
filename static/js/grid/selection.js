/* The active cell, and the box of cells between it and the other corner. */
import { boxOf, stepped, tabbed } from "./geometry.js";
import {
  aboutOf,
  byId,
  cellAt,
  cellOf,
  isText,
  keyOf,
  labelOf,
  line,
  positionOf,
  rows,
  ruleOf,
  size,
  table,
  writable,
} from "./page.js";

export let active = null; // the cell that has the focus, or had it last
export let place = { rule: "", key: "" }; // where that is, whatever row is rendered anew
let corner = null;

export const box = () => boxOf(positionOf(active), positionOf(corner));
export const selected = () => {
  const { top, bottom, left, right } = box();
  return rows()
    .slice(top, bottom + 1)
    .map((row) => [...row.cells].slice(left, right + 1));
};

const paint = () => {
  for (const cell of table().querySelectorAll("[aria-selected]")) {
    cell.removeAttribute("aria-selected");
  }
  if (active === corner) return;
  for (const cell of selected().flat()) cell.setAttribute("aria-selected", "true");
};

/* The line above the table and the buttons speak of the active cell and its rule. */
export const describe = () => {
  const row = active.parentElement;
  byId("grid-where").textContent = `${row.id} · ${labelOf(active)}`;
  line.value = active.dataset.t ?? "";
  line.readOnly = !writable || !keyOf(active) || isText(active);
  byId("grid-meaning").textContent = aboutOf(active);
  byId("grid-problem").textContent = active.getAttribute("aria-invalid") ? active.title : "";
  const each = (selector, change) => document.querySelectorAll(selector).forEach(change);
  each("[data-active-rule]", (field) => {
    field.value = row.id;
  });
  each("[data-active-name]", (name) => {
    name.textContent = row.id;
  });
  const show = (selector, isShown) =>
    each(selector, (part) => {
      part.hidden = !isShown;
    });
  show("[data-needs-rule]", true);
  show("[data-if-new]", "new" in row.dataset);
  show("[data-if-disabled]", "disabled" in row.dataset);
};

export const mark = (cell, { extend = false, focus = true } = {}) => {
  if (!cell) return;
  if (active) active.tabIndex = -1;
  active = cell;
  if (!extend || !corner?.isConnected) corner = cell;
  cell.tabIndex = 0;
  place = { rule: ruleOf(cell), key: keyOf(cell) };
  if (focus) cell.focus();
  paint();
  describe();
};
export const step = (down, right, extend = false) =>
  mark(cellAt(stepped(positionOf(active), down, right, size())), { extend });
/* Tab goes on to the next row; past the last cell it leaves the grid. */
export const tab = (by) => {
  const next = tabbed(positionOf(active), by, size());
  if (next) mark(cellAt(next));
  return next !== null;
};

export const focusPlace = () => cellOf(place)?.focus();
/* After the server rendered rows: the same place is active again, or the first cell. */
export const restore = (at) => {
  table().setAttribute("role", "grid");
  table().setAttribute("aria-multiselectable", "true");
  if (!writable) table().setAttribute("aria-readonly", "true");
  for (const link of table().querySelectorAll("tbody th a")) link.tabIndex = -1;
  const first = () => cellAt({ row: 0, column: 1 }) ?? cellAt({ row: 0, column: 0 });
  mark(cellOf(at) ?? first(), { focus: false });
};
