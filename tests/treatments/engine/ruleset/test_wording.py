"""A cell has one wording, and the words are read back as the same unary tests."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.engine import Fact, load_ruleset
from treatments.engine.ruleset.terms import PLAIN, Terms
from treatments.engine.ruleset.unary_tests import (
    Compare,
    Equal,
    Interval,
    UnaryTests,
    parse,
)
from treatments.engine.ruleset.wording import cell_in_words
from treatments.engine.ruleset.words_reader import WordsError, from_words, read_cell

RULESET = load_ruleset()
#: Codes and labels that could be taken for something else.
NASTY = (
    *("none", "a b", "a_b", "A", "a", "a or b", "a, b", "not a", "neither", "any"),
    *("-", "*", "", " ", "_", "'a'", "yes", "no", "3", "3 to 4", "(a)", "≥ 3", "a  b"),
    *(
        "nor",
        "or",
        "Ä",
        "ß",
        "ſ",
        "=a",
        "a;b",
        "“a”",
        "true",
        "not",
        "a nor b",
        "up to 3",
    ),
)
CODES = st.one_of(
    st.sampled_from([code for code in NASTY if '"' not in code]),
    st.text(st.characters(exclude_characters='"\\', codec="utf-8"), max_size=8),
)


def fact(type_, values=(), low=-1000, high=1000, unit=""):
    bounds = {"minimum": low, "maximum": high} if type_ in ("int", "decimal") else {}
    return Fact(
        name="f",
        scope="case",
        group="",
        type=type_,
        values=tuple(values),
        minimum=bounds.get("minimum"),
        maximum=bounds.get("maximum"),
        unit=unit,
        essential="",
        presumed=None,
        modifiable=False,
        plausible_minimum=None,
        plausible_maximum=None,
        label="F",
        meaning="",
    )


@st.composite
def numbers(draw, type_):
    if type_ == "int":
        return draw(st.integers(-1000, 1000))
    return draw(st.integers(-10_000_000, 10_000_000)) / draw(
        st.sampled_from([10_000, 100_000, 1_000_000_000])
    )


@st.composite
def number_tests(draw, type_):
    some = numbers(type_)
    kind = draw(st.sampled_from(["equal", "compare", "interval"]))
    if kind == "equal":
        return Equal(draw(some))
    if kind == "compare":
        return Compare(draw(st.sampled_from(["<", "<=", ">", ">="])), draw(some))
    low, high = sorted((draw(some), draw(some)))
    if low == high:
        return Interval(low, high, low_closed=True, high_closed=True)
    return Interval(low, high, draw(st.booleans()), draw(st.booleans()))


@st.composite
def cells(draw):
    """A fact of any type, any cell that tests it, and any terms of a page."""
    type_ = draw(st.sampled_from(["bool", "enum", "int", "decimal"]))
    unit = draw(st.sampled_from(["", "mm", "%", "weeks", "mL", "{score}", "m2"]))
    terms = Terms(unit=unit)
    if type_ == "bool":
        tested, tests = fact("bool"), st.sampled_from([Equal(True), Equal(False)])
    elif type_ == "enum":
        values = draw(st.lists(CODES, min_size=1, max_size=6, unique=True))
        labels = draw(st.lists(CODES, max_size=len(values)))
        tested = fact("enum", values)
        tests = st.sampled_from([Equal(value) for value in values])
        terms = Terms(labels=dict(zip(values, labels, strict=False)))
    else:
        tested, tests = fact(type_, unit=unit), number_tests(type_)
    chosen = draw(st.lists(tests, min_size=1, max_size=4, unique=True))
    cell = UnaryTests("", tuple(chosen), draw(st.booleans()))
    return tested, cell, draw(st.sampled_from([PLAIN, terms]))


def same(left, right):
    return all(
        getattr(left, part) == getattr(right, part) for part in ("negated", "unknown")
    ) and set(left.tests) == set(right.tests)


@given(cells())
def test_the_words_of_any_cell_are_read_back_as_the_same_tests(case):
    tested, cell, terms = case
    assert from_words(tested, cell_in_words(tested, parse("-"), terms), terms) == "-"
    words = cell_in_words(tested, cell, terms)
    assert same(parse(from_words(tested, words, terms)), cell), words


def test_every_shipped_cell_is_read_back_from_its_words():
    for table in RULESET.tables.values():
        for rule in table.rules:
            for name, cell in rule.cells.items():
                tested = RULESET.facts[name]
                words = cell_in_words(tested, cell)
                read = read_cell(tested, from_words(tested, words))
                assert read is not None
                assert same(read, cell), words


@given(st.integers(-50, 50), st.integers(1, 50), st.booleans(), st.booleans())
def test_an_open_end_is_said(low, width, low_closed, high_closed):
    test = Interval(low, low + width, low_closed, high_closed)
    words = cell_in_words(fact("int"), UnaryTests("", (test,)))
    assert ("over" in words) is not low_closed
    assert ("under" in words) is not high_closed


NUMBER = fact("decimal", unit="mm")
KIND = fact("enum", ["bulge", "disc_bulge", "a or b", "up", "UP"])


@pytest.mark.parametrize(
    ("tested", "cell", "terms", "words"),
    [
        (NUMBER, "-", PLAIN, ""),
        (NUMBER, "4", PLAIN, "4"),
        (NUMBER, "4.0,0.0001", Terms("mm"), "4 or 0.0001 mm"),
        (NUMBER, "[4..6]", Terms("mm"), "4 to 6 mm"),
        (NUMBER, "[4..6)", Terms("mm"), "4 to under 6 mm"),
        (NUMBER, "(4..6]", PLAIN, "over 4 to 6"),
        (NUMBER, "]4..6[", PLAIN, "over 4 to under 6"),
        (NUMBER, "[-6..-4]", PLAIN, "-6 to -4"),
        (NUMBER, ">= 6", Terms("mm"), "6 mm or more"),
        (NUMBER, "> 6", Terms("mm"), "over 6 mm"),
        (NUMBER, "<= 6", Terms("mm"), "up to 6 mm"),
        (NUMBER, "< 6", Terms("mm"), "under 6 mm"),
        (NUMBER, "1,2,>= 6", PLAIN, "1, 2 or 6 or more"),
        (NUMBER, "not([4..6))", PLAIN, "not 4 to under 6"),
        (NUMBER, "not(1,2,> 6)", PLAIN, "neither 1, 2 nor over 6"),
        (fact("bool"), "true", PLAIN, "yes"),
        (fact("bool"), "not(true)", PLAIN, "not yes"),
        (KIND, '"disc_bulge"', PLAIN, "disc bulge"),
        (KIND, '"bulge"', Terms(labels={"bulge": "Bulging"}), "Bulging"),
        (KIND, '"bulge","a or b"', PLAIN, "bulge or a or b"),
        (KIND, '"bulge"', Terms(labels={"bulge": "Out, a bit"}), "Out, a bit"),
        (
            KIND,
            'not("bulge","a or b")',
            Terms(labels={"bulge": "Out, a bit"}),
            "neither Out, a bit nor a or b",
        ),
        (KIND, '"up"', PLAIN, '"up"'),
        (KIND, 'not("bulge","disc_bulge")', PLAIN, "neither bulge nor disc bulge"),
    ],
)
def test_a_cell_in_words(tested, cell, terms, words):
    assert cell_in_words(tested, parse(cell), terms) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("4 to below 6", "[4..6)"),
        ("above 4 to 6 mm", "(4..6]"),
        ("under 3 or 4 or more", "< 3,>= 4"),
        ("3 or over 6", "3,> 6"),
        ("60 or over", ">= 60"),
        ("1, 2, or 3", "1,2,3"),
        ("neither 1 nor 2", "not(1,2)"),
        ("not 1 or 2", "not(1,2)"),
        ("≥6, < 3", ">= 6,< 3"),
    ],
)
def test_ranges_and_lists_are_read_as_people_write_them(words, text):
    assert parse(from_words(NUMBER, words)).tests == parse(text).tests


def test_what_is_refused_is_told_with_what_may_be_said():
    with pytest.raises(WordsError, match=re.escape("“prolapse” is not one of")):
        from_words(KIND, "prolapse")
