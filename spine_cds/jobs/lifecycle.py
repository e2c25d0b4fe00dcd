"""The life of a job: claim, beat, finish, fail, give back, cancel, retry, sweep.

Any number of workers and sweepers may run at once: each step is one conditional
update, and a worker that comes back after its lease ran out, or after the job was
cancelled, changes nothing. All times are the database's own.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from spine_cds.jobs.models import FAILURE_LENGTH, AnyJob, Job

logger = logging.getLogger(__name__)

RING_AGAIN_AFTER = timedelta(seconds=5)
RINGS_PER_SWEEP = 200
#: Before the next attempt, for each that failed; the last for all beyond.
BACK_OFF = (timedelta(seconds=2), timedelta(seconds=8), timedelta(seconds=30))
PAUSES = (0.5, 1.0, 2.0, 4.0)

Result = TypeVar("Result")
_State = Job.State


class ClaimLostError(Exception):
    """The job was cancelled, or a later claim has it: nothing was written."""


@dataclass(frozen=True, slots=True)
class Claim(Generic[AnyJob]):
    """The right to write to one job, as it was read when it was claimed."""

    job: AnyJob
    token: int

    def held(self) -> models.QuerySet[AnyJob]:
        """The row, as long as this claim is the one that holds it."""
        return _rows(type(self.job)).filter(
            pk=self.job.pk, token=self.token, state=_State.RUNNING
        )


def _rows(model: type[AnyJob]) -> models.QuerySet[AnyJob]:
    return model._default_manager.all()


# --- The worker ---------------------------------------------------------------------


def claim(model: type[AnyJob]) -> Claim[AnyJob] | None:
    """Take the job whose turn it is; None when none waits."""
    return insist(lambda: _claim(model))


@transaction.atomic
def _claim(model: type[AnyJob]) -> Claim[AnyJob] | None:
    waiting: Any = _rows(model)
    # Another worker's row is skipped, not waited for: there is other work.
    row = waiting.waiting().select_for_update(skip_locked=True).only("pk").first()
    if row is None:
        return None
    claimed = (
        _rows(model)
        .filter(pk=row.pk, state=_State.QUEUED)
        .update(
            state=_State.RUNNING,
            attempts=F("attempts") + 1,
            token=F("token") + 1,
            lease_until=Now() + model.lease,
            started_at=Now(),
            steps_before=F("steps_done"),
        )
    )
    # SQLite locks no row: there the update itself decides who has the job.
    if not claimed:
        return None
    job = _rows(model).get(pk=row.pk)
    return Claim(job, job.token)


def beat(claim: Claim[Any], **progress: Any) -> None:
    """A sign of life: the lease begins anew. A step forward pardons past attempts.

    In the transaction that writes a step, the step and its count stand or fall
    together.

    Raises:
        ClaimLostError: stop working, nothing more will be taken from this claim.
    """
    if "steps_done" in progress:
        progress["attempts"] = 1
    lease = Now() + type(claim.job).lease
    if not claim.held().update(lease_until=lease, **progress):
        raise ClaimLostError(f"{claim.job.kind} {claim.job.pk}")


def finish(claim: Claim[Any], *, sha256: str, **result: Any) -> bool:
    """Store the result; False for a late worker.

    A database that is away for a moment is asked again, five times in all.

    Raises:
        OperationalError: the database stayed away; the lease will run out.
    """
    verb = type(claim.job).done_verb
    return insist(
        lambda: _close(claim, _State.DONE, verb, None, sha256=sha256, **result)
    )


def fail(claim: Claim[Any], *, failure: str) -> bool:
    """Close the job with a reason in plain words; False for a late worker."""
    told = failure[:FAILURE_LENGTH]
    return insist(lambda: _close(claim, _State.FAILED, "fail", None, failure=told))


def give_back(claim: Claim[Any], *, failure: str) -> bool:
    """Queue the job for a later attempt, or fail it when the attempts are spent."""
    job = claim.job
    pause = Now() + BACK_OFF[min(job.attempts, len(BACK_OFF)) - 1]
    left = claim.held().filter(attempts__lt=job.max_attempts)
    returned = insist(
        lambda: left.update(
            state=_State.QUEUED, lease_until=None, due_at=pause, rung_at=pause
        )
    )
    return bool(returned) or fail(claim, failure=failure)


def hand_on(claim: Claim[Any]) -> bool:
    """Queue a job that has come forward, behind those of others that wait."""
    rows: Any = _rows(type(claim.job))

    def write() -> int:
        turn = rows.next_turn(claim.job.requested_by_id)
        return claim.held().update(
            state=_State.QUEUED, lease_until=None, attempts=0, turn=turn, rung_at=Now()
        )

    return bool(insist(write))


# --- The user -----------------------------------------------------------------------


@transaction.atomic
def cancel(job: Job, *, actor: User) -> bool:
    """Stop a job that is not finished; whoever works on it finds its claim lost."""
    held = _rows(type(job)).filter(pk=job.pk, state__in=("queued", "running"))
    return _end(job, held, _State.CANCELLED, "cancel", actor)


@transaction.atomic
def retry(job: Job, *, actor: User) -> bool:
    """Queue a failed or cancelled job again; what it has done already stays done."""
    rows: Any = _rows(type(job))
    again = rows.filter(pk=job.pk, state__in=("failed", "cancelled")).update(
        state=_State.QUEUED,
        attempts=0,
        failure="",
        finished_at=None,
        turn=rows.next_turn(job.requested_by_id),
        due_at=Now(),
        rung_at=Now(),
    )
    if again:
        _record(job, "retry", actor, {})
    return bool(again)


# --- The sweeper --------------------------------------------------------------------


def sweep(model: type[AnyJob]) -> int:
    """Put right what was left behind; return how many bells must be rung.

    Looks without a lock first: most of the time nothing is due. Safe to run at any
    time, twice, and by several processes at once.
    """
    expired = Q(state=_State.RUNNING, lease_until__lt=Now())
    unclaimed = Q(
        state=_State.QUEUED, rung_at__lt=Now() - RING_AGAIN_AFTER, due_at__lte=Now()
    )
    if not _rows(model).filter(expired | unclaimed).exists():
        return 0
    with transaction.atomic():
        _sweep_expired(model, expired)
        ringing = [job.pk for job in _locked(model, unclaimed)]
        _rows(model).filter(pk__in=ringing).update(rung_at=Now())
    return len(ringing)


def _sweep_expired(model: type[AnyJob], expired: Q) -> None:
    again = []
    for job in _locked(model, expired):
        if job.attempts >= job.max_attempts:
            spent = Claim(job, job.token)
            _close(spent, _State.FAILED, "fail", None, failure=job.attempts_spent)
        else:
            again.append(job.pk)
    long_ago = Now() - RING_AGAIN_AFTER * 2
    _rows(model).filter(pk__in=again).update(
        state=_State.QUEUED, lease_until=None, rung_at=long_ago
    )


def _locked(model: type[AnyJob], condition: Q) -> list[AnyJob]:
    """Rows under this condition that no other sweeper holds."""
    return list(
        _rows(model)
        .filter(condition)
        .select_for_update(skip_locked=True)
        .only("pk", "token", "attempts")
        .order_by("rung_at")[:RINGS_PER_SWEEP]
    )


# --- Writing ------------------------------------------------------------------------


@transaction.atomic
def _close(
    claim: Claim[Any], state: str, verb: str, actor: User | None, **values: Any
) -> bool:
    if _end(claim.job, claim.held(), state, verb, actor, **values):
        return True
    logger.warning(
        "%s %s: a later attempt holds it, or it was cancelled",
        claim.job.kind,
        claim.job.pk,
    )
    return False


def _end(
    job: Job,
    held: models.QuerySet[Any],
    state: str,
    verb: str,
    actor: User | None,
    **values: Any,
) -> bool:
    """End the job in one conditional update, with its line in the audit trail."""
    ended = held.update(state=state, lease_until=None, finished_at=Now(), **values)
    if ended:
        now = _rows(type(job)).only("attempts", "sha256").get(pk=job.pk)
        _record(job, verb, actor, {"attempts": now.attempts, "sha256": now.sha256})
    return bool(ended)


def _record(job: Job, verb: str, actor: User | None, detail: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=AuditAction(f"{job.kind}.{verb}"),
        entity=job,
        detail=detail,
        **job.audit_subject(),
    )


def insist(work: Callable[[], Result]) -> Result:
    """Ask the database again after it was away; never inside a transaction.

    ``work`` must be safe to do twice: the answer to a commit may be what was lost.
    """
    for pause in PAUSES:
        try:
            return work()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    return work()
