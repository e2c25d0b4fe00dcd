"""What the clients were promised and the workers did, held against the rows."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.clients import Stored


@dataclass
class Verdict:
    """Counts of jobs. ``lost``: promised, and neither done nor to be done."""

    seconds: float
    accepted: int
    done: int
    failed: int
    lost: int
    doubled: int
    stuck: int
    half_written: int
    claims: int
    fenced: int
    faults: dict[str, int] = field(default_factory=dict)
    #: Seconds from the client's first try to the end, by kind of job.
    waits: dict[str, list[float]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        wrong = self.lost + self.doubled + self.stuck + self.half_written + self.failed
        return wrong == 0 and self.done == self.accepted


def judge(
    folder: Path, stored: "Stored", seconds: float, faults: Mapping[str, int]
) -> Verdict:
    from treatments.models import Replay, Report

    accepted = {event["job"]: event for event in _lines(folder / "accepted.jsonl")}
    witness = list(_lines(folder / "witness.jsonl"))
    rows = {
        str(row.pk): row
        for model in (Report, Replay)
        for row in model.objects.only("state", "finished_at")
    }
    states = Counter(row.state for row in rows.values())
    waits: dict[str, list[float]] = {}
    for job, event in accepted.items():
        if job in rows and rows[job].finished_at:
            wait = rows[job].finished_at.timestamp() - event["at"]
            waits.setdefault(event["kind"], []).append(wait)
    return Verdict(
        seconds=seconds,
        accepted=len(accepted),
        done=states["done"],
        failed=states["failed"],
        lost=len(accepted.keys() - rows.keys()),
        doubled=len(_doubled(witness)),
        stuck=states["queued"] + states["running"],
        half_written=len(_half_written(stored, witness)),
        claims=sum(event["what"] == "claim" for event in witness),
        fenced=sum(event["what"] == "fenced" for event in witness),
        faults=dict(faults),
        waits=waits,
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _doubled(witness: list[dict[str, Any]]) -> set[str]:
    """Jobs ended twice, as the witness saw or as the audit trail says."""
    from spine_cds.audit.models import Event

    ends = Counter(event["job"] for event in witness if event["what"] == "done")
    actions = ("report.render", "replay.finish")
    ids = Event.objects.filter(action__in=actions).values_list("entity_id", flat=True)
    trail = Counter(ids)
    return {job for seen in (ends, trail) for job, times in seen.items() if times > 1}


def _half_written(stored: "Stored", witness: list[dict[str, Any]]) -> set[str]:
    """Jobs whose result is not the whole one, or not the one that was witnessed."""
    from treatments.models import Replay, Report

    wrong = set()
    hashes = {
        event["job"]: event["sha256"] for event in witness if event["what"] == "done"
    }
    for report in Report.objects.filter(state="done").iterator(100):
        sha256 = hashlib.sha256(bytes(report.document)).hexdigest()
        if not sha256 == report.sha256 == hashes.get(str(report.pk), sha256):
            wrong.add(str(report.pk))
    expected = _expected(stored)
    for replay in Replay.objects.all():
        if replay.state == "done" and not _is_whole(replay, expected):
            wrong.add(str(replay.pk))
        if replay.sha256 != hashes.get(str(replay.pk), replay.sha256):
            wrong.add(str(replay.pk))
    return wrong


def _is_whole(replay: Any, expected: list[Any]) -> bool:
    chunks = list(replay.chunks.all())
    moved = sum(count for old, new, count in expected if old != new)
    return (
        replay.matrix == expected
        and [chunk.number for chunk in chunks] == list(range(1, len(chunks) + 1))
        and sum(chunk.cases for chunk in chunks) == replay.steps_done == replay.steps
        and replay.moves.count() == moved
    )


def _expected(stored: "Stored") -> list[Any]:
    """The matrix of all cases at once, in this process."""
    from django.utils import timezone

    from treatments.engine import Ruleset
    from treatments.replay.cases import read_cases
    from treatments.replay.comparison import compare

    cases = read_cases(None, timezone.now(), 1_000_000)
    comparison = compare(
        [case.document for case in cases],
        stored.rules.ruleset,
        Ruleset.from_document(stored.document),
    )
    counts = comparison.counts()
    return [[old, new, count] for (old, new), count in sorted(counts.items())]
