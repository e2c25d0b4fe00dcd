"""The stored cases, in an order that never changes, a chunk at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from patients.models import Encounter, EncounterQuerySet
from treatments.models import Recommendation
from treatments.recommendations.case_document import case_document


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as it is asked about; from a recommendation, if it ever had one."""

    case_uid: UUID
    document: Any
    recommendation_id: UUID | None


def _known(until: datetime) -> EncounterQuerySet:
    """The first version of each case; its birth is the case's."""
    same_case = Encounter.objects.filter(case_uid=OuterRef("case_uid"))
    withdrawn = Exists(same_case.filter(state=Encounter.State.ENTERED_IN_ERROR))
    return Encounter.objects.filter(version=1, created_at__lte=until).exclude(withdrawn)


def count_cases(until: datetime) -> int:
    """How many cases were entered up to ``until``, without those in error."""
    return _known(until).count()


def read_cases(after: UUID | None, until: datetime, limit: int) -> list[StoredCase]:
    """So many cases that follow ``after`` (None: the first); none at the end."""
    known = _known(until)
    if after is not None:
        known = known.filter(case_uid__gt=after)
    found = known.order_by("case_uid").values_list("case_uid", flat=True)[:limit]
    case_uids = list(found)
    newest = _newest(case_uids, until)
    documents = dict(
        Recommendation.objects.filter(pk__in=newest.values())
        .order_by()
        .values_list("pk", "case_document")
    )
    entered = dict(_entered(uid for uid in case_uids if uid not in newest))
    return [
        StoredCase(uid, documents[newest[uid]], newest[uid])
        if uid in newest
        else StoredCase(uid, entered[uid], None)
        for uid in case_uids
    ]


def _newest(case_uids: list[UUID], until: datetime) -> dict[UUID, UUID]:
    """The newest recommendation of each case, by its key."""
    rows = Recommendation.objects.filter(
        encounter__case_uid__in=case_uids, created_at__lte=until
    ).order_by("encounter__version", "created_at", "pk")
    return dict(rows.values_list("encounter__case_uid", "pk"))


def _entered(case_uids: Iterable[UUID]) -> Iterator[tuple[UUID, Any]]:
    """What is entered for cases that were never evaluated."""
    encounters = Encounter.objects.current().filter(case_uid__in=list(case_uids))
    unavailable: dict[int, list[str]] = {}
    for encounter in encounters.with_findings():
        team = encounter.patient.team
        if team.pk not in unavailable:
            unavailable[team.pk] = list(team.unavailable_treatments.codes())
        yield encounter.case_uid, case_document(encounter, unavailable[team.pk])
