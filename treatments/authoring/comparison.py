"""Two versions of a ruleset side by side, down to the cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.authoring.parts import (
    LISTS,
    Change,
    Document,
    Parts,
    address,
    difference,
    split,
    steps,
)

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
SECTION_TITLES = {
    "metadata": "About the ruleset",
    "selection": "Order of preference and last resort",
    "facts": "Facts and presumptions",
    "rungs": "Rungs of the ladder",
    "treatments": "Treatments and their texts",
    "sources": "Sources",
    "tables": "Tables",
    "invariants": "Invariants",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One cell or field, before and after, in words; empty where it was not."""

    name: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        if not self.before:
            return ADDED
        return CHANGED if self.after else REMOVED


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
    """What ``new`` changes in ``old``, grouped by table and list."""
    before, after = split(old), split(new)
    return groups(difference(before, after), before, after)


def groups(changes: Iterable[Change], before: Parts, after: Parts) -> list[Group]:
    """These changes, in the words of the tables they belong to."""
    found: dict[tuple[str, str], list[RowChange]] = {}
    for change in changes:
        place = steps(change.address)
        table = place[1] if place[0] == "tables" and len(place) > 1 else ""
        row = _row(change, place, before, after)
        if row is not None:
            found.setdefault((place[0], table), []).append(row)
    return [
        Group(_title(section, table, before, after), table, tuple(rows))
        for (section, table), rows in found.items()
    ]


def _title(section: str, table: str, before: Parts, after: Parts) -> str:
    if not table:
        return SECTION_TITLES.get(section, section)
    head = after.get(f"tables/{table}") or before.get(f"tables/{table}") or {}
    return str(head.get("title") or table)


def _row(
    change: Change, place: tuple[str, ...], before: Parts, after: Parts
) -> RowChange | None:
    if isinstance(change.before or change.after, list):
        return _order_change(change, place)
    name = place[-1]
    if len(place) == 2 and place[0] == "tables":
        name = "The table itself"
    return RowChange(change.address, name, _kind(change), _fields(change, after))


def _fields(change: Change, after: Parts) -> tuple[FieldChange, ...]:
    """Each field that differs; a cell by the label of its fact, empty ones as any."""
    old, new = _flat(change.before), _flat(change.after)
    cells = {*_cells(change.before), *_cells(change.after)}
    before = "any" if change.before is not None else ""
    later = "any" if change.after is not None else ""
    found = []
    for name in dict.fromkeys([*old, *new]):
        is_cell = name in cells
        was = old.get(name, before if is_cell else "")
        now = new.get(name, later if is_cell else "")
        if was != now:
            fact = after.get(address("facts", name)) if is_cell else None
            label = (fact or {}).get("label") or name.replace("_", " ")
            found.append(FieldChange(label, was, now))
    return tuple(found)


def _cells(row: Any) -> Iterable[str]:
    return row.get("cells", ()) if isinstance(row, Mapping) else ()


def _kind(change: Change) -> str:
    if change.before is None:
        return ADDED
    return REMOVED if change.after is None else CHANGED


def _order_change(change: Change, place: tuple[str, ...]) -> RowChange | None:
    """A list's order: told only where rows moved, or columns came or went."""
    old, new = change.before or [], change.after or []
    if place[-1] == "inputs":
        fields = (
            *(FieldChange(name, "", "column") for name in new if name not in old),
            *(FieldChange(name, "column", "") for name in old if name not in new),
        )
        if fields:
            return RowChange(change.address, "Columns", CHANGED, fields)
    kept_old = [name for name in old if name in new]
    kept_new = [name for name in new if name in old]
    if kept_old == kept_new:
        return None
    moved = FieldChange("order", ", ".join(kept_old), ", ".join(kept_new))
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


def merge(base: Document, mine: Document, theirs: Document) -> tuple[Parts, list[str]]:
    """What ``mine`` made of ``base``, made of ``theirs``; and where both changed it.

    The parts are those of ``theirs`` with every change of ``mine`` that ``theirs`` did
    not touch; the addresses are the ones that both changed, each in its own way: there
    ``mine`` stands, to be looked at.
    """
    root, own, other = split(base), split(mine), split(theirs)
    merged = dict(other)
    clashes = []
    for change in difference(root, own):
        place, wanted = change.address, change.after
        if isinstance(change.before or change.after, list):
            wanted = _merged_order(change, other.get(place))
        elif other.get(place) not in (change.before, change.after):
            clashes.append(place)
        if wanted is None:
            merged.pop(place, None)
        else:
            merged[place] = wanted
    return _closed(merged), clashes


def _merged_order(change: Change, other: list[str] | None) -> list[str] | None:
    if other is None or change.after is None:
        return change.after
    removed = set(change.before or ()) - set(change.after)
    order = [name for name in other if name not in removed]
    for place, name in enumerate(change.after):
        if name not in order:
            before = change.after[place - 1] if place else None
            at = order.index(before) + 1 if before in order else len(order)
            order.insert(at, name)
    return order


def _closed(parts: Parts) -> Parts:
    """Orders without the rows that went, so that the document can be joined."""
    closed = dict(parts)
    for place, value in parts.items():
        path = steps(place)
        is_rules = path[0] == "tables" and path[-1] == "rules" and len(path) == 3
        if place in LISTS or is_rules:
            closed[place] = [n for n in value if f"{place}/{address(n)}" in parts]
    return closed
