"""The one way to write to the audit trail."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone

from spine_cds.audit.actions import AuditAction
from spine_cds.audit.chain import (
    GENESIS,
    HASHED_FIELDS,
    detail_sha256,
    event_sha256,
    stream_of,
)
from spine_cds.audit.middleware import remote_addr
from spine_cds.audit.models import Event, StreamHead


def record(
    *,
    actor: AbstractBaseUser | AnonymousUser | None,
    action: AuditAction,
    entity: models.Model | None,
    patient_id: object = "",
    case_uid: object = "",
    detail: dict[str, Any] | None = None,
) -> Event:
    """Append one event; call it in the transaction of the write it describes.

    ``actor`` is None for the system's own work, and ``entity`` for what concerns the
    whole of it. ``detail`` holds JSON values, and no name or note of a patient.

    Until the transaction ends, others who write about the same patient (or the same
    entity, without a patient) wait.
    """
    # Whoever is not signed in has no row to point to.
    person = actor if isinstance(actor, get_user_model()) else None
    event = Event(
        actor=person,
        actor_name=person.get_username() if person else "",
        action=str(action),
        entity_type=entity._meta.label_lower if entity else "",
        entity_id=str(entity.pk) if entity else "",
        patient_id=str(patient_id),
        case_uid=str(case_uid),
        remote_addr=remote_addr.get(),
        detail=detail or {},
    )
    event.stream = stream_of(
        patient_id=event.patient_id,
        entity_type=event.entity_type,
        entity_id=event.entity_id,
    )
    _append(event)
    return event


@transaction.atomic(savepoint=False)
def _append(event: Event) -> None:
    """Give the event its place at the end of its stream, and move the head there."""
    head = _locked_head(event.stream)
    event.at = timezone.now()
    event.sequence = head.sequence + 1
    event.previous = head.sha256
    covered = {name: getattr(event, name) for name in (*HASHED_FIELDS, "at")}
    covered["detail_sha256"] = detail_sha256(event.detail)
    event.sha256 = event_sha256(covered)
    # Never an update: a key that is there already is a fault, not a second line.
    event.save(force_insert=True)
    head.sequence, head.sha256 = event.sequence, event.sha256
    head.save(force_update=True)


def _locked_head(stream: str) -> StreamHead:
    heads = StreamHead.objects.select_for_update()
    head = heads.filter(pk=stream).first()
    if head is None:
        # Of two who begin a stream at the same moment, one waits for the other here.
        StreamHead.objects.bulk_create(
            [StreamHead(stream=stream, sequence=0, sha256=GENESIS)],
            ignore_conflicts=True,
        )
        head = heads.get(pk=stream)
    return head
