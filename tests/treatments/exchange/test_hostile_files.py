"""Bad files are refused with their place, in bounded time and memory."""

import copy
import io
import json
import time
import tracemalloc
import zipfile
from contextlib import suppress

import openpyxl
import pytest

from tests.treatments.exchange.test_round_trips import SHIPPED, small
from treatments.engine.ruleset.csv_folder import document_from_folder
from treatments.engine.ruleset.errors import RulesetError
from treatments.exchange import ImportRefusedError, export, read

SECONDS = 10
MIB = 1024 * 1024
PEAK_MIB = 300


def traced(data: bytes, filename: str) -> int:
    """The most bytes that were held at once; tracing makes it three times as slow."""
    tracemalloc.start()
    try:
        with suppress(ImportRefusedError):
            read(data, filename)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def refused(data: bytes, filename: str) -> str:
    """What the refusal says; it came in time and without filling the memory."""
    start = time.perf_counter()
    with pytest.raises(ImportRefusedError) as refusal:
        read(data, filename)
    assert time.perf_counter() - start < SECONDS
    assert traced(data, filename) < PEAK_MIB * MIB
    assert 0 < len(refusal.value.problems) <= 100
    for problem in refusal.value.problems:
        assert problem.path
        assert problem.message
        assert len(str(problem)) < 800
    return str(refusal.value)


def zipped(members: dict[str, bytes], compression=zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {name: archive.read(name) for name in archive.namelist()}


def changed(name: str, member: str, content) -> bytes:
    """An export of the small ruleset with one file in it changed."""
    found = members(export(small(), name))
    found[member] = content(found[member]) if callable(content) else content
    return zipped(found, zipfile.ZIP_STORED)


# --- Any file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filename", "says"),
    [
        ("rules.txt", "is of no format that is read"),
        ("rules", "is of no format that is read"),
        ("facts.csv", "is one table alone"),
        ("rules.xlsm", "may hold macros"),
        ("rules.xls", "is the old format"),
        ("../../etc/passwd", "is of no format that is read"),
    ],
)
def test_a_file_of_another_format_is_refused_with_what_to_do(filename, says):
    assert says in refused(b"anything", filename)


@pytest.mark.parametrize("filename", ["a.zip", "a.xlsx", "a.dmn", "a.json"])
def test_a_file_that_is_empty_or_gigantic_is_refused_unread(filename):
    assert f"{filename}: is empty" in refused(b"", filename)
    assert "is larger than 8 MiB" in refused(bytes(8 * MIB + 1), filename)


@pytest.mark.parametrize("filename", ["a.zip", "a.xlsx", "a.dmn", "a.json"])
@pytest.mark.parametrize(
    "data", [b"\0" * 1000, b"\xff\xfe" * 1000, b"PK\3\4" + b"\0" * 100, b"<" * MIB]
)
def test_noise_is_refused(filename, data):
    assert filename in refused(data, filename)


