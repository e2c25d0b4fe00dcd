"""Literals of FEEL: a text in quotes, a list of them, or a bare number or word."""

from __future__ import annotations

import json
import re
from typing import Any

from treatments.engine.ruleset.vocabulary import Fact

_STRING = r'"(?:[^"\\]|\\.)*"'
_ONE = re.compile(rf"\s*({_STRING})\s*", re.DOTALL)
_LIST = re.compile(rf"\s*\[\s*(?:{_STRING}\s*(?:,\s*{_STRING}\s*)*)?\]\s*", re.DOTALL)
_EACH = re.compile(_STRING, re.DOTALL)
_BARE = re.compile(r"-?\d{1,15}(\.\d{1,10})?|true|false")


def written(value: Any, *, bare: bool = False) -> str:
    """A text, or a list of texts, as a FEEL literal.

    With ``bare`` a number or a truth value stands without quotes.
    """
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    text = value if isinstance(value, str) else ""
    if bare and _BARE.fullmatch(text):
        return text
    # JSON escapes what FEEL escapes, and the same way.
    return json.dumps(text, ensure_ascii=False)


def read(text: str) -> str | list[str]:
    """What a literal stands for; the text itself where it is no literal we know."""
    if match := _ONE.fullmatch(text):
        return _string(match.group(1))
    if _LIST.fullmatch(text):
        return [_string(item) for item in _EACH.findall(text)]
    return text.strip()


def allowed(fact: Fact | dict[str, Any]) -> str:
    """The values of an enumeration as unary tests: ``"a","b"``; empty for others."""
    values = fact["values"] if isinstance(fact, dict) else fact.values
    return ",".join(written(value) for value in values)


def _string(literal: str) -> str:
    try:
        found = json.loads(literal, strict=False)
    except ValueError:
        return literal[1:-1]
    return str(found)
