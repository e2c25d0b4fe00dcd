import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, controlPlace, stepped, tabbed } from "../../static/js/grid/geometry.js";

const SIZE = { rows: 3, columns: 4 };
const at = (row, column) => ({ row, column });

test("a box has the same edges from whichever corner it is drawn", () => {
  const edges = { top: 0, bottom: 2, left: 1, right: 3 };
  assert.deepEqual(boxOf(at(0, 3), at(2, 1)), edges);
  assert.deepEqual(boxOf(at(2, 1), at(0, 3)), edges);
  assert.deepEqual(boxOf(at(10, 9), at(9, 10)), { top: 9, bottom: 10, left: 9, right: 10 });
});

test("the box of one cell holds that cell alone", () => {
  assert.deepEqual(boxOf(at(1, 2), at(1, 2)), { top: 1, bottom: 1, left: 2, right: 2 });
});

test("a step stops at the edges of the table", () => {
  assert.deepEqual(stepped(at(1, 1), 1, -1, SIZE), at(2, 0));
  assert.deepEqual(stepped(at(0, 0), -1, -1, SIZE), at(0, 0));
  assert.deepEqual(stepped(at(1, 1), 999, 999, SIZE), at(2, 3));
});

test("a tab goes on in the next row, and leaves the table at both ends", () => {
  assert.deepEqual(tabbed(at(0, 2), 1, SIZE), at(0, 3));
  assert.deepEqual(tabbed(at(0, 3), 1, SIZE), at(1, 0));
  assert.deepEqual(tabbed(at(1, 0), -1, SIZE), at(0, 3));
  assert.equal(tabbed(at(2, 3), 1, SIZE), null);
  assert.equal(tabbed(at(0, 0), -1, SIZE), null);
});

const VIEW = { left: 100, top: 50, width: 400, height: 300 };
const CONTROL = { width: 200, height: 120 };

test("a control opens below its cell", () => {
  const cell = { left: 150, top: 60, height: 30 };
  assert.deepEqual(controlPlace(cell, CONTROL, VIEW), { left: 150, top: 90 });
});

test("a control opens above its cell where there is no room below", () => {
  const cell = { left: 150, top: 300, height: 30 };
  assert.deepEqual(controlPlace(cell, CONTROL, VIEW), { left: 150, top: 180 });
});

test("a control stays in view", () => {
  const right = { left: 480, top: 60, height: 30 };
  assert.equal(controlPlace(right, CONTROL, VIEW).left, 292);
  const left = { left: 20, top: 60, height: 30 };
  assert.equal(controlPlace(left, CONTROL, VIEW).left, 100);
  const tall = { left: 150, top: 100, height: 200 };
  assert.equal(controlPlace(tall, CONTROL, VIEW).top, 50);
});
