import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alreadyTold,
  inTurn,
  isGridAddress,
  unansweredEntries,
} from "../../static/js/grid/turns.js";

test("a step begins when the one before has ended", async () => {
  const turn = inTurn();
  const order = [];
  const step = (name, pause) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, pause));
    order.push(`${name} ends`);
  };
  await Promise.all([turn(step("slow", 10)), turn(step("quick", 0))]);
  assert.deepEqual(order, ["slow begins", "slow ends", "quick begins", "quick ends"]);
});

test("a step that fails stops none after it, and tells its own caller alone", async () => {
  const turn = inTurn();
  const failed = turn(() => Promise.reject(new Error("broken")));
  const next = turn(() => "done");
  await assert.rejects(failed, /broken/);
  assert.equal(await next, "done");
});

test("a step that throws at once is heard of as well", async () => {
  const turn = inTurn();
  const failed = turn(() => {
    throw new TypeError("no such thing");
  });
  await assert.rejects(failed, TypeError);
});

test("what was told in words is not told again", async () => {
  assert.equal(await Promise.reject(undefined).catch(alreadyTold), undefined);
});

test("a defect is never swallowed", async () => {
  for (const reason of [new TypeError("x is undefined"), null, "words"]) {
    await assert.rejects(Promise.reject(reason).catch(alreadyTold), (found) => found === reason);
  }
});

test("an answer settles the oldest entry that is the same", () => {
  const unanswered = unansweredEntries();
  const yes = { rule: "CONS-01", key: "cells.age", words: "yes" };
  const no = { ...yes, words: "no" };
  for (const entry of [{ ...yes }, no, { ...yes }]) unanswered.add(entry);
  unanswered.settle(yes);
  assert.deepEqual(unanswered.entries, [no, yes]);
  unanswered.settle({ rule: "CONS-02", key: "cells.age", words: "yes" });
  assert.deepEqual(unanswered.entries, [no, yes]);
});

test("the grid tells its own addresses from those of the panels beside it", () => {
  const table = "/drafts/18bfa176/tables/cons";
  for (const part of ["cell", "row", "column", "step", "paste"]) {
    assert.ok(isGridAddress(`${table}/${part}/`));
    assert.ok(isGridAddress(`${table}/${part}/?rule=CONS-01`));
  }
  for (const path of [`${table}/checks/`, `${table}/finding/`, `${table}/`, "/", undefined]) {
    assert.ok(!isGridAddress(path));
  }
});
