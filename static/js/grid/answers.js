/* Rows come back from the server: the focus, and what is being typed, stay in place. */
import { close } from "./control.js";
import { byId, cellOf, dialog, heads } from "./page.js";
import { isOurs, markUnsaved, showUnanswered } from "./requests.js";
import { active, describe, focusPlace, place, restore } from "./selection.js";
import { field, takeOver, type } from "./typing.js";

/* Badges that say the same as before stay, and so does a focus on them. */
const badgesOf = (part) => [...part.querySelectorAll("a")].map((a) => a.href + a.title).join();
/* A rule that was just made becomes the active one. */
const takeMade = () => {
  const { made } = byId("grid").dataset;
  delete byId("grid").dataset.made;
  return made ? { rule: made, key: heads()[1]?.dataset.key ?? "" } : null;
};

/* A full check that was asked for before this answer speaks of rows that may be gone. */
const dropAnswerOf = (asking) => {
  asking?.addEventListener("htmx:beforeOnLoad", (event) => event.preventDefault());
};

let leaving = null; // what was in rows that are being replaced
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.matches(".row-badges") && badgesOf(target) === badgesOf(fragment)) {
    event.detail.shouldSwap = false;
  }
  if (target.id === "grid-checks") dropAnswerOf(target.firstElementChild);
  if (!target.matches("#grid, #grid tr")) return;
  const hadFocus = target.contains(document.activeElement);
  leaving = { hadFocus, typed: field && target.contains(field) ? takeOver() : null };
});
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const part = event.target; // it is told of every part that came so far
  if (part.id === "grid-bar" && active) describe();
  if (part.matches(".row-badges")) {
    for (const link of part.querySelectorAll("a")) link.tabIndex = -1;
  }
  if (!leaving) return;
  const { hadFocus, typed } = leaving;
  leaving = null;
  const made = takeMade();
  showUnanswered();
  restore(made ?? place);
  if (typed) type(cellOf(place), typed.words, typed.caret);
  else if (hadFocus || made) focusPlace();
});

/* An answer may ask back: a conflict, a block to be confirmed. */
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!isOurs(event) || !event.detail.successful) return;
  const asks = byId("grid-dialog-body").children.length > 0;
  if (asks && !dialog.open) dialog.showModal();
  if (asks) markUnsaved();
  if (!asks && dialog.open) dialog.close();
  const { verb, parameters } = event.detail.requestConfig;
  const isControl = verb === "post" && parameters.key && parameters.words === undefined;
  if (!asks && isControl) close();
});
