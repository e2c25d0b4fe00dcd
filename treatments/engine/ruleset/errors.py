"""What can be wrong with a document, said so that its author can mend it.

A problem has a code and a place for programs, and a message for people. Nothing reads
the message to find the place again: an id may hold a comma, a title may hold another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

#: The steps from the document to the value at fault, names of parts and ids in turn:
#: ``("tables", id, "rules", id, "cells", fact)``. Positions of a list count from 0.
#: The place in a file, which has no names of its own, is one step of text.
Place: TypeAlias = tuple[str | int, ...]


class Code(StrEnum):
    """What kind of problem it is, whatever the words are."""

    MISSING = "missing"
    EMPTY = "empty"
    NOT_UNIQUE = "not_unique"
    WRONG_TYPE = "wrong_type"
    WRONG_SHAPE = "wrong_shape"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN_NAME = "unknown_name"
    BAD_CELL = "bad_cell"
    BAD_RANGE = "bad_range"
    BAD_DATE = "bad_date"
    BAD_HIT_POLICY = "bad_hit_policy"
    CIRCULAR = "circular"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    UNSAFE = "unsafe"
    UNSUPPORTED = "unsupported"
    LOSSY = "lossy"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: of which kind, where it stands, what stands there, and why not.

    ``place`` is where it stands in words; left out, it is that of a ruleset document.
    """

    code: Code
    at: Place
    message: str
    value: str = ""
    place: str = ""

    @property
    def path(self) -> str:
        """Where it stands, in words: ``table TRIAGE, rule T-01, cell age_years``."""
        return self.place or place_in_words(self.at)

    def to_document(self) -> dict[str, str]:
        """As recommendations keep it: the words alone, ``path`` for the place."""
        return {"path": self.path, "value": self.value, "message": self.message}

    def __str__(self) -> str:
        return f"{self.path}: {self.value} {self.message}".replace(":  ", ": ")


class RulesetError(ValueError):
    """A ruleset was refused; ``problems`` names every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def place_in_words(at: Place) -> str:
    """The words for a place in a ruleset document; any other is told step by step.

    ``("tables", "A", "rules", "A, 1", "cells", "age")`` is ``table A, rule A, 1, cell
    age``. A field of a row is told by the row: the message says which field it is.
    """
    match at:
        case ():
            return "document"
        case ("metadata" | "selection" as part, _):
            return str(part)
        case ("facts" | "rungs" | "sources" | "treatments" as part, name, *_):
            return f"{part} {name}"
        case ("tables", table, *inside):
            return f"table {table}" + _in_table(*inside)
        case ("invariants", invariant, *inside):
            tested = f", {inside[0]} {inside[1]}" if len(inside) > 1 else ""
            return f"invariant {invariant}{tested}"
        case ("selection", "last_resort", rule, *_):
            return f"selection, rule {rule}"
    return ", ".join(map(str, at))


def _in_table(*inside: str | int) -> str:
    match inside:
        case ("rules", rule, "cells", fact):
            return f", rule {rule}, cell {fact}"
        case ("rules", rule, "outputs", name):
            return f", rule {rule}, {name}"
        case ("rules", rule, *_):
            return f", rule {rule}"
    return ""


def shown(value: object, limit: int = 80) -> str:
    """A value as text for a message, cut to ``limit`` characters."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
