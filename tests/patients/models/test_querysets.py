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


FOUND_AS = [
    (("de la Cruz", "Ana", "H-1"), "de la Cruz, Ana"),
    (("de la Cruz", "Ana", "H-1"), "ana delacruz"),
    (("O’Brien", "Pat", "H-1"), "O'Brien"),
    (("O’Brien", "Pat", "H-1"), "OBrien"),
    (("OBrien", "Pat", "H-1"), "Pat O’Brien"),
    (("Łukaszewski", "Jan", "H-1"), "lukaszewski"),
    (("Østergaard", "Bo", "H-1"), "Ostergaard"),
    (("Østergaard", "Bo", "H-1"), "oestergaard, bo"),
    (("Mueller", "Bo", "H-1"), "müller"),
    (("Đặng", "Văn An", "H-1"), "dang van an"),
    (("王", "小明", "H-1"), "王小明"),
    (("王小明", "", "H-1"), "小明"),
    (("김", "민준", "H-1"), "김민준"),
    (("Smith-Jones", "Al", "H-1"), "smith jones"),
    (("Smith-Jones", "Al", "H-1"), "Smith–Jones"),
    (("Manuel", "Jo", "H-1"), "el"),
    (("Nobody", "", "AB\u20111001"), "AB-1001"),
    (("Nobody", "", "AB-1001"), "ab1001"),
    (("Nobody", "", "AB-1001"), "ＡＢ１００１"),
    (("Nobody", "", "AB-1001"), "AB 10 01"),
    (("Nobody", "", "AB-1001"), "a\u200bb-10\u200b01"),
    (("Nobody", "", "00123"), "123"),
    (("Nobody", "", "123"), "00123"),
    (("Nobody", "", "AB-00123"), "AB-00"),
    (("Nobody", "", "AB-123"), "AB 00123"),
    (("Nobody", "", "H-1"), "1979-04-30"),
    (("Nobody", "", "H-1"), "1979‑04‑30 nobody"),
    (("Nobody", "", "H-1"), "Nobody H-1 · born 1979-04-30"),
]


@pytest.mark.parametrize(("stored", "typed"), FOUND_AS)
def test_a_patient_is_found_as_people_type(dr_surgeon, team, stored, typed):
    family_name, given_name, identifier = stored
    patient = patient_create(
        actor=dr_surgeon,
        team=team,
        identifier=identifier,
        family_name=family_name,
        given_name=given_name,
        birth_date=date(1979, 4, 30),
    )
    assert list(Patient.objects.search(typed)) == [patient]


@pytest.mark.parametrize("text", ["1980-01-02", "1980-99-99", "- -", ",", "AB 9", "\0"])
def test_what_is_of_nobody_finds_nobody(case, text):
    assert not Patient.objects.search(text).exists()


@pytest.mark.parametrize("typed", ["L5-S1", "l5–s1", "L5/S1", "muller L5-S1", "l5s1"])
def test_a_case_is_found_by_its_level(case, typed):
    assert list(Encounter.objects.search(typed)) == [case]
    assert not Encounter.objects.search(typed.lower().replace("5", "4")).exists()


def test_an_endless_search_is_read_to_its_bound(case):
    assert list(Patient.objects.search("ana " * 100_000)) == [case.patient]


def test_a_long_name_of_letters_that_become_many_is_kept(dr_surgeon, team):
    patient = patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="ﷺ" * 40,
        family_name="ﷺ" * 100,
        given_name="ß" * 100,
        birth_date=date(1990, 1, 1),
    )
    assert list(Patient.objects.search("ﷺ")) == [patient]
