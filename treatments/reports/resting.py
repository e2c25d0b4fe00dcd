"""Which derived findings rest on what is assumed."""

from collections.abc import Iterable

from treatments.engine import Ruleset

#: Said after a derived value that an entered answer could still move.
ON_ASSUMED = " (on what is assumed)"


def resting_on(ruleset: Ruleset, facts: Iterable[str]) -> frozenset[str]:
    """The derived facts whose tables ask for one of these, themselves or by another."""
    tables = ruleset.tables_of("derived")
    reached = set(facts)
    given = frozenset(reached)
    while True:
        found = {
            table.output
            for table in tables
            if table.output not in reached and not reached.isdisjoint(table.inputs)
        }
        if not found:
            return frozenset(reached - given)
        reached |= found
