import assert from "node:assert/strict";
import { test } from "node:test";
import { blockOf, filled, withNewlines } from "../../static/js/grid/blocks.js";

test("cells are parted by tabs, rows by newlines", () => {
  assert.equal(
    blockOf([
      ["yes", "mild"],
      ["", "no"],
    ]),
    "yes\tmild\n\tno",
  );
});

test("a spreadsheet runs nothing that is copied", () => {
  for (const formula of ["=1+1", "+A1", "@SUM(A1)", "-A1"]) {
    assert.equal(blockOf([[formula]]), `'${formula}`);
  }
});

test("a negative number stays a number", () => {
  assert.equal(blockOf([["-3"]]), "-3");
});

test("words with a tab, a newline or a quote are quoted", () => {
  assert.equal(blockOf([["a\tb"]]), '"a\tb"');
  assert.equal(blockOf([["a\nb"]]), '"a\nb"');
  assert.equal(blockOf([['say "ah"']]), '"say ""ah"""');
  assert.equal(blockOf([["=a\tb"]]), '"\'=a\tb"');
});

test("newlines of every system are the same", () => {
  assert.equal(withNewlines("a\r\nb\rc\nd"), "a\nb\nc\nd");
});

test("one cell fills all that is selected", () => {
  assert.equal(filled(" yes\n", { height: 2, width: 3 }), "yes\tyes\tyes\nyes\tyes\tyes");
  assert.equal(filled("", { height: 2, width: 2 }), "\t\n\t");
});

test("a block of cells is written as it is", () => {
  for (const block of ["a\tb", "a\nb\n"]) {
    assert.equal(filled(block, { height: 5, width: 5 }), block);
  }
});
