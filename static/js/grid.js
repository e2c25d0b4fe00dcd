/* The rule grid by keyboard and mouse, as in a spreadsheet. The server renders every row
   and decides what an entry means; without this script each rule has a page of its own. */
import "./grid/answers.js";
import "./grid/clipboard.js";
import "./grid/keyboard.js";
import { byId, pending, scroll } from "./grid/page.js";
import "./grid/pointer.js";
import { mark, place, restore } from "./grid/selection.js";
import { field } from "./grid/typing.js";

window.addEventListener("beforeunload", (event) => {
  if (pending().length || field) event.preventDefault();
});

byId("grid-line").hidden = false;
scroll.tabIndex = -1;
restore(place);
const named = byId(decodeURIComponent(location.hash.slice(1)));
if (named?.closest("#grid")) mark(named.cells[1] ?? named.cells[0]);
