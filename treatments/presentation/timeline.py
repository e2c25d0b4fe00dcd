"""What happened to a case: its audit trail, in words."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from spine_cds.audit.actions import AuditAction, action_words
from spine_cds.audit.models import Event
from treatments.engine import Ruleset
from treatments.models import Decision, Recommendation, Review

#: A change of the workflow state, or a signature: what led to it has its own line.
ECHOES = (
    AuditAction.CASE_EVALUATED,
    AuditAction.CASE_REVIEWED,
    AuditAction.CASE_DECIDED,
    AuditAction.SIGNATURE_RECORD,
)
SYSTEM = "Spine CDS"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    who: str
    did: str
    told: str
    is_read: bool


def case_history(
    case_uid: uuid.UUID, ruleset: Ruleset | None, *, with_reads: bool = False
) -> list[Moment]:
    """The timeline of a case over all its versions, the newest first.

    `ruleset` names the treatments that decisions and evaluations speak of.
    """
    events = (
        Event.objects.of_case(case_uid)
        .exclude(action__in=ECHOES)
        .select_related("actor")
    )
    if not with_reads:
        events = events.exclude(action__endswith=".read")
    return [_moment(event, ruleset) for event in events]


def _moment(event: Event, ruleset: Ruleset | None) -> Moment:
    return Moment(
        at=event.at,
        who=str(event.actor) if event.actor else SYSTEM,
        did=action_words(event.action),
        told=", ".join(_told(event.detail, ruleset)),
        is_read=event.action.endswith(".read"),
    )


def _told(detail: Mapping[str, object], ruleset: Ruleset | None) -> Iterable[str]:
    """The codes of an event, each in words, in a fixed order."""
    if "version" in detail:
        yield f"version {detail['version']}"
    disputed = detail.get("disputed_rules")
    if isinstance(disputed, list):
        yield f"disagrees with {', '.join(disputed)}"
    together = detail.get("asked_together")
    if isinstance(together, list):
        yield f"{len(together)} asked together: no"
    codes = {
        "disposition": Recommendation.Disposition,
        "outcome": Decision.Outcome,
        "verdict": Review.Verdict,
        "reason": Decision.OverrideReason,
    }
    for key, choices in codes.items():
        if detail.get(key):
            yield dict(choices.choices).get(str(detail[key]), str(detail[key])).lower()
    if detail.get("treatment"):
        yield _title(str(detail["treatment"]), ruleset)


def _title(code: str, ruleset: Ruleset | None) -> str:
    treatment = ruleset.treatments.get(code) if ruleset else None
    return treatment.title if treatment else code
