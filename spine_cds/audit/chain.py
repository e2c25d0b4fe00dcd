"""The chain of hashes through each stream of the audit trail, and its verification.

A *stream* is a patient, else the row that the events are about, else the system. Each
event has a number in its stream, the hash of the event before it, and its own hash
over all it says. So a line that was altered, removed, added or moved shows; a tail
that was cut off shows against the head of the stream, and a trail that was rewritten
as a whole shows against a checkpoint kept elsewhere.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import groupby, pairwise
from typing import Any

from spine_cds.audit.canonical import canonical_sha256

#: What the first event of a stream has for the hash of the one before.
GENESIS = ""
SYSTEM = "system"
#: The fields that the hash of an event covers, beside `at` and `detail_sha256`.
HASHED_FIELDS = (
    "stream",
    "sequence",
    "previous",
    "actor_id",
    "actor_name",
    "action",
    "entity_type",
    "entity_id",
    "patient_id",
    "case_uid",
    "remote_addr",
)
# How far a line is looked for that may have been moved within its stream.
_NEAR = 50
_NAMED_ONE_BY_ONE = 20


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream ends."""

    stream: str
    sequence: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One thing wrong. `kind` is altered, moved, missing, added or repeated."""

    kind: str
    stream: str
    sequence: int
    told: str

    def __str__(self) -> str:
        return f"{self.kind.upper()} {self.stream} line {self.sequence}: {self.told}"


@dataclass(frozen=True, slots=True)
class _Link:
    """What verification keeps of an event: a stream may have many."""

    sequence: int
    previous: str
    sha256: str


def stream_of(*, patient_id: str, entity_type: str, entity_id: str) -> str:
    """Narrow streams, so that people at work on different things never wait."""
    if patient_id:
        return f"patient/{patient_id}"
    return f"{entity_type}/{entity_id}" if entity_type else SYSTEM


def detail_sha256(detail: Mapping[str, Any]) -> str:
    """Apart from the rest, so that an export without details can be verified."""
    return canonical_sha256(_as_stored(detail))


def event_sha256(event: Mapping[str, Any]) -> str:
    """The hash of an event: SHA-256 over its canonical form, in hexadecimal.

    `event` has the keys `HASHED_FIELDS`, `at` and `detail_sha256`; `at` is a datetime,
    or its text in ISO 8601.
    """
    covered = {name: event[name] for name in HASHED_FIELDS}
    covered["remote_addr"] = _address(event["remote_addr"])
    covered["at"] = _utc(event["at"])
    covered["detail_sha256"] = event["detail_sha256"]
    return canonical_sha256(covered)


def verified(
    events: Iterable[Mapping[str, Any]], heads: Mapping[str, Head]
) -> Iterator[ChainFault]:
    """What is wrong in events that come stream by stream, as they were stored.

    `heads` says where each stream must end. A stream of it without any event, and a
    stream of events that comes in two pieces, is found too.
    """
    seen: set[str] = set()
    for stream, lines in groupby(events, key=lambda event: str(event["stream"])):
        if stream in seen:
            yield ChainFault("moved", stream, 0, "lines of this stream stand elsewhere")
        seen.add(stream)
        yield from _stream(stream, lines, heads.get(stream))
    for stream in heads.keys() - seen:
        yield from _missing(stream, 1, heads[stream].sequence)


def altered(event: Mapping[str, Any]) -> ChainFault | None:
    """Whether an event, looked at alone, no longer says what was written."""
    if event_sha256(event) == event["sha256"]:
        return None
    stream, sequence = str(event["stream"]), int(event["sequence"])
    what = f"{event['action']} by {event['actor_name'] or 'the system'}"
    was = _was_at(event)
    if was is not None:
        return ChainFault("moved", stream, sequence, f"{what} was line {was}")
    told = f"{what} does not match its hash"
    return ChainFault("altered", stream, sequence, told)


def _stream(
    stream: str, lines: Iterable[Mapping[str, Any]], head: Head | None
) -> Iterator[ChainFault]:
    links: list[_Link] = []
    newest = 0
    for line in lines:
        finding = altered(line)
        if finding:
            yield finding
        link = _Link(int(line["sequence"]), line["previous"], line["sha256"])
        if link.sequence < newest:
            told = f"stands after line {newest}"
            yield ChainFault("moved", stream, link.sequence, told)
        newest = max(newest, link.sequence)
        links.append(link)
    links.sort(key=lambda link: link.sequence)
    yield from _chain(stream, links)
    yield from _end(stream, links[-1], head)


def _chain(stream: str, links: list[_Link]) -> Iterator[ChainFault]:
    for before, link in pairwise([_Link(0, "", GENESIS), *links]):
        if link.sequence == before.sequence:
            told = "there are two of this number"
            yield ChainFault("repeated", stream, link.sequence, told)
        elif link.sequence > before.sequence + 1:
            yield from _missing(stream, before.sequence + 1, link.sequence - 1)
        elif link.previous != before.sha256:
            told = f"was not written after what is line {before.sequence} now"
            yield ChainFault("altered", stream, link.sequence, told)


def _end(stream: str, last: _Link, head: Head | None) -> Iterator[ChainFault]:
    if head is None:
        yield ChainFault("added", stream, last.sequence, "this stream has no head")
    elif last.sequence < head.sequence:
        yield from _missing(stream, last.sequence + 1, head.sequence)
    elif last.sequence > head.sequence:
        told = f"the stream ends at line {head.sequence}"
        yield ChainFault("added", stream, last.sequence, told)
    elif last.sha256 != head.sha256:
        told = "is not the line that the head of the stream names"
        yield ChainFault("altered", stream, last.sequence, told)


def _missing(stream: str, first: int, last: int) -> Iterator[ChainFault]:
    """Each line by its number; of a long gap the ends."""
    if last - first < _NAMED_ONE_BY_ONE:
        for sequence in range(first, last + 1):
            yield ChainFault("missing", stream, sequence, "is not there")
    else:
        told = f"is not there, nor any up to line {last}"
        yield ChainFault("missing", stream, first, told)


def _was_at(event: Mapping[str, Any]) -> int | None:
    """The number under which this event, else unchanged, fits its hash."""
    sequence = int(event["sequence"])
    for number in range(max(1, sequence - _NEAR), sequence + _NEAR):
        if event_sha256({**event, "sequence": number}) == event["sha256"]:
            return number
    return None


def _as_stored(value: Any) -> Any:
    """As a JSON column gives it back: PostgreSQL writes 1e20 as a whole number."""
    return json.loads(json.dumps(value), parse_float=_number)


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _utc(at: datetime | str) -> str:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _address(text: str | None) -> str | None:
    """Spelled out in full: databases and versions of Python shorten differently."""
    return ip_address(text).exploded if text else None
