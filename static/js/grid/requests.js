/* What the grid asks of the server: one request after the other, and nothing typed is
   dropped. The address, and what an entry means, are the server's. */
import { filled } from "./blocks.js";
import {
  byId,
  cellOf,
  editor,
  frame,
  heads,
  keyOf,
  pending,
  rows,
  ruleOf,
  say,
  wordsOf,
} from "./page.js";
import { box } from "./selection.js";
import { alreadyTold, inTurn, isGridAddress, unansweredEntries } from "./turns.js";

const turn = inTurn();
const unanswered = unansweredEntries();

/* Where an answer breaks while it is put in place, htmx tells the console, and its
   promise never ends: the next request must not wait for it. */
let release = () => {};
frame.addEventListener("htmx:onLoadError", ({ target }) => {
  if (target === frame || target === editor) release();
});
const ask = (verb, url, context) =>
  new Promise((resolve, reject) => {
    release = resolve;
    window.htmx.ajax(verb, url, context).then(resolve, reject);
  });

export const send = (url, given) => {
  const values = { seen: byId("grid-seen").value, ...given };
  const context = { source: frame, swap: "none settle:0ms", values };
  return turn(() => ask("POST", url, context)).catch(alreadyTold);
};
export const undo = (action) => send(frame.dataset.step, { action });

/** Ask for the control of a cell; `show` runs where it has come. */
export const fetchControl = (place, show) => {
  const url = `${frame.dataset.cell}?${new URLSearchParams(place)}`;
  const context = { source: editor, target: editor, swap: "innerHTML" };
  return turn(() => ask("GET", url, context)).then(show, alreadyTold);
};

const showEntry = ({ rule, key, words }) => {
  const cell = cellOf({ rule, key });
  if (!cell) return;
  cell.textContent = words;
  cell.classList.add("is-pending");
};
/** Entries without an answer stand in their cells again after rows were rendered. */
export const showUnanswered = () => unanswered.entries.forEach(showEntry);

export const write = (cell, words) => {
  const isNew = words !== (cell.dataset.t ?? "") && words !== wordsOf(cell);
  if (!isNew && !cell.classList.contains("is-pending")) return;
  const entry = { rule: ruleOf(cell), key: keyOf(cell), words };
  unanswered.add(entry);
  showEntry(entry);
  send(frame.dataset.cell, entry);
};

/** Write a block from the selected cells on; the first column names rules, it has none. */
export const writeBlock = (text, options = {}) => {
  const { top, left, bottom, right } = box();
  const from = Math.max(left, 1);
  const block = filled(text, { height: bottom - top + 1, width: right - from + 1 });
  send(frame.dataset.paste, {
    block,
    rules: rows()
      .slice(top, top + block.split("\n").length)
      .map((row) => row.id),
    keys: heads()
      .slice(from)
      .map((head) => head.dataset.key),
    ...options,
  });
};

export const isOurs = (event) => isGridAddress(event.detail.pathInfo?.requestPath);
export const markUnsaved = () => {
  for (const cell of pending()) cell.classList.add("is-unsaved");
};
const lose = (words) => {
  markUnsaved();
  say(words);
};
const settle = (event) => unanswered.settle(event.detail.requestConfig.parameters);

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  if (!isOurs(event)) return;
  if (event.detail.xhr.getResponseHeader("X-Rule-Grid")) {
    settle(event);
    return;
  }
  event.preventDefault();
  lose(
    "Not saved: the answer was not from the grid. You may be signed out; what you typed is still here.",
  );
});
for (const kind of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(kind, (event) => {
    if (!isOurs(event)) return;
    settle(event);
    lose("Not saved: no answer from the server. What you typed is still here.");
  });
}

/* The forms around the table: undo, rules, columns, the control of a cell. */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-grid]");
  if (!form) return;
  event.preventDefault();
  const entered = new FormData(form, event.submitter);
  const names = [...new Set(entered.keys())];
  send(
    form.getAttribute("action"),
    Object.fromEntries(names.map((name) => [name, entered.getAll(name)])),
  );
});
