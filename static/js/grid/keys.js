/* What a key that is pressed on a cell asks for. */
const FAR = 999;
const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};
const ENDS = { Home: -FAR, End: FAR };
const UNDONE = { z: "undo", y: "redo" };

const moveOf = (key, isCommand) => {
  /* Home and End stay in the row; with Control they go to a corner of the table. */
  if (ENDS[key]) return [isCommand ? ENDS[key] : 0, ENDS[key]];
  const far = isCommand ? FAR : 1;
  return MOVES[key]?.map((by) => by * far);
};

/** [command, ...arguments] of a key press, or null for what the browser does with it.
    `writable`: whether the person may edit. */
export const commandOf = (press, writable) => {
  const { key, shiftKey, altKey } = press;
  const isCommand = press.ctrlKey || press.metaKey;
  if (altKey && key === "ArrowUp") return ["moveRule", "up"];
  if (altKey && key === "ArrowDown") return ["moveRule", "down"];
  const move = moveOf(key, isCommand);
  if (move) return ["step", ...move, shiftKey];
  if (key === "Tab" && !isCommand) return ["tab", shiftKey ? -1 : 1];
  if (key === "Enter" || key === "F2") return ["open"];
  if (key === "Escape") return ["leave"];
  return writable ? editOf(key, isCommand, press) : null;
};

const editOf = (key, isCommand, { shiftKey, altKey }) => {
  const step = isCommand && UNDONE[key.toLowerCase()];
  if (step) return ["undo", shiftKey ? "redo" : step];
  if (key === "Delete" || key === "Backspace") return ["empty"];
  return key.length === 1 && !isCommand && !altKey ? ["type", key] : null;
};
