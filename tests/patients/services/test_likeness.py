"""Before a second person is made, the user has seen whom it may be."""

import re
from datetime import date

import pytest
from django.urls import reverse

from patients.models import Patient
from patients.services.emergency import emergency_access_open
from patients.services.likeness import likely_patients
from patients.services.merging import patients_merge
from patients.services.patients import patient_create
from spine_cds.audit.models import Event

pytestmark = pytest.mark.django_db
START = reverse("patients:case-start")


@pytest.fixture
def post(dr_surgeon, team, sign_in):
    """What a surgeon enters of a new person; the second step where ``another``."""
    client = sign_in(dr_surgeon)

    def send(**changes):
        data = {
            "team": team.pk,
            "identifier": "X-9",
            "family_name": "Else",
            "given_name": "Who",
            "birth_date": "1950-05-05",
            "sex": "",
        }
        return client.post(START, {**data, **changes})

    return send


def mark(answer) -> str:
    return re.search(r'name="another"[^>]*value="(\w+)"', answer.content.decode())[1]


@pytest.mark.parametrize(
    "number",
    [
        *("h-1001", "H 1001", "H1001", "Ｈ－１００１", "H\u20111001"),
        *("H-01001", "H–1001", "Н-1001", "H-l00l", "H-1OO1", "h-10o1"),
    ],
)
def test_a_number_written_in_another_way_shows_the_patient_first(patient, post, number):
    answer = post(identifier=number)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert reverse("patients:case-create", args=[patient.pk]) in page
    assert "It is another person: create" in page
    assert Patient.objects.count() == 1
    shown = Event.objects.filter(action="patient.search").latest("pk")
    assert shown.detail["patients"] == [str(patient.pk)]


@pytest.mark.parametrize(
    ("family", "given"),
    [("Muller", "ANA"), ("Mueller", "Ana"), ("Ana", "Müller"), ("MÜLLER Ana", "")],
)
def test_the_same_name_and_birth_date_show_the_patient_first(
    patient, post, family, given
):
    told = {"family_name": family, "given_name": given}
    day = patient.birth_date.isoformat()
    assert (
        "the same name and birth date" in post(**told, birth_date=day).content.decode()
    )
    assert Patient.objects.count() == 1
    assert post(**told).status_code == 302  # born on another day


def test_another_person_is_made_in_a_second_step_and_the_trail_says_so(patient, post):
    first = post(identifier="h1001")
    again = post(identifier="h1001", another=mark(first))
    new = Patient.objects.get(identifier="h1001")
    assert again.url == reverse("patients:case-create", args=[new.pk])
    event = Event.objects.get(action="patient.create", patient_id=str(new.pk))
    assert event.detail == {"despite": [str(patient.pk)]}


def test_who_came_after_the_page_was_shown_is_shown_as_well(
    patient, post, dr_surgeon, team
):
    seen = mark(post(identifier="h1001"))
    patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="H 1001",
        family_name="Later",
        birth_date=date(1990, 1, 1),
    )
    answer = post(identifier="h1001", another=seen)
    assert answer.status_code == 200
    assert "Later" in answer.content.decode()


def test_the_very_number_of_the_team_leads_to_who_has_it(patient, post):
    page = post(identifier=patient.identifier).content.decode()
    assert reverse("patients:case-create", args=[patient.pk]) in page
    assert "This patient exists already" in page
    assert "It is another person: create" not in page


def test_another_mistake_in_the_form_does_not_say_that_the_patient_exists(
    patient, post
):
    page = post(identifier="h1001", birth_date="01/02/1950").content.decode()
    assert "Is it one of these?" in page
    assert "year-month-day" in page
    assert Patient.objects.count() == 1


def test_of_a_number_in_another_team_only_that_it_exists_is_said(
    post, admin, other_team, dr_surgeon
):
    hidden = patient_create(
        actor=admin,
        team=other_team,
        identifier="Z-71",
        family_name="Secretname",
        birth_date=date(1990, 1, 1),
    )
    first = post(identifier="z71", birth_date="1990-01-01", family_name="secretname")
    page = first.content.decode()
    assert "A patient of another team has this hospital number" in page
    assert reverse("patients:emergency-access") in page
    for secret in ("Secretname", "Z-71", str(hidden.pk), "1990-01-01 ·"):
        assert secret not in page
    assert post(identifier="z71", another=mark(first)).status_code == 302
    # A name alone, or a number that only looks alike, says nothing of other teams.
    told = {"family_name": "Secretname", "birth_date": "1990-01-01"}
    assert post(**told, identifier="Q-1").status_code == 302
    assert not likely_patients(
        dr_surgeon, identifier="Z-7l", family_name="Third"
    ).elsewhere


def test_nothing_is_asked_where_nobody_is_like_the_person(patient, post):
    assert post().status_code == 302


def test_a_number_of_signs_alone_is_like_no_other(dr_surgeon, team):
    for number in ("--", "//"):
        patient_create(
            actor=dr_surgeon,
            team=team,
            identifier=number,
            family_name=f"N{number}",
            birth_date=date(1990, 1, 1),
        )
    likely = likely_patients(dr_surgeon, identifier="..", family_name="Other")
    assert not likely


def test_in_an_emergency_the_number_is_read_as_it_is_typed(patient, stranger):
    day, why = patient.birth_date, "Cauda equina, theatre now"
    for typed, opened in (("h 1001", 1), ("H-I00I", 0), ("\u200bＨ１００１", 1)):
        access = emergency_access_open(
            user=stranger, identifier=typed, birth_date=day, reason=f"{why} {typed}"
        )
        assert len(access) == opened


def test_of_a_merged_record_the_one_that_leads_is_shown(
    patient, post, dr_surgeon, team
):
    twin = patient_create(
        actor=dr_surgeon, team=team, identifier="H-22", family_name="Twin"
    )
    patients_merge(
        leading=patient, merged=twin, actor=dr_surgeon, reason="The same card."
    )
    found = likely_patients(dr_surgeon, identifier="h22", family_name="Twin")
    assert [like.patient for like in found.known] == [patient]
