"""Soft warnings: where they come, and where they stay away."""

from datetime import date

import pytest

from patients.models import Patient
from patients.plausibility import soft_warnings
from tests.patients.cases import findings

PATIENT = Patient(birth_date=date(1983, 5, 4), sex="female")


def warned(facts, discs=()) -> set[str]:
    data = findings(facts={"age_years": 43} | facts, discs=dict(discs))
    return set(soft_warnings(data, PATIENT))


def test_an_ordinary_case_is_not_warned_about():
    assert soft_warnings(findings(), PATIENT) == {}


def test_nothing_known_gives_no_warning():
    assert soft_warnings(findings(facts={}, discs={}), PATIENT) == {}


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"age_years": 44}, "age_years"),
        ({"symptom_duration_weeks": 600}, "symptom_duration_weeks"),
        ({"post_void_residual_ml": 1900}, "post_void_residual_ml"),
        (
            {"symptom_duration_weeks": 4, "conservative_care_weeks": 6},
            "conservative_care_weeks",
        ),
        ({"weakest_mrc_grade": 5, "motor_deficit_days": 3}, "motor_deficit_days"),
        ({"symptom_duration_weeks": 1, "motor_deficit_days": 20}, "motor_deficit_days"),
        ({"first_episode": True, "same_level_recurrences": 1}, "first_episode"),
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
    ],
)
def test_what_is_usual_is_left_alone(facts):
    assert warned(facts) == set()


def test_an_age_against_the_birth_date_is_told_with_the_right_one():
    told = soft_warnings(findings(facts={"age_years": 30}), PATIENT)
    assert told == {"age_years": "The birth date gives 43 years at this encounter."}


def test_a_disc_is_warned_about_at_its_own_field():
    discs = {"L3-4": {"translation_mm": 15.0}, "L4-5": {"translation_mm": 3.0}}
    assert warned({}, discs) == {"L3-4-translation_mm"}


def test_pregnancy_past_its_age_is_asked_about():
    facts = {"age_years": 60, "pregnant": True}
    patient = Patient(birth_date=date(1966, 1, 1), sex="female")
    assert set(soft_warnings(findings(facts=facts), patient)) == {"pregnant"}
