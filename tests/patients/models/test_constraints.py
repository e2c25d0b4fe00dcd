"""What the database itself refuses, whoever writes to it."""

import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from patients.facts import CASE_FACTS, DISC_FACTS
from patients.models import (
    ClinicalExamination,
    DiscFinding,
    Encounter,
    HerniationType,
    ImagingStudy,
    Patient,
)

pytestmark = pytest.mark.django_db

MODELS = {
    "encounter": Encounter,
    "examination": ClinicalExamination,
    "imaging": ImagingStudy,
    "disc": DiscFinding,
}
FACTS = [*CASE_FACTS.values(), *DISC_FACTS.values()]
NUMBERS = [fact for fact in FACTS if fact.kind in ("int", "decimal")]


def set_directly(fact, value) -> None:
    """Past forms and services, as another program would write."""
    with transaction.atomic():
        MODELS[fact.record].objects.update(**{fact.name: value})


def by_name(fact) -> str:
    return fact.name


@pytest.mark.parametrize("fact", NUMBERS, ids=by_name)
def test_the_database_holds_every_range(case, fact):
    for allowed in (fact.minimum, fact.maximum, None):
        set_directly(fact, allowed)
    for refused in (fact.minimum - 1, fact.maximum + 1):
        with pytest.raises(IntegrityError):
            set_directly(fact, refused)


@pytest.mark.parametrize("model", [Encounter, DiscFinding])
@pytest.mark.parametrize("column", ["partial_answers", "added_answers"])
@pytest.mark.parametrize("answers", [[], "text", 3, True])
def test_the_database_holds_answers_as_an_object(case, model, column, answers):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**{column: answers})


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Patient, {"sex": "x"}),
        (Patient, {"family_name": ""}),
        (Encounter, {"state": "lost"}),
        (Encounter, {"contract": 3}),
        (Encounter, {"triage_flag": "later"}),
        (Encounter, {"responsible_level": "L6-S1"}),
        (Encounter, {"state": "entered_in_error"}),
        (Encounter, {"error_reason": "Wrong patient."}),
        (Encounter, {"version": 2}),
        (DiscFinding, {"level": "T12"}),
        (DiscFinding, {"level": ""}),
        (HerniationType, {"contained": "maybe"}),
    ],
)
def test_the_database_refuses_rows_that_make_no_sense(case, model, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**values)


def a_version(case, **values) -> Encounter:
    return Encounter.objects.create(
        patient=case.patient,
        created_by=case.created_by,
        updated_by=case.updated_by,
        **values,
    )


def test_a_case_has_one_current_version(case):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_version(case, case_uid=case.case_uid, version=2, previous=case)


def test_a_version_number_is_given_once(case):
    Encounter.objects.filter(pk=case.pk).update(state="superseded")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_version(case, case_uid=case.case_uid)


def test_a_version_has_one_successor(case):
    Encounter.objects.filter(pk=case.pk).update(state="superseded")
    values = {"case_uid": case.case_uid, "previous": case, "state": "superseded"}
    a_version(case, version=2, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_version(case, version=3, **values)


def test_a_submission_key_is_used_once(case):
    key = uuid.uuid4()
    a_version(case, submission_key=key)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_version(case, submission_key=key)


def test_a_level_occurs_once_in_a_study(case):
    with pytest.raises(IntegrityError), transaction.atomic():
        DiscFinding.objects.create(imaging_study=case.imaging, level="L5-S1")


def test_a_hospital_number_belongs_to_one_patient_of_a_team(patient, other_team):
    same = {
        "identifier": patient.identifier,
        "family_name": "Other",
        "birth_date": date(1990, 1, 1),
        "created_by": patient.created_by,
    }
    Patient.objects.create(team=other_team, **same)
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.create(team=patient.team, **same)


@pytest.mark.parametrize("name", ["patient", "encounter"])
def test_nothing_that_belongs_to_a_case_can_be_deleted_under_it(case, name):
    row = case.patient if name == "patient" else case
    with pytest.raises(ProtectedError):
        row.delete()


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 5, 3), 42),
        (date(2026, 5, 4), 43),
        (date(2026, 5, 5), 43),
        (date(2027, 1, 1), 43),
    ],
)
def test_age_counts_completed_years(day, age):
    assert Patient(birth_date=date(1983, 5, 4)).age_on(day) == age


def test_one_born_on_a_leap_day_has_a_birthday_every_year():
    born = Patient(birth_date=date(2000, 2, 29))
    assert born.age_on(date(2026, 2, 28)) == 25
    assert born.age_on(date(2026, 3, 1)) == 26
