"""Bad workbooks are refused with sheet and cell, before anything in them runs."""

import io

import openpyxl
import pytest

from tests.treatments.exchange.refusals import changed, members, refused, zipped
from tests.treatments.exchange.test_round_trips import SHIPPED, small
from treatments.exchange import export, read


def workbook(change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(export(small(), "xlsx")))
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def put(sheet, cell, value):
    return lambda book: book[sheet].__setitem__(cell, value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (put("rungs", "B2", "=1+1"), "sheet rungs, cell B2: '=1+1' holds a formula"),
        (put("loose", "B3", "=HYPERLINK(1)"), "sheet loose, cell B3"),
        (put("rungs", "B2", "#REF!"), "cell B2: '#REF!' holds an error of Excel"),
        (put("rungs", "D2", "x"), "sheet rungs row 2: has 4 cells, the header has 2"),
        (put("rungs", "A3", "CONS"), "rungs: 'CONS' stands twice"),
        (put("tables", "A1", "x"), "sheet tables row 1: lacks the columns id"),
        (put("metadata", "A1", "x"), "sheet metadata row 1: must be the columns key"),
        (put("metadata", "C2", "x"), "sheet metadata row 2: 'x' must be read as text"),
        (put("metadata", "A3", "id"), "sheet metadata row 3: 'id' says a key twice"),
        (put("metadata", "A3", "id.x"), "sheet metadata row 3: 'id.x' puts a key into"),
        (put("tables", "G2", "gone"), "'gone' is no sheet of it"),
        (lambda book: book.remove(book["facts"]), "'facts' is no sheet of it"),
        (put("rungs", "A7000", "x"), "sheet rungs row 5002: stands beyond the 5000"),
        (put("rungs", "XFD2", "x"), "has a row of more than 400 cells"),
        (put("rungs", "OZ2", "x"), "sheet rungs row 2: has more than 400 cells"),
    ],
)
def test_a_bad_workbook_is_refused_with_sheet_and_cell(change, says):
    assert says in refused(workbook(change), "a.xlsx")


def test_numbers_dates_and_yes_no_of_excel_are_read_as_they_show():
    import datetime

    def change(book):
        book["facts"]["F7"] = 0.0
        book["loose"]["J2"] = datetime.datetime(2030, 1, 1)  # noqa: DTZ001
        book["loose"]["C3"] = True

    assert small()["facts"][5]["minimum"] == 0
    assert read(workbook(change), "a.xlsx") == small()


@pytest.mark.parametrize(
    ("member", "content", "says"),
    [
        ("xl/vbaProject.bin", b"macro", "is a macro or an embedded file"),
        ("xl/embeddings/oleObject1.bin", b"x", "is a macro or an embedded file"),
        ("xl/worksheets/sheet1.xml", b"<a>", "is not well-formed XML"),
        (
            "xl/worksheets/sheet1.xml",
            b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            "has a document type (DTD)",
        ),
        (
            "xl/workbook.xml",
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
            "has a document type (DTD)",
        ),
        ("xl/workbook.xml", b"<a/>", "this is no workbook of a whole ruleset"),
        ("[Content_Types].xml", b"<macroEnabled/>", "may hold macros"),
        (
            "xl/worksheets/sheet3.xml",
            b"<worksheet>" + b"<c/>" * 800_000 + b"</worksheet>",
            "has a row of more than 400 cells",
        ),
        (
            "xl/worksheets/sheet3.xml",
            b"<worksheet>" + b"<row/>" * 800_000 + b"</worksheet>",
            "makes more than 400000 XML elements",
        ),
    ],
)
def test_a_hostile_part_of_a_workbook_is_refused_before_it_is_opened(
    member, content, says
):
    data = changed("xlsx", member, content)
    assert says in refused(data, "a.xlsx")


def test_a_workbook_of_many_far_rows_is_refused_in_time():
    cell = '<c r="{}" t="inlineStr"><is><t>id</t></is></c>'.format
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<sheetData><row r="1">{cell("A1")}</row>'
        f'<row r="4999">{cell("A4999")}</row></sheetData></worksheet>'
    )
    found = members(export(SHIPPED, "xlsx"))
    for number in range(9, 30):
        found[f"xl/worksheets/sheet{number}.xml"] = sheet.encode()
    assert "has more than 20000 rows in all" in refused(zipped(found), "a.xlsx")


def test_a_workbook_of_as_many_cells_as_are_read_is_read_in_bounds():
    cell = b'<c t="inlineStr"><is><t>a</t></is></c>'
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + (b"<row>" + cell * 390 + b"</row>") * 300 + b"</sheetData>"
        b"</worksheet>"
    )
    data = changed("xlsx", "xl/worksheets/sheet4.xml", sheet)
    assert "sheet rungs row 1: a names a column twice" in refused(data, "a.xlsx")


def test_a_zip_that_is_no_workbook_is_refused():
    assert "is a zip, but no workbook of Excel" in refused(
        zipped({"a": b"b"}), "a.xlsx"
    )
