"""Which rules are live, and what a team can offer: atomic, each with its event."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now

from spine_cds.accounts.models import Team, User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from treatments.engine import Ruleset
from treatments.models import (
    RulesetActivation,
    RulesetVersion,
    TreatmentAvailability,
)
from treatments.presentation.vocabulary import unaskable


class NoLiveRulesetError(RuntimeError):
    """Nothing can be evaluated: no ruleset has been loaded."""


class UnaskableError(ValueError):
    """The rules ask for what no form can ask: they would wait for ever."""


class AvailabilityConflictError(ValueError):
    """Somebody else set it meanwhile to `stored`; nothing was written."""

    def __init__(self, stored: list[str]) -> None:
        super().__init__("What is offered was changed meanwhile.")
        self.stored = stored


@transaction.atomic
def ruleset_load(*, ruleset: Ruleset, actor: User | None = None) -> RulesetVersion:
    """Store a ruleset and make it live; the same content again changes nothing.

    A version that is known already stays as it is, so that a restart never takes
    the place of what an administrator has made live since.

    Raises:
        UnaskableError: the case form cannot ask a fact of it.
    """
    for fact in ruleset.facts.values():
        for why in unaskable(fact):
            raise UnaskableError(f"The fact {fact.name} {why}.")
    version, created = ruleset_keep(ruleset=ruleset, actor=actor)
    if created or not RulesetVersion.objects.live().exists():
        ruleset_activate(version=version, actor=actor, reason="Loaded")
    return version


@transaction.atomic
def ruleset_keep(
    *, ruleset: Ruleset, actor: User | None
) -> tuple[RulesetVersion, bool]:
    """The stored version of this content, and whether it is new; not live by that."""
    sign_off = ruleset.metadata.get("sign_off") or {}
    # By content: the same rules loaded twice are one version, whatever they are called.
    version, created = RulesetVersion.objects.get_or_create(
        sha256=ruleset.sha256,
        defaults={
            "ruleset_id": ruleset.id,
            "version": ruleset.version,
            "title": ruleset.title,
            "document": dict(ruleset.document),
            "sign_off_state": sign_off.get("state", "unsigned"),
        },
    )
    if created:
        detail = {"version": version.version, "sha256": version.sha256}
        record(
            actor=actor, action=AuditAction.RULESET_LOAD, entity=version, detail=detail
        )
    return version, created


@transaction.atomic
def ruleset_activate(
    *,
    version: RulesetVersion,
    actor: User | None,
    reason: str = "",
    live_from: datetime.datetime | None = None,
) -> RulesetActivation:
    """Make a stored version live, now or from a moment on, for all processes at once.

    What was to go live later stays to come.
    """
    activation = RulesetActivation.objects.create(
        version=version,
        live_from=live_from or Now(),
        reason=reason,
        made_by=actor,
    )
    record(
        actor=actor,
        action=AuditAction.RULESET_ACTIVATE,
        entity=version,
        detail={
            "version": version.version,
            "sha256": version.sha256,
            "live_from": live_from.isoformat() if live_from else "at once",
        },
    )
    return activation


def live_ruleset() -> RulesetVersion:
    """The version that new evaluations use, without its document.

    Raises:
        NoLiveRulesetError: none is loaded.
    """
    version = RulesetVersion.objects.live().without_document().first()
    if version is None:
        raise NoLiveRulesetError("No ruleset is loaded. Run: manage.py load_ruleset")
    return version


@transaction.atomic
def availability_set(
    *,
    team: Team,
    unavailable: Iterable[str],
    actor: User,
    seen: Iterable[str] | None = None,
) -> None:
    """Say which treatments a team cannot offer; all others are available.

    Raises:
        AvailabilityConflictError: it is no longer as it was `seen` (None: unseen).
    """
    wanted = set(unavailable)
    # Two who set it come one after the other.
    Team.objects.select_for_update().get(pk=team.pk)
    rows = TreatmentAvailability.objects.of_team(team)
    before = set(rows.codes())
    if seen is not None and before not in (wanted, set(seen)):
        raise AvailabilityConflictError(sorted(before))
    rows.exclude(treatment__in=wanted).delete()
    TreatmentAvailability.objects.bulk_create(
        TreatmentAvailability(team=team, treatment=code)
        for code in sorted(wanted - before)
    )
    if wanted != before:
        record(
            actor=actor,
            action=AuditAction.AVAILABILITY_UPDATE,
            entity=team,
            detail={"before": sorted(before), "after": sorted(wanted)},
        )
