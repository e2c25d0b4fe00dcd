"""The life of a report row: claim, finish, fail, give back, sweep.

The row carries the duty to render; a message to a worker is only a doorbell. So any
number of workers and sweepers may run at once: each step is one conditional update,
and a worker that comes back after its lease ran out changes nothing. All times are
the database's own.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from spine_cds.audit.services import record
from treatments.models.reports import Report

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
SOFT_LIMIT = timedelta(seconds=20)
HARD_LIMIT = timedelta(seconds=30)
# Longer than the hard limit: whoever held the row is gone when the lease ends.
LEASE = timedelta(seconds=45)
RING_AGAIN_AFTER = timedelta(seconds=5)
RINGS_PER_SWEEP = 200
FAILURE_LENGTH = 500  # of the column
PAUSES = (0.5, 1.0, 2.0, 4.0)

ATTEMPTS_SPENT = (
    f"The report could not be made: {MAX_ATTEMPTS} attempts were cut short. "
    "The case and the recommendation are safe. Ask for the report again; "
    "if it fails again, tell your administrator the report number."
)

_State = Report.State


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to finish one row. A later claim has a larger token and wins."""

    report_id: UUID
    token: int
    content: dict[str, Any]


@transaction.atomic
def report_claim(*, report_id: UUID | str) -> Claim | None:
    """Take a queued row for this worker; None when the ring was a duplicate."""
    claimed = Report.objects.filter(pk=report_id, state=_State.QUEUED).update(
        state=_State.RENDERING,
        attempts=F("attempts") + 1,
        token=F("token") + 1,
        lease_until=Now() + LEASE,
        started_at=Now(),
    )
    if not claimed:
        return None
    row = Report.objects.only("token", "content").get(pk=report_id)
    return Claim(report_id=row.pk, token=row.token, content=row.content)


def report_finish(*, claim: Claim, document: bytes) -> bool:
    """Store the document; False when a later claim has taken the row over.

    A database that is away for a moment is asked again, five times in all.

    Raises:
        OperationalError: the database stayed away; the lease will run out.
    """
    return _insist(
        lambda: _close(
            claim,
            "report.render",
            state=_State.RENDERED,
            document=document,
            sha256=hashlib.sha256(document).hexdigest(),
        )
    )


def report_fail(*, claim: Claim, failure: str) -> bool:
    """Close the row with a reason in plain words; False for a late worker."""
    return _insist(
        lambda: _close(
            claim, "report.fail", state=_State.FAILED, failure=failure[:FAILURE_LENGTH]
        )
    )


def report_give_back(*, claim: Claim, failure: str) -> bool:
    """Queue the row for another attempt, or fail it when the attempts are spent."""
    held = Report.objects.filter(
        pk=claim.report_id, token=claim.token, state=_State.RENDERING
    )
    returned = held.filter(attempts__lt=MAX_ATTEMPTS).update(
        state=_State.QUEUED, lease_until=None, rung_at=Now()
    )
    return bool(returned) or report_fail(claim=claim, failure=failure)


def report_sweep() -> list[UUID]:
    """Put right what was left behind; return the rows that must be rung again.

    Looks without a lock first: most of the time nothing is due. Safe to run at any
    time, twice, and by several processes at once.
    """
    expired = Q(state=_State.RENDERING, lease_until__lt=Now())
    unclaimed = Q(state=_State.QUEUED, rung_at__lt=Now() - RING_AGAIN_AFTER)
    if not Report.objects.filter(expired | unclaimed).exists():
        return []
    with transaction.atomic():
        spent = _locked(expired & Q(attempts__gte=MAX_ATTEMPTS))
        for report in spent:
            _fail_spent(report)
        Report.objects.filter(
            pk__in=[r.pk for r in _locked(expired & Q(attempts__lt=MAX_ATTEMPTS))]
        ).update(state=_State.QUEUED, lease_until=None)
        ringing = [report.pk for report in _locked(unclaimed)]
        Report.objects.filter(pk__in=ringing).update(rung_at=Now())
    return ringing


def _locked(condition: Q) -> list[Report]:
    """Rows under this condition that no other sweeper holds."""
    return list(
        Report.objects.filter(condition)
        .select_for_update(skip_locked=True)
        .only("pk", "token")
        .order_by("queued_at")[:RINGS_PER_SWEEP]
    )


def _fail_spent(report: Report) -> None:
    claim = Claim(report_id=report.pk, token=report.token, content={})
    _close(claim, "report.fail", state=_State.FAILED, failure=ATTEMPTS_SPENT)


@transaction.atomic
def _close(claim: Claim, action: str, **values: Any) -> bool:
    """End the job in one conditional update, with its line in the audit trail."""
    closed = Report.objects.filter(
        pk=claim.report_id, token=claim.token, state=_State.RENDERING
    ).update(lease_until=None, finished_at=Now(), **values)
    if not closed:
        logger.warning("report %s: a later attempt holds it", claim.report_id)
        return False
    report = (
        Report.objects.select_related("recommendation__encounter")
        .only("attempts", "sha256", *_AUDITED)
        .get(pk=claim.report_id)
    )
    encounter = report.recommendation.encounter
    record(
        actor=None,
        action=action,
        entity=report,
        patient_id=encounter.patient_id,
        case_uid=encounter.case_uid,
        detail={"attempts": report.attempts, "sha256": report.sha256},
    )
    return True


_AUDITED = (
    "recommendation__encounter__patient_id",
    "recommendation__encounter__case_uid",
)


def _insist(write: Callable[[], bool]) -> bool:
    """Try a write again after the database was away; never inside a transaction."""
    for pause in PAUSES:
        try:
            return write()
        except OperationalError:
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    return write()
