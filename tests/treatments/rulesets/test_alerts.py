"""Each alert speaks for the findings it names, and a plain case raises none."""

import json

import pytest

from treatments.engine import evaluate, load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET

PLAIN = DEFAULT_RULESET / "golden" / "endo-canal-33-percent.json"

RECENT = {"weakest_mrc_grade": 3, "motor_deficit_days": 15}
GROWING = {"weakest_mrc_grade": 4, "progressive_motor_deficit": True}

#: What is changed in the plain case, and words of the alert that it must raise.
ALERTS = [
    ({"bilateral_leg_symptoms": True}, "Symptoms in both legs"),
    ({"post_void_residual_ml": 100}, "100 to 200 mL clears nothing"),
    ({"post_void_residual_ml": 200}, "100 to 200 mL clears nothing"),
    ({"canal_compromise_percent": 51}, "more than half of the canal"),
    (
        {**RECENT, "uncorrected_coagulopathy": True},
        "coagulopathy that bars surgery",
    ),
    ({**GROWING, "pregnant": True}, "deficit in pregnancy"),
    (
        {**RECENT, "surgery_accepted": False},
        "surgery is not accepted",
    ),
    (RECENT, "15 days to 12 weeks"),
    ({"weakest_mrc_grade": 3, "motor_deficit_days": 84}, "15 days to 12 weeks"),
    ({"weakest_mrc_grade": 3, "motor_deficit_days": 85}, "older than 12 weeks"),
    ({**RECENT, "symptom_trend": "improving"}, "strength tested weekly"),
    ({"weakest_mrc_grade": 4, "motor_deficit_days": 8}, "eight days or less"),
    (
        {"symptom_side": "left", "side": "right"},
        "symptoms are on the left",
    ),
    (
        {"symptom_side": "right", "side": "left"},
        "symptoms are on the right",
    ),
    ({"symptom_side": "both"}, "symptoms in both legs are denied"),
    (
        {"symptom_side": "none", "bilateral_leg_symptoms": True},
        "their side is not both",
    ),
    (
        {"femoral_stretch_positive": True, "level": "L5-S1"},
        "positive femoral stretch",
    ),
    ({"straight_leg_raise_deg": 60, "level": "L2-3"}, "straight leg raise of 60"),
    (
        {"crossed_straight_leg_raise": True, "herniation_type": "bulge"},
        "crossed straight leg raise",
    ),
    ({"anticoagulated": True}, "takes an anticoagulant"),
    ({"intradural_suspected": True}, "inside the dura"),
    ({"annular_defect_width_mm": 6}, "defect of 6 mm or more"),
    ({"pain_pattern": "claudicant"}, "without a narrow place"),
    ({"pain_dominance": "back"}, "Back pain is the worse pain"),
    ({"translation_mm": 4}, "both defensible"),
    ({"slip_type": "isthmic"}, "type of slip is recorded, yet no slip"),
    ({"slip_grade": 1, "slip_type": "none"}, "yet its type is none"),
    ({"same_level_recurrences": 2}, "pain clinic"),
    ({"imaging_status": "none"}, "yet a disc with findings"),
    (
        {"herniation_type": "none", "slip_grade": 2, "canal_compromise_percent": 1},
        "taken by one",
    ),
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


#: One step beside an alert's condition, and words of the alert that must stay silent.
SILENT = [
    ({"post_void_residual_ml": 99}, "clears nothing"),
    ({"post_void_residual_ml": 201}, "clears nothing"),
    ({"weakest_mrc_grade": 3, "motor_deficit_days": 14}, "12 weeks"),
    ({"weakest_mrc_grade": 4, "motor_deficit_days": 9}, "eight days or less"),
    ({**GROWING, "motor_deficit_days": 3}, "eight days or less"),
    ({"symptom_side": "left", "side": "bilateral"}, "WRONG SIDE"),
    ({"symptom_side": "left", "side": "left"}, "WRONG SIDE"),
    ({"femoral_stretch_positive": True, "level": "L4-5"}, "femoral stretch"),
    ({"straight_leg_raise_deg": 61, "level": "L2-3"}, "straight leg raise"),
    ({"straight_leg_raise_deg": 60, "level": "L3-4"}, "straight leg raise"),
    ({"annular_defect_width_mm": 5.9}, "defect of 6 mm"),
    ({"progressive_motor_deficit": True, "pregnant": True}, "deficit in pregnancy"),
]


def _alerts(changes, ruleset):
    case = json.loads(PLAIN.read_text("utf-8"))["case"]
    case["responsible_level"] = changes.get("level", case["responsible_level"])
    case["discs"] = case["discs"][:1]
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


@pytest.mark.parametrize(("changes", "words"), SILENT)
def test_an_alert_is_silent_one_step_beside_its_findings(changes, words, ruleset):
    assert not any(words in alert["text"] for alert in _alerts(changes, ruleset))


def test_without_an_image_the_reader_is_told_when_one_is_due(ruleset):
    case = json.loads(PLAIN.read_text("utf-8"))["case"]
    case |= {"contract": 2, "discs": []}
    del case["responsible_level"]
    case["facts"] |= {"imaging_status": "none", "conservative_care_weeks": 2}
    alerts = evaluate(case, ruleset).to_document()["alerts"]
    assert [alert["rule"] for alert in alerts] == ["ALERT-54"]


def test_the_critical_alerts_are_shown_first(ruleset):
    alerts = _alerts(
        {**RECENT, "surgery_accepted": False, "symptom_side": "right", "side": "left"},
        ruleset,
    )
    assert [alert["rule"] for alert in alerts] == ["ALERT-39", "ALERT-06", "ALERT-07"]


def test_every_alert_of_the_ruleset_has_been_raised_here(ruleset):
    raised = {a["rule"] for changes, _ in ALERTS for a in _alerts(changes, ruleset)}
    raised.add("ALERT-54")
    assert {rule.id for rule in ruleset.tables["alerts"].rules} <= raised
