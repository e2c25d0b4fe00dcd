"""``check``: a whole ruleset, proved; ``recheck``: one edited rule, at once.

A re-check answers while an admin types: it asks about one table alone, of fewer states,
and keeps what the last check found of all else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..compiler.program import Program
from ..ruleset.decision_tables import DecisionTable, Rule
from ..ruleset.errors import RulesetError
from ..ruleset.model import Ruleset
from ..search.completions import BudgetSpentError
from .findings import (
    ERROR,
    INFO,
    KINDS,
    NOT_DECIDED,
    TABLE_KINDS,
    WARNING,
    Analysis,
    Finding,
    Proof,
)
from .gaps import Gap
from .invariants import InvariantCheck
from .maintenance import cut_presumptions, grounds, refusals, unused_facts
from .redundant_rules import RedundancyCheck
from .row_checks import TableCheck
from .satisfiability import AllOf, NoIndication, everything, find_witness
from .table_scope import STATES, Allowance, TableScope, ladder_patterns
from .witnesses import example, ordinary

#: Of a re-check of one table, which is to answer while an admin types: states in all
#: and of one question, questions that the exact share of a gap may cost, and how many
#: of its parts are named.
RECHECK_STATES, RECHECK_EACH, RECHECK_SHARE, RECHECK_PARTS = 40_000, 2_000, 1, 10
#: A rule with a finding of one of these kinds is known to be idle: that it never
#: matters would only repeat it.
_IDLE_KINDS = ("masked", "duplicate", "conflict")


def check(
    ruleset: Ruleset,
    *,
    budget: int = STATES,
    limit: int = 100,
    today: datetime.date | None = None,
    is_over: Callable[[], bool] | None = None,
) -> Analysis:
    """Everything that can be found in a ruleset, the gravest ``limit`` findings.

    Args:
        ruleset: what is checked, all its tables and invariants.
        budget: how many states all searches together may enter. What it does not pay
            for is an ``undecided`` finding, never an error.
        limit: how many findings are kept; the analysis counts the others.
        today: the date that review dates are held against; without it no rule is
            overdue.
        is_over: asked now and then, between states, whether to give up what is left.
    """
    allowance = Allowance(budget, is_over=is_over)
    return _RulesetCheck(ruleset, allowance).analysis(today).limited(limit)


def check_document(document: Mapping[str, Any], **options: Any) -> Analysis:
    """As :func:`check`, of a ruleset document.

    A document that the loader refuses gives an analysis in which each problem is a
    finding; nothing is raised. ``options`` are those of :func:`check`.
    """
    try:
        ruleset = Ruleset.from_document(document)
    except RulesetError as error:
        return Analysis("", tuple(refusals(error))).limited(options.get("limit", 100))
    return check(ruleset, **options)


def recheck(analysis: Analysis, ruleset: Ruleset, rule_id: str) -> Analysis:
    """``analysis`` after one rule was edited, added, removed or disabled.

    As :func:`recheck_table` of the table it is in, or was in.

    Raises:
        KeyError: there is no such rule, and there was none.
    """
    tables = [*ruleset.tables.values(), *analysis.tables.values()]
    for table in tables:
        if any(rule.id == rule_id for rule in table.rules):
            return recheck_table(analysis, ruleset, table.id)
    if rule_id == ruleset.selection.last_resort.id:
        return replace(analysis, pending=frozenset(KINDS))
    raise KeyError(rule_id)


def recheck_table(analysis: Analysis, ruleset: Ruleset, table_id: str) -> Analysis:
    """``analysis`` after the rules of one table were changed in any way.

    The kinds of :data:`TABLE_KINDS` are exact for that table, and ``opened`` are its
    gaps where one of its rules held when ``analysis`` was made. All else is as it was:
    other kinds are named in ``pending``, tables that rest on this one in ``stale``.
    Of a gap it names ten parts at most, and its share may be None. A table that is gone
    has no findings. The answer may be asked about the next edit in turn. Facts must be
    as they were.
    """
    found: tuple[Finding, ...] = ()
    opened: tuple[Finding, ...] = ()
    table = ruleset.tables.get(table_id)
    if table is not None:
        allowance = Allowance(RECHECK_STATES, each=RECHECK_EACH)
        former = _former_rules(analysis.tables.get(table_id), table)
        scope = TableScope(ruleset, table, former)
        found = tuple(
            TableCheck(
                scope,
                allowance,
                share_costs=RECHECK_SHARE,
                most_parts=RECHECK_PARTS,
                masked=_unaffected(analysis, scope),
            ).findings()
        )
        if former and any(f.kind == "gap" for f in found):
            opened = tuple(_opened(scope, allowance))
    kept = tuple(
        f
        for f in analysis.findings
        if f.table != table_id or f.kind not in TABLE_KINDS | {"undecided"}
    )
    tables = {id_: t for id_, t in analysis.tables.items() if id_ != table_id}
    return replace(
        analysis,
        tables=tables | ({table_id: _plain(table)} if table else {}),
        findings=(*found, *kept),
        pending=frozenset(KINDS) - TABLE_KINDS,
        stale=frozenset(_resting(ruleset, table_id)),
        opened=opened,
    )


def _plain(table: DecisionTable) -> DecisionTable:
    """The table in plain dicts: an analysis can be pickled into a cache."""
    rules = (
        replace(rule, cells=dict(rule.cells), outputs=dict(rule.outputs))
        for rule in table.rules
    )
    return replace(table, rules=tuple(rules))


def _former_rules(before: DecisionTable | None, table: DecisionTable) -> list[Rule]:
    """The rules as they were that are not there now, or have other cells."""
    cells = {rule.id: rule.cells for rule in table.rules}
    rules = before.rules if before else ()
    return [rule for rule in rules if cells.get(rule.id) != rule.cells]


def _unaffected(analysis: Analysis, scope: TableScope) -> dict[int, Finding | None]:
    """Of rules to which no changed rule matters, whether they are masked, as found.

    A masked rule stays so while the rules that take its cases stay; another one, while
    no changed rule above it meets its cases. Nothing is known where rules changed their
    order, or not all was named.
    """
    before = analysis.tables.get(scope.table.id)
    kinds = {f.kind for f in analysis.findings if f.table == scope.table.id}
    if before is None or not scope.is_flat or analysis.left_out or "undecided" in kinds:
        return {}
    same = {rule.id: rule for rule in before.rules}
    numbers = {scope.rule(n).id: n for n in scope.numbers}
    changed = [n for id_, n in numbers.items() if same.get(id_) != scope.rule(n)]
    if not _same_order(before, scope, changed):
        return {}
    stays = {id_ for id_, n in numbers.items() if n not in changed}
    masked = {f.rules[0]: f for f in analysis.of("masked")}
    found: dict[int, Finding | None] = {}
    for id_ in stays:
        number, known = numbers[id_], masked.get(id_)
        if known is not None and stays.issuperset(known.rules):
            found[number] = known
        elif known is None:
            above = [n for n in changed if n < number]
            if all(scope.apart(number, other) for other in above):
                found[number] = None
    return found


def _same_order(
    before: DecisionTable, scope: TableScope, changed: Sequence[int]
) -> bool:
    """Whether the rules that stay rank as they did."""
    now = [scope.rule(n).id for n in scope.numbers]
    was = [rule.id for rule in before.rules if rule.id in set(now)]
    policy = scope.table.hit_policy
    ranked_by_answer = policy == "PRIORITY" and bool(changed)
    same = {rule.id for rule in before.rules}
    return (
        was == [id_ for id_ in now if id_ in same]
        and policy == before.hit_policy
        and not ranked_by_answer
    )


def _opened(scope: TableScope, allowance: Allowance) -> Iterator[Finding]:
    """Cases that a rule matched before and none does now."""
    former = tuple(scope.former)
    gap = Gap(scope, allowance, former=former, times=RECHECK_SHARE, most=RECHECK_PARTS)
    boxes = tuple(gap.boxes())
    if boxes or not gap.is_whole:
        ids = tuple(rule.id for rule in scope.former.values())
        yield Finding(
            "gap",
            ERROR,
            f"No row of {scope.table.id} matches what {', '.join(ids)} did.",
            scope.table.id,
            ids,
            example=boxes[0].example if boxes else None,
            boxes=boxes,
            is_whole=gap.is_whole,
        )


def _resting(ruleset: Ruleset, table_id: str) -> Iterator[str]:
    """The tables that rest on a derived table."""
    table = ruleset.tables.get(table_id)
    names = {table.output} if table and table.kind == "derived" else set()
    grown = True
    while grown:
        grown = False
        for other in ruleset.tables_of("derived"):
            if other.output not in names and not names.isdisjoint(other.inputs):
                names.add(other.output)
                grown = True
    for other in ruleset.tables.values():
        if other.id != table_id and not names.isdisjoint(other.inputs):
            yield other.id


class _RulesetCheck:
    """Every question about one ruleset, in the order of the findings."""

    def __init__(self, ruleset: Ruleset, allowance: Allowance) -> None:
        self.ruleset, self.allowance = ruleset, allowance
        self.program = Program(ruleset)

    def analysis(self, today: datetime.date | None) -> Analysis:
        rows = [f for t in self.ruleset.tables.values() for f in self._rows(t)]
        # Where rules contradict, the engine refuses to answer: there is nothing of
        # which an invariant could be proved.
        contradictory = any(f.kind == "overlap" for f in rows)
        proofs: list[Proof] = []
        findings: list[Finding] = []
        for invariant in self.ruleset.invariants:
            if contradictory:
                proof = Proof(invariant.id, invariant.title, *[NOT_DECIDED] * 3)
                found: list[Finding] = []
            else:
                one = InvariantCheck(self.program, invariant, self.allowance)
                proof, found = one.proof()
            proofs.append(proof)
            findings += found
        return Analysis(
            self.ruleset.id,
            (
                *findings,
                *rows,
                *self._without_indication(),
                *cut_presumptions(self.program),
                *unused_facts(self.ruleset),
                *grounds(self.ruleset, today),
            ),
            tuple(proofs),
            tables={id_: _plain(t) for id_, t in self.ruleset.tables.items()},
        )

    def _rows(self, table: DecisionTable) -> Iterator[Finding]:
        scope = TableScope(self.ruleset, table)
        found = list(TableCheck(scope, self.allowance).findings())
        yield from found
        if table.kind != "alert":
            dead = {f.rules[0] for f in found if f.kind in _IDLE_KINDS}
            dead |= {f.rules[1] for f in found if f.kind in ("duplicate", "conflict")}
            whole = self.program
            yield from RedundancyCheck(whole, scope, self.allowance, dead).findings()

    def _without_indication(self) -> Iterator[Finding]:
        """Cases on the ladder that no option is for: they end at the last resort."""
        prefer = ordinary(self.program)
        for ladder in ladder_patterns(self.program):
            goal = AllOf((ladder, NoIndication(self.program)))
            base = everything(self.program)
            try:
                ask = partial(find_witness, self.program, goal, base, prefer=prefer)
                state = self.allowance.ask(ask)
            except BudgetSpentError:
                message = "Whether every case has an indicated option was given up."
                yield Finding("undecided", WARNING, message)
                continue
            if state is not None:
                shown = example(self.ruleset, self.program, state, goal.decide)
                last = self.ruleset.selection.last_resort_treatment
                message = f"Some cases have no indicated option; they end at {last}."
                yield Finding("no_advice", INFO, message, example=shown)
                return
