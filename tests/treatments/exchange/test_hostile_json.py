"""Bad JSON, and documents of another shape, are refused with their place."""

import copy
import json

import pytest

from tests.treatments.exchange.refusals import (
    MIB,
    refused,
)
from tests.treatments.exchange.test_round_trips import small
from treatments.exchange import export, read


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
