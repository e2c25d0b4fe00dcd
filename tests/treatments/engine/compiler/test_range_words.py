"""Regions in words, and the smallest change into one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.treatments.engine.small import fact
from treatments.engine.compiler.range_words import (
    nearest_value,
    regions_in_words,
    spans_of,
)
from treatments.engine.compiler.regions import Variable, variable
from treatments.engine.ruleset import unary_tests
from treatments.engine.ruleset.document_reader import DocumentReader


def cut(name, type_, cells, **changes) -> Variable:
    reader = DocumentReader({})
    made = reader._fact(fact(name, type_, **changes))
    assert reader.problems == []
    return variable(made, [unary_tests.parse(cell) for cell in cells])


WEEKS = cut("weeks", "int", ["< 6", "[6..12]", "> 30"], minimum=0, maximum=52)
SHIFT = cut("shift", "decimal", [">= 4", "[3..4)"], minimum=0, maximum=20)
SPLIT = cut("split", "int", ["0,20"], minimum=0, maximum=20)


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (WEEKS, 3, "up to 5"),
        (WEEKS, 9, "6 to 12"),
        (WEEKS, 20, "13 to 30"),
        (WEEKS, 40, "31 or more"),
        (SHIFT, 1, "under 3"),
        (SHIFT, 3.5, "3 to under 4"),
        (SHIFT, 4, "4 or more"),
        (SPLIT, 0, "0 or 20"),
        (SPLIT, 7, "1 to 19"),
        (cut("flag", "bool", ["true"]), True, "yes"),
        (cut("kind", "enum", ['"a"'], values=["a", "b", "c"]), "c", "b, c"),
    ],
)
def test_a_region_is_said_in_words(where, value, words):
    assert regions_in_words(where, where.mask_of(value)) == words


def test_regions_that_touch_are_said_as_one():
    both = WEEKS.mask_of(3) | WEEKS.mask_of(9)
    assert regions_in_words(WEEKS, both) == "up to 12"
    assert regions_in_words(WEEKS, WEEKS.everything) == "0 to 52"
    assert regions_in_words(SHIFT, SHIFT.mask_of(1) | SHIFT.mask_of(3)) == "under 4"


@pytest.mark.parametrize(
    ("where", "region", "value", "near"),
    [
        (WEEKS, 9, 2, 6),
        (WEEKS, 9, 40, 12),
        (WEEKS, 3, 9, 5),
        (SHIFT, 4, 1, 4),
        (SHIFT, 1, 5, 2.9),
        (SHIFT, 3.5, 9, 3.9),
        (SPLIT, 0, 12, 20),
    ],
)
def test_the_smallest_change_into_a_region(where, region, value, near):
    assert nearest_value(where, where.mask_of(region), value) == near


@given(st.integers(0, 52), st.integers(0, 52))
def test_the_nearest_value_lies_in_its_region_and_none_is_nearer(to, value):
    mask = WEEKS.mask_of(to)
    near = nearest_value(WEEKS, mask, value)
    assert WEEKS.mask_of(near) == mask
    inside = [v for v in range(53) if WEEKS.mask_of(v) == mask]
    assert abs(near - value) == min(abs(v - value) for v in inside)
    assert all(any(s.holds(v) for s in spans_of(WEEKS, mask)) for v in inside)
