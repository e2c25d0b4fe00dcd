"""The words of a page for the values of a fact, and how words are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Terms:
    """The words that a page has for the values of a fact.

    ``unit`` follows the last number; ``labels`` holds the words for values of an
    enumeration, the others are said as they are coded. ``between`` parts the members of
    a list; left out, it is the comma and "or" of a sentence.
    """

    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    between: str = ""


PLAIN = Terms()


def spoken(code: str) -> str:
    """A code as people say it: without its underscores."""
    return code.replace("_", " ")


def fold(words: str) -> str:
    """Words as they are compared: capitals, spaces and underscores do not count."""
    return " ".join(words.replace("_", " ").lower().split())
