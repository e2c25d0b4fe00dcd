"""What needs no search: facts that nothing looks at, grounds missing or overdue."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

from ..case import NEIGHBOUR_GRADE, NEIGHBOUR_MAXIMUM
from ..compiler.program import Program
from ..ruleset.decision_tables import Rule
from ..ruleset.errors import Code, RulesetError
from ..ruleset.model import Ruleset
from ..ruleset.presumptions import IMAGE_READ, IMAGE_STATUS
from ..ruleset.unary_tests import UnaryTests
from .findings import ERROR, INFO, WARNING, Finding
from .table_scope import FROM_STATED


def unused_facts(ruleset: Ruleset) -> Iterator[Finding]:
    """A finding for each fact that no rule and no invariant names."""
    used = {name for rule in ruleset.rules.values() for name in rule.cells}
    for invariant in ruleset.invariants:
        used |= {*invariant.when, *invariant.then}
    for kind in FROM_STATED:
        used |= {table.output for table in ruleset.tables_of(kind)}
    if NEIGHBOUR_MAXIMUM in used:
        used.add(NEIGHBOUR_GRADE)
    if IMAGE_READ in used:
        used.add(IMAGE_STATUS)
    for name, fact in ruleset.facts.items():
        if name not in used and name != "level":
            message = f"No rule looks at {name} ({fact.label})."
            yield Finding("unused_fact", INFO, message)


def cut_presumptions(program: Program) -> Iterator[Finding]:
    """Rules whose cell some of the values accept that are presumed, and some do not.

    Such a rule would stay open although its fact is presumed.
    """
    ruleset = program.ruleset
    for table in ruleset.tables_of("presumption"):
        at = program.index.get(table.output)
        for presuming in table.rules:
            value = presuming.outputs["value"]
            if at is None or not isinstance(value, UnaryTests):
                continue
            left = program.variables[at].accepted(value)
            for number, cells in enumerate(program.cells):
                accepted = dict(cells).get(at, left)
                rule = program.rules[number]
                if not accepted & left or not left & ~accepted:
                    continue
                if _may_meet(program, rule, presuming):
                    message = f"{rule.id} cuts through what {presuming.id} presumes"
                    message += f" of {table.output} ({value.text})."
                    ids = (rule.id, presuming.id)
                    yield Finding("cut_presumption", ERROR, message, rule.table, ids)


def _may_meet(program: Program, rule: Rule, presuming: Rule) -> bool:
    """Whether a rule is read where a row presumes: no fact keeps them apart."""
    for name in rule.cells.keys() & presuming.cells.keys():
        found = program.variables[program.index[name]]
        rested = presuming.cells[name]
        accepted = found.accepted(rule.cells[name])
        if not rested.unknown and not accepted & found.accepted(rested):
            return False
    return True


def grounds(ruleset: Ruleset, today: datetime.date | None) -> Iterator[Finding]:
    """Rules past their review date, and rules without one verified source.

    Without ``today`` no rule is overdue. Rules of a table that rest on the same
    unverified sources share a finding.
    """
    refer = ruleset.selection.refer
    rules = [*ruleset.rules.values(), *([refer.rule] if refer else [])]
    for rule in rules:
        if today and rule.review_by and rule.review_by < today:
            message = f"{rule.id} was to be reviewed by {rule.review_by.isoformat()}."
            yield Finding("overdue", WARNING, message, rule.table, (rule.id,))
    unverified = defaultdict(list)
    for rule in rules:
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
