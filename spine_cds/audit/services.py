"""The one way to write to the audit trail."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models

from spine_cds.audit.middleware import remote_addr
from spine_cds.audit.models import Event


def record(
    *,
    actor: AbstractBaseUser | AnonymousUser | None,
    action: str,
    entity: models.Model,
    patient_id: object = "",
    case_uid: object = "",
    detail: dict[str, Any] | None = None,
) -> Event:
    """Append one event; call it in the transaction of the write it describes.

    ``action`` is "<entity>.<verb>"; ``actor`` is None for the system's own work.
    """
    person = actor if isinstance(actor, get_user_model()) else None
    return Event.objects.create(
        actor=person,
        actor_name=person.get_username() if person else "",
        action=action,
        entity_type=entity._meta.label_lower,
        entity_id=str(entity.pk),
        patient_id=str(patient_id),
        case_uid=str(case_uid),
        remote_addr=remote_addr.get(),
        detail=detail or {},
    )
