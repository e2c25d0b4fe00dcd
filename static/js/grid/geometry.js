/* Positions in a table, without the table: { row, column }, both counted from 0. */
const within = (value, count) => Math.max(0, Math.min(value, count - 1));
const ascending = (one, other) => (one < other ? [one, other] : [other, one]);

/** The smallest box that holds both positions, its edges included. */
export const boxOf = (one, other) => {
  const [top, bottom] = ascending(one.row, other.row);
  const [left, right] = ascending(one.column, other.column);
  return { top, bottom, left, right };
};

/** The position so many rows down and columns to the right, held within the table. */
export const stepped = ({ row, column }, down, right, { rows, columns }) => ({
  row: within(row + down, rows),
  column: within(column + right, columns),
});

/** The next (by = 1) or previous (by = -1) position in reading order; null outside. */
export const tabbed = ({ row, column }, by, { rows, columns }) => {
  const at = row * columns + column + by;
  if (at < 0 || at >= rows * columns) return null;
  return { row: Math.floor(at / columns), column: at % columns };
};

/** Where the control of a cell opens: below it where there is room, else above it, and
    never outside of what is in view. All numbers are pixels within what scrolls. */
export const controlPlace = (cell, control, view) => {
  const room = view.left + view.width - control.width - 8;
  const below = cell.top + cell.height;
  const fits = below + control.height < view.top + view.height;
  return {
    left: Math.max(view.left, Math.min(cell.left, room)),
    top: fits ? below : Math.max(view.top, cell.top - control.height),
  };
};
