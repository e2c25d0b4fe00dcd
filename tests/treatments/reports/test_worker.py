"""Real worker processes that die or freeze in the middle of a report."""

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from spine_cds.audit.models import Event
from tests.fixtures_worker import Worker
from tests.treatments.reports.samples import LADDER, OTHERS
from treatments.models import Report
from treatments.reports.services import report_request
from treatments.reports.tasks import render_report
from treatments.tasks import sweep_jobs

State = Report.State
# So much to print that a worker is busy for a second or so: long enough to be caught,
# and on a machine that others slow down still within what one report may take.
MANY_OPTIONS = 2000
SECONDS = 90


@pytest.fixture
def slow_report(a_recommendation, dr_surgeon) -> Report:
    """A row whose document takes seconds; nothing has been rung for it yet."""
    many = tuple(
        replace(OTHERS[0], titles=(f"Option {number}",))
        for number in range(MANY_OPTIONS)
    )
    return Report.objects.create(
        recommendation=a_recommendation(),
        requested_by=dr_surgeon,
        request_key=uuid4(),
        status="preliminary",
        content=replace(LADDER, options=many).to_document(),
        queued_at=timezone.now(),
        rung_at=timezone.now() - timedelta(minutes=1),
    )


def wait_until(condition: Callable[[], object], worker: Worker) -> None:
    """Ask again and again; what the worker said tells why it never came true."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, worker.log_text()
        time.sleep(0.02)


def state_is(report: Report, state: str) -> bool:
    return Report.objects.filter(pk=report.pk, state=state).exists()


def caught_in_the_act(report: Report, victim: Worker) -> None:
    """Ring the victim and wait until it renders."""
    render_report.apply_async(queue=victim.queue)
    wait_until(lambda: state_is(report, State.RUNNING), victim)


def lease_runs_out(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_a_click_reaches_the_real_worker_and_comes_back_as_a_document(
    celery_worker_process, a_recommendation, dr_surgeon
):
    report = report_request(
        recommendation=a_recommendation(), actor=dr_surgeon, request_key=uuid4()
    )
    wait_until(lambda: state_is(report, State.DONE), celery_worker_process)
    report.refresh_from_db()
    assert bytes(report.document).startswith(b"%PDF-1.7")
    assert report.attempts == 1


def test_a_worker_killed_while_rendering_loses_nothing_and_doubles_nothing(
    victim, celery_worker_process, slow_report
):
    caught_in_the_act(slow_report, victim)
    victim.kill()
    slow_report.refresh_from_db()
    assert (slow_report.state, slow_report.document) == (State.RUNNING, None)

    sweep_jobs()
    assert state_is(slow_report, State.RUNNING), "the lease still runs"
    lease_runs_out(slow_report)
    sweep_jobs()
    sweep_jobs()

    wait_until(lambda: state_is(slow_report, State.DONE), celery_worker_process)
    slow_report.refresh_from_db()
    assert (slow_report.attempts, slow_report.token) == (2, 2)
    assert Event.objects.filter(action="report.render").count() == 1


def test_a_frozen_worker_that_thaws_is_fenced_off(
    victim, celery_worker_process, slow_report
):
    caught_in_the_act(slow_report, victim)
    victim.signal(signal.SIGSTOP)
    lease_runs_out(slow_report)
    sweep_jobs()
    wait_until(lambda: state_is(slow_report, State.DONE), celery_worker_process)
    slow_report.refresh_from_db()
    finished_at = slow_report.finished_at

    victim.signal(signal.SIGCONT)
    wait_until(lambda: "a later attempt holds it" in victim.log_text(), victim)
    slow_report.refresh_from_db()
    assert (slow_report.attempts, slow_report.finished_at) == (2, finished_at)
    assert Event.objects.filter(action="report.render").count() == 1
