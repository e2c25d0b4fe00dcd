"""The pages that mend who a case or a record belongs to."""

import uuid

import pytest
from django.urls import reverse

from patients.models import Patient
from patients.services.cases import case_create
from patients.services.merging import patients_merge
from patients.services.patients import patient_create
from tests.patients.cases import findings

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(team, dr_surgeon) -> Patient:
    return patient_create(
        actor=dr_surgeon, team=team, identifier="H-22", family_name="Müler"
    )


def test_a_patient_of_whom_neither_number_nor_birth_date_is_known(
    team, dr_surgeon, sign_in
):
    client, url = sign_in(dr_surgeon), reverse("patients:case-start")
    unknown = {
        "team": team.pk,
        "family_name": "Unknown, man, ambulance 7",
        "sex": "male",
    }
    page = client.post(url, unknown).content.decode()
    assert "Enter the number, or tick that it is not known." in page
    assert "Enter the birth date, or tick that it is not known." in page
    ticked = {**unknown, "identifier_unknown": "on", "birth_date_unknown": "on"}
    both = client.post(url, {**ticked, "identifier": "H-3"}).content.decode()
    assert "Either enter the number or tick" in both
    assert not Patient.objects.exists()
    sent = {**ticked, "submission_key": str(uuid.uuid4())}
    form = client.post(url, sent)
    assert client.post(url, sent).url == form.url, "sent twice, it is one"
    page = client.get(form.url).content.decode()
    assert 'name="age_years"' in page, "the age is asked where nothing gives it"
    assert "number not known" in page
    assert "born not known" in page


def test_two_records_are_shown_side_by_side_before_they_are_one(
    case, twin, dr_surgeon, sign_in
):
    client = sign_in(dr_surgeon)
    url = reverse("patients:patient-merge", args=[case.patient_id])
    assert "H-22" in client.post(url, {"find": "Müler"}).content.decode()
    page = client.get(url, {"with": twin.pk}).content.decode()
    for text in ("Müler", "H-22", "H-1001", "1983-05-04", "not known"):
        assert text in page
    chosen = f"{url}?with={twin.pk}"
    assert "How do you know" in client.post(chosen, {"merge": "1"}).content.decode()
    client.post(chosen, {"merge": "1", "reason": "The same identity card."})
    twin.refresh_from_db()
    assert twin.merged_into_id == case.patient_id
    moved = client.get(reverse("patients:patient-detail", args=[twin.pk]))
    assert moved.url == case.patient.get_absolute_url()
    page = client.get(moved.url).content.decode()
    assert "H-1001, also H-22" in page
    assert "The same identity card." in page
    found = client.post(reverse("patients:case-start"), {"find": "H-22"})
    assert found.content.decode().count("H-1001, also H-22") == 1
    merge = case.patient.merges.get()
    undo = reverse("patients:merge-undo", args=[case.patient_id, merge.pk])
    client.post(undo)
    assert (
        client.get(reverse("patients:patient-detail", args=[twin.pk])).status_code
        == 200
    )


def test_a_merged_record_takes_no_new_case_and_no_correction(
    case, twin, dr_surgeon, sign_in
):
    patients_merge(
        leading=case.patient, merged=twin, actor=dr_surgeon, reason="One card, seen."
    )
    client = sign_in(dr_surgeon)
    for name in ("case-create", "patient-edit", "patient-merge"):
        url = reverse(f"patients:{name}", args=[twin.pk])
        assert client.get(url).status_code == 404


def test_cases_of_both_records_stand_on_one_page(case, twin, dr_surgeon, sign_in):
    theirs = case_create(
        patient=twin, actor=dr_surgeon, data=findings(responsible_level="L3-4")
    )
    patients_merge(
        leading=case.patient, merged=twin, actor=dr_surgeon, reason="One card, seen."
    )
    page = sign_in(dr_surgeon).get(case.patient.get_absolute_url()).content.decode()
    assert reverse("patients:case-edit", args=[theirs.pk]) in page
    assert "Entered under <bdi>H-22</bdi>" in page


def test_a_case_of_the_wrong_patient_is_moved(case, twin, dr_surgeon, sign_in):
    client, url = sign_in(dr_surgeon), reverse("patients:case-move", args=[case.pk])
    assert "H-22" in client.post(url, {"find": "müler"}).content.decode()
    page = client.get(url, {"to": twin.pk}).content.decode()
    assert "To Müler" in page
    key = str(uuid.uuid4())
    sent = {"hand_over": "1", "how": "move", "submission_key": key}
    draft = client.post(f"{url}?to={twin.pk}", sent)
    assert client.post(f"{url}?to={twin.pk}", sent).url == draft.url
    assert "This is a draft of Müler now." in client.get(draft.url).content.decode()
    case.refresh_from_db()
    assert case.state == "entered_in_error"


def test_a_case_is_taken_back_into_use(case, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    client.post(
        reverse("patients:case-entered-in-error", args=[case.pk]),
        {"reason": "The wrong patient"},
    )
    url = reverse("patients:case-reinstate", args=[case.pk])
    assert url in client.get(case.patient.get_absolute_url()).content.decode()
    assert "The wrong patient" in client.get(url).content.decode()
    client.post(url)
    case.refresh_from_db()
    assert (case.state, case.error_reason) == ("draft", "")
