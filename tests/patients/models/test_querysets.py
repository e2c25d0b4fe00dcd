"""Who sees what, how it is found, and at which cost."""

from datetime import date

import pytest

from patients.findings import CaseFindings
from patients.models import Encounter, Patient
from patients.services.cases import case_correct, case_create
from patients.services.patients import patient_create
from tests.patients.cases import findings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("who", "sees"),
    [("dr_surgeon", 1), ("dr_resident", 1), ("admin", 0), ("stranger", 0)],
)
def test_the_team_sees_its_patients_and_cases_and_nobody_else_does(
    request, case, who, sees
):
    user = request.getfixturevalue(who)
    assert Patient.objects.visible_to(user).count() == sees
    assert Encounter.objects.visible_to(user).count() == sees


def test_a_member_of_two_teams_sees_each_case_once(case, dr_surgeon, other_team):
    dr_surgeon.teams.add(other_team)
    assert list(Encounter.objects.visible_to(dr_surgeon)) == [case]


def test_the_current_version_is_the_newest(evaluated, dr_surgeon):
    new = case_correct(
        encounter=evaluated,
        actor=dr_surgeon,
        data=findings(note="corrected"),
        revision=evaluated.revision,
    )
    assert list(Encounter.objects.current()) == [new]
    assert list(Encounter.objects.in_state("superseded")) == [evaluated]


@pytest.mark.parametrize(
    "text", ["müller", "MULLER", "Ana", "h-1001", "1001", "ana mul", "ller an", ""]
)
def test_a_patient_is_found_by_parts_of_names_and_number(case, text):
    assert list(Patient.objects.search(text)) == [case.patient]
    assert list(Encounter.objects.search(text)) == [case]


@pytest.mark.parametrize("text", ["Muller Ben", "H-1002", "xyz", "%", "_"])
def test_what_does_not_match_is_not_found(case, text):
    assert not Patient.objects.search(text).exists()
    assert not Encounter.objects.search(text).exists()


def test_names_in_other_scripts_are_found(dr_surgeon, team):
    patient = patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="7",
        family_name="王",
        given_name="芳",
        birth_date=date(1990, 1, 1),
    )
    assert list(Patient.objects.search("王")) == [patient]


def test_all_findings_come_with_two_queries(
    patient, dr_surgeon, django_assert_num_queries
):
    for _ in range(3):
        case_create(patient=patient, actor=dr_surgeon, data=findings())
    with django_assert_num_queries(2):
        for encounter in Encounter.objects.with_findings():
            assert CaseFindings.of(encounter) == findings()
            assert encounter.updated_by.username
            assert encounter.patient.team.name
