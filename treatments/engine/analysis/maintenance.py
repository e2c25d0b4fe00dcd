"""What needs no search: facts that nothing looks at, grounds missing or overdue."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

from ..case import NEIGHBOUR_GRADE, NEIGHBOUR_MAXIMUM
from ..ruleset.errors import Code, RulesetError
from ..ruleset.model import Ruleset
from .findings import ERROR, INFO, WARNING, Finding


def unused_facts(ruleset: Ruleset) -> Iterator[Finding]:
    """A finding for each fact that no rule and no invariant names."""
    used = {name for rule in ruleset.rules.values() for name in rule.cells}
    for invariant in ruleset.invariants:
        used |= {*invariant.when, *invariant.then}
    used |= {t.output for t in ruleset.tables_of("presumption")}
    if NEIGHBOUR_MAXIMUM in used:
        used.add(NEIGHBOUR_GRADE)
    for name, fact in ruleset.facts.items():
        if name not in used and name != "level":
            message = f"No rule looks at {name} ({fact.label})."
            yield Finding("unused_fact", INFO, message)


def grounds(ruleset: Ruleset, today: datetime.date | None) -> Iterator[Finding]:
    """Rules past their review date, and rules without one verified source.

    Without ``today`` no rule is overdue. Rules of a table that rest on the same
    unverified sources share a finding.
    """
    for rule in ruleset.rules.values():
        if today and rule.review_by and rule.review_by < today:
            message = f"{rule.id} was to be reviewed by {rule.review_by.isoformat()}."
            yield Finding("overdue", WARNING, message, rule.table, (rule.id,))
    unverified = defaultdict(list)
    for rule in ruleset.rules.values():
        if all(ruleset.sources[source].to_be_verified for source in rule.sources):
            unverified[rule.table, rule.sources].append(rule.id)
    for (table, sources), ids in unverified.items():
        message = f"{', '.join(ids)}: no source is verified ({', '.join(sources)})."
        yield Finding("source_missing", WARNING, message, table, tuple(ids))


def refusals(error: RulesetError) -> Iterator[Finding]:
    """A finding, an error, for each reason why the loader refused a document."""
    for problem in error.problems:
        kind = "refused"
        match problem.code, problem.at:
            case Code.MISSING, ("tables", _, "rules", _, "sources"):
                kind = "source_missing"
        yield Finding(kind, ERROR, str(problem))
