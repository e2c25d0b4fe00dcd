"""The job is the row: claimed once, finished once, swept as often as one likes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from spine_cds.accounts.models import Role
from spine_cds.audit.models import Event
from spine_cds.jobs import lifecycle
from tests.conftest import a_user
from treatments.models import Report
from treatments.reports.jobs import report_finish

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
    claim = lifecycle.claim(Report)
    queued.refresh_from_db()
    assert claim.job.content == {"frozen": True}
    assert (queued.state, queued.attempts, queued.token) == (State.RUNNING, 1, 1)
    assert queued.lease_until > timezone.now() + Report.hard_limit


def test_the_lease_outlives_the_hard_limit_of_the_task():
    assert Report.lease > Report.hard_limit > Report.soft_limit


def test_a_second_ring_finds_nothing_to_claim(queued):
    assert lifecycle.claim(Report)
    assert lifecycle.claim(Report) is None


def test_a_bell_where_no_row_waits_finds_nothing():
    assert lifecycle.claim(Report) is None


def test_finishing_stores_document_and_hash_and_leaves_an_audit_line(queued):
    claim = lifecycle.claim(Report)
    assert report_finish(claim=claim, document=b"%PDF")
    queued.refresh_from_db()
    assert (queued.state, bytes(queued.document)) == (State.DONE, b"%PDF")
    assert len(queued.sha256) == 64
    assert queued.lease_until is None
    event = Event.objects.get(action="report.render")
    assert (event.entity_id, event.actor) == (str(queued.pk), None)


def test_a_late_writer_is_fenced_off(queued):
    late = lifecycle.claim(Report)
    lease_runs_out(queued)
    lifecycle.sweep(Report)
    newer = lifecycle.claim(Report)
    assert not report_finish(claim=late, document=b"late")
    assert not lifecycle.fail(late, failure="late")
    assert report_finish(claim=newer, document=b"newer")
    assert not report_finish(claim=late, document=b"later still")
    queued.refresh_from_db()
    assert bytes(queued.document) == b"newer"
    assert Event.objects.filter(action="report.render").count() == 1


def test_a_failure_longer_than_its_column_is_cut_and_still_told(queued):
    claim = lifecycle.claim(Report)
    assert lifecycle.fail(claim, failure="x" * 9000)
    queued.refresh_from_db()
    assert queued.failure == "x" * 500


def test_a_job_given_back_waits_for_another_attempt(queued):
    claim = lifecycle.claim(Report)
    assert lifecycle.give_back(claim, failure="no luck")
    queued.refresh_from_db()
    assert (queued.state, queued.attempts, queued.failure) == (State.QUEUED, 1, "")


def test_a_job_given_back_waits_longer_after_each_attempt(queued):
    waits = []
    for _ in range(3):
        Report.objects.update(due_at=Now())
        lifecycle.give_back(lifecycle.claim(Report), failure="no luck")
        assert lifecycle.claim(Report) is None, "not before it is due"
        queued.refresh_from_db()
        waits.append((queued.due_at - queued.started_at).total_seconds())
    assert [round(wait) for wait in waits] == [2, 8, 30]


def test_the_sweep_rings_for_a_job_given_back_when_it_is_due(queued):
    lifecycle.give_back(lifecycle.claim(Report), failure="no luck")
    assert lifecycle.sweep(Report) == 0
    Report.objects.update(due_at=Now(), rung_at=Now() - lifecycle.RING_AGAIN_AFTER * 2)
    assert lifecycle.sweep(Report) == 1


def test_a_job_given_back_too_often_fails_in_words(queued):
    for _ in range(Report.max_attempts):
        Report.objects.update(due_at=Now())
        claim = lifecycle.claim(Report)
        lifecycle.give_back(claim, failure="no luck")
    queued.refresh_from_db()
    assert (queued.state, queued.failure) == (State.FAILED, "no luck")


def test_the_sweep_queues_and_rings_what_a_dead_worker_left(queued):
    lifecycle.claim(Report)
    lease_runs_out(queued)
    assert lifecycle.sweep(Report) == 1
    queued.refresh_from_db()
    assert (queued.state, queued.attempts) == (State.QUEUED, 1)


def test_the_sweep_twice_rings_once(queued):
    lifecycle.claim(Report)
    lease_runs_out(queued)
    assert lifecycle.sweep(Report) == 1
    assert lifecycle.sweep(Report) == 0


def test_the_sweep_leaves_a_job_in_hand_alone(queued):
    lifecycle.claim(Report)
    assert lifecycle.sweep(Report) == 0
    queued.refresh_from_db()
    assert queued.state == State.RUNNING


def test_the_sweep_lets_a_fresh_row_wait_for_its_own_ring(queued):
    assert lifecycle.sweep(Report) == 0


def test_the_sweep_rings_for_a_row_that_nobody_claimed(queued):
    Report.objects.update(rung_at=Now() - lifecycle.RING_AGAIN_AFTER * 2)
    assert lifecycle.sweep(Report) == 1
    assert lifecycle.sweep(Report) == 0


def test_a_job_that_kills_its_workers_fails_when_its_attempts_are_spent(queued):
    for _ in range(Report.max_attempts):
        assert lifecycle.claim(Report)
        lease_runs_out(queued)
        lifecycle.sweep(Report)
    queued.refresh_from_db()
    assert queued.state == State.FAILED
    assert "Ask for the report again" in queued.failure
    assert lifecycle.claim(Report) is None
    assert Event.objects.filter(action="report.fail").count() == 1


# --- Whose turn it is ---------------------------------------------------------------


@pytest.fixture
def ask(a_recommendation):
    """Queue a report for someone, as the service does."""
    recommendation = a_recommendation()

    def ask(owner) -> Report:
        return Report.objects.create(
            recommendation=recommendation,
            requested_by=owner,
            request_key=uuid4(),
            status="preliminary",
            content={},
            turn=Report.objects.next_turn(owner.pk),
        )

    return ask


def served(count: int) -> str:
    """The owners of the next jobs, by the first letter of their names."""
    claims = [lifecycle.claim(Report) for _ in range(count)]
    return "".join(claim.job.requested_by.username[0] for claim in claims)


@pytest.fixture
def people(team):
    return [a_user(name, Role.SURGEON, team) for name in ("anna", "ben", "carl")]


def test_who_asked_for_many_lets_others_in_after_one_each(ask, people):
    anna, ben, carl = people
    for owner in [anna] * 6 + [ben] * 2 + [carl]:
        ask(owner)
    assert served(9) == "abcabaaaa"


def test_who_comes_late_waits_for_one_job_of_each_other_at_most(ask, people):
    anna, ben, carl = people
    for owner in [anna] * 50 + [ben] * 50:
        ask(owner)
    assert served(41) == "ab" * 20 + "a"
    ask(carl)
    assert "c" in served(2)


def test_who_paused_has_saved_up_no_turns(ask, people):
    anna, ben, _ = people
    ask(anna), ask(ben)
    for _ in range(10):
        ask(ben)
    assert served(12) == "ab" + "b" * 10
    for owner in [anna] * 4 + [ben] * 4:
        ask(owner)
    assert served(8) == "aabababb", "ben still has one in hand"


def test_jobs_of_one_owner_are_done_in_the_order_they_were_asked_for(ask, people):
    asked = [ask(people[0]) for _ in range(5)]
    assert [lifecycle.claim(Report).job for _ in asked] == asked


def test_a_job_handed_on_goes_behind_those_of_others(ask, people):
    anna, ben, _ = people
    ask(anna), ask(anna), ask(ben)
    long = lifecycle.claim(Report)
    assert lifecycle.hand_on(long)
    assert served(3) == "baa" or served(3) == "aba"


# --- Signs of life, cancelling, trying again -----------------------------------------


def test_a_step_forward_pardons_past_attempts_and_renews_the_lease(queued):
    Report.objects.update(attempts=3)
    claim = lifecycle.claim(Report)
    Report.objects.update(lease_until=Now() + timedelta(seconds=1))
    lifecycle.beat(claim, steps=10, steps_done=4)
    queued.refresh_from_db()
    assert (queued.attempts, queued.percent) == (1, 40)
    assert queued.lease_until > timezone.now() + Report.lease / 2
    assert queued.time_left > timedelta(0)


def test_a_beat_without_a_step_pardons_nothing(queued):
    Report.objects.update(attempts=3)
    lifecycle.beat(lifecycle.claim(Report))
    queued.refresh_from_db()
    assert queued.attempts == 4


def test_a_late_beat_is_told_that_it_is_late(queued):
    late = lifecycle.claim(Report)
    lease_runs_out(queued)
    lifecycle.sweep(Report)
    lifecycle.claim(Report)
    with pytest.raises(lifecycle.ClaimLostError):
        lifecycle.beat(late, steps_done=1)
    queued.refresh_from_db()
    assert queued.steps_done == 0


def test_a_job_handed_on_keeps_its_steps_and_its_time_left_is_of_the_new_claim(queued):
    claim = lifecycle.claim(Report)
    lifecycle.beat(claim, steps=10, steps_done=4)
    assert lifecycle.hand_on(claim)
    again = lifecycle.claim(Report)
    assert (again.job.steps_done, again.job.steps_before) == (4, 4)
    assert (again.job.attempts, again.job.time_left) == (1, None)


def test_a_cancelled_job_is_never_claimed_and_says_who_did_it(queued, dr_surgeon):
    assert lifecycle.cancel(queued, actor=dr_surgeon)
    assert lifecycle.claim(Report) is None
    event = Event.objects.get(action="report.cancel")
    assert (event.actor, event.entity_id) == (dr_surgeon, str(queued.pk))


def test_whoever_works_on_a_cancelled_job_can_write_nothing_more(queued, dr_surgeon):
    claim = lifecycle.claim(Report)
    assert lifecycle.cancel(queued, actor=dr_surgeon)
    with pytest.raises(lifecycle.ClaimLostError):
        lifecycle.beat(claim, steps_done=1)
    assert not report_finish(claim=claim, document=b"late")
    assert not lifecycle.give_back(claim, failure="late")
    assert not lifecycle.hand_on(claim)
    queued.refresh_from_db()
    assert (queued.state, queued.document) == (State.CANCELLED, None)


def test_a_finished_job_cannot_be_cancelled(queued, dr_surgeon):
    report_finish(claim=lifecycle.claim(Report), document=b"%PDF")
    assert not lifecycle.cancel(queued, actor=dr_surgeon)
    queued.refresh_from_db()
    assert queued.state == State.DONE
    assert not Event.objects.filter(action="report.cancel").exists()


@pytest.mark.parametrize("how", ["failed", "cancelled"])
def test_a_job_tried_again_has_all_its_attempts_and_its_steps(queued, dr_surgeon, how):
    claim = lifecycle.claim(Report)
    lifecycle.beat(claim, steps=10, steps_done=4)
    if how == "failed":
        lifecycle.fail(claim, failure="no luck")
    else:
        lifecycle.cancel(queued, actor=dr_surgeon)
    assert lifecycle.retry(queued, actor=dr_surgeon)
    queued.refresh_from_db()
    assert (queued.state, queued.failure) == (State.QUEUED, "")
    assert (queued.attempts, queued.steps_done) == (0, 4)
    assert not report_finish(claim=claim, document=b"late")
    assert report_finish(claim=lifecycle.claim(Report), document=b"%PDF")
    assert Event.objects.get(action="report.retry").actor == dr_surgeon


def test_a_job_in_hand_or_done_is_not_tried_again(queued, dr_surgeon):
    assert not lifecycle.retry(queued, actor=dr_surgeon)
    claim = lifecycle.claim(Report)
    assert not lifecycle.retry(queued, actor=dr_surgeon)
    report_finish(claim=claim, document=b"%PDF")
    assert not lifecycle.retry(queued, actor=dr_surgeon)


def test_a_sweep_without_work_writes_nothing(queued, django_assert_num_queries):
    with django_assert_num_queries(1):
        lifecycle.sweep(Report)


def test_finishing_asks_a_database_that_was_away_again(monkeypatch):
    answers = iter([OperationalError("gone"), OperationalError("gone"), True])
    pauses: list[float] = []

    def write() -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(lifecycle.time, "sleep", pauses.append)
    monkeypatch.setattr(lifecycle, "connection", NotInATransaction())
    assert lifecycle.insist(write)
    assert pauses == [0.5, 1.0]


class NotInATransaction:
    in_atomic_block = False

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "done"},
        {"state": "running"},
        {"state": "cancelled"},
        {"state": "failed"},
        {"state": "lost"},
        {"status": "guessed"},
        {"document": b"%PDF"},
        {"sha256": "0" * 64},
        {"steps": 1, "steps_done": 2},
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
