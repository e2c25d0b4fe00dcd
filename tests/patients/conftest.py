"""A patient, a draft, and an evaluated case of the team of dr_surgeon."""

from datetime import date

import pytest

from patients.services.cases import case_advance, case_create
from patients.services.patients import patient_create
from tests.patients.cases import findings


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
