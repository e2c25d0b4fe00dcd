"""A replay: two versions of the rules asked of every stored case."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from spine_cds.jobs.models import Job, JobQuerySet
from treatments.models.recommendations import Recommendation
from treatments.models.rulesets import RulesetVersion

ADVICE_LENGTH = 80
_SAFE = "What was compared so far is kept."


class ReplayQuerySet(JobQuerySet["Replay"]):
    """Replays, each a job."""

    def comparing(self, old_sha256: str, new_sha256: str) -> Self:
        """Those of one pair of ruleset documents, by their content."""
        return self.filter(old__sha256=old_sha256, new_sha256=new_sha256)

    def looked_at(self) -> Self:
        """Those whose result an administrator has had on the screen."""
        return self.filter(state="done", seen_at__isnull=False)

    def without_documents(self) -> Self:
        """For lists and pages: the tables themselves are left unread."""
        return self.defer("new_document", "old__document")


class Replay(Job):
    """What a new version of the rules would change, over all cases stored until then.

    The new one is a published version or the snapshot of a draft: its document is
    kept here, so that the result stays explainable whatever becomes of the draft.
    A case counts once, with the newest document that was evaluated for it, or with
    what is entered where none was. Cases entered in error are left out.
    """

    kind = "replay"
    # Each chunk renews the lease and a slice ends long before the limits: whoever
    # meets them hangs.
    soft_limit = timedelta(seconds=60)
    hard_limit = timedelta(seconds=90)
    lease = timedelta(seconds=30)
    attempts_spent = (
        f"The replay could not be made: every attempt was cut short. {_SAFE} Try it "
        "again; if it fails again, tell your administrator its number."
    )
    too_long = (
        f"A part of the replay could not be made within the time allowed. {_SAFE} "
        "Tell your administrator its number."
    )
    unexpected = (
        f"The replay stopped because of an unexpected fault. {_SAFE} "
        "Tell your administrator its number."
    )

    old = models.ForeignKey(
        RulesetVersion, on_delete=models.PROTECT, related_name="replays"
    )
    new_document = models.JSONField()
    new_sha256 = models.CharField(max_length=64)
    new_title = models.CharField(max_length=300)
    # Cases and advice stored later are not looked at.
    until = models.DateTimeField()
    engine_version = models.CharField(max_length=40, blank=True)
    #: Each advice before and after, and how many cases: ``[[old, new, cases], …]``.
    matrix = models.JSONField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = ReplayQuerySet.as_manager()

    class Meta(Job.Meta):
        indexes = (
            *Job.Meta.indexes,
            models.Index(fields=("new_sha256",), name="replay_of_a_document"),
        )
        constraints = (
            *Job.Meta.constraints,
            models.CheckConstraint(
                name="replay_matrix_only_when_done",
                condition=Q(state="done", matrix__isnull=False)
                | (~Q(state="done") & Q(matrix__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"Replay {self.reference} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        """The page of the replay, also while it runs."""
        return reverse("treatments:replay-detail", args=[self.pk])


class ReplayChunk(models.Model):
    """Some cases that are done with. Written once, together with their moves."""

    replay = models.ForeignKey(Replay, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    #: The last case of the chunk: the next one begins after it.
    last_case = models.UUIDField()
    cases = models.PositiveIntegerField()
    counts = models.JSONField()
    # Of the claim that wrote it.
    token = models.PositiveIntegerField()

    class Meta:
        ordering = ("replay", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("replay", "number"), name="replay_chunk_numbered_once"
            ),
        )

    def __str__(self) -> str:
        return f"Chunk {self.number}"


class ReplayMoveQuerySet(models.QuerySet["ReplayMove"]):
    """Cases that two versions advise differently."""

    def between(self, old: str, new: str) -> Self:
        """The cases of one cell of the matrix."""
        return self.filter(old_advice=old, new_advice=new)


class ReplayMove(models.Model):
    """A case that is advised otherwise by the new version."""

    replay = models.ForeignKey(Replay, on_delete=models.PROTECT, related_name="moves")
    case_uid = models.UUIDField()
    old_advice = models.CharField(max_length=ADVICE_LENGTH)
    new_advice = models.CharField(max_length=ADVICE_LENGTH)
    recommendation = models.ForeignKey(
        Recommendation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    #: As it was compared, where no recommendation keeps it.
    case_document = models.JSONField(null=True)

    objects = ReplayMoveQuerySet.as_manager()

    class Meta:
        ordering = ("case_uid",)
        indexes = (
            models.Index(
                fields=("replay", "old_advice", "new_advice", "case_uid"),
                name="replay_move_of_a_cell",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("replay", "case_uid"), name="replay_moves_a_case_once"
            ),
            models.CheckConstraint(
                name="replay_move_moves",
                condition=~Q(old_advice=models.F("new_advice")),
            ),
            models.CheckConstraint(
                name="replay_move_has_its_case",
                condition=Q(recommendation__isnull=False)
                ^ Q(case_document__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.old_advice} → {self.new_advice}"
