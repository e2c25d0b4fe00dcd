"""A patient, a case with findings, and the pieces to vary them."""

from datetime import date

import pytest

from patients.findings import CaseFindings
from patients.services import case_advance, case_create, patient_create

FACTS = {
    "age_years": 43,
    "symptom_duration_weeks": 14,
    "leg_pain_nrs": 7,
    "first_episode": True,
    "pain_pattern": "radicular",
    "saddle_anaesthesia": False,
    "weakest_mrc_grade": 4,
    "mri_age_months": 2,
    "surgery_accepted": True,
}
DISCS = {
    "L4-5": {"herniation_type": "bulge", "pfirrmann_grade": 4},
    "L5-S1": {
        "herniation_type": "extrusion",
        "contained": False,
        "zone": "subarticular",
        "translation_mm": 1.5,
    },
}


def findings(**changes) -> CaseFindings:
    values = {
        "occurred_on": date(2026, 11, 20),
        "facts": FACTS,
        "discs": DISCS,
        "responsible_level": "L5-S1",
        "note": "",
    }
    return CaseFindings(**values | changes)


@pytest.fixture
def patient(dr_surgeon, team):
    return patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="H-1001",
        family_name="Müller",
        given_name="Ana",
        birth_date=date(1983, 5, 4),
        sex="female",
    )


@pytest.fixture
def case(patient, dr_surgeon):
    return case_create(patient=patient, actor=dr_surgeon, data=findings())


@pytest.fixture
def evaluated(case, dr_surgeon):
    return case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
