"""A ruleset document as tables of text, as :mod:`.ruleset.csv_folder` reads them.

What a cell cannot say is clipped or left out here; :func:`.formats.export` reads its
own file back and keeps the differences beside the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from treatments.engine.ruleset.csv_folder import COLUMNS, DISABLED, GROUNDS
from treatments.engine.ruleset.decision_tables import OUTPUTS

Grid = list[list[str]]

#: The longest text that a cell of a spreadsheet takes, with room to spare.
MAX_TEXT = 30_000
#: Columns that are there where a row has them.
OPTIONAL = {"rungs.csv": ("description",), "sources.csv": ("note",)}
SEPARATORS = {"values": "|", "advantages": " | ", "disadvantages": " | "}
TABLE_HEAD = ("id", "kind", "title", "hit_policy", "file", "output", "description")
METADATA_HEAD = ("id", "version", "title", "description", "authors", "created")


def head(document: Mapping[str, Any], files: Sequence[str]) -> dict[str, Any]:
    """What ``ruleset.json`` holds: the metadata, each table's file, the selection."""
    tables = [
        ordered({**_less(table, "inputs", "rules"), "file": file}, TABLE_HEAD)
        for table, file in zip(document["tables"], files, strict=True)
    ]
    return {
        **metadata(document),
        "tables": tables,
        "selection": document["selection"],
    }


def metadata(document: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata, but what would be taken for another part of ``ruleset.json``."""
    kept = _less(document["metadata"], "tables", "selection", "exact")
    return ordered(kept, METADATA_HEAD)


def parts(document: Mapping[str, Any]) -> dict[str, Grid]:
    """The tables beside the decision tables, by file name, each with a header."""
    return {
        name: _part(document[name.removesuffix(".csv")], name)
        for name in ("facts.csv", "rungs.csv", "treatments.csv", "sources.csv")
    } | {"invariants.csv": _part(document["invariants"], "invariants.csv")}


def rules(table: Mapping[str, Any]) -> Grid:
    """A decision table: a line a rule, a dash where any value will do."""
    outputs = OUTPUTS.get(table["kind"], ())
    disabled = (DISABLED,) if any(DISABLED in r for r in table["rules"]) else ()
    reserved = {"id", *outputs, *GROUNDS, DISABLED}
    inputs = [name for name in table["inputs"] if _is_plain(name, reserved)]
    grid = [["id", *inputs, *outputs, *GROUNDS, *disabled]]
    for rule in table["rules"]:
        cells = [rule["cells"].get(name, "-") for name in inputs]
        answers = [rule["outputs"].get(name, "") for name in outputs]
        rest = [rule.get(name, "") for name in (*GROUNDS, *disabled)]
        grid.append([text(v) for v in (rule["id"], *cells, *answers, *rest)])
    return grid


def stems(ids: Iterable[str], taken: Iterable[str] = (), length: int = 60) -> list[str]:
    """A name for each table that can name a file or a sheet, each its own.

    Names that differ in case alone count as the same, as they do for Excel and for some
    file systems; so do those in ``taken``. No name is longer than ``length``.
    """
    used = {name.casefold() for name in taken}
    found = []
    for table in ids:
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", table)[:length] or "table"
        stem, number = plain, 2
        while stem.casefold() in used:
            stem, number = f"{plain[: length - 5]}_{number}", number + 1
        used.add(stem.casefold())
        found.append(stem)
    return found


def ordered(row: Mapping[str, Any], first: Sequence[str]) -> dict[str, Any]:
    """The row with its known keys first: a database keeps no order of keys."""
    known = [key for key in first if key in row]
    return {key: row[key] for key in (*known, *row)}


def text(value: Any, separator: str = " ") -> str:
    """A value as a cell says it; an empty text where it cannot."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return separator.join(map(text, value))[:MAX_TEXT]
    if isinstance(value, dict):
        pairs = (f"{name}: {text(cell)}" for name, cell in value.items())
        return "; ".join(pairs)[:MAX_TEXT]
    return ""


def _is_plain(name: str, reserved: set[str]) -> bool:
    """Whether a column can have the name, and be read again by it."""
    return bool(re.fullmatch(r"\w{1,100}", name)) and name not in reserved


def _part(rows: Sequence[Mapping[str, Any]], name: str) -> Grid:
    optional = (c for c in OPTIONAL.get(name, ()) if any(c in row for row in rows))
    columns = (*COLUMNS[name], *optional)
    return [list(columns), *([_cell_text(row, c) for c in columns] for row in rows)]


def _cell_text(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if column == "modifiable":
        return "yes" if value is True else "no"
    return text(value, SEPARATORS.get(column, " "))


def _less(row: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}
