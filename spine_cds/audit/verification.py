"""Is the trail whole? In the database, in an exported file, against a checkpoint."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from spine_cds.audit.chain import (
    ChainFault,
    Head,
    altered,
    detail_sha256,
    verified,
)
from spine_cds.audit.exports import CHECKPOINT, EXPORT
from spine_cds.audit.models import Event, StreamHead


class NotAnExportError(ValueError):
    """The file is none that `audit_export` has written, or not to its end."""


def verified_trail() -> Iterator[ChainFault]:
    """What is wrong in the database's trail; read it inside a `snapshot`."""
    rows = StreamHead.objects.iterator(chunk_size=1000)
    heads = {row.stream: row.head for row in rows}
    return verified(Event.objects.in_order().lines(), heads)


def verified_export(file: Iterable[str]) -> Iterator[ChainFault]:
    """What is wrong in an exported file.

    Raises:
        NotAnExportError: it has no beginning or no end, or a line is no JSON.
    """
    lines = _lines(file, EXPORT)
    first = next(lines)
    heads = {h["stream"]: Head(**h) for h in first["heads"]}
    events = map(_hashed_part, _until_the_end(lines))
    if first["of"] == "user":  # parts of many streams: each line by itself
        yield from filter(None, map(altered, events))
    else:
        yield from verified(events, heads)


def verified_checkpoint(file: Iterable[str]) -> Iterator[ChainFault]:
    """Which lines that stood at the checkpoint stand no longer.

    Raises:
        NotAnExportError: it is no checkpoint, or it was altered itself.
    """
    for head in _heads(file):
        of_then = {"stream": head.stream, "sequence": head.sequence}
        now = Event.objects.filter(**of_then).values_list("sha256", flat=True).first()
        if now is None:
            told = "stood at the checkpoint and is not there"
            yield ChainFault("missing", head.stream, head.sequence, told)
        elif now != head.sha256:
            told = "is not what stood there at the checkpoint"
            yield ChainFault("altered", head.stream, head.sequence, told)


def _hashed_part(line: dict[str, Any]) -> dict[str, Any]:
    """Where the detail is given, its hash beside it proves nothing."""
    if "detail" in line:
        line["detail_sha256"] = detail_sha256(line["detail"])
    return line


def _lines(file: Iterable[str], kind: str) -> Iterator[dict[str, Any]]:
    first = True
    for number, text in enumerate(file, start=1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise NotAnExportError(f"line {number} is no JSON") from error
        if not isinstance(line, dict) or (first and line.get("format") != kind):
            raise NotAnExportError(f"line {number} is not of {kind}")
        first = False
        yield line
    if first:
        raise NotAnExportError("the file is empty")


def _heads(file: Iterable[str]) -> list[Head]:
    """All of them before the first is used: the last line vouches for them."""
    texts = list(file)
    lines = _lines(texts, CHECKPOINT)
    next(lines)
    heads = [Head(**line) for line in _until_the_end(lines)]
    digest = hashlib.sha256("".join(texts[1:-1]).encode()).hexdigest()
    if json.loads(texts[-1])["sha256"] != digest:
        raise NotAnExportError("the hash in the last line does not fit")
    return heads


def _until_the_end(lines: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The lines before the last one, which has to count them."""
    for count, line in enumerate(lines):
        if "end" in line:
            if line["end"] != count or next(lines, None) is not None:
                raise NotAnExportError("the last line does not fit those before it")
            return
        yield line
    raise NotAnExportError("the file has no end")
