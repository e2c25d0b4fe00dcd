"""A ruleset folder, a table a file, to the one ruleset document.

The CSV files open in a spreadsheet and differ by the row in version control. This
module only reads text into the document's shape; :mod:`.reading` checks what it says.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .errors import Problem, RulesetError
from .tables import OUTPUTS

GROUNDS = ("rationale", "sources", "strength", "certainty", "owner", "review_by")
MAX_FILE_BYTES = 8 * 1024 * 1024

Row = dict[str, str]


def document_from_folder(path: Path) -> dict[str, Any]:
    """Read a ruleset folder, or one JSON document, into a ruleset document.

    Raises:
        RulesetError: a file is missing, unreadable, too large, or not CSV or JSON.
    """
    if path.is_file():
        return _json(path)
    return _Folder(path).document()


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def document(self) -> dict[str, Any]:
        head = _json(self.path / "ruleset.json")
        tables = head.pop("tables", [])
        selection = head.pop("selection", {})
        document = {
            "format": 1,
            "metadata": head,
            "facts": [_fact(row) for row in self._rows("facts.csv")],
            "rungs": [dict(row) for row in self._rows("rungs.csv")],
            "treatments": [_treatment(row) for row in self._rows("treatments.csv")],
            "sources": [dict(row) for row in self._rows("sources.csv")],
            "tables": [self._table(table) for table in tables],
            "invariants": [_invariant(row) for row in self._rows("invariants.csv")],
            "selection": selection,
        }
        if self.problems:
            raise RulesetError(self.problems)
        return document

    def _table(self, head: dict[str, Any]) -> dict[str, Any]:
        outputs = OUTPUTS.get(head.get("kind", ""), ())
        rows = self._rows(head.get("file", "?"))
        reserved = {"id", *outputs, *GROUNDS}
        inputs = [name for name in (rows[0] if rows else {}) if name not in reserved]
        table = {key: value for key, value in head.items() if key != "file"}
        table["inputs"] = inputs
        table["rules"] = [_rule(row, inputs, outputs) for row in rows]
        return table

    def _rows(self, name: str) -> list[Row]:
        try:
            text = _text(self.path / name)
            return list(self._checked(name, csv.reader(io.StringIO(text), strict=True)))
        except csv.Error as error:
            self.problems.append(Problem(name, "", f"is not CSV: {error}"))
        except RulesetError as error:
            self.problems.extend(error.problems)
        return []

    def _checked(self, name: str, reader: Iterable[list[str]]) -> Iterable[Row]:
        header: list[str] = []
        for number, cells in enumerate(reader, start=1):
            if not header:
                header = [cell.strip() for cell in cells]
                if len(set(header)) != len(header):
                    self.problems.append(Problem(name, "", "names a column twice"))
            elif len(cells) != len(header):
                message = f"has {len(cells)} cells, the header has {len(header)}"
                self.problems.append(Problem(f"{name} line {number}", "", message))
            else:
                yield dict(zip(header, (c.strip() for c in cells), strict=True))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise RulesetError([Problem(path.name, "", "is larger than 8 MiB")])
        return path.read_text("utf-8-sig")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise RulesetError([Problem(path.name, "", message)]) from error
    except UnicodeDecodeError as error:
        raise RulesetError([Problem(path.name, "", "is not UTF-8")]) from error


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, RulesetError):
            raise
        raise RulesetError([Problem(path.name, "", f"is not JSON: {error}")]) from error
    if not isinstance(document, dict):
        raise RulesetError([Problem(path.name, "", "is not a JSON object")])
    return document


def _split(text: str, separator: str | None) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _fact(row: Row) -> dict[str, Any]:
    fact: dict[str, Any] = dict(row)
    fact["values"] = _split(row.get("values", ""), "|")
    for key in ("minimum", "maximum", "plausible_min", "plausible_max"):
        fact[key] = _number(row.get(key, ""))
    fact["modifiable"] = row.get("modifiable", "") == "yes"
    fact["presumed"] = _presumed(row)
    return fact


def _presumed(row: Row) -> Any:
    text = row.get("presumed", "")
    if not text:
        return None
    if row.get("type") == "bool" and text in ("true", "false"):
        return text == "true"
    return text if row.get("type") == "enum" else _number(text)


def _number(text: str) -> Any:
    """The number a text stands for, None for nothing, the text where it is none."""
    try:
        return None if not text else float(text) if "." in text else int(text)
    except ValueError:
        return text


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
    return {
        "id": row.get("id", ""),
        "cells": {name: row[name] for name in inputs if row[name] != "-"},
        "outputs": says,
        **{key: row.get(key, "") for key in GROUNDS if key != "sources"},
        "sources": _split(row.get("sources", ""), None),
    }
