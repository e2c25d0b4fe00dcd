/* The keyboard, as in a spreadsheet. */
import { close, open, submit } from "./control.js";
import { commandOf } from "./keys.js";
import { cellAround, editor, isText, keyOf, scroll, writable } from "./page.js";
import { undo, writeBlock } from "./requests.js";
import { active, step, tab } from "./selection.js";
import { field, keyInField, type } from "./typing.js";

/* Each returns false where the key is left to the browser. */
const commands = {
  step,
  tab,
  undo,
  open: () => open(active),
  empty: () => writeBlock("", { apply: 1, called: "Cells emptied" }),
  moveRule: (way) => document.querySelector(`#grid-row-form [value=${way}]`)?.click(),
  leave: () => document.querySelector(".grid-bar button, .grid-bar summary")?.focus(),
  type: (key) => {
    if (!keyOf(active)) return false;
    if (isText(active)) open(active);
    else type(active, key);
    return true;
  },
};

const keyOnCell = (event) => {
  const command = commandOf(event, writable);
  if (!command) return;
  const [name, ...options] = command;
  if (commands[name](...options) !== false) event.preventDefault();
};
const keyInControl = (event) => {
  if (event.key === "Escape") {
    close();
    return;
  }
  const isSubmit = event.ctrlKey || event.target.matches("input, select");
  if (event.key !== "Enter" || !isSubmit) return;
  event.preventDefault();
  submit();
};
/* A link within the first column. */
const keyOnLink = (event, cell) => {
  const { key, target } = event;
  if (key !== "Escape" && !key.startsWith("Arrow")) return;
  event.preventDefault();
  const links = [...cell.querySelectorAll("a")];
  const next = links[links.indexOf(target) + (/Up|Left/.test(key) ? -1 : 1)];
  (key === "Escape" ? cell : (next ?? cell)).focus();
};

scroll.addEventListener("keydown", (event) => {
  const { target } = event;
  const cell = cellAround(target);
  if (target === field) keyInField(event);
  else if (editor.contains(target)) keyInControl(event);
  else if (cell && target !== cell) keyOnLink(event, cell);
  else if (cell) keyOnCell(event);
});
