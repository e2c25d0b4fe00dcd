"""Presumptions: values used for the advice while a fact is unknown, and said so."""

from __future__ import annotations

from collections.abc import Mapping

from .model import Ruleset
from .unary_tests import Value


def presumed_values(ruleset: Ruleset, known: Mapping[str, Value]) -> dict[str, Value]:
    """The presumed value of every unknown fact that has one, in vocabulary order.

    A row of a presumption table counts only where its cells pass on *known* values;
    a presumption never rests on another. Facts of a disc need a responsible level.
    """
    conditional = conditional_values(ruleset, known)
    found = {}
    for fact in ruleset.facts.values():
        if fact.name in known or (fact.scope == "disc" and "level" not in known):
            continue
        value = conditional.get(fact.name, fact.presumed)
        if value is not None:
            found[fact.name] = value
    return found


def conditional_values(
    ruleset: Ruleset, known: Mapping[str, Value]
) -> dict[str, Value]:
    """The values that presumption tables give, be the facts themselves known or not."""
    found: dict[str, Value] = {}
    for table in ruleset.tables_of("presumption"):
        for rule in table.rules:
            passes = all(
                name in known and cell.accepts(known[name])
                for name, cell in rule.cells.items()
            )
            if passes:
                found.setdefault(table.output, rule.outputs["value"])
    return found
