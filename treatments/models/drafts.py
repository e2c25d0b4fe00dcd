"""A ruleset being written: the draft, its changes, and what is said of it."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from treatments.models.fields import DocumentField
from treatments.models.rulesets import RulesetVersion

USER = settings.AUTH_USER_MODEL


class RulesetDraftQuerySet(models.QuerySet["RulesetDraft"]):
    """Drafts of rules."""

    def open(self) -> Self:
        """Those that are still worked on or reviewed."""
        return self.filter(state__in=RulesetDraft.OPEN)

    def abandoned(self) -> Self:
        """Those that were given up; they are kept."""
        return self.filter(state=RulesetDraft.State.ABANDONED)

    def without_document(self) -> Self:
        """Without the rules themselves: some hundred kilobytes a row."""
        return self.defer("document")

    def for_list(self) -> Self:
        """With who made each and what it builds on, in one query."""
        people = self.select_related("made_by", "base")
        return people.defer("document", "base__document")


class RulesetDraft(models.Model):
    """A ruleset that is written; nothing is evaluated with it before it is published.

    ``document`` is the ruleset document as it stands, also with bad cells in it.
    ``revision`` counts its changes: an editor says which one was on the screen.
    """

    class State(models.TextChoices):
        """From being written to live, or given up."""

        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        PUBLISHED = "published", "Published"
        ABANDONED = "abandoned", "Abandoned"

    OPEN = (State.DRAFT, State.IN_REVIEW)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    note = models.TextField(max_length=2000, blank=True)
    base = models.ForeignKey(
        RulesetVersion, null=True, on_delete=models.PROTECT, related_name="drafts"
    )
    document = DocumentField()
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="ruleset_drafts"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    published_as = models.ForeignKey(
        RulesetVersion, null=True, on_delete=models.PROTECT, related_name="drafted_as"
    )
    submission_key = models.UUIDField(null=True, unique=True)

    objects = RulesetDraftQuerySet.as_manager()

    class Meta:
        ordering = ("-changed_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="ruleset_draft_state_known",
                condition=Q(state__in=["draft", "in_review", "published", "abandoned"]),
            ),
            models.CheckConstraint(
                name="ruleset_draft_published_has_its_version",
                condition=Q(state="published", published_as__isnull=False)
                | (~Q(state="published") & Q(published_as__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the draft."""
        return reverse("treatments:draft-detail", args=[self.pk])

    @property
    def is_editable(self) -> bool:
        """Whether its rules may be changed now; in review they may not."""
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether it is still worked on or reviewed."""
        return self.state in self.OPEN


class DraftChange(models.Model):
    """One change of a draft: the parts before and after it. Never edited.

    Only ``undone`` moves: an undone change can be done again.
    """

    class Kind(models.TextChoices):
        """An edit, or one that takes back or makes again another."""

        EDIT = "edit", "Edit"
        UNDO = "undo", "Undo"
        REDO = "redo", "Redo"

    draft = models.ForeignKey(
        RulesetDraft, on_delete=models.PROTECT, related_name="changes"
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.EDIT)
    summary = models.CharField(max_length=200)
    parts = models.JSONField()
    of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversals"
    )
    undone = models.BooleanField(default=False)
    made_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="draft_changes"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("draft", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("draft", "number"), name="draft_change_numbered_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.summary}"

    @property
    def addresses(self) -> set[str]:
        """Where in the document it changed something."""
        return {part["address"] for part in self.parts}


class AcceptedFinding(models.Model):
    """A finding of the checks that may stand, with the reason. It counts for this
    draft and this finding alone: a finding of other rules or cases is another one."""

    draft = models.ForeignKey(
        RulesetDraft, on_delete=models.PROTECT, related_name="accepted_findings"
    )
    fingerprint = models.CharField(max_length=64)
    message = models.TextField()
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("made_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("draft", "fingerprint"), name="finding_accepted_once"
            ),
        )

    def __str__(self) -> str:
        return self.message


class DesignatedSigner(models.Model):
    """A surgeon whom the administrators let sign rulesets."""

    user = models.OneToOneField(
        USER, on_delete=models.PROTECT, related_name="ruleset_signer"
    )
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user)


def acts_for_rules(user: Any) -> bool:
    """Whether the user may open drafts: administrators and designated surgeons."""
    return bool(
        user.is_rule_admin
        or DesignatedSigner.objects.filter(user=user, withdrawn_at=None).exists()
    )
