"""A recommendation as the engine gives it, with the rows around it."""

import datetime
from typing import Any

import pytest

from patients.models import Encounter, Patient
from spine_cds.accounts.models import User
from treatments.engine import Ruleset, evaluate, explore, load_ruleset
from treatments.models import Recommendation
from treatments.rulebook.services import ruleset_load

CASE: dict[str, Any] = {
    "contract": 1,
    "case_id": "sample",
    "responsible_level": "L5-S1",
    "facts": {
        "age_years": 43,
        "sex": "female",
        "pregnant": False,
        "symptom_duration_weeks": 14,
        "pain_pattern": "radicular",
        "leg_pain_nrs": 8,
        "back_pain_nrs": 3,
        "neurogenic_claudication": False,
        "bilateral_leg_symptoms": False,
        "saddle_anaesthesia": False,
        "bladder_dysfunction": False,
        "bowel_dysfunction": False,
        "progressive_motor_deficit": False,
        "suspected_infection": False,
        "suspected_malignancy": False,
        "significant_trauma": False,
        "weakest_mrc_grade": 4,
        "motor_deficit_days": 40,
        "clinical_imaging_concordance": True,
        "conservative_care_weeks": 10,
        "conservative_response": "none",
        "same_level_recurrences": 0,
        "uncorrected_coagulopathy": False,
    },
    "discs": [
        {"level": "L4-5", "herniation_type": "bulge", "pfirrmann_grade": 4},
        {
            "level": "L5-S1",
            "herniation_type": "extrusion",
            "contained": False,
            "zone": "subarticular",
            "side": "left",
            "migration": "down_low",
            "canal_compromise_percent": 35,
            "central_stenosis": "none",
            "lateral_recess_stenosis": "none",
            "foraminal_stenosis": "none",
            "slip_grade": 0,
        },
    ],
}


def with_facts(**facts: Any) -> dict[str, Any]:
    return {**CASE, "facts": {**CASE["facts"], **facts}}


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()


@pytest.fixture
def a_recommendation(team, dr_surgeon, ruleset):
    """Make a recommendation of a case document; a new patient each time."""

    def make(case: dict[str, Any] = CASE, **patient: Any) -> Recommendation:
        encounter = an_encounter(team, dr_surgeon, **patient)
        evaluation = evaluate(case, ruleset).to_document()
        evaluation["exploration"] = explore(case, ruleset).to_document()
        recommended = evaluation["recommended"] or {}
        return Recommendation.objects.create(
            encounter=encounter,
            ruleset=ruleset_load(ruleset=ruleset),
            engine_version=evaluation["engine_version"],
            case_document=case,
            case_sha256="0" * 64,
            evaluation_document=evaluation,
            disposition=evaluation["disposition"],
            urgency=evaluation["urgency"] or "",
            recommended_treatment=recommended.get("treatment", ""),
            created_by=dr_surgeon,
        )

    return make


def an_encounter(team, author: User, **patient: Any) -> Encounter:
    values = {
        "identifier": f"H-{Patient.objects.count():07}",
        "family_name": "Zhang",
        "given_name": "Wei 伟",
        "birth_date": datetime.date(1983, 4, 2),
        "sex": "female",
        **patient,
    }
    person = Patient.objects.create(team=team, created_by=author, **values)
    return Encounter.objects.create(
        patient=person,
        created_by=author,
        updated_by=author,
        responsible_level="L5-S1",
        state=Encounter.State.EVALUATED,
    )
