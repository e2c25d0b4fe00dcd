"""A ruleset as loaded: kept for ever, so that any advice can be recomputed."""

from functools import lru_cache
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Now
from django.urls import reverse

from spine_cds.dates import told
from treatments.engine import Ruleset
from treatments.models.fields import DocumentField


@lru_cache(maxsize=8)
def _compiled(sha256: str) -> Ruleset:
    """The engine's form of a stored ruleset, compiled once per content hash."""
    document = RulesetVersion.objects.values_list("document", flat=True).get(
        sha256=sha256
    )
    return Ruleset.from_document(document)


class RulesetVersionQuerySet(models.QuerySet["RulesetVersion"]):
    """Versions of rules."""

    def live(self) -> Self:
        """The one version that new evaluations use, as a queryset of at most one."""
        return self.filter(pk=Subquery(RulesetActivation.objects.in_force()))

    def with_standing(self) -> Self:
        """Each with ``is_live``, ``is_scheduled`` and ``was_live``."""
        own = RulesetActivation.objects.filter(version=OuterRef("pk"))
        live = RulesetActivation.objects.in_force()
        return self.annotate(
            is_live=Exists(
                RulesetVersion.objects.filter(pk=Subquery(live)).filter(
                    pk=OuterRef("pk")
                )
            ),
            is_scheduled=Exists(own.to_come()),
            was_live=Exists(own.come()),
        )

    def without_document(self) -> Self:
        """For footers and lists: the tables themselves are left unread."""
        return self.defer("document")


class RulesetVersion(models.Model):
    """One published version. Its content never changes.

    Which one is live is said by the activations, so that it is known for every moment
    which rules were in force.
    """

    ruleset_id = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    document = DocumentField()
    sign_off_state = models.CharField(max_length=40)
    loaded_at = models.DateTimeField(auto_now_add=True)

    objects = RulesetVersionQuerySet.as_manager()

    class Meta:
        ordering = ("-loaded_at", "-pk")

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    def get_absolute_url(self) -> str:
        """The page of the version."""
        return reverse("treatments:ruleset-detail", args=[self.pk])

    @property
    def ruleset(self) -> Ruleset:
        """The rules, read and checked; kept in memory by their hash."""
        return _compiled(self.sha256)

    @property
    def is_signed(self) -> bool:
        """Whether a surgeon has signed this version for clinical use."""
        return self.sign_off_state == "signed"

    @property
    def short_sha256(self) -> str:
        """As much of the hash as people compare by eye."""
        return self.sha256[:12]


class RulesetActivationQuerySet(models.QuerySet["RulesetActivation"]):
    """When which version goes live."""

    def in_force(self) -> models.QuerySet["RulesetActivation", int]:
        """The version of the newest activation whose moment has come, by its key."""
        return (
            self.come()
            .order_by("-live_from", "-pk")
            .values_list("version_id", flat=True)[:1]
        )

    def come(self) -> Self:
        """Those whose moment is past, by the database's clock."""
        return self.filter(live_from__lte=Now(), withdrawn_at=None)

    def to_come(self) -> Self:
        """Those that are still to come."""
        return self.filter(live_from__gt=Now(), withdrawn_at=None)

    def head(self) -> "RulesetActivation | None":
        """The newest of all, come or to come: what the next version builds upon."""
        return self.filter(withdrawn_at=None).order_by("-live_from", "-pk").first()


class RulesetActivation(models.Model):
    """A version goes live at a moment, for all processes at once.

    The database's clock decides, so no process has to be told. Never changed, but
    withdrawn while its moment is still to come.
    """

    version = models.ForeignKey(
        RulesetVersion, on_delete=models.PROTECT, related_name="activations"
    )
    live_from = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="ruleset_activations",
    )
    made_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = RulesetActivationQuerySet.as_manager()

    class Meta:
        ordering = ("-live_from", "-pk")

    def __str__(self) -> str:
        return f"{self.version} from {told(self.live_from)}"
