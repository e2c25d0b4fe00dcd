"""A ruleset folder, a table a file, to the one ruleset document.

The CSV files open in a spreadsheet and differ by the row in version control. This
module only reads text into the document's shape; :mod:`.reading` checks what it says.

A cell that begins with an apostrophe is the text after it, exactly as it stands: so a
text may begin with ``=``, which a spreadsheet would run, or end with a space.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from .decision_tables import OUTPUTS
from .errors import Code, Problem, RulesetError, shown
from .text_patch import restored

GROUNDS = ("rationale", "sources", "strength", "certainty", "owner", "review_by")
#: Why a rule stands but does not count; the column is there where a rule has it.
DISABLED = "disabled"
MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_PROBLEMS = 100

#: The columns that must be there, whatever the rows say in them.
COLUMNS = {
    "facts.csv": (
        *("name", "scope", "group", "type", "values", "minimum", "maximum", "unit"),
        *("essential", "presumed", "modifiable", "plausible_min", "plausible_max"),
        *("label", "meaning"),
    ),
    "rungs.csv": ("code", "title"),
    "treatments.csv": (
        *("code", "rung", "title", "summary", "advantages", "disadvantages"),
        "sources",
    ),
    "sources.csv": ("id", "topic", "citation", "confidence", "certainty"),
    "invariants.csv": ("id", "title", "when", "then", "sources"),
}

Row = dict[str, str]


class Line(NamedTuple):
    """One line of a table of text: where it stands, for messages, and its cells."""

    place: str
    cells: list[str]


#: The lines of a table by its file name, the first of them the header.
#: May raise RulesetError.
LinesOf = Callable[[str], Iterable[Line]]


def document_from_folder(path: Path) -> dict[str, Any]:
    """Read a ruleset folder, or one JSON document, into a ruleset document.

    Raises:
        RulesetError: a file is missing, unreadable, too large, or not CSV or JSON.
    """
    if path.is_file():
        return _json(path)
    head = _json(path / "ruleset.json")
    return document_from_tables(
        head, lambda name: csv_lines(name, _content(path / _inside(name)))
    )


def document_from_tables(head: dict[str, Any], lines_of: LinesOf) -> dict[str, Any]:
    """The ruleset document that ``ruleset.json`` and its tables of text say.

    ``lines_of`` gives the lines of a table by the name its file has in a folder.

    Raises:
        RulesetError: a table is missing or not of its shape, each with its place.
    """
    return _Tables(lines_of).document(dict(head))


def csv_lines(name: str, content: bytes) -> Iterator[Line]:
    """The lines of a CSV file, with the cells as they were meant.

    Raises:
        RulesetError: it is not CSV in UTF-8, or too large.
    """
    reader = csv.reader(io.StringIO(_text(name, content), newline=""), strict=True)
    start = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            place = f"{name} line {start}"
            message = f"is not CSV: {error}"
            raise _refused(Code.UNREADABLE, place, message) from error
        if cells is None:
            return
        yield Line(f"{name} line {start}", [_meant(cell) for cell in cells])
        start = reader.line_num + 1


class _Tables:
    def __init__(self, lines_of: LinesOf) -> None:
        self.lines_of = lines_of
        self.problems: list[Problem] = []

    def document(self, head: dict[str, Any]) -> dict[str, Any]:
        tables = head.pop("tables", [])
        selection = head.pop("selection", {})
        exact = head.pop("exact", [])
        document = {
            "format": 1,
            "metadata": head,
            "facts": [_fact(row) for row in self._rows("facts.csv")],
            "rungs": [dict(row) for row in self._rows("rungs.csv")],
            "treatments": [_treatment(row) for row in self._rows("treatments.csv")],
            "sources": [dict(row) for row in self._rows("sources.csv")],
            "tables": [self._table(table) for table in self._heads(tables)],
            "invariants": [_invariant(row) for row in self._rows("invariants.csv")],
            "selection": selection,
        }
        if self.problems:
            raise RulesetError(self.problems[:MAX_PROBLEMS])
        return self._restored(document, exact)

    @staticmethod
    def _restored(document: dict[str, Any], exact: Any) -> dict[str, Any]:
        try:
            found: dict[str, Any] = restored(document, exact)
        except (TypeError, ValueError) as error:
            message, place = "is not a list of differences", "ruleset.json"
            raise _refused(Code.WRONG_SHAPE, place, message, "exact") from error
        return found

    def _heads(self, tables: Any) -> list[dict[str, Any]]:
        heads = tables if isinstance(tables, list) else [tables]
        good = [head for head in heads if _is_head(head)]
        for position, head in enumerate(heads):
            if not _is_head(head):
                message = "must be an object with a kind and a file, both text"
                place = f"ruleset.json, tables[{position}]"
                self._problem(Code.WRONG_SHAPE, place, message, shown(head))
        return good

    def _table(self, head: dict[str, Any]) -> dict[str, Any]:
        outputs = OUTPUTS.get(head["kind"], ())
        header, rows = self._read(head["file"])
        reserved = {"id", *outputs, *GROUNDS, DISABLED}
        inputs = [name for name in header if name not in reserved]
        table = {key: value for key, value in head.items() if key != "file"}
        table["inputs"] = inputs
        table["rules"] = [_rule(row, inputs, outputs) for row in rows]
        return table

    def _rows(self, name: str) -> list[Row]:
        header, rows = self._read(name)
        missing = [column for column in COLUMNS[name] if column not in header]
        if header and missing:
            message = "is missing: add the column"
            for column in missing:
                self._problem(Code.MISSING, name, message, column)
            return []
        for row in rows:
            if row.get("modifiable", "no") not in ("yes", "no", ""):
                message = "must be yes or no"
                place = f"{name}, {row['name']}, modifiable"
                value = row["modifiable"]
                self._problem(Code.NOT_ALLOWED, place, message, value)
        return rows

    def _read(self, name: str) -> tuple[list[str], list[Row]]:
        header: list[str] = []
        rows: list[Row] = []
        try:
            for line in self.lines_of(name):
                if header:
                    self._add(rows, header, line)
                else:
                    header = line.cells
                    self._check_header(line)
            if not header:
                self._problem(Code.EMPTY, name, "is empty: it has no header")
        except RulesetError as error:
            self.problems.extend(error.problems)
        return header, rows

    def _check_header(self, line: Line) -> None:
        if len(line.cells) == 1 and re.search("[;\t]", line.cells[0]):
            message = "is parted by semicolons or tabs: save it with commas"
            raise _refused(Code.UNREADABLE, line.place, message)
        seen: set[str] = set()
        for cell in line.cells:
            if cell in seen:
                message = "names a column twice" if cell else "leaves columns unnamed"
                code = Code.NOT_UNIQUE if cell else Code.EMPTY
                self._problem(code, line.place, message, cell)
            seen.add(cell)

    def _add(self, rows: list[Row], header: list[str], line: Line) -> None:
        if not any(line.cells):
            return
        if len(line.cells) == len(header):
            rows.append(dict(zip(header, line.cells, strict=True)))
        elif len(self.problems) < MAX_PROBLEMS:
            message = f"has {len(line.cells)} cells, the header has {len(header)}"
            self._problem(Code.WRONG_SHAPE, line.place, message)

    def _problem(self, code: Code, place: str, message: str, value: str = "") -> None:
        self.problems.append(Problem(code, (place,), message, value))


def _refused(code: Code, place: str, message: str, value: str = "") -> RulesetError:
    """The error for one reason; ``place`` says where in which file."""
    return RulesetError([Problem(code, (place,), message, value)])


def _is_head(head: Any) -> bool:
    return isinstance(head, dict) and all(
        isinstance(head.get(key), str) for key in ("kind", "file")
    )


def _inside(name: str) -> str:
    """The name, where it leads to a file in the folder and not out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        message = "is not the name of a file in the folder"
        raise _refused(Code.UNSAFE, "ruleset.json", message, shown(name))
    return name


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise _refused(Code.UNREADABLE, path.name, message) from error


