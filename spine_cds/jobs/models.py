"""What a job is: a row that carries the duty to do the work until it is done."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone

FAILURE_LENGTH = 500
STATES = ("queued", "running", "done", "failed", "cancelled")
FINISHED = ("done", "failed", "cancelled")

AnyJob = TypeVar("AnyJob", bound="Job")


class JobQuerySet(models.QuerySet[AnyJob], Generic[AnyJob]):
    """Jobs of one kind."""

    def waiting(self) -> Self:
        """Those that a worker may take now, in the order of their turns."""
        due = self.filter(state="queued", due_at__lte=Now())
        return due.order_by("turn", "queued_at", "pk")

    def unfinished(self) -> Self:
        """Those that wait or run."""
        return self.filter(state__in=("queued", "running"))

    def next_turn(self, owner_id: Any) -> int:
        """The place in the queue of another job of this owner.

        Turns go round: an owner's jobs stand one turn apart, and the first of them
        at the turn that is being worked on. So a single job waits for one job of
        each other owner at most, however many those have asked for before.
        """
        begun = self.filter(started_at__isnull=False).aggregate(Max("turn"))
        own = self.unfinished().filter(requested_by=owner_id).aggregate(Max("turn"))
        last = own["turn__max"]
        return max(begun["turn__max"] or 0, -1 if last is None else last + 1)


class Job(models.Model):
    """The state of some work, for whoever asked for it and for whoever does it.

    A row is queued, then running under a lease, then done, failed or cancelled. Only
    `spine_cds.jobs.lifecycle` moves it. `attempts` counts the tries since the last step
    forward; `token` grows with each claim, and only the newest claim may write.
    """

    class State(models.TextChoices):
        """How far the work is."""

        QUEUED = "queued", "Queued"
        RUNNING = "running", "In progress"
        DONE = "done", "Ready"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    #: The word before the dot of its audit actions, and the one after it when done.
    kind: ClassVar[str]
    done_verb: ClassVar[str] = "finish"
    #: How long a claim holds without a sign of life.
    lease: ClassVar[timedelta]
    max_attempts: ClassVar[int] = 5
    #: What is told when every attempt was cut short, when one took too long, and
    #: when something went wrong that nobody thought of.
    attempts_spent: ClassVar[str]
    too_long: ClassVar[str]
    unexpected: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # From the form: the same form twice is one job.
    request_key = models.UUIDField(unique=True)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    turn = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(default=timezone.now)
    # The database's clock, as everywhere below.
    due_at = models.DateTimeField(db_default=Now())
    rung_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=FAILURE_LENGTH, blank=True)
    # Progress, where it is known; `steps_before` were done by earlier claims.
    steps = models.PositiveIntegerField(null=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps_before = models.PositiveIntegerField(default=0)
    # Of the result.
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True
        ordering = ("-queued_at", "-id")
        indexes: ClassVar[tuple[models.Index, ...]] = (
            models.Index(
                fields=("turn", "queued_at"),
                name="%(class)s_waiting",
                condition=Q(state="queued"),
            ),
            models.Index(
                fields=("state", "rung_at"),
                name="%(class)s_unfinished",
                condition=Q(state__in=("queued", "running")),
            ),
            models.Index(
                fields=("turn",),
                name="%(class)s_begun",
                condition=Q(started_at__isnull=False),
            ),
        )
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(class)s_state_is_known", condition=Q(state__in=STATES)
            ),
            models.CheckConstraint(
                name="%(class)s_lease_only_while_running",
                condition=(
                    Q(state="running", lease_until__isnull=False)
                    | (~Q(state="running") & Q(lease_until__isnull=True))
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_failure_is_told",
                condition=(
                    Q(state="failed", failure__gt="")
                    | (~Q(state="failed") & Q(failure=""))
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_finish_has_a_time",
                condition=(
                    Q(state__in=FINISHED, finished_at__isnull=False)
                    | Q(state__in=("queued", "running"), finished_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_result_only_when_done",
                condition=(
                    Q(state="done", sha256__gt="") | (~Q(state="done") & Q(sha256=""))
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_no_more_than_all_steps",
                condition=Q(steps__isnull=True) | Q(steps_done__lte=F("steps")),
            ),
        )

    @property
    def reference(self) -> str:
        """The short number that is printed, and spoken on the telephone."""
        return str(self.pk.hex[:8].upper())

    @property
    def is_finished(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self.state in FINISHED

    @property
    def percent(self) -> int | None:
        """How much is done, rounded down; None where it is not known."""
        return self.steps_done * 100 // self.steps if self.steps else None

    @property
    def time_left(self) -> timedelta | None:
        """At the pace of the claim in hand; None where there is none yet."""
        steps = self.steps_done - self.steps_before
        if self.state != self.State.RUNNING or not self.steps or not self.started_at:
            return None
        if steps <= 0:
            return None
        pace = (timezone.now() - self.started_at) / steps
        return pace * (self.steps - self.steps_done)

    def audit_subject(self) -> Mapping[str, object]:
        """Whom it is about, as the audit trail wants it; none by default."""
        return {}
