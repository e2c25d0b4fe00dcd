"""A patient of another team is opened for a reason, for some hours, and all see it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from patients.models import EmergencyAccess, Encounter, Patient
from patients.services.emergency import emergency_access_open
from patients.services.patients import patient_create
from patients.views.emergency import NOBODY, TRIES_AN_HOUR
from spine_cds.audit.models import Event
from spine_cds.audit.triggers import put_up

pytestmark = pytest.mark.django_db
URL = "/emergency-access/"
REASON = "Sudden foot drop, on call tonight."
ASKED = {"identifier": "H-1001", "birth_date": "1983-05-04", "reason": REASON}


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def opened(patient, stranger) -> EmergencyAccess:
    return emergency_access_open(
        user=stranger,
        identifier="H-1001",
        birth_date=date(1983, 5, 4),
        reason=REASON,
    )[0]


@pytest.fixture
def later(monkeypatch):
    """later(**timedelta): what the queries take for now."""

    def later(**passed: int) -> None:
        now = timezone.now() + timedelta(**passed)
        clock = SimpleNamespace(now=lambda: now)
        monkeypatch.setattr("patients.models.patient.timezone", clock)

    return later


def test_it_opens_this_patient_and_its_cases_and_no_other(
    opened, case, stranger, dr_surgeon, team
):
    patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="H-1002",
        family_name="Other",
        birth_date=date(1983, 5, 4),
    )
    assert list(Patient.objects.visible_to(stranger)) == [opened.patient]
    assert list(Encounter.objects.visible_to(stranger)) == [case]
    assert not Patient.objects.in_teams_of(stranger).exists()


def test_it_ends_by_itself(opened, case, stranger, later):
    later(hours=3, minutes=59)
    assert Patient.objects.visible_to(stranger).exists()
    later(hours=4)
    assert not Patient.objects.visible_to(stranger).exists()
    assert not Encounter.objects.visible_to(stranger).exists()


def test_it_is_opened_to_nobody_else(opened, other_team, dr_resident):
    dr_resident.teams.set([other_team])
    assert not Patient.objects.visible_to(dr_resident).exists()


def test_a_patient_seen_twice_is_listed_once(opened, case, stranger, team):
    stranger.teams.add(team)
    assert Patient.objects.visible_to(stranger).count() == 1
    assert Encounter.objects.visible_to(stranger).count() == 1


def test_who_becomes_an_administrator_sees_it_no_more(opened, stranger):
    stranger.role = "admin"
    assert not Patient.objects.visible_to(stranger).exists()


# --- The way in ---------------------------------------------------------------------


@pytest.mark.parametrize("who", ["stranger", "dr_resident"])
def test_number_birth_date_and_reason_lead_to_the_patient(
    request, sign_in, patient, other_team, who
):
    user = request.getfixturevalue(who)
    user.teams.set([other_team])
    answer = sign_in(user).post(URL, ASKED)
    assert answer.url == patient.get_absolute_url()
    assert answer.client.get(answer.url).status_code == 200


@pytest.mark.parametrize("reason", ["", "hurry"])
def test_nothing_is_looked_up_before_the_reason_is_given(
    sign_in, stranger, patient, reason
):
    forms = []
    for number in ("H-1001", "H-9999"):
        sent = {**ASKED, "identifier": number, "reason": reason}
        page = sign_in(stranger).post(URL, sent).content.decode()
        forms.append(page[page.index("div_id_identifier") :].replace(number, "X"))
    assert "Müller" not in forms[0]
    assert forms[0] == forms[1]
    assert not Event.objects.filter(action__startswith="patient.emergency").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"identifier": "H-9999"},
        {"birth_date": "1983-05-05"},
        {"identifier": "H-100"},
        {"identifier": "%"},
    ],
)
def test_what_does_not_fit_gets_one_answer_and_is_recorded(
    sign_in, stranger, patient, wrong
):
    answer = sign_in(stranger).post(URL, {**ASKED, **wrong})
    assert NOBODY in answer.content.decode()
    event = Event.objects.get(action="patient.emergency_refused")
    assert event.actor == stranger
    assert not EmergencyAccess.objects.exists()


def test_ones_own_patients_need_no_emergency(sign_in, dr_surgeon, patient):
    answer = sign_in(dr_surgeon).post(URL, ASKED)
    assert NOBODY in answer.content.decode()


def test_trying_numbers_ends_after_a_while(sign_in, stranger, patient):
    client = sign_in(stranger)
    for _ in range(TRIES_AN_HOUR):
        client.post(URL, {**ASKED, "identifier": "H-9"})
    answer = client.post(URL, ASKED)
    assert "Too many tries." in answer.content.decode()
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize("sought", ["H-1001", "H-9999"])
def test_a_search_offers_it_for_every_number_alike(
    sign_in, stranger, patient, case, sought
):
    for url, field in (("patients:case-start", "find"), ("patients:worklist", "q")):
        page = sign_in(stranger).post(
            reverse(url), {field: sought}, headers={"hx-request": "true"}
        )
        text = page.content.decode()
        assert URL in text
        assert "Müller" not in text


# --- What may be done, and who sees it -----------------------------------------------


def test_the_details_of_the_person_stay_the_teams_own(sign_in, opened, stranger):
    client = sign_in(stranger)
    url = reverse("patients:patient-edit", args=[opened.patient_id])
    assert client.get(url).status_code == 404
    page = client.get(opened.patient.get_absolute_url()).content.decode()
    assert "Correct the details" not in page
    assert "You opened this patient of another team" in page


def test_a_case_can_be_entered_in_the_emergency(sign_in, opened, stranger):
    url = reverse("patients:case-create", args=[opened.patient_id])
    assert sign_in(stranger).get(url).status_code == 200


def test_the_team_sees_who_opened_it_and_why(sign_in, opened, dr_resident):
    page = sign_in(dr_resident).get(opened.patient.get_absolute_url())
    text = page.content.decode()
    assert "Emergency access by <bdi>stranger</bdi> (surgeon)" in text
    assert REASON in text


@pytest.mark.parametrize(("days", "told"), [(1, True), (29, True), (31, False)])
def test_the_team_reads_of_it_for_a_month(
    sign_in, opened, dr_surgeon, later, days, told
):
    later(days=days)
    page = sign_in(dr_surgeon).get(opened.patient.get_absolute_url())
    assert (REASON in page.content.decode()) is told


def test_the_administrator_sees_who_when_why_and_an_id_alone(sign_in, opened, admin):
    page = sign_in(admin).get(reverse("patients:emergency-list")).content.decode()
    assert "stranger" in page
    assert REASON in page
    assert str(opened.patient_id) in page
    assert "Müller" not in page
    assert "H-1001" not in page


def test_it_is_in_the_audit_trail_without_the_words(opened, stranger):
    event = Event.objects.get(action="patient.emergency_access")
    assert (event.actor, event.patient_id) == (stranger, str(opened.patient_id))
    assert event.detail == {"until": opened.until.isoformat()}


# --- What the database holds --------------------------------------------------------


@pytest.mark.parametrize(
    "broken", [{"reason": ""}, {"until": timezone.now() - timedelta(days=1)}]
)
def test_the_database_refuses_one_without_reason_or_end(patient, stranger, broken):
    fields = {"reason": REASON, "until": timezone.now() + timedelta(hours=1), **broken}
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAccess.objects.create(patient=patient, user=stranger, **fields)


def test_the_database_refuses_to_prolong_or_delete_it(opened):
    put_up(connection, ["patients_emergencyaccess"])
    later = opened.until + timedelta(days=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        EmergencyAccess.objects.update(until=later)
    with pytest.raises(DatabaseError), transaction.atomic():
        EmergencyAccess.objects.all().delete()
