"""A task ends in the row, whatever happens to it."""

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db.models.functions import Now

from tests.treatments.reports import pdf_reading as pdf
from treatments.models import Report
from treatments.reports import jobs, tasks
from treatments.reports.content import ReportContext
from treatments.reports.render import UnprintableTextError, render
from treatments.reports.services import report_request
from treatments.tasks import sweep_jobs

pytestmark = pytest.mark.django_db
State = Report.State


@pytest.fixture
def queued(a_recommendation, dr_surgeon) -> Report:
    return report_request(
        recommendation=a_recommendation(), actor=dr_surgeon, request_key=uuid4()
    )


def test_the_task_renders_what_the_row_says(queued):
    tasks.render_report()
    queued.refresh_from_db()
    document = bytes(queued.document)
    assert queued.state == State.DONE
    assert queued.sha256 == hashlib.sha256(document).hexdigest()
    assert document == render(ReportContext.from_document(queued.content))
    recommendation = queued.recommendation
    assert pdf.attached(document) == {
        "case.json": recommendation.case_document,
        "evaluation.json": recommendation.evaluation_document,
    }


def test_the_task_twice_makes_one_document(queued, monkeypatch):
    tasks.render_report()
    queued.refresh_from_db()
    before = bytes(queued.document)
    monkeypatch.setattr(jobs, "render", lambda context: b"another")
    tasks.render_report()
    queued.refresh_from_db()
    assert bytes(queued.document) == before
    assert queued.attempts == 1


def test_an_unprintable_text_fails_at_once_and_is_named(queued, monkeypatch):
    monkeypatch.setattr(jobs, "render", raising(UnprintableTextError("no glyph: 김")))
    tasks.render_report()
    queued.refresh_from_db()
    assert (queued.state, queued.failure) == (State.FAILED, "no glyph: 김")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (SoftTimeLimitExceeded(), "within the time allowed"),
        (RuntimeError("Zhang Wei"), "unexpected fault"),
        (KeyError("header"), "unexpected fault"),
    ],
)
def test_another_fault_is_tried_again_and_then_shown_in_plain_words(
    queued, monkeypatch, caplog, fault, words
):
    monkeypatch.setattr(jobs, "render", raising(fault))
    for attempt in range(1, Report.max_attempts + 1):
        queued.refresh_from_db()
        assert (queued.state, queued.attempts) == (State.QUEUED, attempt - 1)
        Report.objects.update(due_at=Now())
        tasks.render_report()
    queued.refresh_from_db()
    assert queued.state == State.FAILED
    assert words in queued.failure
    assert "Zhang" not in caplog.text + queued.failure


def test_the_sweep_renders_a_row_whose_ring_was_lost(
    queued, django_capture_on_commit_callbacks
):
    Report.objects.update(rung_at=Now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        sweep_jobs()
    queued.refresh_from_db()
    assert queued.state == State.DONE


def test_the_sweep_twice_renders_once(queued, django_capture_on_commit_callbacks):
    Report.objects.update(rung_at=Now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks() as rings:
        sweep_jobs()
        sweep_jobs()
    assert len(rings) == 1


def raising(error: Exception):
    def render(context: ReportContext) -> bytes:
        raise error

    return render
