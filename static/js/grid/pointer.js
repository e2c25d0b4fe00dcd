/* Mouse and finger. */
import { close, open, submit } from "./control.js";
import { byId, cellAround, dialog, editor, scroll } from "./page.js";
import { active, focusPlace, mark } from "./selection.js";
import { field, finish } from "./typing.js";

let isFinger = false;
scroll.addEventListener("pointerdown", (event) => {
  const cell = cellAround(event.target);
  isFinger = event.pointerType === "touch";
  if (!editor.hidden && !editor.contains(event.target)) submit();
  if (!cell || event.target === field || event.target.closest("a") || isFinger) return;
  event.preventDefault();
  finish(true);
  mark(cell, { extend: event.shiftKey });
});
/* A finger taps twice, and may scroll in between. */
scroll.addEventListener("click", (event) => {
  const cell = isFinger && !event.target.closest("a") && cellAround(event.target);
  if (!cell || event.target === field) return;
  if (document.activeElement === cell) {
    open(cell);
    return;
  }
  finish(true);
  mark(cell);
});
scroll.addEventListener("pointerover", (event) => {
  const cell = cellAround(event.target);
  const isDragged = event.buttons === 1 && !isFinger && active;
  if (cell && isDragged && !field && editor.hidden) mark(cell, { extend: true });
});
scroll.addEventListener("dblclick", (event) => {
  const cell = cellAround(event.target);
  if (cell && event.target !== field && !event.target.closest("a")) open(cell);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  if (editor.contains(event.target)) close();
  else dialog.close();
});
dialog.addEventListener("close", () => {
  byId("grid-dialog-body").replaceChildren();
  focusPlace();
});
