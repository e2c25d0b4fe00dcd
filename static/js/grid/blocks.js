/* Blocks of cells as text, as spreadsheets exchange them: a tab between two cells, a
   newline between two rows. */

/* What a spreadsheet would run as a formula gets an apostrophe before it. */
const harmless = (words) => (/^([=+@]|-(?!\d))/.test(words) ? `'${words}` : words);
const quoted = (words) => (/[\t\n"]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words);

/** The text of rows of words, for the clipboard. */
export const blockOf = (rows) =>
  rows.map((cells) => cells.map((words) => quoted(harmless(words))).join("\t")).join("\n");

/** The text of a clipboard, whatever system it comes from. */
export const withNewlines = (text) => text.replace(/\r\n?/g, "\n");

/** The block to write: one single cell fills the whole of what is selected. */
export const filled = (block, { height, width }) => {
  const words = block.trim();
  if (/[\t\n]/.test(words)) return block;
  return Array(height).fill(Array(width).fill(words).join("\t")).join("\n");
};
