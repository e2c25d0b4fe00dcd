"""Two versions of a ruleset side by side, down to the cell."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from treatments.authoring.document.cell_conditions import in_words
from treatments.authoring.document.columns import OTHERS, facts_of
from treatments.authoring.document.parts import (
    LISTS,
    Document,
    PartChange,
    Parts,
    address,
    difference,
    merged_order,
    same_order,
    split,
    steps,
)
from treatments.authoring.document.row_fields import SECTIONS, SINGLES, TITLES

_WORDS = re.compile(r"\s*\S+|\s+")
ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


#: Texts of at least so many characters are compared word by word.
LONG = 25
#: A text in pieces, each with whether the other text has it otherwise.
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One cell or field, before and after, in words; empty where it was not."""

    name: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """Whether the field was added, removed, or changed."""
        if not self.before:
            return ADDED
        return CHANGED if self.after else REMOVED

    @property
    def pieces(self) -> tuple[Pieces, Pieces]:
        """Both texts in pieces: of long ones, only the words that differ are marked."""
        if min(len(self.before), len(self.after)) < LONG:
            return ((self.before, True),), ((self.after, True),)
        return _by_word(self.before, self.after)


@dataclass(frozen=True, slots=True)
class RowChange:
    """One rule or row, with each field that differs."""

    address: str
    name: str
    kind: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one table, or of one list; ``table`` is empty for a list."""

    title: str
    table: str
    rows: tuple[RowChange, ...]


def compare(old: Document, new: Document) -> list[Group]:
    """What ``new`` changes in ``old``, grouped by table and list.

    Raises:
        UnsplittableError: one of them has no parts.
    """
    return compare_parts(split(old), split(new))


def compare_parts(before: Parts, after: Parts) -> list[Group]:
    """As :func:`compare`, of documents that were taken apart already."""
    found: dict[tuple[str, str], list[RowChange]] = {}
    for change in difference(before, after):
        place = steps(change.address)
        table = place[1] if place[0] == "tables" and len(place) > 1 else ""
        row = _row(change, place, before, after)
        if row is not None:
            found.setdefault((place[0], table), []).append(row)
    return [
        Group(_title(section, table, before, after), table, tuple(rows))
        for (section, table), rows in found.items()
    ]


def beside(
    place: str, theirs: Any, yours: Any, parts: Parts
) -> tuple[FieldChange, ...]:
    """What two people made of one part, field by field: theirs before yours."""
    return _fields(PartChange(place, theirs, yours), parts, parts)


def _title(section: str, table: str, before: Parts, after: Parts) -> str:
    if not table:
        return TITLES.get(section, section)
    head = after.get(f"tables/{table}") or before.get(f"tables/{table}") or {}
    return str(head.get("title") or table)


def _row(
    change: PartChange, place: tuple[str, ...], before: Parts, after: Parts
) -> RowChange | None:
    if isinstance(change.before or change.after, list):
        return _order_change(change, place, before, after)
    name = place[-1]
    if len(place) == 2 and place[0] == "tables":
        name = "The table itself"
    fields = _fields(change, before, after)
    return RowChange(change.address, name, _kind(change), fields)


def _fields(change: PartChange, before: Parts, after: Parts) -> tuple[FieldChange, ...]:
    """Each field that differs; a cell by the label of its fact, empty ones as any."""
    section = steps(change.address)[0]
    cells = {*_cells(change.before), *_cells(change.after)}
    old = _in_words(change.before, before, cells)
    new = _in_words(change.after, after, cells)
    return tuple(
        FieldChange(_label(name, section, after, is_cell=name in cells), was, now)
        for name in dict.fromkeys([*old, *new])
        for was, now in [(old.get(name, ""), new.get(name, ""))]
        if was != now
    )


def _in_words(row: Any, parts: Parts, cells: Iterable[str]) -> dict[str, str]:
    """A row's fields in words; of a row that is there, also the cells that are any."""
    found = _flat(row)
    if row is None:
        return found
    facts = facts_of(parts)
    for name in cells:
        text, fact = found.get(name, ""), facts.get(name)
        found[name] = (in_words(fact, text) if fact else text) or "any"
    return found


def _label(name: str, section: str, parts: Parts, *, is_cell: bool) -> str:
    if is_cell:
        fact = parts.get(address("facts", name)) or {}
        return fact.get("label") or name.replace("_", " ").capitalize()
    if name in OTHERS:
        return OTHERS[name][0]
    known = SECTIONS[section].fields if section in SECTIONS else ()
    _, singles = SINGLES.get(section, ("", ()))
    labels = {field.name: field.label for field in (*known, *singles)}
    return labels.get(name, name.replace("_", " ").capitalize())


