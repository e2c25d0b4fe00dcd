/* Where things are on the page of the grid, and what a cell of it says. */
export const byId = (id) => document.getElementById(id);

export const frame = byId("grid-frame");
export const scroll = byId("grid-scroll");
export const editor = byId("grid-editor");
export const line = byId("grid-text");
export const dialog = byId("grid-dialog");
export const writable = frame.dataset.writable === "yes";

export const table = () => byId("grid-table");
export const rows = () => [...table().tBodies[0].rows].filter((row) => row.id);
export const heads = () => [...table().tHead.rows[0].cells];
export const pending = () => table().querySelectorAll(".is-pending");

const headOf = (cell) => heads()[cell.cellIndex];
export const keyOf = (cell) => headOf(cell).dataset.key ?? "";
export const ruleOf = (cell) => cell.parentElement.id;
export const labelOf = (cell) => headOf(cell).firstChild.data.trim();
export const aboutOf = (cell) => headOf(cell).title;
export const isText = (cell) => headOf(cell).classList.contains("is-text");

/* A position counts from 0, the row of heads left out. */
export const size = () => ({ rows: rows().length, columns: heads().length });
export const positionOf = (cell) => ({
  row: rows().indexOf(cell.parentElement),
  column: cell.cellIndex,
});
export const cellAt = ({ row, column }) => rows()[row]?.cells[column];

/* A place outlives its cell: the server renders a row anew after each edit. */
export const cellOf = ({ rule, key }) => {
  const column = heads().findIndex((head) => (head.dataset.key ?? "") === key);
  return byId(rule)?.cells?.[Math.max(column, 0)];
};
export const cellAround = (target) => {
  const cell = target?.closest?.("#grid-table tbody td, #grid-table tbody th");
  return cell?.parentElement.id ? cell : null;
};

/* The words of a cell without the badges and links that may follow them. */
export const wordsOf = (cell) => {
  const first = cell.firstChild;
  return first?.nodeType === Node.TEXT_NODE || first?.nodeName === "DIV" ? first.textContent : "";
};

export const say = (words) => {
  byId("grid-said").textContent = words;
};
