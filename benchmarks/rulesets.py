"""Synthetic rulesets of one large table, for the analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks import tables
from tests.treatments.engine import small
from treatments.engine import Ruleset
from treatments.engine.ruleset.unary_tests import UnaryTests


def ruleset(
    count: int, cells: Sequence[Mapping[str, UnaryTests]] | None = None
) -> Ruleset:
    """An urgency table of so many rows over fourteen inputs, below a small triage.

    The rows are random ones, or have these ``cells``.
    """
    rows = [
        small.rule(
            rule_id(number),
            {name: cell.text for name, cell in row.items()},
            urgency="early" if number % 3 else "urgent",
            text="",
        )
        for number, row in enumerate(tables.rules(count) if cells is None else cells)
    ]
    document = small.document([small.TRIAGE, small.table("urgency", "urgency", rows)])
    kept = [f for f in document["facts"] if f["name"] in ("flag", "weak", "level")]
    document["facts"] = kept + [
        small.fact(
            fact.name,
            fact.type,
            values=list(fact.values),
            minimum=fact.minimum,
            maximum=fact.maximum,
        )
        for fact in tables.facts()
    ]
    return Ruleset.from_document(document)


def rule_id(number: int) -> str:
    return f"T-{number:04}"
