"""Asking for a report: once, atomic, on record, and never stopped by a broker."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from kombu.exceptions import OperationalError

from spine_cds.audit.models import Event
from spine_cds.audit.triggers import suspended
from spine_cds.jobs import wakeup
from treatments.models import Decision, Report
from treatments.reports import services
from treatments.reports.services import report_hand_over, report_request, report_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(a_recommendation, dr_surgeon):
    def ask(recommendation=None, key=None):
        return report_request(
            recommendation=recommendation or a_recommendation(),
            actor=dr_surgeon,
            request_key=key or uuid4(),
        )

    return ask


def test_a_request_queues_a_row_with_all_that_is_to_be_printed(asked):
    report = asked()
    report.refresh_from_db()
    assert report.state == Report.State.QUEUED
    assert report.content["header"]["reference"] == report.reference
    assert report.content["header"]["queued_at"] == report.queued_at.isoformat()


def test_a_request_is_on_record_without_names(asked, dr_surgeon):
    report = asked()
    event = Event.objects.get(action="report.request")
    assert (event.entity_id, event.actor) == (str(report.pk), dr_surgeon)
    assert event.case_uid == str(report.recommendation.encounter.case_uid)
    assert event.detail == {"status": "preliminary"}


def test_the_same_key_gives_the_same_row(asked, a_recommendation):
    recommendation, key = a_recommendation(), uuid4()
    first, second = asked(recommendation, key), asked(recommendation, key)
    assert first == second
    assert Report.objects.count() == 1
    assert Event.objects.filter(action="report.request").count() == 1


def test_two_requests_at_the_same_moment_give_one_row(
    asked, a_recommendation, monkeypatch
):
    recommendation, key = a_recommendation(), uuid4()
    first = asked(recommendation, key)
    looked = services._requested
    answers = iter([None, first])
    monkeypatch.setattr(services, "_requested", lambda *_: next(answers))
    assert asked(recommendation, key) == first
    assert looked(recommendation, key) == first
    assert Report.objects.count() == 1


def test_a_key_of_another_recommendation_is_refused(asked, a_recommendation):
    key = uuid4()
    asked(a_recommendation(), key)
    with pytest.raises(IntegrityError):
        asked(a_recommendation(), key)


def test_the_worker_is_rung_after_the_commit_only(
    asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as rings:
        report = asked()
    assert len(rings) == 1
    report.refresh_from_db()
    assert report.state == Report.State.QUEUED


def test_a_broker_that_is_away_neither_fails_nor_loses_the_request(
    asked, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(wakeup.DjangoTask, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        report = asked()
    report.refresh_from_db()
    assert report.state == Report.State.QUEUED
    assert "broker away" in caplog.text


def test_what_was_printed_stays_when_the_rows_change(asked, a_recommendation):
    recommendation = a_recommendation()
    report = asked(recommendation)
    patient = recommendation.encounter.patient
    type(patient).objects.filter(pk=patient.pk).update(family_name="Changed")
    report.refresh_from_db()
    assert report.content["header"]["patient"] == "Zhang, Wei 伟"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (None, "preliminary"),
        ("deferred", "preliminary"),
        ("accepted", "final"),
        ("overridden", "final"),
    ],
)
def test_a_report_is_final_once_a_surgeon_has_decided(
    a_recommendation, dr_surgeon, outcome, status
):
    recommendation = a_recommendation()
    if outcome:
        decide(recommendation, dr_surgeon, outcome)
    assert report_status(recommendation) == status


def test_a_corrected_case_makes_an_amended_report(asked, a_recommendation, dr_surgeon):
    first, second = a_recommendation(), a_recommendation()
    decide(first, dr_surgeon, "accepted")
    assert asked(first).status == "final"
    superseded = first.encounter
    superseded.state = "superseded"
    superseded.save()
    correction = second.encounter
    correction.case_uid, correction.version = first.encounter.case_uid, 2
    correction.previous = first.encounter
    with suspended(connection):
        correction.save()
    assert report_status(second) == "preliminary"
    decide(second, dr_surgeon, "accepted")
    assert report_status(second) == "amended"


def test_a_withdrawn_recommendation_says_so_whatever_was_decided(
    a_recommendation, dr_surgeon
):
    recommendation = a_recommendation()
    decide(recommendation, dr_surgeon, "accepted")
    recommendation.status = "entered_in_error"
    assert report_status(recommendation) == "entered_in_error"


def test_a_report_that_is_not_rendered_cannot_be_handed_over(asked, dr_surgeon):
    with pytest.raises(ValueError, match="not rendered"):
        report_hand_over(report=asked(), actor=dr_surgeon)
    assert not Event.objects.filter(action="report.download").exists()


def decide(recommendation, surgeon, outcome: str) -> None:
    Decision.objects.create(
        recommendation=recommendation,
        outcome=outcome,
        treatment="" if outcome == "deferred" else "MED",
        override_reason="clinical-judgement" if outcome == "overridden" else "",
        decided_by=surgeon,
    )
