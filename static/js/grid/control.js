/* The control of a cell, as the server renders it: chips, numbers, a text. */
import { controlPlace } from "./geometry.js";
import { cellOf, editor, keyOf, scroll, wordsOf, writable } from "./page.js";
import { fetchControl } from "./requests.js";
import { active, focusPlace, place } from "./selection.js";
import { field, type } from "./typing.js";

const put = (cell) => {
  const view = {
    left: scroll.scrollLeft,
    top: scroll.scrollTop,
    width: scroll.clientWidth,
    height: scroll.clientHeight,
  };
  const around = {
    left: cell.offsetLeft,
    top: cell.offsetTop,
    height: cell.offsetHeight,
  };
  const control = { width: editor.offsetWidth, height: editor.offsetHeight };
  const { left, top } = controlPlace(around, control, view);
  editor.style.left = `${left}px`;
  editor.style.top = `${top}px`;
};
const show = (cell) => {
  editor.hidden = false;
  put(cell);
  const chosen = editor.querySelector(":checked:not(option)");
  (chosen ?? editor.querySelector("select, textarea, input:not([type=hidden])"))?.focus();
};

export const open = (cell) => {
  if (!keyOf(cell)) {
    cell.querySelector("a")?.focus();
    return;
  }
  if (!writable) return;
  if (cell.classList.contains("is-unsaved")) {
    type(cell, wordsOf(cell));
    return;
  }
  const asked = place;
  fetchControl(asked, () => {
    const now = cellOf(asked);
    /* It waited for an answer: whoever went on meanwhile keeps the focus. */
    if (now && now === active && !field && editor.children.length) show(now);
  });
};
export const close = (focus = true) => {
  if (editor.hidden) return;
  editor.hidden = true;
  editor.replaceChildren();
  if (focus) focusPlace();
};
export const submit = () => editor.querySelector("form")?.requestSubmit();
