"""Who saw or changed this patient: for administrators, without a clinical word."""

import datetime
import json

import pytest
from django.urls import reverse

from patients.services.patients import patient_create, patient_update
from spine_cds.audit.models import Event
from spine_cds.audit.services import record
from spine_cds.audit.verification import verified_export
from treatments.recommendations.services import recommendation_read

pytestmark = pytest.mark.django_db
SEARCH = reverse("audit:trail-search")


@pytest.fixture
def as_admin(sign_in, admin):
    return sign_in(admin)


@pytest.fixture
def seen(patient, advice, dr_surgeon, dr_resident):
    """A patient whom two people read, and one changed."""
    patient_update(patient=patient, actor=dr_surgeon, family_name="Adeyemi")
    recommendation_read(recommendation=advice, actor=dr_resident)
    return patient


def trail_of(patient) -> str:
    return reverse("audit:patient-trail", args=[patient.pk])


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_says_who_did_what_to_the_patient(as_admin, seen):
    page = text(as_admin.get(trail_of(seen)))
    for words in ("dr_surgeon", "dr_resident", "Case read", "Case entered"):
        assert words in page
    assert "family_name, search_key" not in page
    assert '<td class="audit-told">family_name</td>' in page


def test_no_page_and_no_export_holds_a_name_or_a_clinical_value(as_admin, seen, advice):
    answers = [
        text(as_admin.get(trail_of(seen))),
        text(as_admin.get(reverse("audit:user-trail", args=[advice.created_by_id]))),
        text(as_admin.post(SEARCH, {"sought": "nothing"})),
    ]
    for name, key in (("patient", seen.pk), ("user", advice.created_by_id)):
        export = as_admin.post(reverse(f"audit:{name}-export", args=[key]))
        answers.append(b"".join(export.streaming_content).decode())
    secrets = ("Okafor", "Adeyemi", "Chidi", "H-2002", advice.recommended_treatment)
    for answer in answers:
        for secret in (*secrets, "disposition", "verdict"):
            assert secret not in answer, secret


@pytest.mark.parametrize("by", ["hospital number", "id", "case id"])
def test_a_patient_is_found_by_what_is_exact(as_admin, seen, advice, by):
    sought = {
        "hospital number": seen.identifier,
        "id": str(seen.pk),
        "case id": str(advice.encounter.case_uid),
    }[by]
    answer = as_admin.post(SEARCH, {"sought": sought})
    assert answer.url == trail_of(seen)
    event = Event.objects.get(action="audit.search")
    assert event.detail == {"found": [str(seen.pk)]}


@pytest.mark.parametrize("sought", ["H-200", "Adeyemi", "okafor", "h-2002 x", ""])
def test_a_part_or_a_name_finds_nothing(as_admin, seen, sought):
    page = text(as_admin.post(SEARCH, {"sought": sought}))
    assert "Nothing matches" in page or "Say whom to look up" in page


def test_a_user_is_found_by_the_user_name(as_admin, dr_surgeon):
    answer = as_admin.post(SEARCH, {"sought": "dr_surgeon"})
    assert answer.url == reverse("audit:user-trail", args=[dr_surgeon.pk])


def test_a_number_that_two_teams_use_shows_both_by_id(
    as_admin, seen, dr_surgeon, other_team
):
    other = patient_create(
        actor=dr_surgeon,
        team=other_team,
        identifier=seen.identifier,
        family_name="Namesake",
        birth_date=seen.birth_date,
    )
    page = text(as_admin.post(SEARCH, {"sought": seen.identifier}))
    assert trail_of(seen) in page
    assert trail_of(other) in page
    assert "Other hospital" in page
    assert "Namesake" not in page


def test_reading_the_trail_is_on_the_trail(as_admin, admin, seen):
    as_admin.get(trail_of(seen))
    event = Event.objects.get(action="audit.read")
    assert (event.actor, event.patient_id) == (admin, str(seen.pk))


def test_an_export_verifies_and_is_on_the_trail(as_admin, seen, tmp_path):
    answer = as_admin.post(reverse("audit:patient-export", args=[seen.pk]))
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    lines = b"".join(answer.streaming_content).decode().splitlines(keepends=True)
    assert list(verified_export(lines)) == []
    actions = [json.loads(line).get("action") for line in lines]
    assert actions[-2] == "audit.export"
    altered = [line.replace('"case.create"', '"case.read"') for line in lines]
    (finding,) = verified_export(altered)
    assert finding.kind == "altered"


def test_the_page_narrows_by_action_and_by_day(as_admin, seen):
    url = trail_of(seen)
    body = text(as_admin.get(url, {"action": "patient.update"})).split("<tbody>")[1]
    assert body.count("<tr>") == 1
    today = datetime.datetime.now(datetime.UTC).date()
    day = datetime.timedelta(days=1)
    assert "<tbody>" in text(as_admin.get(url, {"since": today, "until": today}))
    for days in ({"since": today + day}, {"until": today - day}):
        page = text(as_admin.get(url, days))
        assert "No line matches" in page
    assert "<tbody>" in text(as_admin.get(url, {"since": "x", "action": "x.y"}))


def test_a_long_trail_comes_in_pages_that_keep_the_filter(as_admin, seen, dr_surgeon):
    for _ in range(60):
        record(
            actor=dr_surgeon,
            action="patient.read",
            entity=seen,
            patient_id=seen.pk,
        )
    first = text(as_admin.get(trail_of(seen), {"action": "patient.read"}))
    assert "60 lines, 1 to 50 shown" in first
    assert "?action=patient.read&amp;page=2" in first
    second = as_admin.get(trail_of(seen), {"action": "patient.read", "page": 2})
    assert text(second).count("<tr>") == 10 + 1


def test_a_long_trail_costs_no_more_queries(
    as_admin, seen, dr_surgeon, django_assert_max_num_queries
):
    as_admin.get(trail_of(seen))
    with django_assert_max_num_queries(12):
        as_admin.get(trail_of(seen))


def test_a_patient_that_is_none_is_not_found(as_admin):
    url = reverse("audit:patient-trail", args=["6f9619ff-8b86-d011-b42d-00c04fc964ff"])
    assert as_admin.get(url).status_code == 404
