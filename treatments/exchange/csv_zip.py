"""A ruleset folder in a zip: the layout of the shipped ruleset, a table a file."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from treatments.engine.ruleset.csv_folder import Line, csv_lines, document_from_tables
from treatments.engine.ruleset.errors import Code, RulesetError
from treatments.engine.ruleset.text_patch import Difference
from treatments.exchange.errors import (
    MAX_COLUMNS,
    MAX_ROWS,
    ImportRefusedError,
    refusal,
)

from . import archive, grids, strict_json

HEAD = "ruleset.json"
# The date of every file in the zip, so that the same document gives the same bytes.
_DATE = (2000, 1, 1, 0, 0, 0)

# What a spreadsheet runs, or takes off, at the start of a cell. The dash alone is the
# cell that accepts anything; it is no formula.
_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_RISKY = re.compile(rf"""(?!-\Z)[{_FORMULA}'\s]|.*\s\Z""", re.DOTALL)
# Where commas are not what parts cells, a spreadsheet starts a cell inside of one.
_INNER = re.compile(rf"""([;\t\n][\s";]*)([{_FORMULA}]?)""")


def write(document: Mapping[str, Any], exact: Sequence[Difference]) -> bytes:
    """The zip of a ruleset folder; ``exact`` is what its cells cannot say."""
    stems = grids.stems(table["id"] for table in document["tables"])
    files = [f"tables/{stem}.csv" for stem in stems]
    head = grids.head(document, files) | ({"exact": list(exact)} if exact else {})
    found = {HEAD: json.dumps(head, indent=2, ensure_ascii=bool(exact)) + "\n"}
    found |= {name: _csv(grid) for name, grid in grids.parts(document).items()}
    for file, table in zip(files, document["tables"], strict=True):
        found[file] = _csv(grids.rules(table))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in found.items():
            member = zipfile.ZipInfo(name, _DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            # A spreadsheet takes CSV without the mark for the code page of its desk.
            mark = "utf-8" if text.isascii() or name == HEAD else "utf-8-sig"
            target.writestr(member, text.encode(mark, "replace"))
    return packed.getvalue()


def read(data: bytes, filename: str) -> Any:
    """The document of a zipped ruleset folder, of whatever shape.

    Raises:
        ImportRefusedError: the zip or a file in it cannot be read.
    """
    zipped = archive.opened(data, filename)
    folder = _folder(zipped, filename)

    def lines(name: str) -> Iterator[Line]:
        content = archive.content(zipped, f"{folder}{name}", filename)
        return _few(name, csv_lines(name, content))

    try:
        return document_from_tables(_head(zipped, folder, filename), lines)
    except RulesetError as error:
        raise ImportRefusedError(error.problems) from error


def _csv(grid: grids.Grid) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerows([_safe(cell) for cell in row] for row in grid)
    return target.getvalue()


def _safe(cell: str) -> str:
    """The cell as no spreadsheet runs it."""
    inert = cell.replace("\r\n", "\n").replace("\r", "\n")
    inert = _INNER.sub(lambda m: f"{m[1]}'{m[2]}" if m[2] else m[1], inert)
    return f"'{inert}" if _RISKY.match(inert) else inert


def _folder(zipped: zipfile.ZipFile, filename: str) -> str:
    heads = [
        PurePosixPath(name)
        for name in zipped.namelist()
        if PurePosixPath(name).name == HEAD and not name.startswith("__MACOSX/")
    ]
    if len(heads) != 1 or len(heads[0].parts) > 2:
        found = f"has {len(heads)} of them" if heads else "has none"
        message = f"must hold one {HEAD}, at its top or in one folder; it {found}"
        raise refusal(Code.WRONG_SHAPE, filename, message)
    return "".join(f"{part}/" for part in heads[0].parts[:-1])


def _head(zipped: zipfile.ZipFile, folder: str, filename: str) -> dict[str, Any]:
    try:
        content = archive.content(zipped, folder + HEAD, filename)
        head = strict_json.parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refusal(Code.UNREADABLE, HEAD, "is not UTF-8") from error
    except strict_json.JSONRefusedError as error:
        raise refusal(Code.UNREADABLE, HEAD, str(error)) from error
    if not isinstance(head, dict):
        raise refusal(Code.WRONG_SHAPE, HEAD, "is not a JSON object")
    return head


def _few(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if number > MAX_ROWS + 1:
            raise refusal(Code.TOO_LARGE, name, f"has more than {MAX_ROWS} lines")
        if len(line.cells) > MAX_COLUMNS:
            raise refusal(
                Code.TOO_LARGE, line.place, f"has more than {MAX_COLUMNS} cells"
            )
        yield line
