"""Unknown details, records of one person, cases of the wrong one."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from patients.findings import CaseFindings
from patients.models import Encounter, Patient, PatientMerge
from patients.services.cases import (
    CaseNotOpenError,
    case_advance,
    case_correct,
    case_mark_entered_in_error,
)
from patients.services.merging import CannotMergeError, merge_undo, patients_merge
from patients.services.moving import (
    CannotMoveError,
    case_hand_over,
    case_reinstate,
)
from patients.services.patients import patient_create, patient_update
from spine_cds.audit.models import Event
from tests.patients.cases import findings

pytestmark = pytest.mark.django_db
WHY = "The same identity card."


@pytest.fixture
def twin(team, dr_surgeon) -> Patient:
    """The same person, entered a second time with less."""
    return patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="H-22",
        family_name="Okafor",
        given_name="C.",
        sex="male",
    )


@pytest.fixture
def merge(patient, twin, dr_surgeon) -> PatientMerge:
    return patients_merge(leading=patient, merged=twin, actor=dr_surgeon, reason=WHY)


# --- What is not known --------------------------------------------------------------


def test_two_unidentified_patients_are_two(team, dr_surgeon):
    unknown = {"actor": dr_surgeon, "team": team, "family_name": "Unknown"}
    first, second = patient_create(**unknown), patient_create(**unknown)
    assert first != second
    assert (first.numbers, first.age_on(date(2026, 1, 1))) == ("number not known", None)


def test_one_submission_is_one_patient_even_without_a_number(team, dr_surgeon):
    sent = {"actor": dr_surgeon, "team": team, "family_name": "Unknown"}
    key = uuid.uuid4()
    first = patient_create(**sent, submission_key=key)
    assert patient_create(**sent, submission_key=key) == first
    assert Event.objects.filter(action="patient.create").count() == 1


def test_a_name_there_must_be_and_a_known_number_is_one_patients(patient, dr_surgeon):
    with pytest.raises(ValidationError):
        patient_create(actor=dr_surgeon, team=patient.team, family_name="")
    with pytest.raises(ValidationError, match="already has a patient"):
        patient_create(
            actor=dr_surgeon,
            team=patient.team,
            identifier=patient.identifier,
            family_name="Other",
        )


def test_an_age_that_follows_from_nothing_is_asked_and_kept(case, dr_surgeon):
    Patient.objects.filter(pk=case.patient_id).update(birth_date=None)
    case = Encounter.objects.with_findings().get(pk=case.pk)
    assert (case.age, CaseFindings.of(case).facts.get("age_years")) == (None, None)
    Encounter.objects.filter(pk=case.pk).update(age_years=60)
    case.refresh_from_db()
    assert (case.age, CaseFindings.of(case).facts["age_years"]) == (60, 60)


# --- Two records of one person ------------------------------------------------------


def test_a_merged_record_says_what_the_leading_one_says(merge, patient, twin):
    twin.refresh_from_db()
    assert (twin.given_name, twin.birth_date) == (patient.given_name, date(1983, 5, 4))
    assert twin.numbers == f"H-22, also {patient.identifier}"
    patient.refresh_from_db()
    assert patient.numbers == f"{patient.identifier}, also H-22"
    assert list(Patient.objects.search("H-22").leading()) == [patient]


def test_a_merge_is_on_the_trail_of_both_without_a_name(merge, patient, twin):
    for pk in (patient.pk, twin.pk):
        (event,) = Event.objects.of_patient(pk).filter(action="patient.merge")
        assert event.detail == {"leading": str(patient.pk), "merged": str(twin.pk)}


def test_a_merge_twice_is_one(merge, patient, twin, dr_surgeon):
    again = patients_merge(leading=patient, merged=twin, actor=dr_surgeon, reason=WHY)
    assert again == merge
    assert PatientMerge.objects.count() == 1


def test_a_correction_of_the_leading_record_reaches_all(
    merge, patient, twin, dr_surgeon
):
    patient_update(patient=patient, actor=dr_surgeon, sex="female", identifier="H-9")
    twin.refresh_from_db()
    assert (twin.sex, twin.identifier, twin.other_numbers) == ("female", "H-22", "H-9")


def test_a_merge_taken_back_leaves_each_as_it_was(merge, patient, twin, dr_surgeon):
    patient_update(patient=patient, actor=dr_surgeon, given_name="Chidi B.")
    merge_undo(merge=merge, actor=dr_surgeon)
    once = merge_undo(merge=merge, actor=dr_surgeon).undone_at
    twin.refresh_from_db()
    patient.refresh_from_db()
    assert (twin.merged_into, twin.birth_date, twin.given_name) == (None, None, "C.")
    assert (twin.numbers, patient.numbers) == ("H-22", patient.identifier)
    assert patient.given_name == "Chidi B."
    assert merge_undo(merge=merge, actor=dr_surgeon).undone_at == once
    assert Event.objects.filter(action="patient.unmerge").count() == 2
    assert not Patient.objects.search("H-22").filter(pk=patient.pk).exists()


def test_what_cannot_be_one_person_is_refused(
    merge, patient, twin, team, other_team, dr_surgeon
):
    third = patient_create(actor=dr_surgeon, team=team, family_name="Third")
    stranger = patient_create(actor=dr_surgeon, team=other_team, family_name="X")
    twin.refresh_from_db()
    for leading, merged, why in (
        (patient, patient, "the record itself"),
        (patient, stranger, "two teams"),
        (twin, third, "merged before"),
        (third, patient, "merged before"),
        (third, twin, "merged before"),
    ):
        with pytest.raises(CannotMergeError, match=why):
            patients_merge(leading=leading, merged=merged, actor=dr_surgeon, reason=WHY)
    third_merge = patients_merge(
        leading=patient, merged=third, actor=dr_surgeon, reason=WHY
    )
    patient.refresh_from_db()
    assert third_merge.leading == patient
    assert patient.other_numbers == "H-22", "a record without a number adds none"


def test_the_database_keeps_a_merge(merge):
    for change in ({"reason": "Another"}, {"before": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PatientMerge.objects.filter(pk=merge.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        merge.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.filter(pk=merge.leading_id).update(merged_into=merge.leading_id)


# --- A case of the wrong patient ----------------------------------------------------


def hand_over(case, patient, actor, *, is_move=True, key=None) -> Encounter:
    return case_hand_over(
        encounter=case,
        patient=patient,
        actor=actor,
        is_move=is_move,
        submission_key=key or uuid.uuid4(),
    )


@pytest.mark.parametrize("is_move", [True, False])
def test_a_case_goes_to_the_right_patient_as_a_draft(case, twin, dr_surgeon, is_move):
    entered, key = CaseFindings.of(case), uuid.uuid4()
    draft = hand_over(case, twin, dr_surgeon, is_move=is_move, key=key)
    assert (draft.patient, draft.is_draft, draft.version) == (twin, True, 1)
    assert CaseFindings.of(draft) == entered
    case.refresh_from_db()
    assert case.state == ("entered_in_error" if is_move else "draft")
    assert hand_over(case, twin, dr_surgeon, is_move=is_move, key=key) == draft
    action = "case.move" if is_move else "case.copy"
    told = Event.objects.filter(action=action)
    assert {event.patient_id for event in told} == {
        str(case.patient_id),
        str(twin.pk),
    }


def test_a_case_stays_where_it_cannot_go(case, patient, twin, dr_surgeon):
    with pytest.raises(CannotMoveError, match="of this patient already"):
        hand_over(case, patient, dr_surgeon)
    Patient.objects.filter(pk=twin.pk).update(birth_date=date(2026, 11, 25))
    twin.refresh_from_db()
    with pytest.raises(CannotMoveError, match="before the birth date"):
        hand_over(case, twin, dr_surgeon)
    Patient.objects.filter(pk=twin.pk).update(birth_date=None)
    twin.refresh_from_db()
    case_mark_entered_in_error(encounter=case, actor=dr_surgeon, reason="Test entry")
    case.refresh_from_db()
    with pytest.raises(CaseNotOpenError):
        hand_over(case, twin, dr_surgeon)


@pytest.mark.parametrize("state", ["draft", "evaluated", "reviewed", "decided"])
def test_a_case_comes_back_as_far_as_it_had_come(case, dr_surgeon, state):
    if state != "draft":
        case = case_advance(encounter=case, actor=dr_surgeon, state=state)
    case_mark_entered_in_error(encounter=case, actor=dr_surgeon, reason="Test entry")
    back = case_reinstate(encounter=case, actor=dr_surgeon)
    assert (back.state, back.error_reason) == (state, "")
    assert case_reinstate(encounter=case, actor=dr_surgeon).revision == back.revision
    (event,) = Event.objects.filter(action="case.reinstate")
    assert event.detail["after"] == {"state": state}


def test_without_a_trail_a_case_never_comes_back_as_a_draft(case, dr_surgeon):
    Encounter.objects.filter(pk=case.pk).update(
        state="entered_in_error", error_reason="Lost"
    )
    assert case_reinstate(encounter=case, actor=dr_surgeon).state == "evaluated"


def test_a_superseded_version_does_not_come_back(case, dr_surgeon):
    case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    case.refresh_from_db()
    case_correct(
        encounter=case,
        actor=dr_surgeon,
        data=findings(note="New."),
        revision=case.revision,
    )
    with pytest.raises(CaseNotOpenError):
        case_reinstate(encounter=case, actor=dr_surgeon)
