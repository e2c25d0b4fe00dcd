"""An event in words, without any clinical value: administrators see none."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from spine_cds.audit.actions import action_words
from spine_cds.audit.models import Event

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One row of the page."""

    event: Event
    did: str
    about: str
    patient: uuid.UUID | None
    told: str


def lines(events: Iterable[Event]) -> list[TrailLine]:
    """A row of the page for each event."""
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