@pytest.mark.parametrize(
    ("name", "filename"), [("csv", "a.zip"), ("xlsx", "a.xlsx"), ("dmn", "a.dmn")]
)
def test_half_a_file_is_refused(name, filename):
    data = export(small(), name)
    for part in (3, 2):
        assert filename in refused(data[: len(data) // part], filename)


# --- Zips ----------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_by_what_it_would_unpack_to():
    bomb = zipped({"facts.csv": bytes(40 * MIB)})
    assert len(bomb) < MIB
    assert "unpacks to more than 32 MiB" in refused(bomb, "a.zip")
    assert "unpacks to more than 32 MiB" in refused(bomb, "a.xlsx")


def test_a_file_that_shrinks_too_well_is_refused():
    bomb = zipped({"ruleset.json": b"{}", "facts.csv": bytes(20 * MIB)})
    assert "'facts.csv': unpacks to more than 200 times" in refused(bomb, "a.zip")


def test_a_zip_that_lies_about_its_sizes_is_refused():
    data = bytearray(zipped({"ruleset.json": bytes(20 * MIB)}))
    real = (20 * MIB).to_bytes(4, "little")
    assert data.count(real) == 2
    lying = bytes(data).replace(real, (100).to_bytes(4, "little"))
    assert "a.zip" in refused(lying, "a.zip")


def test_a_zip_of_thousands_of_files_is_refused():
    many = zipped({f"{n}.csv": b"" for n in range(3000)})
    assert "holds more than 500 files" in refused(many, "a.zip")


@pytest.mark.parametrize(
    "name", ["../facts.csv", "/etc/passwd", "a/../../b.csv", "C:\\x.csv", "a\\b.csv"]
)
def test_a_path_out_of_the_zip_is_refused(name):
    bad = zipped({"ruleset.json": b"{}", name: b"x"})
    assert "leads out of the archive" in refused(bad, "a.zip")


def test_a_table_file_outside_the_zip_is_not_looked_for():
    data = changed(
        "csv",
        "ruleset.json",
        lambda text: text.replace(b"tables/loose.csv", b"../../../etc/passwd"),
    )
    assert "'../../../etc/passwd'" in refused(data, "a.zip")


def test_a_table_file_outside_the_folder_is_not_read(tmp_path):
    for name, content in members(export(small(), "csv")).items():
        path = tmp_path / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(b"tables/loose.csv", b"../secret.csv"))
    (tmp_path / "secret.csv").write_text("id,secret\n1,2\n")
    with pytest.raises(RulesetError, match="is not the name of a file in the folder"):
        document_from_folder(tmp_path / "rules")


def test_a_zip_in_the_zip_is_refused():
    inner = zipped({"facts.csv": b"a"})
    assert "is a zip inside the zip" in refused(zipped({"in.zip": inner}), "a.zip")
    assert "is a zip inside the zip" in refused(zipped({"facts.csv": inner}), "a.zip")


def test_a_file_that_stands_twice_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("facts.csv", "a")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("facts.csv", "b")
    assert "stands twice in the archive" in refused(target.getvalue(), "a.zip")


def test_an_encrypted_zip_is_refused():
    data = bytearray(zipped({"ruleset.json": b"{}"}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    assert "is encrypted" in refused(bytes(data), "a.zip")


def test_a_zip_in_one_more_folder_with_what_a_mac_adds_is_read():
    found = {f"rules/{n}": c for n, c in members(export(small(), "csv")).items()}
    found |= {"__MACOSX/rules/._facts.csv": b"\0\5", "rules/CHANGELOG.md": b"# New"}
    assert read(zipped(found), "a.zip") == small()


# --- CSV -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "content", "says"),
    [
        ("facts.csv", b"name\n\xe9t\xe9\n", "facts.csv line 2: is not UTF-8"),
        ("facts.csv", "name,é\n".encode("utf-16"), "facts.csv line 1: is not UTF-8"),
        ("facts.csv", b"", "facts.csv: is empty: it has no header"),
        ("facts.csv", b"name,scope\nx,y\n", "facts.csv: label is missing: add the col"),
        ("rungs.csv", b"code;title\nA;B\n", "rungs.csv line 1: is parted by semicol"),
        ("tables/loose.csv", b"id;x\nA;B\n", "loose.csv line 1: is parted by semicol"),
        ("rungs.csv", b"code,title\nA\n", "rungs.csv line 2: has 1 cells, the header"),
        ("rungs.csv", b"code,code\nA,B\n", "rungs.csv line 1: code names a column twi"),
        ("rungs.csv", b'code,title\n"A,B\n', "rungs.csv line 2: is not CSV"),
        ("rungs.csv", b"code,title\nA\0,B\n", "holds the character U+0000"),
        ("rungs.csv", b"code,title\nA," + b"x" * 200_000, "rungs.csv line 2: is not C"),
        ("rungs.csv", b"code,title\n" + b"A,B\n" * 9000, "more than 5000 lines"),
        ("rungs.csv", b"," * 4 * 100_000, "rungs.csv line 1: has more than 400 cells"),
        ("rungs.csv", b"code,title\nA,B\nA,C\n", "rungs: 'A' stands twice"),
        ("ruleset.json", b"{", "ruleset.json: is not JSON"),
        ("ruleset.json", b"[]", "ruleset.json: is not a JSON object"),
        ("ruleset.json", b"\xff", "ruleset.json: is not UTF-8"),
        ("ruleset.json", b'{"tables": 5}', "tables[0]: 5 must be an object with a"),
        ("ruleset.json", b'{"tables": [{}]}', "tables[0]: {} must be an object with a"),
        ("ruleset.json", b'{"exact": 5}', "exact is not a list of differences"),
        ("ruleset.json", b'{"exact": [5]}', "exact is not a list of differences"),
        ("ruleset.json", b"{}", "document, metadata: id is missing"),
        ("other/ruleset.json", b"{}", "must hold one ruleset.json"),
    ],
)
def test_a_bad_file_in_the_zip_is_refused_with_its_line(member, content, says):
    assert says in refused(changed("csv", member, content), "a.zip")


def test_a_zip_without_its_head_or_a_table_is_refused():
    found = members(export(small(), "csv"))
    assert "'rungs.csv': is broken" in refused(
        zipped({n: c for n, c in found.items() if n != "rungs.csv"}), "a.zip"
    )
    del found["ruleset.json"]
    assert "must hold one ruleset.json" in refused(zipped(found), "a.zip")


def test_a_large_csv_of_bad_lines_says_no_more_than_a_hundred_of_them():
    bad = b"code,title\n" + b"A\n" * 4000
    assert len(refused(changed("csv", "rungs.csv", bad), "a.zip").splitlines()) == 100


def test_a_yes_or_no_of_a_fact_must_be_one():
    data = changed("csv", "facts.csv", lambda c: c.replace(b",yes,", b",TRUE,"))
    assert "facts.csv, flag, modifiable: TRUE must be yes or no" in refused(
        data, "a.zip"
    )


# --- Workbooks -----------------------------------------------------------------------


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


# --- XML -----------------------------------------------------------------------------

DMN = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"'


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        ('<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', "has a document type (DTD)"),
        (
            "<!DOCTYPE d ["
            '<!ENTITY a0 "lol">'
            + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
            + "]><d>&a11;</d>",
            "has a document type (DTD)",
        ),
        (
            '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
            "has a document type (DTD)",
        ),
        ('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>', "has a document type"),
        ("<d>&unknown;</d>", "is not well-formed XML"),
        ("<d>", "is not well-formed XML"),
        ("<d/>", "is no decision model"),
        ("<a>" * 100_000, "nests more than 40 elements deep"),
        (f"{DMN}>" + "<a/>" * 500_000 + "</definitions>", "more than 400000 XML elem"),
        (f"{DMN}/>", "holds tables of another tool and no ruleset"),
        ('<?xml version="1.0" encoding="x-no"?><d/>', "a.dmn: is "),
    ],
)
def test_hostile_xml_is_refused(xml, says):
    assert says in refused(xml.encode(), "a.dmn")


