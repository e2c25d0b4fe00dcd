"""Soft warnings: where they come, and where they stay away."""

from datetime import date

import pytest

from patients.models import Patient
from patients.plausibility import doubts, soft_warnings
from tests.patients.cases import findings

PATIENT = Patient(birth_date=date(1983, 5, 4), sex="female")


def warned(facts, discs=()) -> set[str]:
    data = findings(facts=facts, discs=dict(discs))
    return set(soft_warnings(data, PATIENT))


def test_an_ordinary_case_is_not_warned_about():
    assert soft_warnings(findings(), PATIENT) == {}


def test_nothing_known_gives_no_warning():
    assert soft_warnings(findings(facts={}, discs={}), PATIENT) == {}


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"symptom_duration_weeks": 600}, "symptom_duration_weeks"),
        ({"post_void_residual_ml": 1900}, "post_void_residual_ml"),
        (
            {"symptom_duration_weeks": 4, "conservative_care_weeks": 6},
            "conservative_care_weeks",
        ),
        ({"weakest_mrc_grade": 5, "motor_deficit_days": 3}, "motor_deficit_days"),
        ({"symptom_duration_weeks": 1, "motor_deficit_days": 20}, "motor_deficit_days"),
        ({"first_episode": True, "same_level_recurrences": 1}, "first_episode"),
        # All that a partial answer leaves is odd.
        ({"symptom_duration_weeks": {"at_least": 300}}, "symptom_duration_weeks"),
        (
            {
                "symptom_duration_weeks": {"at_most": 6},
                "conservative_care_weeks": {"at_least": 8},
            },
            "conservative_care_weeks",
        ),
        (
            {"weakest_mrc_grade": 5, "motor_deficit_days": {"at_least": 3}},
            "motor_deficit_days",
        ),
        (
            {"first_episode": True, "same_level_recurrences": {"at_least": 1}},
            "first_episode",
        ),
        (
            {
                "bilateral_leg_symptoms": True,
                "symptom_side": {"one_of": ["left", "right"]},
            },
            "symptom_side",
        ),
    ],
)
def test_what_looks_like_a_slip_is_asked_about(facts, name):
    assert warned(facts) == {name}


@pytest.mark.parametrize(
    "facts",
    [
        {"symptom_duration_weeks": 6, "conservative_care_weeks": 6},
        {"weakest_mrc_grade": 5, "motor_deficit_days": 0},
        {"symptom_duration_weeks": 0, "motor_deficit_days": 5},
        {"first_episode": True, "same_level_recurrences": 0},
        {"pregnant": True},
        # A partial answer that leaves what is usual.
        {"symptom_duration_weeks": {"at_least": 13}},
        {"symptom_duration_weeks": {"at_most": 6}, "conservative_care_weeks": 6},
        {"symptom_duration_weeks": 4, "conservative_care_weeks": {"at_most": 6}},
        {"weakest_mrc_grade": {"at_least": 4}, "motor_deficit_days": 3},
        {"first_episode": True, "same_level_recurrences": {"at_most": 2}},
        {"bilateral_leg_symptoms": True, "symptom_side": {"one_of": ["left", "both"]}},
    ],
)
def test_what_is_usual_is_left_alone(facts):
    assert warned(facts) == set()


@pytest.mark.parametrize(
    ("born", "says"),
    [
        (date(1930, 1, 1), "Unusual: 96 years. Is that what you meant?"),
        (date(2014, 1, 1), "Unusual: 12 years. Is that what you meant?"),
        (date(2020, 1, 1), "the rules are for 8 to 110 years and give no advice."),
        (date(1906, 1, 1), "120 years by the birth date: "),
        (date(2026, 11, 20), "0 years by the birth date: "),
    ],
)
def test_an_age_that_is_rare_or_beyond_the_rules_is_told(born, says):
    told = soft_warnings(findings(), Patient(birth_date=born, sex="female"))
    assert set(told) == {"age_years"}
    assert says in told["age_years"]


@pytest.mark.parametrize(
    ("born", "sex", "says"),
    [
        (date(1990, 1, 1), "male", "Yet the sex is recorded as male."),
        (date(1960, 1, 1), "male", "Yet the sex is recorded as male."),
        (date(1960, 1, 1), "", "Unusual at this age."),
    ],
)
def test_a_pregnancy_that_does_not_fit_the_person_is_asked_about(born, sex, says):
    patient = Patient(birth_date=born, sex=sex)
    told = soft_warnings(findings(facts={"pregnant": True}), patient)
    assert set(told) == {"pregnant"}
    assert says in told["pregnant"]


