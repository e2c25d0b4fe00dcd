"""A partial answer of a tried case, written as a cell of a rule is: `>= 13`, `[1..14]`.

The answers of a trial travel as text; what is known in part has to come back whole.
"""

import json
import re
from typing import Any

from treatments.engine.ruleset.answers import literal

_NUMBER = r"(-?\d+(?:\.\d+)?)"
_BOUND = re.compile(rf"(>=|<=)\s*{_NUMBER}")
_BETWEEN = re.compile(rf"\[{_NUMBER}\.\.{_NUMBER}\]")
_NAMES = {">=": "at_least", "<=": "at_most"}


def cell_of(answer: dict[str, Any]) -> str:
    """The partial answer as a cell."""
    if "one_of" in answer:
        return ",".join(json.dumps(value) for value in answer["one_of"])
    if len(answer) > 1:
        low, high = literal(answer["at_least"]), literal(answer["at_most"])
        return f"[{low}..{high}]"
    ((name, bound),) = answer.items()
    return f"{'>=' if name == 'at_least' else '<='} {literal(bound)}"


def partial_of(cell: str) -> dict[str, Any] | None:
    """The partial answer that a cell means; None for one that means no such."""
    text = cell.strip()
    if found := _BOUND.fullmatch(text):
        return {_NAMES[found[1]]: _number(found[2])}
    if found := _BETWEEN.fullmatch(text):
        return {"at_least": _number(found[1]), "at_most": _number(found[2])}
    if "," not in text:
        return None
    try:
        values = json.loads(f"[{text}]")
    except ValueError:
        return None
    return {"one_of": values}


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)
