"""Whether a document can be shown and edited, whatever its rules say.

The engine's reader judges the content; it takes the shape for granted, as do the
pages. A file from outside may have any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from treatments.engine.ruleset.decision_tables import OUTPUTS
from treatments.engine.ruleset.errors import Code, Place, Problem, shown
from treatments.exchange.errors import MAX_ROWS

#: More could not be shown, nor exported.
MAX_TABLES = 400
MAX_INPUTS = 300

#: A check of the value at a place: its problems.
Check = Callable[[Place, Any], Iterator[Problem]]
#: The parts that are lists: the step after one is the name of a row or its number.
_LISTS = frozenset(
    {
        *("facts", "rungs", "treatments", "sources", "tables", "rules", "invariants"),
        *("values", "advantages", "disadvantages", "inputs", "order"),
    }
)


def malformed(document: Any) -> list[Problem]:
    """What is not of the shape of a ruleset document, each problem with its place."""
    return list(_DOCUMENT((), document))


def problems(document: Any) -> list[Problem]:
    """Everything that keeps a document from being shown, each problem with its place.

    Besides its shape: names that stand twice, and characters that no database keeps.
    These are looked for only where the shape is right.
    """
    found = malformed(document)
    if not found:
        found = [*_twice(document), *_unstorable((), document)]
    return found


def _shown(value: Any) -> str:
    """A value for a message; one that holds others is not spelled out."""
    if isinstance(value, (dict, list)) and value:
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return shown(value[:100] if isinstance(value, str) else value)


def _problem(code: Code, at: Place, message: str, value: str) -> Problem:
    return Problem(code, at, message, value, _in_words(("document", *at)))


def _in_words(at: Place) -> str:
    """``document, tables TRIAGE, rules T-01, cells, age``: each row with its list."""
    said: list[str] = []
    part: str | int = ""
    for step in at:
        if part in _LISTS or isinstance(step, int):
            said[-1] += f" {step}"
            part = ""
        else:
            said.append(str(step))
            part = step
    return ", ".join(said)


def _text(at: Place, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _problem(Code.WRONG_TYPE, at, "must be text", _shown(value))


def _flag(at: Place, value: Any) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield _problem(Code.WRONG_TYPE, at, "must be true or false", _shown(value))


def _scalar(at: Place, value: Any) -> Iterator[Problem]:
    if isinstance(value, (dict, list)):
        message = "must be a text, a number or nothing"
        yield _problem(Code.WRONG_TYPE, at, message, _shown(value))


def _anything(_at: Place, _value: Any) -> Iterator[Problem]:
    return iter(())


def _one(at: Place, value: Any) -> Iterator[Problem]:
    if isinstance(value, bool) or value != 1:
        message = "is no format of ours: this reads format 1"
        yield _problem(Code.UNSUPPORTED, at, message, _shown(value))


def _sign_off(at: Place, value: Any) -> Iterator[Problem]:
    if value is not None and not isinstance(value, dict):
        message = "must be an object or nothing"
        yield _problem(Code.WRONG_TYPE, at, message, _shown(value))
    elif value and not isinstance(value.get("state", ""), str):
        state = _shown(value["state"])
        yield _problem(Code.WRONG_TYPE, (*at, "state"), "must be text", state)


def _list(check: Check, most: int = MAX_ROWS) -> Check:
    def checked(at: Place, value: Any) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield _problem(Code.WRONG_TYPE, at, "must be a list", _shown(value))
            return
        if len(value) > most:
            message = f"is longer than {most}"
            yield _problem(Code.TOO_LARGE, at, message, _shown(value))
            return
        for position, item in enumerate(value, start=1):
            yield from check((*at, _label(item) or position), item)

    return checked


def _mapping(check: Check) -> Check:
    def checked(at: Place, value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield _problem(Code.WRONG_TYPE, at, "must be an object", _shown(value))
            return
        for key, item in value.items():
            yield from check((*at, key), item)

    return checked


def _object(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
) -> Check:
    known = {**(optional or {}), **required}

    def checked(at: Place, value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield _problem(Code.WRONG_TYPE, at, "must be an object", _shown(value))
            return
        for key in required:
            if key not in value:
                yield _problem(Code.MISSING, at, "is missing", key)
        for key, item in value.items():
            yield from known.get(key, _anything)((*at, key), item)

    return checked


def _texts(*names: str) -> dict[str, Check]:
    return dict.fromkeys(names, _text)


_NAMES = _list(_text)
_GROUNDS = {
    **_texts("rationale", "strength", "certainty", "owner", "review_by"),
    "sources": _NAMES,
}


def _text_or_texts(at: Place, value: Any) -> Iterator[Problem]:
    return (_NAMES if isinstance(value, list) else _text)(at, value)


def _outputs(at: Place, value: Any) -> Iterator[Problem]:
    yield from _mapping(_text_or_texts)(at, value)
    if isinstance(value, dict):
        for name, output in value.items():
            if isinstance(output, list) != (name == "treatments"):
                message = "must be a list" if name == "treatments" else "must be text"
                yield _problem(Code.WRONG_TYPE, (*at, name), message, _shown(output))


_RULE = _object(
    {**_texts("id"), "cells": _mapping(_text), "outputs": _outputs, **_GROUNDS},
    _texts("disabled"),
)
_COLUMNS = _object(
    {
        **_texts("id", "kind", "title", "hit_policy"),
        "inputs": _list(_text, MAX_INPUTS),
        "rules": _list(_RULE),
    },
    _texts("description", "output"),
)


def _table(at: Place, value: Any) -> Iterator[Problem]:
    wrong = list(_COLUMNS(at, value))
    yield from wrong
    for rule in () if wrong else value["rules"]:
        for name in OUTPUTS.get(value["kind"], ()):
            if name not in rule["outputs"]:
                where = (*at, "rules", rule["id"], "outputs")
                yield _problem(Code.MISSING, where, "is missing", name)


_FACT = _object(
    {
        **_texts("name", "scope", "group", "type", "unit", "essential"),
        **_texts("label", "meaning"),
        "values": _NAMES,
        **dict.fromkeys(("minimum", "maximum", "plausible_min"), _scalar),
        **dict.fromkeys(("plausible_max", "presumed"), _scalar),
        "modifiable": _flag,
    }
)
_DOCUMENT = _object(
    {
        "format": _one,
        "metadata": _object(_texts("id", "version", "title"), {"sign_off": _sign_off}),
        "facts": _list(_FACT),
        "rungs": _list(_object(_texts("code", "title"), _texts("description"))),
        "treatments": _list(
            _object(
                {
                    **_texts("code", "rung", "title", "summary"),
                    **dict.fromkeys(("advantages", "disadvantages", "sources"), _NAMES),
                }
            )
        ),
        "sources": _list(
            _object(
                _texts("id", "topic", "citation", "confidence", "certainty"),
                _texts("note"),
            )
        ),
        "tables": _list(_table, MAX_TABLES),
        "invariants": _list(
            _object(
                {
                    **_texts("id", "title"),
                    **dict.fromkeys(("when", "then"), _mapping(_text)),
                    "sources": _NAMES,
                }
            )
        ),
        "selection": _object(
            {
                "order": _NAMES,
                "last_resort": _object({**_texts("id", "treatment"), **_GROUNDS}),
            },
            {
                **_texts("bridge"),
                "refer": _object({**_texts("id", "text", "urgent_text"), **_GROUNDS}),
            },
        ),
    }
)


def _label(item: Any) -> str:
    if isinstance(item, dict):
        for key in ("id", "code", "name"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return ""


def _twice(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Names that address a row must address one row."""
    for part, key in (
        ("facts", "name"),
        ("rungs", "code"),
        ("treatments", "code"),
        ("sources", "id"),
        ("tables", "id"),
        ("invariants", "id"),
    ):
        yield from _repeated((row[key], (part,), part) for row in document[part])
    selection = document["selection"]
    last = selection["last_resort"]["id"]
    refer = [selection["refer"]["id"]] if "refer" in selection else []
    yield from _repeated(
        [
            *(
                (rule["id"], ("tables", table["id"], "rules"), f"table {table['id']}")
                for table in document["tables"]
                for rule in table["rules"]
            ),
            (last, ("selection", "last_resort"), "selection, last resort"),
            *((one, ("selection", "refer"), "selection, referral") for one in refer),
        ]
    )
    for table in document["tables"]:
        at, place = ("tables", table["id"], "inputs"), f"table {table['id']}, inputs"
        yield from _repeated((name, at, place) for name in table["inputs"])


def _repeated(named: Iterable[tuple[str, Place, str]]) -> Iterator[Problem]:
    """Names that stand twice, of all with their places; words for these beside."""
    seen: dict[str, str] = {}
    for name, at, place in named:
        if name in seen:
            also = f" (first in {seen[name]})" if seen[name] != place else ""
            message = f"stands twice{also}: give each its own"
            yield Problem(Code.NOT_UNIQUE, at, message, shown(name), place)
        seen.setdefault(name, place)


def _unstorable(at: Place, value: Any) -> Iterator[Problem]:
    """Characters that are no text, and that no database keeps."""
    if isinstance(value, str):
        bad = next((c for c in value if c == "\0" or "\ud800" <= c <= "\udfff"), None)
        if bad is not None:
            message = f"holds the character U+{ord(bad):04X}, which is no text"
            yield Problem(Code.UNREADABLE, at, message, place=_in_words(at))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unstorable((*at, shown(key)), key)
            yield from _unstorable((*at, key), item)
    elif isinstance(value, list):
        for position, item in enumerate(value, start=1):
            yield from _unstorable((*at, _label(item) or position), item)
