/* Requests in turn: an undo never overtakes the entry before it. */

/** Give a function that runs steps one after the other, whether the one before went well
    or not. What it returns tells of its own step alone. */
export const inTurn = () => {
  let last = Promise.resolve();
  return (step) => {
    const done = last.then(step);
    last = done.catch(() => {}); // who asked for that step hears of it
    return done;
  };
};

/** For the catch of a request: htmx rejects with no reason, after an event that the grid
    tells in words. A reason means a defect, which nobody may miss. */
export const alreadyTold = (reason) => {
  if (reason !== undefined) throw reason;
};

/** Entries that have no answer yet, in the order in which they were sent. */
export const unansweredEntries = () => {
  const entries = [];
  return {
    entries,
    add: (entry) => entries.push(entry),
    settle: ({ rule, key, words }) => {
      const at = entries.findIndex(
        (entry) => entry.rule === rule && entry.key === key && entry.words === words,
      );
      if (at >= 0) entries.splice(at, 1);
    },
  };
};

const GRID_ADDRESS = /\/tables\/[^/]+\/(cell|row|column|step|paste)\/(\?|$)/;
/** Whether an address is one that the grid itself asks, and not a panel beside it. */
export const isGridAddress = (path) => GRID_ADDRESS.test(path ?? "");
