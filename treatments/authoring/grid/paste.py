"""A block of a spreadsheet, read cell by cell before anything is written."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treatments.authoring.document.columns import GridColumn
from treatments.engine.ruleset.words_reader import WordsError

MAX_BLOCK = 200_000
MAX_ENTRIES = 5_000


class BlockError(ValueError):
    """The block cannot be pasted at all; the message says why."""


@dataclass(frozen=True, slots=True)
class PastedCell:
    """One cell of the block: where it goes, what stands there, what would.

    ``rule`` is "+1" for the first new rule. With a ``problem`` it is left out.
    """

    rule: str
    column: GridColumn
    old: str
    new: str
    value: Any = None
    problem: str = ""

    @property
    def is_change(self) -> bool:
        """Whether the cell would be written, and is another one then."""
        return not self.problem and self.old != self.new


@dataclass(frozen=True, slots=True)
class PastePreview:
    """What a paste would write, and what of it cannot be read."""

    entries: tuple[PastedCell, ...]

    @property
    def changes(self) -> list[PastedCell]:
        """The cells to write."""
        return [entry for entry in self.entries if entry.is_change]

    @property
    def problems(self) -> list[PastedCell]:
        """The cells that cannot be read."""
        return [entry for entry in self.entries if entry.problem]

    @property
    def shown(self) -> list[PastedCell]:
        """What the preview lists: all but the cells that stay as they are."""
        return [e for e in self.entries if e.is_change or e.problem]

    @property
    def new_rules(self) -> int:
        """How many rules would be made."""
        return len({e.rule for e in self.changes if e.rule.startswith("+")})

    @property
    def same(self) -> int:
        """How many cells stay as they are."""
        return len(self.entries) - len(self.shown)

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """As ``edits.set_entries`` takes them."""
        return [(e.rule, e.column.key, e.value) for e in self.changes]


def block_of(text: str) -> list[list[str]]:
    """The lines and cells of what a spreadsheet puts on the clipboard.

    Raises:
        BlockError: it is too large, or broken.
    """
    if len(text) > MAX_BLOCK:
        raise BlockError(f"The block is longer than {MAX_BLOCK:,} characters.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    text = text.removesuffix("\n")
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter="\t"))
    except csv.Error as error:
        raise BlockError(
            f"The block is not cells from a spreadsheet: {error}"
        ) from None
    block = [[_meant(cell) for cell in line] or [""] for line in lines] or [[""]]
    if sum(len(line) for line in block) > MAX_ENTRIES:
        raise BlockError(f"The block has more than {MAX_ENTRIES:,} cells.")
    return block


def _meant(cell: str) -> str:
    """A spreadsheet writes an apostrophe before a text that it would run."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


def preview(
    block: Sequence[Sequence[str]],
    targets: Sequence[str],
    columns: Sequence[GridColumn],
    rules: Mapping[str, Mapping[str, Any]],
) -> PastePreview:
    """The block laid over the rules and columns that begin at the cell chosen.

    Lines beyond the last rule are new rules.

    Raises:
        BlockError: the block is wider than the columns.
    """
    width = max(len(line) for line in block)
    if width > len(columns):
        raise BlockError(
            f"The block has {width} columns; from here on the table has {len(columns)}."
        )
    return PastePreview(tuple(_entries(block, targets, columns, rules)))


def _entries(
    block: Sequence[Sequence[str]],
    targets: Sequence[str],
    columns: Sequence[GridColumn],
    rules: Mapping[str, Mapping[str, Any]],
) -> Iterator[PastedCell]:
    for at, line in enumerate(block):
        is_new = at >= len(targets)
        rule_id = f"+{at - len(targets) + 1}" if is_new else targets[at]
        if is_new and not any(line):
            continue
        rule = rules.get(rule_id, {})
        for column, words in zip(columns, line, strict=False):
            yield _entry(rule_id, column, words, rule)


def _entry(
    rule_id: str, column: GridColumn, words: str, rule: Mapping[str, Any]
) -> PastedCell:
    now = column.value_in(rule)
    old = column.words(now)
    try:
        value = column.read(words)
    except WordsError as problem:
        return PastedCell(rule_id, column, old, words, problem=str(problem))
    return PastedCell(rule_id, column, old, column.words(value), value)