def test_away_from_the_form_a_warning_has_the_label_of_its_question():
    discs = {"L3-4": {"translation_mm": 15.0}}
    data = findings(facts={"symptom_duration_weeks": 600}, discs=discs)
    told = [(doubt.label, doubt.anchor) for doubt in doubts(data, PATIENT)]
    assert told == [
        ("Duration of symptoms", "id_symptom_duration_weeks"),
        ("L3-4 Translation on flexion-extension", "id_L3-4-translation_mm"),
    ]


def test_a_disc_is_warned_about_at_its_own_field():
    discs = {"L3-4": {"translation_mm": 15.0}, "L4-5": {"translation_mm": 3.0}}
    assert warned({}, discs) == {"L3-4-translation_mm"}


@pytest.mark.parametrize(
    ("facts", "side", "text"),
    [
        ({"symptom_side": "left"}, "right", "Wrong side? The herniation at L5-S1"),
        ({"symptom_side": "right"}, "left", "Wrong side?"),
        ({"symptom_side": "both", "bilateral_leg_symptoms": False}, "left", "No."),
        ({"symptom_side": "left", "bilateral_leg_symptoms": True}, "left", "Yes."),
        ({"symptom_side": "none", "bilateral_leg_symptoms": True}, "left", "Yes."),
    ],
)
def test_a_side_that_does_not_fit_is_asked_about(facts, side, text):
    discs = {"L5-S1": {"herniation_type": "extrusion", "side": side}}
    told = soft_warnings(findings(facts=facts, discs=discs), PATIENT)
    assert set(told) == {"symptom_side"}
    assert text in told["symptom_side"]


@pytest.mark.parametrize("named", ["", "L5-S1"])
def test_the_side_is_compared_with_the_responsible_disc_alone(named):
    discs = {
        "L4-5": {"herniation_type": "none", "side": "right"},
        "L5-S1": {"herniation_type": "extrusion", "side": "left"},
    }
    data = findings(
        facts={"symptom_side": "left", "bilateral_leg_symptoms": False},
        discs=discs,
        responsible_level=named,
    )
    assert soft_warnings(data, PATIENT) == {}


def test_an_image_denied_beside_findings_is_asked_about():
    none = {"imaging_status": "none"}
    told = soft_warnings(findings(facts=none), PATIENT)
    assert told == {
        "imaging_status": "Yet findings of L4-5, L5-S1 are entered, and count."
    }
    assert soft_warnings(findings(facts=none, discs={}), PATIENT) == {}


@pytest.mark.parametrize(
    ("slip", "kind", "odd"),
    [
        (0, "isthmic", True),
        (1, "none", True),
        (0, "none", False),
        (2, "isthmic", False),
    ],
)
def test_a_type_that_does_not_fit_the_slip_is_asked_about(slip, kind, odd):
    discs = {"L4-5": {"slip_grade": slip, "slip_type": kind}}
    assert warned({}, discs) == ({"L4-5-slip_type"} if odd else set())


def test_pregnancy_past_its_age_is_asked_about():
    facts = {"pregnant": True}
    patient = Patient(birth_date=date(1966, 1, 1), sex="female")
    assert set(soft_warnings(findings(facts=facts), patient)) == {"pregnant"}


def test_a_slip_known_in_part_is_held_against_its_type():
    def told(**facts):
        return warned({}, {"L4-5": facts})

    name = "L4-5-slip_type"
    assert told(slip_grade={"at_least": 1}, slip_type="none") == {name}
    assert told(slip_grade=0, slip_type={"one_of": ["isthmic", "degenerative"]}) == {
        name
    }
    assert told(slip_grade={"at_most": 2}, slip_type="none") == set()
    assert told(slip_grade=0, slip_type={"one_of": ["none", "isthmic"]}) == set()


def test_a_disc_that_may_not_be_herniated_is_not_held_against_the_side():
    def told(kind):
        disc = {"herniation_type": kind, "side": "right"}
        data = findings(
            facts={"symptom_side": "left"}, discs={"L4-5": disc}, responsible_level=""
        )
        return set(soft_warnings(data, PATIENT))

    assert told({"one_of": ["protrusion", "extrusion"]}) == {"symptom_side"}
    assert told({"one_of": ["none", "protrusion"]}) == set()
