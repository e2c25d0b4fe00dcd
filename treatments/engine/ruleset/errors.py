"""What can be wrong with a document, said so that its author can mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where it stands, what stands there, and what is allowed."""

    path: str
    value: str
    message: str

    def to_document(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.path}: {self.value} {self.message}".replace(":  ", ": ")


class RulesetError(ValueError):
    """A ruleset was refused; ``problems`` names every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def shown(value: object, limit: int = 80) -> str:
    """A value as text, short enough for a message."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
