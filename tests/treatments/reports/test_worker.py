"""Real worker processes that die or freeze in the middle of a report."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from spine_cds.audit.models import Event
from tests.fixtures_worker import _test_database_url
from tests.treatments.reports.samples import LADDER, OTHERS
from treatments.models import Report
from treatments.reports.services import report_request
from treatments.tasks import render_report, sweep_jobs

State = Report.State
# So much to print that a worker is busy for some seconds: long enough to be caught.
MANY_OPTIONS = 4000
SECONDS = 40


@pytest.fixture
def victim(celery_worker_process, tmp_path) -> Iterator[subprocess.Popen[bytes]]:
    """A second worker, on a queue of its own, that may be killed."""
    queue = f"victim-{uuid4().hex}"
    log = tmp_path / "victim.log"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
        "DATABASE_URL": _test_database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SPINE_CDS_QUEUE": queue,
    }
    command = ["-m", "celery", "-A", "spine_cds", "worker", "--loglevel=INFO"]
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, *command, "--concurrency=1", "--without-gossip"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    worker.queue = queue
    worker.said = log.read_text
    try:
        wait_until(lambda: "ready." in log.read_text(), "the victim did not start")
        yield worker
    finally:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(20)


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


def wait_until(condition: Callable[[], object], otherwise: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


def state_is(report: Report, state: str) -> bool:
    return Report.objects.filter(pk=report.pk, state=state).exists()


def caught_in_the_act(report: Report, victim: subprocess.Popen[bytes]) -> None:
    """Ring the victim and wait until it renders."""
    render_report.apply_async(queue=victim.queue)
    wait_until(lambda: state_is(report, State.RUNNING), victim.said())


def lease_runs_out(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_a_click_reaches_the_real_worker_and_comes_back_as_a_document(
    celery_worker_process, a_recommendation, dr_surgeon
):
    report = report_request(
        recommendation=a_recommendation(), actor=dr_surgeon, request_key=uuid4()
    )
    wait_until(lambda: state_is(report, State.DONE), "not rendered")
    report.refresh_from_db()
    assert bytes(report.document).startswith(b"%PDF-1.7")
    assert report.attempts == 1


def test_a_worker_killed_while_rendering_loses_nothing_and_doubles_nothing(
    victim, slow_report
):
    caught_in_the_act(slow_report, victim)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait(20)
    slow_report.refresh_from_db()
    assert (slow_report.state, slow_report.document) == (State.RUNNING, None)

    sweep_jobs()
    assert state_is(slow_report, State.RUNNING), "the lease still runs"
    lease_runs_out(slow_report)
    sweep_jobs()
    sweep_jobs()

    wait_until(lambda: state_is(slow_report, State.DONE), "never rendered")
    slow_report.refresh_from_db()
    assert (slow_report.attempts, slow_report.token) == (2, 2)
    assert Event.objects.filter(action="report.render").count() == 1


def test_a_frozen_worker_that_thaws_is_fenced_off(victim, slow_report):
    caught_in_the_act(slow_report, victim)
    os.killpg(victim.pid, signal.SIGSTOP)
    lease_runs_out(slow_report)
    sweep_jobs()
    wait_until(lambda: state_is(slow_report, State.DONE), "never rendered")
    slow_report.refresh_from_db()
    finished_at = slow_report.finished_at

    os.killpg(victim.pid, signal.SIGCONT)
    wait_until(lambda: "a later attempt holds it" in victim.said(), victim.said())
    slow_report.refresh_from_db()
    assert (slow_report.attempts, slow_report.finished_at) == (2, finished_at)
    assert Event.objects.filter(action="report.render").count() == 1
