"""One cell: what is read, what it accepts, and what is refused with which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.engine.ruleset.unary_tests import CellError, parse

CASES = [
    ("-", [1, "a", True], []),
    ('"bulge"', ["bulge"], ["protrusion", ""]),
    ('"bulge","protrusion"', ["bulge", "protrusion"], ["none"]),
    ('not("none")', ["bulge"], ["none"]),
    ('not("a", "b")', ["c"], ["a", "b"]),
    ("> 55", [56, 55.1], [55, 54]),
    (">=55", [55], [54.9]),
    ("< 3", [2.9], [3]),
    ("<= 3", [3], [3.1]),
    ("[6..12]", [6, 12, 8], [5.9, 12.1]),
    ("(3..4]", [3.1, 4], [3]),
    ("[3..4)", [3], [4]),
    ("]3..4[", [3.5], [3, 4]),
    ("[-2..2]", [-2, 0], [-3]),
    ("1,3,> 10", [1, 3, 11], [2, 10]),
    ("not([6..12])", [5, 13], [6, 12]),
    ("true", [True], [False, 1]),
    ("not(true)", [False], [True]),
    ("5", [5, 5.0], [True, "5"]),
    ("-5", [-5], [5]),
]


@pytest.mark.parametrize(("text", "accepted", "refused"), CASES)
def test_a_cell_accepts_what_dmn_says(text, accepted, refused):
    cell = parse(text)
    assert [v for v in accepted if not cell.accepts(v)] == []
    assert [v for v in refused if cell.accepts(v)] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("bulge", "cannot be read"),
        ('"bulge', "cannot be read"),
        ("> ", "ends too early"),
        ('> "a"', "where a number was expected"),
        ("[6..", "ends too early"),
        ("[6..12", "ends too early"),
        ("[6,12]", "lacks '..'"),
        ("[12..6]", "impossible range: 12..6"),
        ("(6..6]", "impossible range: 6..6"),
        ("not 5", "lacks '('"),
        ("not(5", "lacks ')'"),
        ("5 6", "after its end"),
        ("5,", "ends too early"),
        ("1.2.3", "cannot be read"),
        ("5; drop", "cannot be read"),
        ("9" * 40, "cannot be read"),
        ("1," * 1500, "is longer than 2000"),
        ("not(not(5))", "where a value was expected"),
    ],
)
def test_a_bad_cell_is_refused_with_the_reason(text, says):
    with pytest.raises(CellError) as refusal:
        parse(text)
    assert says in str(refusal.value)


@given(st.text(max_size=60))
def test_any_text_is_either_a_cell_or_a_cell_error(text):
    try:
        cell = parse(text)
    except CellError:
        return
    assert cell.accepts(5) in (True, False)


@given(
    st.integers(-50, 50),
    st.integers(0, 40),
    st.sampled_from("[("),
    st.sampled_from("])"),
    st.floats(-100, 100),
)
def test_an_interval_and_its_negation_share_out_the_numbers(low, span, left, right, x):
    text = f"{left}{low}..{low + span + 1}{right}"
    assert parse(text).accepts(x) != parse(f"not({text})").accepts(x)
