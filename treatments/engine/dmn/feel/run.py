"""One evaluation: its budget of work, the names it sees, what it has to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import DecisionError

MAX_STEPS = 2_000_000
MAX_TEXT = 100_000
MAX_MESSAGES = 100


class Run:
    """The budget and the messages that one evaluation shares.

    Raises:
        DecisionError: from ``spend``, when the work is more than ``MAX_STEPS``.
    """

    __slots__ = ("left", "messages")

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps
        self.messages: list[str] = []

    def spend(self, steps: int = 1) -> None:
        """Pay for some steps of work."""
        self.left -= steps
        if self.left < 0:
            raise DecisionError("evaluation", "takes more work than is allowed")

    def null(self, message: str) -> Any:
        """Null, as FEEL answers an error, with the reason kept."""
        if len(self.messages) < MAX_MESSAGES:
            self.messages.append(message)
        return None

    def text(self, text: str) -> str:
        """The text, if it is no longer than is allowed."""
        self.room(len(text))
        return text

    def room(self, length: int) -> None:
        """Ask for a text of so many characters before it is made."""
        if length > MAX_TEXT:
            raise DecisionError("evaluation", "makes a text longer than is allowed")
        self.spend(1 + length // 50)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names an expression sees, and the run it belongs to."""

    names: Mapping[str, Any]
    run: Run

    def child(self, names: Mapping[str, Any]) -> Scope:
        """A scope inside this one; its names hide those of the same name outside."""
        self.run.spend(1 + (len(self.names) + len(names)) // 16)
        return Scope({**self.names, **names}, self.run)


class Node(Protocol):
    """An expression: ask it for its value in a scope."""

    def value(self, scope: Scope) -> Any:
        """The value of FEEL (see :mod:`.values`) that the expression has in a scope."""
        ...
