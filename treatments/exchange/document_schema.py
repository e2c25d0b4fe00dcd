"""Whether a document can be shown and edited, whatever its rules say.

The engine's reader judges the content; it takes the shape for granted, as do the
pages. A file from outside may have any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from treatments.engine.ruleset.decision_tables import OUTPUTS
from treatments.engine.ruleset.errors import Problem, shown
from treatments.exchange.errors import MAX_ROWS

#: More could not be shown, nor exported.
MAX_TABLES = 400
MAX_INPUTS = 300

Check = Callable[[str, Any], Iterator[Problem]]


def malformed(document: Any) -> list[Problem]:
    """What is not of the shape of a ruleset document, each problem with its place."""
    return list(_DOCUMENT("document", document))


def problems(document: Any) -> list[Problem]:
    """Everything that keeps a document from being shown, each problem with its place.

    Besides its shape: names that stand twice, and characters that no database keeps.
    These are looked for only where the shape is right.
    """
    found = malformed(document)
    if not found:
        found = [*_twice(document), *_unstorable("", document)]
    return found


def _shown(value: Any) -> str:
    """A value for a message; one that holds others is not spelled out."""
    if isinstance(value, (dict, list)) and value:
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return shown(value[:100] if isinstance(value, str) else value)


def _text(place: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(place, _shown(value), "must be text")


def _flag(place: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(place, _shown(value), "must be true or false")


def _scalar(place: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, (dict, list)):
        yield Problem(place, _shown(value), "must be a text, a number or nothing")


def _anything(_place: str, _value: Any) -> Iterator[Problem]:
    return iter(())


def _one(place: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, bool) or value != 1:
        yield Problem(place, _shown(value), "is no format of ours: this reads format 1")


def _sign_off(place: str, value: Any) -> Iterator[Problem]:
    if value is not None and not isinstance(value, dict):
        yield Problem(place, _shown(value), "must be an object or nothing")
    elif value and not isinstance(value.get("state", ""), str):
        yield Problem(f"{place}, state", _shown(value["state"]), "must be text")


def _list(check: Check, most: int = MAX_ROWS) -> Check:
    def checked(place: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(place, _shown(value), "must be a list")
            return
        if len(value) > most:
            yield Problem(place, _shown(value), f"is longer than {most}")
            return
        for position, item in enumerate(value, start=1):
            yield from check(f"{place} {_label(item) or position}", item)

    return checked


def _mapping(check: Check) -> Check:
    def checked(place: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(place, _shown(value), "must be an object")
            return
        for key, item in value.items():
            yield from check(f"{place}, {key}", item)

    return checked


def _object(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
) -> Check:
    known = {**(optional or {}), **required}

    def checked(place: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(place, _shown(value), "must be an object")
            return
        for key in required:
            if key not in value:
                yield Problem(place, key, "is missing")
        for key, item in value.items():
            yield from known.get(key, _anything)(f"{place}, {key}", item)

    return checked


def _texts(*names: str) -> dict[str, Check]:
    return dict.fromkeys(names, _text)


_NAMES = _list(_text)
_GROUNDS = {
    **_texts("rationale", "strength", "certainty", "owner", "review_by"),
    "sources": _NAMES,
}


def _text_or_texts(place: str, value: Any) -> Iterator[Problem]:
    return (_NAMES if isinstance(value, list) else _text)(place, value)


def _outputs(place: str, value: Any) -> Iterator[Problem]:
    yield from _mapping(_text_or_texts)(place, value)
    if isinstance(value, dict):
        for name, output in value.items():
            if isinstance(output, list) != (name == "treatments"):
                message = "must be a list" if name == "treatments" else "must be text"
                yield Problem(f"{place}, {name}", _shown(output), message)


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


def _table(place: str, value: Any) -> Iterator[Problem]:
    wrong = list(_COLUMNS(place, value))
    yield from wrong
    for rule in () if wrong else value["rules"]:
        for name in OUTPUTS.get(value["kind"], ()):
            if name not in rule["outputs"]:
                yield Problem(
                    f"{place}, rules {rule['id']}, outputs", name, "is missing"
                )


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
            }
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
        yield from _repeated((row[key], part) for row in document[part])
    last = document["selection"]["last_resort"]["id"]
    yield from _repeated(
        [
            *(
                (rule["id"], f"table {table['id']}")
                for table in document["tables"]
                for rule in table["rules"]
            ),
            (last, "selection, last resort"),
        ]
    )
    for table in document["tables"]:
        place = f"table {table['id']}, inputs"
        yield from _repeated((name, place) for name in table["inputs"])


def _repeated(named: Any) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, place in named:
        if name in seen:
            also = f" (first in {seen[name]})" if seen[name] != place else ""
            message = f"stands twice{also}: give each its own"
            yield Problem(place, shown(name), message)
        seen.setdefault(name, place)


def _unstorable(place: str, value: Any) -> Iterator[Problem]:
    """Characters that are no text, and that no database keeps."""
    if isinstance(value, str):
        bad = next((c for c in value if c == "\0" or "\ud800" <= c <= "\udfff"), None)
        if bad is not None:
            message = f"holds the character U+{ord(bad):04X}, which is no text"
            yield Problem(place.strip(" ,"), "", message)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unstorable(f"{place}, {shown(key)}", key)
            yield from _unstorable(f"{place}, {key}", item)
    elif isinstance(value, list):
        for position, item in enumerate(value, start=1):
            yield from _unstorable(f"{place} {_label(item) or position}", item)
