"""What can be wrong with a foreign decision model, or with a question put to it."""

from __future__ import annotations

from ..ruleset.errors import Code, Problem

MAX_SHOWN = 50


class DmnError(ValueError):
    """A decision model was refused; ``problems`` names every reason and its place."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in problems[:MAX_SHOWN]]
        if len(problems) > MAX_SHOWN:
            lines.append(f"and {len(problems) - MAX_SHOWN} more")
        super().__init__("\n".join(lines))


class DecisionError(DmnError):
    """A decision has no answer for these inputs, or none that the standard defines.

    Two hits in a UNIQUE table, hits that differ in an ANY table, an input outside its
    type or its allowed values, an unknown decision, work beyond the limits.
    """

    def __init__(self, place: str, message: str, value: str = "") -> None:
        super().__init__([Problem(Code.NO_ANSWER, (place,), message, value)])
