"""A ruleset as loaded: kept for ever, so that any advice can be recomputed."""

from functools import lru_cache
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from treatments.engine import Ruleset


@lru_cache(maxsize=8)
def _compiled(sha256: str) -> Ruleset:
    """The engine's form of a stored ruleset, compiled once per content hash."""
    document = RulesetVersion.objects.values_list("document", flat=True).get(
        sha256=sha256
    )
    return Ruleset.from_document(document)


class RulesetVersionQuerySet(models.QuerySet["RulesetVersion"]):
    def live(self) -> Self:
        """The one version that new evaluations use, as a queryset of at most one."""
        return self.filter(is_live=True)

    def without_document(self) -> Self:
        """For footers and lists: the tables themselves are left unread."""
        return self.defer("document")


class RulesetVersion(models.Model):
    """One loaded version. Its content never changes; only `is_live` moves."""

    ruleset_id = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    document = models.JSONField()
    sign_off_state = models.CharField(max_length=40)
    is_live = models.BooleanField(default=False)
    loaded_at = models.DateTimeField(auto_now_add=True)

    objects = RulesetVersionQuerySet.as_manager()

    class Meta:
        ordering = ("-loaded_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("is_live",),
                condition=Q(is_live=True),
                name="ruleset_version_one_live",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("treatments:ruleset-detail", args=[self.pk])

    @property
    def ruleset(self) -> Ruleset:
        return _compiled(self.sha256)

    @property
    def is_signed(self) -> bool:
        return self.sign_off_state == "signed"

    @property
    def short_sha256(self) -> str:
        return self.sha256[:12]
