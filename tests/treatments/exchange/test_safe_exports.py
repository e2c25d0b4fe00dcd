"""No cell of an export runs as a formula, whatever a text begins with."""

import csv
import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.treatments.exchange.documents import documents
from tests.treatments.exchange.test_round_trips import SHIPPED, small
from treatments.exchange import export, read

several = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_files(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in archive.namelist():
        if name.endswith(".csv"):
            yield archive.read(name).decode("utf-8-sig")


def assert_no_formula(text, delimiter):
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        for cell in row:
            assert cell == "-" or not cell.lstrip(' "').startswith(FORMULA), cell


@given(found=documents())
@several
def test_no_cell_of_a_csv_runs(found):
    for text in csv_files(export(found, "csv")):
        assert_no_formula(text, ",")


@given(found=documents())
@several
def test_no_cell_of_a_csv_runs_where_semicolons_or_tabs_part_the_cells(found):
    """As Excel has it on a German desk: a cell may then start inside of one of ours."""
    for text in csv_files(export(found, "csv")):
        for part in re.split(r"[;\n]", text):
            rest = part.lstrip(' "\t')
            # A dash before a comma is the cell that accepts anything.
            assert not rest.startswith(("=", "+", "@")), part
            assert not re.match(r"-(?![,\s]|$)", rest), part


@given(found=documents())
@several
def test_every_cell_of_a_workbook_is_text(found):
    data = export(found, "xlsx")
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type == "s" or cell.value is None
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in archive.namelist():
        assert not re.search(rb"<f[ >]", archive.read(name))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "-5", "'x"])
def test_a_cell_that_would_run_is_marked_as_text_and_reads_as_it_was(text):
    found = small()
    found["rungs"][0]["title"] = text
    (rungs,) = [
        t for t in csv_files(export(found, "csv")) if t.startswith("code,title")
    ]
    assert f"CONS,'{text}\n" in rungs
    book = openpyxl.load_workbook(io.BytesIO(export(found, "xlsx")))
    cell = book["rungs"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert read(export(found, "csv"), "a.zip") == found
    assert read(export(found, "xlsx"), "a.xlsx") == found


def test_a_workbook_is_fit_to_be_read():
    book = openpyxl.load_workbook(io.BytesIO(export(SHIPPED, "xlsx")))
    assert book.sheetnames[:8] == [
        *("metadata", "tables", "facts", "rungs", "treatments", "sources"),
        *("invariants", "selection"),
    ]
    assert book.sheetnames[8:] == [table["id"] for table in SHIPPED["tables"]]
    triage = book["triage"]
    assert triage.freeze_panes == "B2"
    assert all(cell.font.bold for cell in triage[1])
    assert all(6 <= d.width <= 60 for d in triage.column_dimensions.values())
    assert triage["A2"].value == "TRIAGE-01"
