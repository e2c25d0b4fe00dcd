"""Each alert speaks for the findings it names, and a plain case raises none."""

import json

import pytest

from treatments.engine import evaluate, load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET

PLAIN = DEFAULT_RULESET / "golden" / "endo-canal-33-percent.json"

#: What is changed in the plain case, and words of the alert that it must raise.
ALERTS = [
    ({"bilateral_leg_symptoms": True}, "Symptoms in both legs"),
    ({"post_void_residual_ml": 201}, "residual is above 200 mL"),
    ({"canal_compromise_percent": 51}, "more than half of the canal"),
    (
        {"progressive_motor_deficit": True, "uncorrected_coagulopathy": True},
        "coagulopathy that bars surgery",
    ),
    ({"progressive_motor_deficit": True, "pregnant": True}, "deficit in pregnancy"),
    (
        {"progressive_motor_deficit": True, "surgery_accepted": False},
        "surgery is not accepted",
    ),
    ({"weakest_mrc_grade": 3, "motor_deficit_days": 15}, "older than 14 days"),
    ({"mri_age_months": 7}, "MRI is older than six months"),
    ({"numbering_anomaly": True}, "counted twice"),
    ({"symptom_duration_weeks": 27}, "more than 26 weeks"),
    ({"age_years": 20}, "ring apophysis"),
    ({"age_years": 17}, "outside the intended use"),
    ({"herniation_type": "sequestration"}, "Contained, yet sequestered"),
    (
        {"herniation_type": "extrusion", "migration": "up_low"},
        "extrusion that has migrated",
    ),
    ({"herniation_type": "bulge", "migration": "down_low"}, "Migration is recorded"),
    (
        {"herniation_type": "none", "slip_grade": 2, "contained": False},
        "No herniation, yet not contained",
    ),
    ({"herniation_type": "bulge", "contained": False}, "A bulge, yet not contained"),
    (
        {"herniation_type": "none", "slip_grade": 2, "calcification": "partial"},
        "Calcified herniated tissue",
    ),
    ({"zone": "foraminal", "side": "midline"}, "yet in the midline"),
    ({"stenosis_is_bony": True}, "yet no stenosis at any place"),
    ({"pain_pattern": "claudicant"}, "pattern is claudicant"),
    ({"progressive_motor_deficit": True}, "Progressive weakness is recorded"),
    ({"motor_deficit_days": 1}, "Days of weakness"),
    ({"sex": "male", "pregnant": True}, "recorded as male"),
    ({"age_years": 56, "pregnant": True}, "over 55 years"),
    ({"same_level_recurrences": 1}, "First episode, yet"),
    ({"symptom_duration_weeks": 5}, "shorter than six weeks"),
    ({"conservative_care_weeks": 52}, "shorter than a year"),
    (
        {"conservative_care_weeks": 0, "conservative_response": "partial"},
        "no care has been given",
    ),
    (
        {"conservative_response": "good", "symptom_trend": "worsening"},
        "yet worsening symptoms",
    ),
    (
        {"pain_intolerable": True, "leg_pain_nrs": 3, "back_pain_nrs": 3},
        "Pain is called intolerable",
    ),
    ({"leg_pain_nrs": 0}, "leg pain is scored 0"),
    ({"leg_pain_nrs": 0}, "Leg pain is called the worse"),
    ({"pain_dominance": "back", "back_pain_nrs": 0}, "Back pain is called the worse"),
]


@pytest.fixture(scope="module")
def ruleset():
    return load_ruleset()


def _alerts(changes, ruleset):
    case = json.loads(PLAIN.read_text("utf-8"))["case"]
    for name, value in changes.items():
        scope = ruleset.facts[name].scope
        (case["facts"] if scope == "case" else case["discs"][0])[name] = value
    return evaluate(case, ruleset).to_document()["alerts"]


def test_a_plain_case_raises_no_alert(ruleset):
    assert _alerts({}, ruleset) == []


@pytest.mark.parametrize(("changes", "words"), ALERTS, ids=[w for _, w in ALERTS])
def test_an_alert_speaks_for_its_findings(changes, words, ruleset):
    texts = [alert["text"] for alert in _alerts(changes, ruleset)]
    assert any(words in text for text in texts), texts


def test_every_alert_of_the_ruleset_has_been_raised_here(ruleset):
    raised = {a["rule"] for changes, _ in ALERTS for a in _alerts(changes, ruleset)}
    assert {rule.id for rule in ruleset.tables["alerts"].rules} <= raised
