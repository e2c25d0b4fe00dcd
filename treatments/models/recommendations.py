"""What was advised, and what people said and decided about it."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.urls import reverse

from patients.models import Encounter
from spine_cds.accounts.models import Signature
from treatments.models.fields import rule_ids_field
from treatments.models.rulesets import RulesetVersion


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    """Recommendations, and who may see them."""

    def visible_to(self, user: Any) -> Self:
        """Advice on cases of the user's teams: the case's own rule decides."""
        return self.filter(encounter__in=Encounter.objects.visible_to(user))

    def for_page(self) -> Self:
        """With all that the page names, in one query; no rule tables.

        Adds `newest_id`, the newest advice on the case, and `has_earlier`, whether
        there is advice that came before this one.
        """
        newest = Recommendation.objects.of_case(OuterRef("encounter__case_uid"))
        earlier = Recommendation.objects.earlier_than(
            OuterRef("encounter__case_uid"),
            OuterRef("encounter__version"),
            OuterRef("created_at"),
        )
        return (
            self.select_related("encounter__patient__team", "ruleset", "created_by")
            .defer("ruleset__document")
            .annotate(
                newest_id=Subquery(newest.values("pk")[:1]),
                has_earlier=Exists(earlier),
            )
        )

    def earlier_than(self, case_uid: Any, version: Any, created_at: Any) -> Self:
        """Advice on a case before that of this version and moment, the newest first."""
        same_version = Q(encounter__version=version, created_at__lt=created_at)
        return self.of_case(case_uid).filter(
            Q(encounter__version__lt=version) | same_version
        )

    def of_case(self, case_uid: uuid.UUID | OuterRef) -> Self:
        """Advice on every version of a case, the newest first."""
        return self.filter(encounter__case_uid=case_uid).order_by(
            "-encounter__version", "-created_at", "-pk"
        )


class Recommendation(models.Model):
    """One evaluation of one case version: what went in and all that came out.

    The row alone is enough to show the page and the report again: the case as it
    was evaluated and the whole evaluation are stored, never looked up.
    """

    class Disposition(models.TextChoices):
        """What kind of answer it is; the words are those of pages and lists."""

        LADDER = "ladder", "Options to consider"
        REFER = "refer", "Refer"
        EMERGENCY = "emergency", "Emergency pathway"
        DIAGNOSE_FIRST = "diagnose_first", "Diagnose first"
        INSUFFICIENT_DATA = "insufficient_data", "Not enough data"
        OUT_OF_SCOPE = "out_of_scope", "Outside the rules' scope"
        INVALID = "invalid", "Entry has errors"

    class Status(models.TextChoices):
        """What the document is worth (FHIR DiagnosticReport.status)."""

        FINAL = "final", "Final"
        AMENDED = "amended", "Amended"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(
        Encounter, on_delete=models.PROTECT, related_name="recommendations"
    )
    ruleset = models.ForeignKey(
        RulesetVersion, on_delete=models.PROTECT, related_name="recommendations"
    )
    engine_version = models.CharField(max_length=40)
    case_document = models.JSONField()
    # Over the case document: the same question to the same rules is one row.
    case_sha256 = models.CharField(max_length=64)
    evaluation_document = models.JSONField()
    disposition = models.CharField(max_length=20, choices=Disposition)
    urgency = models.CharField(max_length=20, blank=True)
    recommended_treatment = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.FINAL)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = RecommendationQuerySet.as_manager()

    # Added by for_page().
    newest_id: uuid.UUID
    has_earlier: bool

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("encounter", "ruleset", "engine_version", "case_sha256"),
                name="recommendation_one_per_question",
            ),
            models.CheckConstraint(
                name="recommendation_disposition_known",
                condition=Q(
                    disposition__in=(
                        "ladder",
                        "refer",
                        "emergency",
                        "diagnose_first",
                        "insufficient_data",
                        "out_of_scope",
                        "invalid",
                    )
                ),
            ),
            models.CheckConstraint(
                name="recommendation_treatment_only_on_ladder",
                condition=Q(disposition="ladder") | Q(recommended_treatment=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_disposition_display()} {self.recommended_treatment}".strip()

    def get_absolute_url(self) -> str:
        """The page of the advice."""
        return reverse("treatments:recommendation-detail", args=[self.pk])


class WrittenStatement(models.Model):
    """What a person added to a recommendation: written once, never edited.

    `submission_key` comes with the form, so a form that is sent twice counts once.
    """

    submission_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions."""

    def with_signature(self) -> Self:
        """Adds `signed_by`, `signed_at` and `signed_meaning`: null without any."""
        signatures = Signature.objects.filter(
            entity_type=Decision._meta.label_lower,
            entity_id=Cast(OuterRef("pk"), models.CharField()),
        )
        return self.annotate(
            signed_by=Subquery(signatures.values("signer_name")[:1]),
            signed_at=Subquery(signatures.values("signed_at")[:1]),
            signed_meaning=Subquery(signatures.values("meaning")[:1]),
        )


