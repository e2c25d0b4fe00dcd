/* Blocks go to a spreadsheet and come from it. */
import { blockOf, withNewlines } from "./blocks.js";
import { cellAround, keyOf, say, wordsOf, writable } from "./page.js";
import { writeBlock } from "./requests.js";
import { active, selected } from "./selection.js";

const isOnCell = () => active && cellAround(document.activeElement) === document.activeElement;

document.addEventListener("copy", (event) => {
  if (!isOnCell()) return;
  const words = selected().map((cells) => cells.filter(keyOf).map(wordsOf));
  event.clipboardData.setData("text/plain", blockOf(words));
  event.preventDefault();
  say("Copied.");
});
document.addEventListener("paste", (event) => {
  if (!isOnCell() || !writable) return;
  event.preventDefault();
  writeBlock(withNewlines(event.clipboardData.getData("text/plain")));
});
