"""One fact's field: whatever is typed, a number in range or a plain refusal."""

import pytest
from django import forms

from patients.facts import CASE_FACTS, DISC_FACTS
from patients.forms.fields import fact_to_field

FACTS = {**CASE_FACTS, **DISC_FACTS}
NUMBERS = [
    name
    for name, fact in FACTS.items()
    if fact.kind in ("int", "decimal") and not fact.grades
]


def refused(name, text):
    with pytest.raises(forms.ValidationError) as refusal:
        fact_to_field(FACTS[name]).clean(text)
    (message,) = refusal.value.messages
    return message


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_out_of_range_is_refused_with_what_is_allowed(name):
    fact = FACTS[name]
    for number in (fact.minimum - 1, fact.maximum + 1, 10**9):
        assert refused(name, str(number)) == f"Allowed: {fact.allowed}."


@pytest.mark.parametrize("name", NUMBERS)
def test_text_for_a_number_is_refused_with_what_is_allowed(name):
    assert refused(name, "about ten").endswith(f"Allowed: {FACTS[name].allowed}.")


@pytest.mark.parametrize("name", [n for n in FACTS if n not in NUMBERS])
def test_an_answer_that_was_not_offered_is_refused(name):
    assert "Allowed: " in refused(name, "50 % of it")


def test_too_many_decimals_are_called_that():
    assert refused("rotation_deg", "4.123456789") == "Two decimal places at most."


def test_the_unit_of_a_percentage_is_in_the_message():
    assert "%" in refused("odi_percent", "101")
