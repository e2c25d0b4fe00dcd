/* What the grid asks of the server: one request after the other, and nothing typed is
   dropped. The address, and what an entry means, are the server's. */
import { isNotYours, renewToken } from "../keep/token.js";
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
let lost = []; // of those, what did not arrive

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
  /* Under this name the server keeps what comes after the session has ended. */
  const kept = given.key ? { kept_part: `${given.rule} ${given.key}` } : {};
  const values = { seen: byId("grid-seen").value, ...kept, ...given };
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
  forgetLost(entry);
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
/* What is typed into a cell takes the place of what was lost there. */
const forgetLost = ({ rule, key }) => {
  const isThere = (entry) => entry.rule === rule && entry.key === key;
  for (const entry of lost.filter(isThere)) unanswered.settle(entry);
  lost = lost.filter((entry) => !isThere(entry));
};
const settle = ({ detail }) => {
  unanswered.settle(detail.requestConfig.parameters);
  forgetLost(detail.requestConfig.parameters);
};

/* Entries that did not arrive are sent again as soon as they may arrive: when there is a
   connection, and somebody signed in. */
const AGAIN = 10000;
let timer = 0;
let triedAt = 0;
const lose = ({ detail }, words) => {
  const { rule, key, words: typed } = detail.requestConfig.parameters;
  if (typed !== undefined) lost.push({ rule, key, words: typed });
  markUnsaved();
  say(words);
};
const sendAgain = async () => {
  clearTimeout(timer);
  if (!lost.length || Date.now() - triedAt < 1000) return;
  triedAt = Date.now();
  await renewToken().catch(() => {});
  const entries = lost;
  lost = [];
  for (const entry of entries) send(frame.dataset.cell, entry);
};
for (const kind of ["online", "focus"]) window.addEventListener(kind, sendAgain);
new BroadcastChannel("spine-cds-session").addEventListener("message", sendAgain);

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr } = event.detail;
  /* A panel beside the grid, of somebody signed out, leads away: not from entries. */
  if (xhr.getResponseHeader("HX-Redirect") && pending().length) event.preventDefault();
  if (!isOurs(event)) return;
  if (xhr.getResponseHeader("X-Rule-Grid") !== null) {
    settle(event);
    return;
  }
  event.preventDefault();
  if (isNotYours(xhr))
    lose(event, "Not saved: somebody else is signed in here now. What you typed is still here.");
  else
    lose(
      event,
      "Not saved: the answer was not from the grid. You may be signed out; what you typed is still here.",
    );
  /* The token is of the sign-in before: a new one is asked for, once. */
  if (xhr.status !== 403 || Date.now() - triedAt < AGAIN) return;
  if (lost.length) sendAgain();
  else renewToken();
});
for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(kind, (event) => {
    if (!isOurs(event)) return;
    lose(event, "Not saved: no connection. What you typed is still here; trying again.");
    timer = setTimeout(sendAgain, AGAIN);
  });
}
document.body.addEventListener("htmx:responseError", (event) => {
  if (!isOurs(event)) return;
  markUnsaved();
  say("Not saved: no answer from the server. What you typed is still here.");
});

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
