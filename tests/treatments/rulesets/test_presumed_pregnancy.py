"""An unanswered pregnancy question is presumed only where it cannot matter."""

import json

import pytest

from treatments.engine import evaluate, load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET

PLAIN = DEFAULT_RULESET / "golden" / "endo-canal-33-percent.json"


def _evaluated(**facts):
    case = json.loads(PLAIN.read_text("utf-8"))["case"]
    del case["facts"]["pregnant"]
    case["facts"] |= facts
    return evaluate(case, load_ruleset()).to_document()


def test_no_pregnancy_is_presumed_over_55_and_named_as_an_assumption():
    document = _evaluated(sex="female", age_years=56)
    assert "pregnant" in {a["fact"] for a in document["assumed"]}
    assert document["recommended"]["treatment"] == "ENDO_TF"


def test_that_a_man_is_not_pregnant_is_computed_and_no_assumption():
    document = _evaluated(sex="male")
    assert "pregnant" not in {a["fact"] for a in document["assumed"]}
    assert document["derived"]["pregnancy"] == "no"
    assert document["recommended"]["treatment"] == "ENDO_TF"


def test_a_recorded_pregnancy_of_a_man_counts_and_is_told():
    document = _evaluated(sex="male", pregnant=True)
    assert document["derived"]["pregnancy"] == "yes"
    assert "ALERT-23" in {a["rule"] for a in document["alerts"]}


@pytest.mark.parametrize("age", [12, 29, 55])
def test_a_woman_from_12_to_55_gets_no_surgical_advice_before_the_question_is_answered(
    age,
):
    document = _evaluated(sex="female", age_years=age)
    assert document["derived"]["pregnancy"] is None
    assert "pregnant" not in {a["fact"] for a in document["assumed"]}
    assert document["disposition"] == "insufficient_data"


def test_a_girl_of_11_is_presumed_not_pregnant():
    document = _evaluated(sex="female", age_years=11)
    assert document["derived"]["pregnancy"] == "no"
