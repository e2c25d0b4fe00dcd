"""An event in words, without any clinical value: administrators see none."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from spine_cds.audit.models import Event
from treatments.presentation.timeline import WORDS

_MORE = {
    "audit.export": "Audit trail exported",
    "audit.read": "Audit trail read",
    "audit.search": "Looked up in the audit trail",
    "backup.create": "Backup made",
    "backup.restore": "Backup restored",
    "case.entry_discard": "Unsaved entries thrown away",
    "case.entry_keep": "Entries begun, not saved yet",
    "draft.accept_finding": "Finding of the checks let stand",
    "draft.create": "Draft of rules begun",
    "draft.describe": "Draft of rules named anew",
    "draft.edit": "Rules edited in a draft",
    "draft.export": "Draft of rules exported",
    "draft.move": "Draft of rules handed on",
    "draft.publish": "Draft of rules published",
    "draft.redo": "Edit of rules made again",
    "draft.undo": "Edit of rules taken back",
    "patient.create": "Patient entered",
    "patient.search": "Patients searched for",
    "patient.update": "Patient’s details changed",
    "ruleset.activate": "Rules made live",
    "ruleset.export": "Rules exported",
    "ruleset.load": "Rules stored",
    "ruleset.restore": "Earlier rules restored",
    "ruleset.withdraw_activation": "Rules to come withdrawn",
    "signer.designate": "Surgeon let sign rules",
    "signer.withdraw": "Surgeon no longer signs rules",
    "user.sign_in": "Signed in",
    "user.sign_out": "Signed out",
    "worklist.read": "Worklist read",
}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One row of the page."""

    event: Event
    did: str
    about: str
    patient: uuid.UUID | None
    told: str


def action_words(action: str) -> str:
    words = WORDS.get(action) or _MORE.get(action)
    return words or action.replace(".", ": ").replace("_", " ").capitalize()


def lines(events: Iterable[Event]) -> list[TrailLine]:
    return [
        TrailLine(
            event=event,
            did=action_words(event.action),
            about=_about(event),
            patient=_patient(event),
            told=_told(event),
        )
        for event in events
    ]


def _patient(event: Event) -> uuid.UUID | None:
    try:
        return uuid.UUID(event.patient_id)
    except ValueError:
        return None


def _about(event: Event) -> str:
    kind = event.entity_type.rpartition(".")[2]
    return f"{kind} {event.entity_id}".strip()


def _told(event: Event) -> str:
    """Of a patient only the names of what changed; of anything else all it says."""
    detail: dict[str, Any] = event.detail
    if event.patient_id:
        return ", ".join(map(str, detail.get("changed", ())))
    text = json.dumps(detail, ensure_ascii=False) if detail else ""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
