"""The case document: every error named at once, and nothing evaluated."""

import pytest

from tests.treatments.engine.small import (
    DERIVED,
    TRIAGE,
    URGENCY,
    case,
    document,
    eligibility,
)
from treatments.engine import Ruleset, evaluate, load_ruleset
from treatments.engine.case import CaseReader

RULESET = Ruleset.from_document(
    document(
        [*DERIVED, TRIAGE, URGENCY, eligibility(({}, "CONS", "indicated"))],
    )
)


def errors(changed):
    found = evaluate(changed, RULESET).to_document()
    assert found["disposition"] == "invalid"
    assert found["recommended"] is None
    assert found["options"] == []
    return {error["path"]: error["message"] for error in found["errors"]}


@pytest.mark.parametrize("broken", [None, [], "case", 5, True])
def test_what_is_no_object_is_no_case(broken):
    assert errors(broken) == {"$": "must be a JSON object"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weeks", 21),
        ("weeks", -1),
        ("weeks", 2.5),
        ("weeks", "6"),
        ("weeks", True),
        ("weeks", 10**400),
        ("weeks", [6]),
        ("shift", float("nan")),
        ("shift", float("inf")),
        ("flag", 1),
        ("flag", "yes"),
        ("kind", "Bulge"),
        ("kind", None.__class__.__name__),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_what_is(name, value):
    found = errors(case({name: value}))
    assert found[f"facts.{name}"].startswith(f"is not allowed: {name} takes ")


def test_every_error_is_reported_at_once():
    found = errors(
        {
            "contract": 3,
            "facts": {"weeks": 99, "colour": "red", "level": "L4-5"},
            "discs": [{"level": "L4-5"}, {"level": "L4-5"}, {}, 7],
            "responsible_level": "L9",
            "unavailable_treatments": ["XYZ"],
            "surname": "x",
        }
    )
    assert set(found) == {
        "contract",
        "facts.weeks",
        "facts.colour",
        "facts.level",
        "discs[1].level",
        "discs[2].level",
        "discs[3]",
        "responsible_level",
        "unavailable_treatments[0]",
        "surname",
    }
    assert found["discs[1].level"] == "stands twice"


def test_null_is_unknown_and_a_whole_float_is_a_whole_number():
    evaluation = evaluate(case({"weeks": 6.0, "flag": None, "shift": 1}), RULESET)
    missing = {unknown.fact for unknown, _ in evaluation.missing}
    assert "flag" in missing
    assert "weeks" not in missing


def test_a_document_without_facts_is_a_case_of_which_nothing_is_known():
    evaluation = evaluate({"contract": 1}, RULESET)
    assert evaluation.disposition == "insufficient_data"
    first = evaluation.to_document()["missing"][0]
    assert first == {"fact": "responsible_level", "effect": "blocks"}


def test_a_red_flag_needs_no_level():
    facts = {"flag": True, "weak": True}
    evaluation = evaluate({"contract": 1, "facts": facts}, RULESET)
    assert evaluation.disposition == "emergency"
    assert evaluation.robust is True
    assert evaluation.recommended is None


DISCS = [{"level": "L4-5", "herniation_type": "extrusion"}, {"level": "L5-S1"}]


@pytest.mark.parametrize(
    ("contract", "discs", "level"),
    [
        (1, DISCS, "L4-5"),
        (2, DISCS, None),  # whether the other disc is herniated is not said
        (2, DISCS[:1], "L4-5"),
        (2, [DISCS[0], {"level": "L5-S1", "herniation_type": "none"}], "L4-5"),
        (2, [DISCS[0], {"level": "L5-S1", "herniation_type": "bulge"}], None),
        (2, [], None),
    ],
)
def test_the_level_is_taken_from_the_discs_only_where_each_says_its_type(
    contract, discs, level
):
    case = CaseReader(load_ruleset()).read({"contract": contract, "discs": discs})
    assert case is not None
    assert case.level == level


@pytest.mark.parametrize(
    ("contract", "status", "discs", "image_read"),
    [
        (1, None, [], "yes"),
        (2, None, [], None),
        (2, "none", [], "no"),
        (2, "available", [], "yes"),
        (2, "none", [{"level": "L4-5"}], "no"),
        (2, "none", DISCS[:1], "yes"),
        (2, None, DISCS[:1], "yes"),
    ],
)
def test_whether_an_image_was_read_follows_from_the_discs_or_the_answer(
    contract, status, discs, image_read
):
    facts = {} if status is None else {"imaging_status": status}
    document = {"contract": contract, "facts": facts, "discs": discs}
    case = CaseReader(load_ruleset()).read(document)
    assert case is not None
    assert case.known.get("image_read") == image_read
    assert case.level_is_open is (image_read != "no" and discs[:1] != DISCS[:1])


@pytest.mark.parametrize(
    ("facts", "pregnant"),
    [
        ({"sex": "male"}, False),
        ({"sex": "male", "pregnant": True}, True),
        ({"sex": "female"}, None),
        ({}, None),
    ],
)
def test_a_pregnancy_of_a_man_is_computed_unless_it_is_recorded(facts, pregnant):
    case = CaseReader(load_ruleset()).read({"contract": 2, "facts": facts})
    assert case is not None
    assert case.known.get("pregnant") is pregnant