def test_xml_of_a_million_attributes_is_refused_in_bounds():
    many = " ".join(f'a{n}="{n}"' for n in range(400_000))
    assert "a.dmn" in refused(f"<d {many}/>".encode(), "a.dmn")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('hitPolicy="FIRST"', 'hitPolicy="COLLECT" aggregation="SUM"', "aggregation"),
        ("<spine:facts>", "<spine:other>", "is not well-formed XML"),
        ("<spine:head>{", "<spine:head>", "<spine:head>: is not JSON"),
        ("<spine:facts>[", "<spine:facts>[NaN,", "NaN, which is no number"),
        ("<text>&gt;= 4</text>", "<text/></inputEntry><inputEntry>", "rule 1"),
    ],
)
def test_a_broken_model_of_ours_is_refused_with_its_decision(old, new, says):
    text = export(small(), "dmn").decode()
    assert old in text
    assert says in refused(text.replace(old, new, 1).encode(), "a.dmn")


# --- JSON ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "a.json: is not JSON"),
        ("[" * 200_000, "a.json: nests too deeply"),
        ("[" * 100 + "]" * 100, "nests more than 30 levels deep"),
        ('{"a": NaN}', "holds NaN, which is no number"),
        ('{"a": -Infinity}', "holds -Infinity, which is no number"),
        ('{"a": 1e999}', "holds a number too large to use"),
        ('{"a": ' + "9" * 1_000_000 + "}", "holds a number too large to use"),
        ('{"a": 1, "a": 2}', "says 'a' twice in one object"),
        (
            "{" + ",".join(f'"{n}":1' for n in range(300_000)) + ',"7":1}',
            "says '7' twice in one object",
        ),
        ("5", "document: 5 must be an object"),
        ("[]", "document: [] must be an object"),
        ("{}", "document: facts is missing"),
        ("null", "document: None must be an object"),
    ],
)
def test_bad_json_is_refused(text, says):
    assert says in refused(text.encode(), "a.json")


