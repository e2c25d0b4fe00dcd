"""A cell's three forms say the same: its text, its control, its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.authoring.document.cell_conditions import (
    CellState,
    in_words,
    same,
    state_of,
    text_of,
)
from treatments.engine import load_ruleset
from treatments.engine.ruleset.words_reader import WordsError, from_words, read_cell

RULESET = load_ruleset()
FACTS = RULESET.facts
SHIPPED = [
    (FACTS[name], cell.text)
    for table in RULESET.tables.values()
    for rule in table.rules
    for name, cell in rule.cells.items()
]
HERNIATION, AGE, WIDTH, PREGNANT = (
    FACTS[name]
    for name in (
        "herniation_type",
        "age_years",
        "annular_defect_width_mm",
        "pregnant",
    )
)


def test_every_shipped_cell_has_a_control_and_words_that_give_it_back():
    assert len(SHIPPED) > 400
    for fact, text in SHIPPED:
        state = state_of(fact, text)
        # That a fact be not known is typed: no control shows it.
        assert (state is None) == (text == "unknown"), text
        assert state is None or text_of(fact, state) == text
        assert same(fact, from_words(fact, in_words(fact, text)), text)


def numbers(fact):
    low, high = fact.limits
    if fact.type == "int":
        return st.integers(int(low), int(high)).map(str)
    tenths = st.integers(int(low * 10), int(high * 10))
    return tenths.map(lambda n: f"{n / 10:g}")


@st.composite
def conditions(draw):
    """A fact of the vocabulary and any condition that it can have."""
    fact = draw(st.sampled_from(list(FACTS.values())))
    if fact.type == "bool":
        return fact, draw(st.sampled_from(["-", "true", "false"]))
    if fact.type == "enum":
        values = draw(st.lists(st.sampled_from(fact.values), min_size=1, unique=True))
        tests = ",".join(f'"{value}"' for value in values)
    else:
        tests = draw(number_tests(fact))
    return fact, f"not({tests})" if draw(st.booleans()) else tests


@st.composite
def number_tests(draw, fact):
    some = numbers(fact)
    how = draw(st.sampled_from(["list", "compare", "interval"]))
    if how == "list":
        return ",".join(draw(st.lists(some, min_size=1, max_size=4)))
    if how == "compare":
        return draw(st.sampled_from(["<", "<=", ">", ">="])) + " " + draw(some)
    low, high = sorted((draw(some), draw(some)), key=float)
    if float(low) == float(high):
        return f"[{low}..{high}]"
    return draw(st.sampled_from("[(")) + f"{low}..{high}" + draw(st.sampled_from("])"))


@given(conditions())
def test_text_to_control_and_back_is_the_same_condition(condition):
    fact, text = condition
    state = state_of(fact, text)
    assert state is not None
    assert same(fact, text_of(fact, state), text)
    assert state_of(fact, text_of(fact, state)) == state


@given(conditions())
def test_text_to_words_and_back_is_the_same_condition(condition):
    fact, text = condition
    assert same(fact, from_words(fact, in_words(fact, text)), text)


@given(st.sampled_from(list(FACTS.values())), st.text(max_size=40))
def test_whatever_is_typed_is_refused_in_words_or_becomes_a_fitting_cell(fact, typed):
    try:
        text = from_words(fact, typed)
    except WordsError as error:
        text = "-" if str(error) else typed
    assert read_cell(fact, text) is not None


@pytest.mark.parametrize(
    ("fact", "words", "text"),
    [
        (PREGNANT, "yes", "true"),
        (PREGNANT, "FALSE", "false"),
        (PREGNANT, "", "-"),
        (PREGNANT, "any", "-"),
        (HERNIATION, "bulge, protrusion", '"bulge","protrusion"'),
        (HERNIATION, "Bulge or Protrusion", '"bulge","protrusion"'),
        (HERNIATION, "not bulge", 'not("bulge")'),
        (HERNIATION, "not (bulge, extrusion)", 'not("bulge","extrusion")'),
        (AGE, "≥ 60", ">= 60"),
        (AGE, "60 to 70", "[60..70]"),
        (AGE, "60-70", "[60..70]"),
        (AGE, "between 60 and 70", "[60..70]"),
        (AGE, "over 60 to under 70", "(60..70)"),
        (AGE, "60 or more", ">= 60"),
        (AGE, "at most 60", "<= 60"),
        (AGE, "under 18", "< 18"),
        (AGE, "not 60", "not(60)"),
        (AGE, "60, 61", "60, 61"),
        (WIDTH, "≥ 6 mm", ">= 6"),
        (WIDTH, "[6..10]", "[6..10]"),
    ],
)
def test_what_people_write_in_a_spreadsheet_is_understood(fact, words, text):
    assert from_words(fact, words) == text


@pytest.mark.parametrize(
    ("fact", "words", "told"),
    [
        (PREGNANT, "perhaps", "yes or no"),
        (HERNIATION, "bulge, prolapse", "one of"),
        (AGE, "200", "8 to 110"),
        (AGE, "70 to 60", "impossible range"),
        (AGE, "about 60", "a whole number from 8 to 110"),
        (WIDTH, "3,5", "3.5 or two numbers"),
    ],
)
def test_what_is_no_condition_is_refused_and_said_why(fact, words, told):
    with pytest.raises(WordsError, match=told):
        from_words(fact, words)


@pytest.mark.parametrize(
    ("fact", "text", "words"),
    [
        (AGE, "[8..12],> 60", "8 to 12 or over 60"),
        (PREGNANT, "not(true)", "not yes"),
        (AGE, "perhaps", "perhaps"),
        (AGE, "300", "300"),
    ],
)
def test_a_text_that_no_control_can_show_has_words_where_it_is_a_cell(
    fact, text, words
):
    assert state_of(fact, text) is None
    assert in_words(fact, text) == words


def test_what_was_typed_into_a_number_amiss_is_not_lost():
    assert text_of(AGE, CellState(operator=">=", low="sixty")) == ">= sixty"
