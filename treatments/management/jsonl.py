"""Case documents, one a line, to evaluation documents in the same order.

Many lines are shared out over processes, and only so many are on their way at a time,
however long the input is.
"""

from __future__ import annotations

import json
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TextIO

from treatments.engine import Exploration, Ruleset, evaluate, explore, load_ruleset

#: A case document is some kilobytes; a line beyond this is refused unread.
MAX_DOCUMENT_CHARACTERS = 1_000_000
#: Lines that are answered before it is worth while to start other processes.
_LINES_ALONE = 50
#: Lines, or characters, that are given to a process at a time; and how many such
#: parcels for each process are on their way.
_LINES_TOGETHER = 16
_CHARACTERS_TOGETHER = 200_000
_PARCELS = 4

#: A disposition and the text of an evaluation document.
Answer = tuple[str, str]


class Wanted(NamedTuple):
    """What is asked of each case.

    ``exploring`` adds what is possible, what to ask next, what would change the advice
    and why not the other options; each is null in an invalid case. With ``contract`` 2
    a document of contract 1 gets what contract 2 says too.
    """

    exploring: bool = False
    contract: int | None = None


PLAIN = Wanted()


def lines_of(file: TextIO) -> Iterator[str]:
    """The lines that are not blank; what is too long comes cut, to be refused."""
    while line := file.readline(MAX_DOCUMENT_CHARACTERS + 1):
        whole = line
        while len(whole) > MAX_DOCUMENT_CHARACTERS and not whole.endswith("\n"):
            whole = file.readline(MAX_DOCUMENT_CHARACTERS + 1)
            if not whole:
                break
        if line.strip():
            yield line


def answered(
    lines: Iterator[str],
    ruleset: Ruleset,
    path: str | None,
    jobs: int,
    wanted: Wanted = PLAIN,
) -> Iterator[Answer]:
    """The answer to each line, in order; ``path`` is where the ruleset came from."""
    alone = lines if jobs <= 1 else islice(lines, _LINES_ALONE)
    for line in alone:
        yield _answer(line, ruleset, wanted)
    for line in lines:
        begin = partial(_begin, path, wanted)
        yield from _shared_out(_parcels(line, lines), begin, jobs)


def _shared_out(
    parcels: Iterable[list[str]], begin: Callable[[], None], jobs: int
) -> Iterator[Answer]:
    """The answers of several processes, in order."""
    waiting: deque[Future[list[Answer]]] = deque()
    pool = ProcessPoolExecutor(jobs, initializer=begin)
    try:
        for parcel in parcels:
            waiting.append(pool.submit(_answers, parcel))
            if len(waiting) >= jobs * _PARCELS:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _parcels(first: str, lines: Iterator[str]) -> Iterator[list[str]]:
    parcel, size = [first], len(first)
    for line in lines:
        if len(parcel) >= _LINES_TOGETHER or size >= _CHARACTERS_TOGETHER:
            yield parcel
            parcel, size = [], 0
        parcel.append(line)
        size += len(line)
    yield parcel


# -- in another process ----------------------------------------------------------------

_ruleset: Ruleset | None = None
_wanted = PLAIN


def _begin(path: str | None, wanted: Wanted) -> None:
    """Load the ruleset once; leave it to the first process to be interrupted."""
    global _ruleset, _wanted
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _ruleset, _wanted = load_ruleset(path), wanted


def _answers(parcel: list[str]) -> list[Answer]:
    assert _ruleset is not None  # noqa: S101 - _begin ran before any parcel
    return [_answer(line, _ruleset, _wanted) for line in parcel]


# -- one document ----------------------------------------------------------------------


def _answer(line: str, ruleset: Ruleset, wanted: Wanted) -> Answer:
    document = evaluated(line, ruleset, wanted)
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return document["disposition"], text


def evaluated(text: str, ruleset: Ruleset, wanted: Wanted = PLAIN) -> dict[str, Any]:
    """The evaluation of a document; text that is no document gives ``invalid``."""
    try:
        document = _parsed(text)
    except (ValueError, RecursionError) as error:
        evaluation = evaluate(None, ruleset).to_document()
        message = f"is not a case document: {error}"
        evaluation["errors"] = [{"path": "$", "value": "", "message": message}]
        if not wanted.exploring:
            return evaluation
        return _joined(evaluation, explore(None, ruleset))
    found = evaluate(document, ruleset, contract=wanted.contract)
    if not wanted.exploring:
        return found.to_document()
    return _joined(found.to_document(), explore(document, ruleset, found))


def _joined(evaluation: dict[str, Any], exploration: Exploration) -> dict[str, Any]:
    """One document; what neither says stands in one list."""
    explored = exploration.to_document()
    not_said = [*evaluation["not_said"], *explored["not_said"]]
    return {**evaluation, **explored, "not_said": not_said}


def _parsed(text: str) -> Any:
    if len(text) > MAX_DOCUMENT_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_DOCUMENT_CHARACTERS:,} characters")
    if not text.isascii() and any("\udc80" <= each <= "\udcff" for each in text):
        raise ValueError("it is not UTF-8")
    document = json.loads(text, object_pairs_hook=_object, parse_constant=_not_finite)
    if "\\ud" in text or "\\uD" in text:
        _refuse_half_characters(document)
    return document


def _refuse_half_characters(document: Any) -> None:
    """Half a surrogate pair can be escaped in JSON, and never be written again."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("it has half a character") from error


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; one key twice would silently drop an answer, so it is refused."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in one object")
        found[key] = value
    return found


def _not_finite(constant: str) -> Any:
    raise ValueError(f"a number is not finite: {constant}")