def test_json_of_millions_of_objects_is_refused_in_bounds():
    many = b"[" + b"{}," * (8 * MIB // 3 - 5) + b"{}]"
    assert "document: a list of 27" in refused(many, "a.json")


def test_json_that_is_not_utf_8_is_refused_with_its_line():
    assert "a.json line 3: is not UTF-8" in refused(b"{\n\n\xff}", "a.json")


def put_in(*path):
    """A change of a document: the value at a path; `path` ends with the new value."""

    def change(found):
        *way, last, value = path
        for step in way:
            found = found[step]
        found[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (put_in("format", 2), "document, format: 2 is no format of ours"),
        (put_in("tables", 5), "document, tables: 5 must be a list"),
        (put_in("tables", 0, None), "document, tables 1: None must be an object"),
        (put_in("tables", 0, "kind", []), "tables loose, kind: [] must be text"),
        (put_in("tables", 0, "rules", 0, "id", 7), "rules 1, id: 7 must be text"),
        (
            put_in("tables", 0, "rules", 1, "cells", {"shift": 4}),
            "document, tables loose, rules LOOSE-02, cells, shift: 4 must be text",
        ),
        (put_in("tables", 0, "rules", 1, "outputs", {}), "outputs: value is missing"),
        (put_in("tables", 1, "rules", 0, "id", "LOOSE-01"), "'LOOSE-01' stands twice"),
        (put_in("tables", 1, "id", "loose"), "tables: 'loose' stands twice"),
        (put_in("tables", 0, "inputs", ["a", "a"]), "table loose, inputs: 'a' stands"),
        (put_in("tables", [None] * 401), "tables: a list of 401 is longer than 400"),
        (put_in("tables", 0, "inputs", ["a"] * 301), "inputs: a list of 301 is longer"),
        (put_in("rungs", [None] * 5001), "rungs: a list of 5001 is longer than 5000"),
        (put_in("facts", 0, "name", "weeks"), "facts: 'weeks' stands twice"),
        (put_in("facts", 0, "values", "abc"), "facts flag, values: 'abc' must be a li"),
        (
            put_in("facts", 0, "minimum", {}),
            "facts flag, minimum: {} must be a text, a",
        ),
        (put_in("metadata", "title", None), "metadata, title: None must be text"),
        (put_in("metadata", "sign_off", []), "sign_off: [] must be an object"),
        (put_in("selection", {}), "document, selection: order is missing"),
        (
            put_in("metadata", "note", "a\0b"),
            "metadata, note: holds the character U+00",
        ),
        (put_in("metadata", "note", "\ud800"), "holds the character U+D800"),
    ],
)
def test_a_document_of_another_shape_is_refused_with_its_place(change, says):
    found = copy.deepcopy(small())
    change(found)
    assert says in refused(json.dumps(found).encode(), "a.json")


def test_an_unknown_fact_or_a_bad_cell_is_left_to_the_checks_of_the_draft():
    """A draft shows it where it stands; the file is not lost for it."""
    found = small()
    found["tables"][0]["inputs"].append("colour")
    found["tables"][0]["rules"][0]["cells"] |= {"colour": '"red"', "shift": "about 3"}
    for name, suffix in (("csv", "zip"), ("xlsx", "xlsx"), ("dmn", "dmn")):
        assert read(export(found, name), f"a.{suffix}") == found
