import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf } from "../../static/js/grid/keys.js";

const held = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const pressed = (names, writable = true) => {
  const keys = names.split(" ");
  const press = { ...held, key: keys.at(-1) };
  for (const modifier of keys.slice(0, -1)) press[`${modifier}Key`] = true;
  return commandOf(press, writable);
};

const asked = {
  ArrowUp: ["step", -1, 0, false],
  ArrowRight: ["step", 0, 1, false],
  "shift ArrowDown": ["step", 1, 0, true],
  PageDown: ["step", 10, 0, false],
  Home: ["step", 0, -999, false],
  "shift End": ["step", 0, 999, true],
  "ctrl ArrowDown": ["step", 999, 0, false],
  "meta ArrowLeft": ["step", 0, -999, false],
  "ctrl Home": ["step", -999, -999, false],
  "ctrl End": ["step", 999, 999, false],
  Tab: ["tab", 1],
  "shift Tab": ["tab", -1],
  Enter: ["open"],
  F2: ["open"],
  Escape: ["leave"],
  "alt ArrowUp": ["moveRule", "up"],
  "alt ArrowDown": ["moveRule", "down"],
  "ctrl z": ["undo", "undo"],
  "meta z": ["undo", "undo"],
  "ctrl shift Z": ["undo", "redo"],
  "ctrl y": ["undo", "redo"],
  Delete: ["empty"],
  Backspace: ["empty"],
  y: ["type", "y"],
  "shift Y": ["type", "Y"],
};
for (const [names, command] of Object.entries(asked)) {
  test(`${names}: ${command.join(" ")}`, () => assert.deepEqual(pressed(names), command));
}

for (const names of ["ctrl c", "ctrl Tab", "alt x", "F5", "Shift"]) {
  test(`${names} is left to the browser`, () => assert.equal(pressed(names), null));
}

test("who may only read moves and opens, and changes nothing", () => {
  assert.deepEqual(pressed("ArrowUp", false), ["step", -1, 0, false]);
  assert.deepEqual(pressed("Enter", false), ["open"]);
  for (const names of ["y", "Delete", "ctrl z", "ctrl y"]) {
    assert.equal(pressed(names, false), null);
  }
});
