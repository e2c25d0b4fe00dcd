"""A workbook with a sheet a table, for reading and editing in Excel.

Every cell is written as text: none can run as a formula. A formula in a file that
comes in is refused, since what it would give is not known here.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from treatments.engine.ruleset.csv_folder import Line, document_from_tables
from treatments.engine.ruleset.errors import Code, Problem, RulesetError, shown
from treatments.engine.ruleset.text_patch import Difference
from treatments.exchange import grids, key_value_sheet, workbook
from treatments.exchange.errors import (
    MAX_COLUMNS,
    MAX_ROWS,
    ImportRefusedError,
    refusal,
)
from treatments.exchange.safe_xml import UNPRINTABLE

PARTS = ("facts", "rungs", "treatments", "sources", "invariants")
OWN_SHEETS = ("metadata", "tables", *PARTS, "selection", "exact")
TABLE_COLUMNS = ("id", "kind", "title", "hit_policy", "output", "description", "sheet")
#: All the lines that are looked at in one workbook.
MAX_LINES = 4 * MAX_ROWS

_RISKY = re.compile(r"[=+\-@\t\r'\uff1d\uff0b\uff0d\uff20]")
_HEAD_FONT = Font(bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="FFE3E9EF")
_ANY_FONT = Font(color="FF9AA5B1")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDTHS = (6, 60)


def write(document: Mapping[str, Any], exact: Sequence[Difference]) -> bytes:
    """The workbook; ``exact`` is what its cells cannot say."""
    ids = [table["id"] for table in document["tables"]]
    sheets = grids.stems(ids, OWN_SHEETS, length=31)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    _add(book, "metadata", key_value_sheet.write(grids.metadata(document)))
    _add(book, "tables", _index(document["tables"], sheets))
    for name, grid in grids.parts(document).items():
        _add(book, name.removesuffix(".csv"), grid)
    _add(book, "selection", key_value_sheet.write(document["selection"]))
    for sheet, table in zip(sheets, document["tables"], strict=True):
        _add(book, sheet, grids.rules(table))
    if exact:
        _add(book, "exact", key_value_sheet.write({"exact": list(exact)}))
    # The time of writing is left out, so that the same document looks the same.
    book.properties.creator = "Spine CDS"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def read(data: bytes, filename: str) -> Any:
    """The document of a workbook, of whatever shape.

    Raises:
        ImportRefusedError: the workbook is unsafe or broken, or holds a formula.
    """
    workbook.check(data, filename)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, keep_links=False
            )
            sheets = _Sheets(filename, book)
            return sheets.document()
    except ImportRefusedError:
        raise
    except RulesetError as error:
        raise ImportRefusedError(error.problems) from error
    except Exception as error:
        # The library raises what it meets: KeyError, TypeError, zlib.error and more.
        message = "is not a workbook that can be read: open it in Excel and save it"
        raise refusal(Code.UNREADABLE, filename, message) from error


def _index(tables: Sequence[Mapping[str, Any]], sheets: Sequence[str]) -> grids.Grid:
    rows = [
        [grids.text({**table, "sheet": sheet}.get(key, "")) for key in TABLE_COLUMNS]
        for table, sheet in zip(tables, sheets, strict=True)
    ]
    return [list(TABLE_COLUMNS), *rows]


def _add(book: openpyxl.Workbook, name: str, grid: grids.Grid) -> None:
    sheet: Worksheet = book.create_sheet(name)
    sheet.freeze_panes = "B2"
    for row, cells in enumerate(grid, start=1):
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(row, column)
            if text:
                cell.value = UNPRINTABLE.sub("\ufffd", text)
                # Whatever the library takes it for: 's' is text, and never runs.
                cell.data_type = "s"
            cell.alignment = _WRAPPED
            if row == 1:
                cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
            elif text == "-":
                cell.font = _ANY_FONT
            if _RISKY.match(text):
                cell.quotePrefix = True
    for column in range(1, len(grid[0]) + 1):
        longest = max(_width(row[column - 1]) for row in grid)
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = min(max(longest + 2, _WIDTHS[0]), 60)


def _width(text: str) -> int:
    return max((len(line) for line in text.splitlines()), default=0)


class _Sheets:
    """The sheets of one workbook as lines of text; the problems gather."""

    def __init__(self, filename: str, book: openpyxl.Workbook) -> None:
        self.filename = filename
        self.sheets = {sheet.title: sheet for sheet in book.worksheets}
        self.problems: list[Problem] = []
        self.lines_read = 0

    def document(self) -> Any:
        head = key_value_sheet.read(self._lines("metadata"))
        head.pop("exact", None)
        head["tables"] = [_table_head(row) for row in self._index()]
        head["selection"] = key_value_sheet.read(self._lines("selection"))
        if "exact" in self.sheets:
            head |= key_value_sheet.read(self._lines("exact"))
        document = document_from_tables(
            head, lambda name: self._lines(name.removesuffix(".csv"))
        )
        if self.problems:
            raise ImportRefusedError(self.problems)
        return document

    def _index(self) -> list[dict[str, str]]:
        header, *lines = self._lines("tables")
        missing = [name for name in TABLE_COLUMNS if name not in header.cells]
        if missing:
            raise refusal(
                Code.MISSING, header.place, f"lacks the columns {', '.join(missing)}"
            )
        return [dict(zip(header.cells, line.cells, strict=False)) for line in lines]

    def _lines(self, name: str) -> list[Line]:
        if name not in self.sheets:
            message = "is no sheet of it: this is no workbook of a whole ruleset"
            raise refusal(Code.MISSING, self.filename, message, shown(name))
        lines = list(self._texts(name))
        if not lines:
            raise refusal(Code.EMPTY, f"sheet {name}", "is empty")
        width = len(lines[0].cells)
        return [
            Line(line.place, line.cells + [""] * (width - len(line.cells)))
            for line in lines
        ]

    def _texts(self, name: str) -> Iterator[Line]:
        """The lines that are not blank, without the blank cells at their ends."""
        rows = self.sheets[name].iter_rows(
            max_row=MAX_ROWS + 2, max_col=workbook.WIDEST
        )
        for number, cells in enumerate(rows, start=1):
            self.lines_read += 1
            place = f"sheet {name} row {number}"
            if number > MAX_ROWS + 1:
                raise refusal(
                    Code.TOO_LARGE,
                    place,
                    f"stands beyond the {MAX_ROWS} rows that are read",
                )
            if self.lines_read > MAX_LINES:
                raise refusal(
                    Code.TOO_LARGE,
                    self.filename,
                    f"has more than {MAX_LINES} rows in all",
                )
            texts = [self._text(name, cell) for cell in _filled(cells)]
            if len(texts) > MAX_COLUMNS:
                raise refusal(
                    Code.TOO_LARGE, place, f"has more than {MAX_COLUMNS} cells"
                )
            if any(texts):
                yield Line(place, texts)

    def _text(self, sheet: str, cell: Any) -> str:
        value = cell.value
        if value is None:
            return ""
        if cell.data_type in ("f", "e"):
            what = "a formula" if cell.data_type == "f" else "an error of Excel"
            message = f"holds {what}: paste its value in its place"
            place = f"sheet {sheet}, cell {cell.coordinate}"
            problem = Problem(Code.UNSAFE, (place,), message, shown(str(value)))
            self.problems.append(problem)
            return ""
        return _value_text(value)


def _filled(cells: Iterable[Any]) -> list[Any]:
    found = list(cells)
    while found and found[-1].value is None:
        found.pop()
    return found


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value).strip().replace("\r\n", "\n")


def _table_head(row: Mapping[str, str]) -> dict[str, Any]:
    head: dict[str, Any] = {key: row[key] for key in TABLE_COLUMNS if row[key]}
    head["file"] = head.pop("sheet", "")
    return {"kind": "", "id": "", "title": "", "hit_policy": "", **head}