def _text(name: str, content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise _refused(Code.TOO_LARGE, name, "is larger than 8 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8: save it as CSV UTF-8"
        raise _refused(Code.UNREADABLE, f"{name} line {line}", message) from error


def _meant(cell: str) -> str:
    if cell.startswith("'"):
        return cell[1:]
    return cell.strip().replace("\r\n", "\n").replace("\r", "\n")


def _json(path: Path) -> dict[str, Any]:
    text = _text(path.name, _content(path))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"is not JSON: {error}"
        raise _refused(Code.UNREADABLE, path.name, message) from error
    if not isinstance(document, dict):
        raise _refused(Code.WRONG_SHAPE, path.name, "is not a JSON object")
    return document


def _split(text: str, separator: str | None) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _fact(row: Row) -> dict[str, Any]:
    fact: dict[str, Any] = dict(row)
    fact["values"] = _split(row.get("values", ""), "|")
    for key in ("minimum", "maximum", "plausible_min", "plausible_max"):
        fact[key] = number(row.get(key, ""))
    fact["modifiable"] = row.get("modifiable", "") == "yes"
    fact["presumed"] = _presumed(row)
    return fact


def _presumed(row: Row) -> Any:
    text = row.get("presumed", "")
    if not text:
        return None
    if row.get("type") == "bool" and text in ("true", "false"):
        return text == "true"
    return text if row.get("type") == "enum" else number(text)


def number(text: str) -> Any:
    """The number a text stands for, None for nothing, the text where it is none."""
    if re.fullmatch(r"-?\d{1,300}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"-?\d{1,300}(\.\d{1,300})?(e[+-]?\d{1,2})?", text, re.ASCII):
        return float(text)
    return text or None


def _treatment(row: Row) -> dict[str, Any]:
    return {
        **row,
        "advantages": _split(row.get("advantages", ""), "|"),
        "disadvantages": _split(row.get("disadvantages", ""), "|"),
        "sources": _split(row.get("sources", ""), None),
    }


def _invariant(row: Row) -> dict[str, Any]:
    invariant: dict[str, Any] = dict(row)
    for key in ("when", "then"):
        pairs = [part.partition(":") for part in _split(row.get(key, ""), ";")]
        invariant[key] = {name.strip(): cell.strip() for name, _, cell in pairs}
    invariant["sources"] = _split(row.get("sources", ""), None)
    return invariant


def _rule(row: Row, inputs: list[str], outputs: tuple[str, ...]) -> dict[str, Any]:
    says: dict[str, Any] = {name: row.get(name, "") for name in outputs}
    if "treatments" in says:
        says["treatments"] = _split(says["treatments"], None)
    rule = {
        "id": row.get("id", ""),
        "cells": {name: row[name] for name in inputs if row[name] != "-"},
        "outputs": says,
        **{key: row.get(key, "") for key in GROUNDS if key != "sources"},
        "sources": _split(row.get("sources", ""), None),
    }
    if row.get(DISABLED):
        rule[DISABLED] = row[DISABLED]
    return rule
