"""What stays open is said as open, and what is certain is said at once."""

from itertools import product

import pytest

from treatments.engine import evaluate, explore, load_ruleset
from treatments.engine.ruleset.enums import URGENCIES
from treatments.management.demo_cases import USUAL, USUAL_DISC

RULESET = load_ruleset()
PERSON = {**USUAL, "age_years": 44, "sex": "male"}


def document(*forgotten, discs=None, off=(), **facts):
    known = {**PERSON, **facts}
    return {
        "contract": 2,
        "facts": {name: known[name] for name in known if name not in forgotten},
        "discs": [{"level": "L4-5", **USUAL_DISC}] if discs is None else discs,
        "unavailable_treatments": list(off),
    }


def answer(*forgotten, **changes):
    return evaluate(document(*forgotten, **changes), RULESET)


OPEN = {
    "suspected_infection": (False, True),
    "suspected_malignancy": (False, True),
    "significant_trauma": (False, True),
    "clinical_imaging_concordance": (True, False),
    "progressive_motor_deficit": (False, True),
    "bilateral_leg_symptoms": (False, True),
    "weakest_mrc_grade": (5, 4, 2),
    "symptom_duration_weeks": (4, 30),
    "saddle_anaesthesia": (False, True),
    "post_void_residual_ml": (0, 150, 300),
}
PAIRS = [
    (one, other) for one in OPEN for other in list(OPEN)[list(OPEN).index(one) + 1 :]
]


#: Presumed while it is not known.
PRESUMED = {"post_void_residual_ml": (0,)}


@pytest.mark.parametrize("changes", [{}, {"motor_deficit_days": 5}], ids=["", "days"])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_of_two_open_answers_every_completion_agrees_with_what_is_said(pair, changes):
    said = answer(*pair, **changes)
    completions = [
        answer(**{**changes, **dict(zip(pair, values, strict=True))})
        for values in product(*(PRESUMED.get(name, OPEN[name]) for name in pair))
    ]
    if said.disposition != "insufficient_data":
        assert {each.disposition for each in completions} == {said.disposition}
    # A completion may be open itself: without the days of a severe weakness.
    least = max(
        (each.remaining.urgency_floor for each in completions), key=URGENCIES.index
    )
    assert said.remaining.urgency_floor == least
    urgencies = {each.urgency for each in completions}
    assert said.urgency == (least if len(urgencies) == 1 else None) or None in urgencies


def test_an_open_ladder_is_not_hidden_by_two_ways_to_diagnose_first():
    said = answer("suspected_infection", "clinical_imaging_concordance")
    assert said.disposition == "insufficient_data"
    blocking = {unknown.fact for unknown, effect in said.missing if effect == "blocks"}
    assert blocking == {"suspected_infection", "clinical_imaging_concordance"}


def test_no_urgency_is_said_that_a_completion_does_not_call_for():
    weak = ("weakest_mrc_grade", "motor_deficit_days")
    said = answer(*weak, clinical_imaging_concordance=False)
    assert (said.urgency, said.remaining.urgency_floor) == (None, "elective")
    assert answer("suspected_infection", "progressive_motor_deficit").urgency is None


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"suspected_infection": True, "post_void_residual_ml": 180}, "ALERT-02"),
        (
            {"clinical_imaging_concordance": False, "bilateral_leg_symptoms": True},
            "ALERT-01",
        ),
    ],
)
def test_what_is_near_to_the_cauda_equina_warns_where_the_ladder_is_stopped(
    facts, rule
):
    said = answer("sexual_dysfunction", **facts)
    assert said.disposition == "diagnose_first"
    assert rule in {alert["rule"] for alert in said.alerts}
    assert said.assumed == {"sexual_dysfunction": False}


def test_care_that_is_not_on_offer_is_a_referral_for_it():
    said = answer(
        off=["CONS"],
        uncorrected_coagulopathy=True,
        weakest_mrc_grade=2,
        motor_deficit_days=3,
    )
    assert (said.disposition, said.urgency) == ("refer", "urgent")
    assert said.recommended is None
    assert said.referral["treatments"] == ["CONS"]
    assert {"CONS": "unavailable"}.items() <= {
        option.treatment: option.status for option in said.options
    }.items()


def test_whether_there_is_an_image_is_asked_by_its_own_name():
    case = document("imaging_status", discs=[], conservative_care_weeks=2)
    case["responsible_level"] = "L4-5"
    said = evaluate(case, RULESET)
    effects = {unknown.fact: effect for unknown, effect in said.missing}
    assert effects["imaging_status"] == "blocks"
    asked = {q["fact"]: q for q in explore(case, RULESET, said).ask_next}
    assert "image_read" not in asked
    answers = {each["example"] for each in asked["imaging_status"]["answers"]}
    assert answers == {"none", "available"}


def test_whether_there_is_an_image_is_asked_before_the_level():
    case = document("imaging_status", discs=[], conservative_care_weeks=2)
    said = evaluate(case, RULESET)
    assert said.disposition == "insufficient_data"
    asked = [q["fact"] for q in explore(case, RULESET, said).ask_next]
    assert asked == ["imaging_status", "responsible_level"]
