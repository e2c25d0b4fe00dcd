"""``check``: a whole ruleset, proved; ``recheck``: one edited rule, at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..completions import BudgetSpentError
from ..errors import RulesetError
from ..program import Program
from ..ruleset import Ruleset
from ..tables import DecisionTable
from .examples import example, ordinary
from .findings import (
    INFO,
    KINDS,
    NOT_DECIDED,
    TABLE_KINDS,
    WARNING,
    Analysis,
    Finding,
    Proof,
)
from .goals import AllOf, NoIndication, everything, find
from .invariants import InvariantCheck
from .parts import STATES, Allowance, Part, ladder_patterns
from .rows import MatterCheck, TableCheck
from .upkeep import grounds, refusals, unused_facts

#: Of a re-check of one rule, which is to answer while an admin types.
RECHECK_STATES = 20_000
#: Of a row found to be one of these it goes without saying that it never matters.
_SAID = ("masked", "duplicate", "conflict")


def check(
    ruleset: Ruleset,
    *,
    budget: int = STATES,
    limit: int = 100,
    today: datetime.date | None = None,
) -> Analysis:
    """Everything that can be found in a ruleset, the gravest ``limit`` findings.

    ``budget`` is how many states all searches together may enter. Without ``today``
    no rule is overdue.
    """
    return _Check(ruleset, Allowance(budget)).analysis(today).limited(limit)


def check_document(document: Mapping[str, Any], **options: Any) -> Analysis:
    """As :func:`check`; a document that the loader refuses has its problems found."""
    try:
        ruleset = Ruleset.from_document(document)
    except RulesetError as error:
        return Analysis("", tuple(refusals(error))).limited(options.get("limit", 100))
    return check(ruleset, **options)


def recheck(analysis: Analysis, ruleset: Ruleset, rule_id: str) -> Analysis:
    """``analysis`` after one rule of ``ruleset`` was edited: its table looked at again.

    The kinds of :data:`TABLE_KINDS` are exact for that table; all others are as they
    were, and named in ``pending``.
    """
    table = ruleset.tables.get(ruleset.rules[rule_id].table)
    if table is None or table.kind == "presumption":
        return replace(analysis, pending=frozenset(KINDS))
    part = Part(ruleset, table)
    found = tuple(TableCheck(part, Allowance(RECHECK_STATES)).findings())
    kept = tuple(
        f
        for f in analysis.findings
        if f.table != table.id or f.kind not in TABLE_KINDS | {"undecided"}
    )
    pending = frozenset(KINDS) - TABLE_KINDS
    return replace(analysis, findings=(*found, *kept), pending=pending)


class _Check:
    def __init__(self, ruleset: Ruleset, allowance: Allowance) -> None:
        self.ruleset, self.allowance = ruleset, allowance
        self.program = Program(ruleset)

    def analysis(self, today: datetime.date | None) -> Analysis:
        rows = [f for t in self._tables() for f in self._rows(t)]
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
                *unused_facts(self.ruleset),
                *grounds(self.ruleset, today),
            ),
            tuple(proofs),
        )

    def _tables(self) -> Iterator[DecisionTable]:
        return (t for t in self.ruleset.tables.values() if t.kind != "presumption")

    def _rows(self, table: DecisionTable) -> Iterator[Finding]:
        local = TableCheck(Part(self.ruleset, table), self.allowance)
        found = list(local.findings())
        yield from found
        if table.kind == "alert":
            return
        triage = [t.id for t in self.ruleset.tables_of("triage")]
        also = triage if table.kind == "eligibility" else []
        dead = {id_ for f in found for id_ in f.rules if f.kind in _SAID}
        yield from MatterCheck(
            Part(self.ruleset, table, also), self.allowance, dead
        ).findings()

    def _without_indication(self) -> Iterator[Finding]:
        """Cases on the ladder that no option is for: they end at the last resort."""
        prefer = ordinary(self.program)
        for ladder in ladder_patterns(self.program):
            goal = AllOf((ladder, NoIndication(self.program)))
            base = everything(self.program)
            try:
                ask = partial(find, self.program, goal, base, prefer=prefer)
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
