"""The cells of a DMN decision table, as our documents have them."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from treatments.engine.ruleset.errors import Code
from treatments.engine.ruleset.unary_tests import UNKNOWN
from treatments.exchange.errors import MAX_COLUMNS, refusal

from . import literals

#: The test that only a value that is not given passes; our cells say ``unknown``.
NULL = "null"


def text_of(element: Element, path: str) -> str:
    """The text of the first such child; empty where there is none."""
    found = element.find(path)
    return (found.text or "") if found is not None else ""


def inputs(table: Element) -> list[str]:
    """What each column tests."""
    return [
        text_of(clause, "inputExpression/text").strip()
        for clause in table.iterfind("input")
    ]


def refuse_unknown_parts(table: Element, place: str) -> None:
    """Refuse what would change the answer and has no place in our tables.

    Raises:
        ImportRefusedError: it aggregates, or has a default output.
    """
    if table.get("aggregation"):
        raise refusal(
            Code.UNSUPPORTED,
            place,
            "counts or adds up its rules (aggregation): take that off",
        )
    if table.find("output/defaultOutputEntry") is not None:
        message = "has a default output: give it as a last rule that accepts anything"
        raise refusal(Code.UNSUPPORTED, place, message)
    if len(table.findall("input")) > MAX_COLUMNS:
        raise refusal(Code.TOO_LARGE, place, f"has more than {MAX_COLUMNS} inputs")


def cells(rule: Element, names: list[str], place: str) -> dict[str, str]:
    """The tests of a rule by their fact; what accepts anything is left out.

    Raises:
        ImportRefusedError: it has not as many cells as the table has columns.
    """
    found = _entries(rule, "inputEntry", len(names), place)
    tests = ((name, text.strip()) for name, text in zip(names, found, strict=True))
    return {
        name: UNKNOWN.text if text == NULL else text
        for name, text in tests
        if text not in ("", "-")
    }


def outputs(rule: Element, names: tuple[str, ...], place: str) -> dict[str, Any]:
    """The outputs of a rule by their name.

    Raises:
        ImportRefusedError: it has not as many cells as the table has columns.
    """
    found = _entries(rule, "outputEntry", len(names), place)
    return {
        name: _as_list(text) if name == "treatments" else _as_text(text)
        for name, text in zip(names, found, strict=True)
    }


def _entries(rule: Element, tag: str, count: int, place: str) -> list[str]:
    found = [text_of(entry, "text") for entry in rule.iterfind(tag)]
    if len(found) != count:
        message = f"has {len(found)} cells <{tag}>, the table has {count} such columns"
        raise refusal(Code.WRONG_SHAPE, place, message)
    return found


def _as_text(text: str) -> str:
    value = literals.read(text)
    return value if isinstance(value, str) else text


def _as_list(text: str) -> list[str]:
    value = literals.read(text)
    return value if isinstance(value, list) else value.split()
