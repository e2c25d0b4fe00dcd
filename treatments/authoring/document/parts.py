"""A ruleset document as parts, each with an address, and back again.

An edit, its undoing, the difference of two versions, a conflict of two editors: all
are said in parts, so there is one notion of "this place was changed". A part is the
smallest thing that two people may change at the same time without meeting: one rule,
one treatment, the order of a table's rules. Addresses read
``tables/cons/rules/CONS-01``; a slash within an id is percent-encoded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

Document = Mapping[str, Any]
Parts = dict[str, Any]

#: What a row may be called, so that a page can be named after it; a table is a slug.
_NAME = re.compile(r"[^/\\?#%\x00-\x1f\x7f]{1,100}")
_SLUG = re.compile(r"[-a-zA-Z0-9_]+\Z")
#: The lists of a document and the key that names their rows.
LISTS: Mapping[str, str] = {
    "facts": "name",
    "rungs": "code",
    "treatments": "code",
    "sources": "id",
    "tables": "id",
    "invariants": "id",
}
#: What stands alone in a document.
SINGLES = ("format", "metadata", "selection")


class UnsplittableError(ValueError):
    """A document has no parts: a list is missing, or an id is missing, bad or twice."""


def address(*steps: str) -> str:
    """The address of a part: ``address("tables", "cons", "rules", "CONS-01")``."""
    return "/".join(quote(step, safe="") for step in steps)


def steps(place: str) -> tuple[str, ...]:
    """The steps of an address; the reverse of :func:`address`."""
    return tuple(unquote(step) for step in place.split("/"))


def split(document: Document) -> Parts:
    """The parts of a document by their addresses.

    Raises:
        UnsplittableError: a list is missing, or has an id twice or none.
    """
    found: Parts = {name: document[name] for name in SINGLES if name in document}
    for section, key in LISTS.items():
        rows = _rows(document, section)
        found[section] = _order(section, rows, key)
        for row in rows:
            place = address(section, row[key])
            if section == "tables":
                found |= _table_parts(place, row)
            else:
                found[place] = row
    return found


def _rows(document: Document, section: str) -> list[Any]:
    rows = document.get(section)
    if not isinstance(rows, list):
        raise UnsplittableError(f"{section}: the list is missing")
    return rows


def _order(where: str, rows: Iterable[Any], key: str) -> list[str]:
    names: list[str] = []
    for row in rows:
        name = row.get(key) if isinstance(row, Mapping) else None
        if not isinstance(name, str) or not name:
            raise UnsplittableError(f"{where}: a row has no {key}")
        if not _NAME.fullmatch(name) or (where == "tables" and not _SLUG.match(name)):
            raise UnsplittableError(f"{where}: {key} {name!r} cannot be an address")
        if name in names:
            raise UnsplittableError(f"{where}: {key} {name} stands twice")
        names.append(name)
    return names


def _table_parts(place: str, table: Mapping[str, Any]) -> Parts:
    rules = _rows(table, "rules")
    head = {k: v for k, v in table.items() if k not in ("inputs", "rules")}
    return {
        place: head,
        f"{place}/inputs": list(table.get("inputs", ())),
        f"{place}/rules": _order(f"table {table['id']}", rules, "id"),
        **{f"{place}/rules/{address(rule['id'])}": rule for rule in rules},
    }


def join(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The document of these parts; the reverse of :func:`split`."""
    document = {name: parts[name] for name in SINGLES if name in parts}
    for section in LISTS:
        places = [address(section, name) for name in parts[section]]
        document[section] = [
            _table(parts, place) if section == "tables" else parts[place]
            for place in places
        ]
    return document


def _table(parts: Mapping[str, Any], place: str) -> dict[str, Any]:
    rules = [
        parts[f"{place}/rules/{address(rule)}"] for rule in parts[f"{place}/rules"]
    ]
    return {**parts[place], "inputs": parts[f"{place}/inputs"], "rules": rules}


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part before and after; None where it is not there. No part is None."""

    address: str
    before: Any
    after: Any

    @property
    def reversed(self) -> "PartChange":
        """The change that takes this one back."""
        return PartChange(self.address, self.after, self.before)

    def to_document(self) -> dict[str, Any]:
        """As it is stored with a draft's change."""
        return {"address": self.address, "before": self.before, "after": self.after}


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[PartChange]:
    """What leads from the parts ``old`` to ``new``, in the order of the document."""
    pairs = ((p, old.get(p), new.get(p)) for p in dict.fromkeys([*new, *old]))
    return [
        PartChange(place, before, after)
        for place, before, after in pairs
        # An edit hands on what it leaves alone: most parts are the same object.
        if before is not after and before != after
    ]


def apply(parts: Mapping[str, Any], changes: Iterable[PartChange]) -> Parts:
    """The parts after these changes; what they were before is not looked at."""
    found = dict(parts)
    for change in changes:
        if change.after is None:
            found.pop(change.address, None)
        else:
            found[change.address] = change.after
    return found


def same_order(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether the names that two lists share stand in the same order."""
    first, second = list(one), list(other)
    kept = [name for name in first if name in second]
    return kept == [name for name in second if name in first]


def merged_order(
    before: Iterable[str], after: Iterable[str], now: Iterable[str]
) -> list[str]:
    """``now`` with all that leads from ``before`` to ``after``.

    A name that either side took away is gone, a name that either brought stands after
    the one it followed. Where both sides moved names, the order of ``after`` stands.
    """
    root, mine, theirs = list(before), list(after), list(now)
    lead, other = (theirs, mine) if same_order(root, mine) else (mine, theirs)
    gone = {name for name in root if name not in mine or name not in theirs}
    order = [name for name in lead if name not in gone]
    for place, name in enumerate(other):
        if name not in order and name not in gone:
            earlier = (n for n in reversed(other[:place]) if n in order)
            follows = next(earlier, None)
            order.insert(0 if follows is None else order.index(follows) + 1, name)
    return order
