"""What is exported and read again is the same document, in every format."""

import copy
import io
import zipfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.treatments.engine.small import (
    DERIVED,
    TRIAGE,
    URGENCY,
    document,
    eligibility,
)
from tests.treatments.exchange.documents import documents
from treatments.engine import document_hash, load_ruleset
from treatments.engine.ruleset.csv_folder import document_from_folder
from treatments.engine.ruleset.model import DEFAULT_RULESET
from treatments.engine.ruleset.text_patch import differences, restored
from treatments.exchange import FORMATS, export, read

SHIPPED = dict(load_ruleset().document)
# Shrinking a whole document takes minutes, and its parts are small as they are.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
SLOW = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]


def small():
    rows = eligibility(({"kind": '"bulge"'}, "CONS", "indicated"))
    return document([*DERIVED, TRIAGE, URGENCY, rows])


def there_and_back(found, name):
    return read(export(found, name), "ruleset" + FORMATS[name].suffix)


@pytest.mark.parametrize("name", FORMATS)
def test_the_shipped_ruleset_comes_back_byte_for_byte(name):
    back = there_and_back(SHIPPED, name)
    assert back == SHIPPED
    assert document_hash(back) == document_hash(SHIPPED)


@pytest.mark.parametrize("name", FORMATS)
def test_the_shipped_ruleset_needs_no_exact_differences(name):
    """Its texts are all told by cells, so that an edit in a spreadsheet counts."""
    data = export(SHIPPED, name)
    if name in ("csv", "xlsx"):
        archive = zipfile.ZipFile(io.BytesIO(data))
        data = b"".join(archive.read(member) for member in archive.namelist())
    assert b'"exact"' not in data
    assert b"spine:exact" not in data


@pytest.mark.parametrize("name", FORMATS)
@given(found=documents())
@settings(max_examples=50, phases=PHASES, deadline=None, suppress_health_check=SLOW)
def test_any_document_comes_back_byte_for_byte(name, found):
    before = copy.deepcopy(found)
    back = there_and_back(found, name)
    assert document_hash(back) == document_hash(found)
    assert back == found
    assert found == before


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("letter", ["x", "=", " ", "é", "\n", ";", "\x0b"])
def test_a_text_longer_than_a_cell_comes_back(name, letter):
    found = small()
    found["rungs"][0]["title"] = letter * 40_000
    found["metadata"]["note"] = letter * 70_000
    found["tables"][0]["rules"][0]["cells"]["shift"] = letter * 40_000
    assert document_hash(there_and_back(found, name)) == document_hash(found)


@pytest.mark.parametrize("name", FORMATS)
def test_missing_keys_stay_missing_and_empty_ones_empty(name):
    found = small()
    found["rungs"][1]["description"] = ""
    found["tables"][0]["description"] = ""
    assert document_hash(there_and_back(found, name)) == document_hash(found)


@pytest.mark.parametrize("name", FORMATS)
def test_a_disabled_rule_comes_back_in_its_place_with_its_reason(name):
    found = small()
    found["tables"][0]["rules"][0]["disabled"] = "Under review, see the minutes"
    found["tables"][0]["rules"][2]["disabled"] = ""
    assert document_hash(there_and_back(found, name)) == document_hash(found)


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_there_is_no_column_for_disabled_rules_where_none_is(name):
    assert b"disabled" not in _unpacked(export(SHIPPED, name))
    found = small()
    found["tables"][0]["rules"][0]["disabled"] = "Why not"
    assert b"disabled" in _unpacked(export(found, name))


def test_the_zip_of_the_shipped_ruleset_holds_the_shipped_files():
    archive = zipfile.ZipFile(io.BytesIO(export(SHIPPED, "csv")))
    names = archive.namelist()
    assert "facts.csv" in names
    assert "tables/triage.csv" in names
    for name in names:
        assert archive.read(name) == (DEFAULT_RULESET / name).read_bytes(), name


@given(found=documents())
@settings(max_examples=30, phases=PHASES, deadline=None, suppress_health_check=SLOW)
def test_an_unzipped_export_is_a_ruleset_folder(found, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ruleset")
    zipfile.ZipFile(io.BytesIO(export(found, "csv"))).extractall(folder)
    assert document_hash(document_from_folder(folder)) == document_hash(found)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"xlsx"}))
def test_the_same_document_gives_the_same_file(name):
    """But for the workbook, which says when it was made."""
    assert export(small(), name) == export(small(), name)


@pytest.mark.parametrize("name", FORMATS)
def test_the_longest_table_that_is_read_is_exported_too(name):
    found = small()
    row = found["tables"][0]["rules"][0]
    found["tables"][0]["rules"] = [{**row, "id": f"R-{n}"} for n in range(5000)]
    assert document_hash(there_and_back(found, name)) == document_hash(found)


def test_an_edit_in_a_cell_counts_more_than_what_the_cell_could_not_say():
    read_back, meant = {"a": "one", "b": "two"}, {"a": " one", "b": " two"}
    found = list(differences(read_back, meant))
    assert restored({"a": "edited", "b": "two"}, found) == {"a": "edited", "b": " two"}


def test_a_difference_finds_its_row_where_rows_were_moved():
    read_back = {"rows": [{"id": "A", "t": "x"}, {"id": "B", "t": "x"}]}
    meant = {"rows": [{"id": "A", "t": "x"}, {"id": "B", "t": "x "}]}
    found = list(differences(read_back, meant))
    moved = {"rows": [{"id": "B", "t": "x"}, {"id": "A", "t": "x"}]}
    rows = restored(moved, found)["rows"]
    assert rows == [{"id": "B", "t": "x "}, {"id": "A", "t": "x"}]


def _unpacked(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    return b"".join(archive.read(member) for member in archive.namelist())
