"""A block of a spreadsheet, read cell by cell before anything is written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.authoring.document.columns import columns_of
from treatments.authoring.document.parts import split
from treatments.authoring.grid.paste import MAX_ENTRIES, BlockError, block_of, preview
from treatments.engine import load_ruleset

DOCUMENT = load_ruleset().document
PARTS = split(DOCUMENT)
HEAD = PARTS["tables/cons"]
COLUMNS = columns_of(PARTS, HEAD, PARTS["tables/cons/inputs"], (), frozenset())
RULES = {
    name: PARTS[f"tables/cons/rules/{name}"] for name in PARTS["tables/cons/rules"]
}
BY_KEY = {column.key: column for column in COLUMNS}


def shown(block, rules, *keys):
    return preview(block_of(block), rules, [BY_KEY[key] for key in keys], RULES)


@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=9
            ),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_a_spreadsheet_puts_on_the_clipboard_comes_back_cell_by_cell(rows):
    width = len(rows[0])
    rows = [(row + [""] * width)[:width] for row in rows]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t", lineterminator="\r\n").writerows(rows)
    stripped = [[_meant(cell.strip()) for cell in row] for row in rows]
    assert block_of(text.getvalue()) == stripped


def _meant(cell):
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


def test_each_cell_tells_what_stands_there_and_what_would():
    found = shown(
        "yes\tbulge\n", ["CONS-01"], "cells.first_episode", "cells.herniation_type"
    )
    assert [(e.rule, e.column.label, e.old, e.new) for e in found.changes] == [
        ("CONS-01", "First episode", "", "yes"),
        ("CONS-01", "Type of herniation", "", "bulge"),
    ]
    assert found.writes == [
        ("CONS-01", "cells.first_episode", "true"),
        ("CONS-01", "cells.herniation_type", '"bulge"'),
    ]


def test_a_cell_that_cannot_be_read_is_told_and_left_out():
    found = shown("yes\nperhaps\n", ["CONS-01", "CONS-03"], "cells.first_episode")
    (wrong,) = found.problems
    assert wrong.rule == "CONS-03"
    assert "yes or no" in wrong.problem
    assert [rule for rule, _, _ in found.writes] == ["CONS-01"]


def test_what_stands_there_already_is_no_change():
    found = shown("incomplete\n", ["CONS-01"], "cells.conservative_trial")
    assert (found.changes, found.problems, found.same) == ([], [], 1)


def test_outputs_and_grounds_are_pasted_too():
    keys = ("outputs.treatments", "outputs.effect", "rationale", "sources", "strength")
    block = 'FUSION, med\tCaution\t"Two\nlines"\tB07; B09\tConditional\n'
    found = shown(block, ["CONS-01"], *keys)
    assert [value for _, _, value in found.writes] == [
        ["FUSION", "MED"],
        "caution",
        "Two\nlines",
        "conditional",
    ]
    assert found.same == 1


@pytest.mark.parametrize(
    ("key", "words", "problem"),
    [
        ("outputs.effect", "maybe", "not one of indicated"),
        ("outputs.treatments", "CONS NOPE", "no NOPE"),
        ("sources", "B999", "no B999"),
        ("review_by", "next year", "no date"),
        ("certainty", "", "not one of high"),
    ],
)
def test_outputs_and_grounds_are_read_as_strictly_as_cells(key, words, problem):
    found = shown(f"{words}\n", ["CONS-01"], key)
    assert problem in found.problems[0].problem


def test_lines_beyond_the_last_rule_are_new_rules():
    found = shown("yes\nno\n\nyes\n", ["CONS-15"], "cells.first_episode")
    assert [entry.rule for entry in found.changes] == ["CONS-15", "+1", "+3"]
    assert found.new_rules == 2


def test_a_block_that_is_too_wide_or_too_large_is_refused():
    with pytest.raises(BlockError, match="2 columns"):
        shown("yes\tno\n", ["CONS-01"], "cells.first_episode")
    with pytest.raises(BlockError, match="cells"):
        block_of("\t" * MAX_ENTRIES)
    with pytest.raises(BlockError, match="characters"):
        block_of("x" * 300_000)


def test_a_formula_is_taken_as_its_text():
    assert block_of("'=1+1\t'-x\t'quoted\n") == [["=1+1", "-x", "'quoted"]]