def _by_word(before: str, after: str) -> tuple[Pieces, Pieces]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    left, right = [], []
    for kind, i, j, k, m in matcher.get_opcodes():
        left.append(("".join(old[i:j]), kind != "equal"))
        right.append(("".join(new[k:m]), kind != "equal"))
    return tuple(p for p in left if p[0]), tuple(p for p in right if p[0])


def _cells(row: Any) -> Iterable[str]:
    return row.get("cells", ()) if isinstance(row, Mapping) else ()


def _kind(change: PartChange) -> str:
    if change.before is None:
        return ADDED
    return REMOVED if change.after is None else CHANGED


def _order_change(
    change: PartChange, place: tuple[str, ...], before: Parts, after: Parts
) -> RowChange | None:
    """A list's order: shown only where rows moved, or columns came or went."""
    old, new = change.before or [], change.after or []
    if place[-1] == "inputs":

        def label(name: str) -> str:
            return _label(name, "", after if name in new else before, is_cell=True)

        fields = (
            *(FieldChange(label(n), "", "column") for n in new if n not in old),
            *(FieldChange(label(n), "column", "") for n in old if n not in new),
        )
        if fields:
            return RowChange(change.address, "Columns", CHANGED, fields)
    kept_old = [name for name in old if name in new]
    kept_new = [name for name in new if name in old]
    if kept_old == kept_new:
        return None
    moved = FieldChange("Order", ", ".join(kept_old), ", ".join(kept_new))
    return RowChange(change.address, "Order", MOVED, (moved,))


def _flat(row: Any) -> dict[str, str]:
    """A row as named texts: a rule's cells and outputs by their own names."""
    found: dict[str, str] = {}
    for name, value in row.items() if isinstance(row, Mapping) else ():
        if name in ("cells", "outputs", "when", "then") and isinstance(value, Mapping):
            found |= {str(key): words(cell) for key, cell in value.items()}
        else:
            found[name] = words(value)
    return found


def words(value: Any) -> str:
    """A value of a document as one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(words(item) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {words(item)}" for key, item in value.items())
    return str(value)


def place_words(place: str) -> str:
    """Where a part stands, as it is named to whoever has to look at it."""
    path = steps(place)
    if path[-1] == "rules" and len(path) == 3:
        return f"the order of the rules of {path[1]}"
    if path[-1] == "inputs" and len(path) == 3:
        return f"the columns of {path[1]}"
    return TITLES.get(path[-1], path[-1]) if len(path) == 1 else path[-1]


def merge(base: Document, mine: Document, theirs: Document) -> tuple[Parts, list[str]]:
    """What ``mine`` made of ``base``, made of ``theirs``; and where both changed it.

    The parts are those of ``theirs`` with every change of ``mine`` that ``theirs`` did
    not touch; the addresses are the ones that both changed, each in its own way: there
    ``mine`` stands, to be looked at. What one side removed and ``mine`` changed is
    back.
    """
    root, own, other = split(base), split(mine), split(theirs)
    merged, clashes = dict(other), []
    for change in difference(root, own):
        place, wanted = change.address, change.after
        now = other.get(place)
        if now not in (change.before, change.after) and _is_clash(change, now):
            clashes.append(place)
        if isinstance(wanted, list) and now is not None:
            wanted = merged_order(change.before or (), wanted, now)
        if wanted is None:
            merged.pop(place, None)
        else:
            merged[place] = wanted
    return _closed(_brought_back(merged, own)), clashes


def _is_clash(change: PartChange, now: Any) -> bool:
    """Whether two changes of one part cannot both stand; of a list only moves."""
    lists = (change.before, change.after, now)
    if not all(isinstance(one, list) for one in lists):
        return True
    before, after, now = lists
    moved_by_both = not (same_order(before, after) or same_order(before, now))
    return moved_by_both and not same_order(after, now)


def _brought_back(merged: Parts, own: Parts) -> Parts:
    """Rows of ``own`` that stand in no list any more, in their lists again."""
    found = dict(merged)
    for table in own["tables"]:
        place = address("tables", table)
        is_cut = any(part.startswith(f"{place}/") for part in merged)
        if place not in merged and is_cut and table not in merged["tables"]:
            kept = {p: v for p, v in own.items() if f"{p}/".startswith(f"{place}/")}
            found = {**kept, **found}
    for place, names in own.items():
        if _is_of_rows(place) and place in found:
            there = [n for n in names if f"{place}/{address(n)}" in found]
            found[place] = merged_order((), there, found[place])
    return found


def _is_of_rows(place: str) -> bool:
    """Whether a part is the order of rows that are parts themselves."""
    path = steps(place)
    return place in LISTS or (
        path[0] == "tables" and path[-1] == "rules" and len(path) == 3
    )


def _closed(parts: Parts) -> Parts:
    """Orders without the rows that went, so that the document can be joined."""
    return {
        place: [n for n in value if f"{place}/{address(n)}" in parts]
        if _is_of_rows(place)
        else value
        for place, value in parts.items()
    }
