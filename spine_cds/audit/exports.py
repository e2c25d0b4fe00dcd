"""The trail as JSON lines, to be kept or read elsewhere.

An export: a line that says of whom or what it is and where its streams end, the
events stream by stream, and a line that counts them. A checkpoint: the heads of all
streams alone, with their hash; kept where the owner of the database cannot reach it,
it shows a trail that was rewritten as a whole.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.utils import timezone

from spine_cds.audit.chain import stream_of
from spine_cds.audit.models import Event, EventQuerySet, StreamHead

EXPORT = "spine-cds audit export 1"
CHECKPOINT = "spine-cds audit checkpoint 1"


def whole_export() -> Iterator[str]:
    """Every stream of the trail, line by line, with its details."""
    heads = StreamHead.objects.all()
    return _export({"of": "all"}, Event.objects.all(), heads)


def patient_export(patient_id: object, *, details: bool = True) -> Iterator[str]:
    """Without `details` no clinical value: the hash of the detail stands for it."""
    stream = stream_of(patient_id=str(patient_id), entity_type="", entity_id="")
    heads = StreamHead.objects.filter(stream=stream)
    events = Event.objects.filter(stream=stream)
    of = {"of": "patient", "patient_id": str(patient_id)}
    return _export(of, events, heads, details=details)


def user_export(user: models.Model, *, details: bool = True) -> Iterator[str]:
    """What the user did and what was done to the account, from many streams."""
    of = {"of": "user", "user_id": user.pk}
    events = Event.objects.of_user(user)
    return _export(of, events, StreamHead.objects.none(), details=details)


def checkpoint() -> Iterator[str]:
    """The heads of all streams: what is kept elsewhere, to verify the trail by."""
    digest = hashlib.sha256()
    count = 0
    yield _line({"format": CHECKPOINT, "at": timezone.now().isoformat()})
    for row in StreamHead.objects.order_by("stream").iterator(chunk_size=1000):
        line = _line(_head(row))
        digest.update(line.encode())
        count += 1
        yield line
    yield _line({"end": count, "sha256": digest.hexdigest()})


def _export(
    of: dict[str, Any],
    events: EventQuerySet,
    heads: Iterable[StreamHead],
    *,
    details: bool = True,
) -> Iterator[str]:
    first = {"format": EXPORT, "at": timezone.now().isoformat(), **of}
    yield _line({**first, "heads": [_head(row) for row in heads]})
    count = 0
    for event in events.in_order().lines():
        line = {**event, "at": event["at"].isoformat(timespec="microseconds")}
        if not details:
            del line["detail"]
        count += 1
        yield _line(line)
    yield _line({"end": count})


def _head(row: StreamHead) -> dict[str, Any]:
    return {"stream": row.stream, "sequence": row.sequence, "sha256": row.sha256}


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"