class Decision(WrittenStatement):
    """What the surgeon decided; the newest decision of a recommendation counts."""

    class Outcome(models.TextChoices):
        """Its kind: what the chosen option is to the rules, or that none is chosen."""

        ACCEPTED = "accepted", "Accepted"
        ALTERNATIVE = "alternative", "Alternative"
        OVERRIDDEN = "overridden", "Overridden"
        DEFERRED = "deferred", "Deferred"

    class OverrideReason(models.TextChoices):
        """Codes in the spirit of CDS Hooks' override reasons."""

        PATIENT_PREFERENCE = "patient-preference", "The patient prefers otherwise"
        NOT_CAPTURED = (
            "contraindication-not-captured",
            "A contraindication that the case form does not capture",
        )
        RESOURCES = "resources-unavailable", "Equipment, skill or time not available"
        JUDGEMENT = "clinical-judgement", "Clinical judgement"
        DISAGREE = "disagree-with-rule", "I disagree with a rule"
        OTHER = "other", "Other (say in the note)"

    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="decisions"
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    treatment = models.CharField(max_length=40, blank=True)
    override_reason = models.CharField(
        max_length=40, choices=OverrideReason, blank=True
    )
    disputed_rules = rule_ids_field()
    # A decision of before, deferred, has neither.
    deferred_until = models.DateField(null=True, blank=True)
    deferred_for = models.CharField(max_length=300, blank=True, db_default="")
    note = models.TextField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-decided_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="decision_reason_where_not_accepted",
                condition=Q(
                    outcome__in=("overridden", "alternative"),
                    override_reason__in=(
                        "patient-preference",
                        "contraindication-not-captured",
                        "resources-unavailable",
                        "clinical-judgement",
                        "disagree-with-rule",
                        "other",
                    ),
                )
                | Q(
                    outcome__in=("accepted", "alternative", "deferred"),
                    override_reason="",
                ),
            ),
            models.CheckConstraint(
                name="decision_alternative_names_a_treatment",
                condition=~Q(outcome="alternative") | ~Q(treatment=""),
            ),
            models.CheckConstraint(
                name="decision_waits_only_when_deferred",
                condition=Q(outcome="deferred")
                | Q(deferred_until__isnull=True, deferred_for=""),
            ),
            models.CheckConstraint(
                name="decision_deferred_names_no_treatment",
                condition=~Q(outcome="deferred") | Q(treatment=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.treatment}".strip()

    @property
    def signed_content(self) -> dict[str, Any]:
        """What a signature under this decision covers: all that was decided, on what.

        The recommendation's id stands for its case, ruleset and answer, which never
        change; their hashes say so. What was first asked later is in it where it was
        answered: a signature of before still fits.
        """
        advice = self.recommendation
        asked_later = {
            "disputed_rules": self.disputed_rules,
            "deferred_until": self.deferred_until and str(self.deferred_until),
            "deferred_for": self.deferred_for,
        }
        return {
            "recommendation": str(advice.pk),
            "case_sha256": advice.case_sha256,
            "ruleset_sha256": advice.ruleset.sha256,
            "outcome": str(self.outcome),
            "treatment": self.treatment,
            "override_reason": str(self.override_reason),
            "note": self.note,
            "submission_key": str(self.submission_key),
            **{name: said for name, said in asked_later.items() if said},
        }


class Review(WrittenStatement):
    """A resident's view of a recommendation."""

    class Verdict(models.TextChoices):
        """Whether the resident agrees with the advice."""

        AGREE = "agree", "Agree"
        DISAGREE = "disagree", "Disagree"

    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="reviews"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=300, blank=True)
    disputed_rules = rule_ids_field()
    note = models.TextField(max_length=2000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="review_disagreement_has_a_reason",
                condition=Q(verdict="agree") | Q(verdict="disagree", reason__gt=""),
            ),
        )

    def __str__(self) -> str:
        return self.get_verdict_display()


class Comment(WrittenStatement):
    """A remark on a recommendation, by anyone of the team."""

    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="comments"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="comment_says_something", condition=~Q(text="")
            ),
        )

    def __str__(self) -> str:
        return f"Comment of {self.created_at:%Y-%m-%d}"
