"""Details of a person: corrected by two at once, or sent twice."""

import json
import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from patients.forms import PatientForm
from patients.models import EmergencyAccess, Patient
from patients.services.cases import case_mark_entered_in_error
from patients.services.emergency import emergency_access_open
from patients.services.patients import (
    PatientConflictError,
    patient_create,
    patient_update,
)
from spine_cds.audit.models import Event

pytestmark = pytest.mark.django_db


def opened(patient, user) -> dict[str, str]:
    """What a browser sends of the page that shows the patient as it is now."""
    form = PatientForm(user, instance=Patient.objects.get(pk=patient.pk))
    data = {name: str(form[name].value() or "") for name in form.Meta.fields}
    loaded = json.dumps(form.initial["loaded"])
    return data | {"revision": str(form.initial["revision"]), "loaded": loaded}


def edit(patient) -> str:
    return reverse("patients:patient-edit", args=[patient.pk])


def test_the_second_of_two_correctors_is_shown_both_and_overwrites_nothing(
    patient, dr_surgeon, sign_in
):
    client = sign_in(dr_surgeon)
    first, second = (opened(patient, dr_surgeon) for _ in range(2))
    client.post(edit(patient), first | {"family_name": "Möller"})
    answer = client.post(edit(patient), second | {"family_name": "Mueller"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Somebody else corrected these details" in page
    assert ">Mueller</td>" in page
    assert ">Möller</td>" in page
    patient.refresh_from_db()
    assert patient.family_name == "Möller"


def test_what_the_second_left_alone_is_taken_from_the_first(
    patient, dr_surgeon, sign_in
):
    client = sign_in(dr_surgeon)
    first, second = (opened(patient, dr_surgeon) for _ in range(2))
    client.post(edit(patient), first | {"birth_date": "1984-05-04"})
    answer = client.post(edit(patient), second | {"given_name": "Anna"})
    form = answer.context["form"]
    assert form["birth_date"].value() == "1984-05-04"
    assert form["given_name"].value() == "Anna"
    client.post(edit(patient), form.data.dict())
    patient.refresh_from_db()
    assert (patient.given_name, patient.birth_date) == ("Anna", date(1984, 5, 4))


def test_a_page_without_its_revision_overwrites_nothing(patient, dr_surgeon, sign_in):
    data = opened(patient, dr_surgeon) | {"family_name": "Mueller"}
    del data["revision"], data["loaded"]
    answer = sign_in(dr_surgeon).post(edit(patient), data)
    assert "Somebody else corrected" in answer.content.decode()
    patient.refresh_from_db()
    assert patient.family_name == "Müller"


def test_a_correction_sent_twice_is_one(patient, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    data = opened(patient, dr_surgeon) | {"family_name": "Möller"}
    for _ in range(2):
        assert client.post(edit(patient), data).status_code == 302
    assert Event.objects.filter(action="patient.update").count() == 1


def test_a_new_patient_sent_twice_is_one_and_leads_to_the_case_twice(
    team, dr_surgeon, sign_in
):
    data = {
        "team": team.pk,
        "identifier": "H-7",
        "family_name": "Doe",
        "birth_date": "1980-01-01",
    }
    client = sign_in(dr_surgeon)
    answers = [client.post(reverse("patients:case-start"), data) for _ in range(2)]
    case_page = reverse("patients:case-create", args=[Patient.objects.get().pk])
    assert [answer.url for answer in answers] == [case_page, case_page]
    assert Event.objects.filter(action="patient.create").count() == 1


def test_a_number_that_is_taken_is_told_to_who_means_somebody_else(
    patient, team, dr_surgeon, sign_in
):
    data = {
        "team": team.pk,
        "identifier": "H-1001",
        "family_name": "Doe",
        "birth_date": "1980-01-01",
    }
    answer = sign_in(dr_surgeon).post(reverse("patients:case-start"), data)
    assert answer.status_code == 200
    assert "already has a patient with this number" in answer.content.decode()


def test_a_case_marked_as_entered_in_error_twice_is_marked_once(case, dr_surgeon):
    for _ in range(2):
        case_mark_entered_in_error(encounter=case, actor=dr_surgeon, reason="Other.")
    assert Event.objects.filter(action="case.entered_in_error").count() == 1


def test_an_emergency_access_asked_for_twice_is_one(patient, stranger):
    asked = {
        "user": stranger,
        "identifier": patient.identifier,
        "birth_date": patient.birth_date,
        "reason": "Sudden foot drop.",
    }
    first, second = (emergency_access_open(**asked) for _ in range(2))
    assert first == second
    assert EmergencyAccess.objects.count() == 1


@pytest.fixture
def at_once(transactional_db):
    """at_once(act, ...) runs each in a thread of its own, all at the same moment."""
    if connection.vendor == "sqlite":
        pytest.skip("two real connections need PostgreSQL (DATABASE_URL)")

    def at_once(*acts) -> list[object]:
        start, results = threading.Barrier(len(acts)), [None] * len(acts)

        def run(place, act) -> None:
            start.wait()
            try:
                results[place] = act()
            except Exception as error:
                results[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return at_once


def test_of_two_who_correct_at_the_same_moment_one_is_told(
    patient, dr_surgeon, at_once
):
    def correct(name: str):
        return lambda: patient_update(
            patient=patient, actor=dr_surgeon, revision=0, family_name=name
        )

    results = at_once(correct("One"), correct("Two"))
    assert sorted(type(r).__name__ for r in results) == [
        "Patient",
        "PatientConflictError",
    ]
    told = next(r for r in results if isinstance(r, PatientConflictError))
    assert told.current.revision == 1


def test_one_person_entered_at_the_same_moment_twice_is_one(team, dr_surgeon, at_once):
    def enter(family_name: str):
        return lambda: patient_create(
            actor=dr_surgeon,
            team=team,
            identifier="H-8",
            family_name=family_name,
            birth_date=date(1980, 1, 1),
        )

    twice = at_once(enter("Doe"), enter("Doe"))
    assert [type(r) for r in twice] == [Patient, Patient]
    assert isinstance(at_once(enter("Roe"))[0], ValidationError)
    assert Patient.objects.count() == 1
