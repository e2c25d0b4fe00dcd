/* Typing right into a cell, and into the line above the table. */
import { labelOf, line, ruleOf } from "./page.js";
import { write } from "./requests.js";
import { active, describe, step, tab } from "./selection.js";

export let field = null; // the input in a cell that is being typed into

export const type = (cell, words, caret = words.length) => {
  field = document.createElement("input");
  field.className = "grid-quick";
  field.value = words;
  field.setAttribute("aria-label", `${ruleOf(cell)}, ${labelOf(cell)}`);
  cell.append(field);
  field.focus();
  field.setSelectionRange(caret, caret);
  field.addEventListener("blur", () => finish(true));
};
export const finish = (keep) => {
  if (!field) return;
  const { value, parentElement: cell } = field;
  const done = field;
  field = null; // before it goes: a field that is removed loses its focus, and ends again
  done.remove();
  if (keep) write(cell, value);
};
/* Its row is about to be rendered anew: what is typed goes on in the new one. */
export const takeOver = () => {
  const typed = { words: field.value, caret: field.selectionStart };
  field = null;
  return typed;
};

export const keyInField = (event) => {
  const { key, shiftKey } = event;
  if (!["Enter", "Tab", "Escape"].includes(key)) return;
  event.preventDefault();
  finish(key !== "Escape");
  active.focus();
  if (key === "Enter") step(shiftKey ? -1 : 1, 0);
  if (key === "Tab") tab(shiftKey ? -1 : 1);
};

line.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" && (event.key !== "Enter" || line.readOnly)) return;
  event.preventDefault();
  if (event.key === "Enter") write(active, line.value);
  else describe();
  active.focus();
});
