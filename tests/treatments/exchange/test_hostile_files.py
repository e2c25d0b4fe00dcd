"""Bad files are refused in bounded time and memory: files of any kind, zips, CSV."""

import io
import zipfile

import pytest

from tests.treatments.exchange.refusals import MIB, changed, members, refused, zipped
from tests.treatments.exchange.test_round_trips import small
from treatments.engine.ruleset.csv_folder import document_from_folder
from treatments.engine.ruleset.errors import RulesetError
from treatments.exchange import export, read

# --- Any file -------------------------------------------------------------------------


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


# --- Zips -----------------------------------------------------------------------------


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


# --- CSV ------------------------------------------------------------------------------


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
