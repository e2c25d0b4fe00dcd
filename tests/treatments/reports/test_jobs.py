"""The job is the row: claimed once, finished once, swept as often as one likes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from spine_cds.audit.models import Event
from treatments.models import Report
from treatments.reports import jobs

State = Report.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(a_recommendation, dr_surgeon) -> Report:
    return Report.objects.create(
        recommendation=a_recommendation(),
        requested_by=dr_surgeon,
        request_key=uuid4(),
        status="preliminary",
        content={"frozen": True},
        queued_at=timezone.now(),
        rung_at=timezone.now(),
    )


def lease_runs_out(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(
        lease_until=Now() - timedelta(seconds=1), rung_at=Now() - timedelta(minutes=1)
    )


def test_a_claim_counts_the_attempt_and_takes_a_lease(queued):
    claim = jobs.report_claim(report_id=queued.pk)
    queued.refresh_from_db()
    assert claim.content == {"frozen": True}
    assert (queued.state, queued.attempts, queued.token) == (State.RENDERING, 1, 1)
    assert queued.lease_until > timezone.now() + jobs.HARD_LIMIT


def test_the_lease_outlives_the_hard_limit_of_the_task():
    assert jobs.LEASE > jobs.HARD_LIMIT > jobs.SOFT_LIMIT


def test_a_second_ring_finds_nothing_to_claim(queued):
    assert jobs.report_claim(report_id=queued.pk)
    assert jobs.report_claim(report_id=queued.pk) is None


def test_a_ring_for_a_row_that_never_was_finds_nothing():
    assert jobs.report_claim(report_id=uuid4()) is None


def test_finishing_stores_document_and_hash_and_leaves_an_audit_line(queued):
    claim = jobs.report_claim(report_id=queued.pk)
    assert jobs.report_finish(claim=claim, document=b"%PDF")
    queued.refresh_from_db()
    assert (queued.state, bytes(queued.document)) == (State.RENDERED, b"%PDF")
    assert len(queued.sha256) == 64
    assert queued.lease_until is None
    event = Event.objects.get(action="report.render")
    assert (event.entity_id, event.actor) == (str(queued.pk), None)


def test_a_late_writer_is_fenced_off(queued):
    late = jobs.report_claim(report_id=queued.pk)
    lease_runs_out(queued)
    jobs.report_sweep()
    newer = jobs.report_claim(report_id=queued.pk)
    assert not jobs.report_finish(claim=late, document=b"late")
    assert not jobs.report_fail(claim=late, failure="late")
    assert jobs.report_finish(claim=newer, document=b"newer")
    assert not jobs.report_finish(claim=late, document=b"later still")
    queued.refresh_from_db()
    assert bytes(queued.document) == b"newer"
    assert Event.objects.filter(action="report.render").count() == 1


def test_a_failure_longer_than_its_column_is_cut_and_still_told(queued):
    claim = jobs.report_claim(report_id=queued.pk)
    assert jobs.report_fail(claim=claim, failure="x" * 9000)
    queued.refresh_from_db()
    assert queued.failure == "x" * 500


def test_a_job_given_back_waits_for_another_attempt(queued):
    claim = jobs.report_claim(report_id=queued.pk)
    assert jobs.report_give_back(claim=claim, failure="no luck")
    queued.refresh_from_db()
    assert (queued.state, queued.attempts, queued.failure) == (State.QUEUED, 1, "")


def test_a_job_given_back_too_often_fails_in_words(queued):
    for _ in range(jobs.MAX_ATTEMPTS):
        claim = jobs.report_claim(report_id=queued.pk)
        jobs.report_give_back(claim=claim, failure="no luck")
    queued.refresh_from_db()
    assert (queued.state, queued.failure) == (State.FAILED, "no luck")


def test_the_sweep_queues_and_rings_what_a_dead_worker_left(queued):
    jobs.report_claim(report_id=queued.pk)
    lease_runs_out(queued)
    assert jobs.report_sweep() == [queued.pk]
    queued.refresh_from_db()
    assert (queued.state, queued.attempts) == (State.QUEUED, 1)


def test_the_sweep_twice_rings_once(queued):
    jobs.report_claim(report_id=queued.pk)
    lease_runs_out(queued)
    assert jobs.report_sweep() == [queued.pk]
    assert jobs.report_sweep() == []


def test_the_sweep_leaves_a_job_in_hand_alone(queued):
    jobs.report_claim(report_id=queued.pk)
    assert jobs.report_sweep() == []
    queued.refresh_from_db()
    assert queued.state == State.RENDERING


def test_the_sweep_lets_a_fresh_row_wait_for_its_own_ring(queued):
    assert jobs.report_sweep() == []


def test_the_sweep_rings_for_a_row_that_nobody_claimed(queued):
    Report.objects.update(rung_at=Now() - jobs.RING_AGAIN_AFTER * 2)
    assert jobs.report_sweep() == [queued.pk]
    assert jobs.report_sweep() == []


def test_a_job_that_kills_its_workers_fails_when_its_attempts_are_spent(queued):
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.report_claim(report_id=queued.pk)
        lease_runs_out(queued)
        jobs.report_sweep()
    queued.refresh_from_db()
    assert queued.state == State.FAILED
    assert "Ask for the report again" in queued.failure
    assert jobs.report_claim(report_id=queued.pk) is None
    assert Event.objects.filter(action="report.fail").count() == 1


def test_a_sweep_without_work_writes_nothing(queued, django_assert_num_queries):
    with django_assert_num_queries(1):
        jobs.report_sweep()


def test_finishing_asks_a_database_that_was_away_again(monkeypatch):
    answers = iter([OperationalError("gone"), OperationalError("gone"), True])
    pauses: list[float] = []

    def write() -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(jobs.time, "sleep", pauses.append)
    monkeypatch.setattr(jobs, "connection", NotInATransaction())
    assert jobs._insist(write)
    assert pauses == [0.5, 1.0]


class NotInATransaction:
    in_atomic_block = False

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "rendered"},
        {"state": "rendering"},
        {"state": "failed"},
        {"state": "lost"},
        {"status": "guessed"},
        {"document": b"%PDF"},
        {"failure": "a failure of nothing"},
        {"finished_at": Now()},
        {"lease_until": Now()},
    ],
)
def test_the_database_refuses_a_row_that_contradicts_itself(queued, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=queued.pk).update(**broken)


def test_the_database_refuses_a_second_row_for_one_request(queued):
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(
            recommendation=queued.recommendation,
            requested_by=queued.requested_by,
            request_key=queued.request_key,
            status="preliminary",
            content={},
            queued_at=timezone.now(),
            rung_at=timezone.now(),
        )
