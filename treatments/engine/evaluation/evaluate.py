"""``evaluate``: a case document and a ruleset to an evaluation document.

Pure: no clock, no database, no network; the same case and ruleset always give the
same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from ..asking.prior import Prior, shipped_prior
from ..asking.worth import Worth, worth_of_questions
from ..case import (
    NEIGHBOUR_MAXIMUM,
    Case,
    CaseReader,
    UnknownFact,
    neighbour_values,
)
from ..compiler.bitset import members
from ..compiler.possible_outcomes import (
    NOT_INDICATED,
    RECOMMENDED,
    Outcome,
    undetermined_hits,
    undetermined_rules,
)
from ..compiler.program import Program, Truth, program_of
from ..ruleset.enums import (
    FOR,
    ON_LADDER,
    Disposition,
    Indicator,
    OptionStatus,
    Urgency,
)
from ..ruleset.model import Ruleset
from ..ruleset.presumptions import (
    IMAGE_READ,
    Presumed,
    asked_name,
    presumed_values,
    presuming_rules,
)
from ..ruleset.unary_tests import Value
from ..search.completions import open_facts
from .guarantees import Guarantees
from .next_question import (
    asks_level_first,
    effects_by_name,
    level_questions,
    question_document,
    question_of,
    ranked_questions,
)
from .remaining import Remaining, least, remaining
from .resolve import ResolvedCase, computed_masks, likely_of
from .result import Evaluation, Option, RuleTrace

#: Why a part of the answer is null.
NOT_ASKED = "Left out, so that the answer comes at once."
NO_LEVEL = "The responsible level is not known."
CONFLICT = "The rules conflict."
BUDGET_SPENT = "Too much is unknown to go through every completion in a second."

#: The dispositions of triage rows that speak up as a critical alert.
_ALARMING = (Disposition.EMERGENCY, Disposition.DIAGNOSE_FIRST)


def evaluate(
    document: object,
    ruleset: Ruleset,
    *,
    effects: bool = True,
    prior: Prior | None = None,
    contract: int | None = None,
) -> Evaluation:
    """Evaluate a case document under a ruleset.

    A document with errors is not refused: its evaluation is ``invalid`` and names each
    error. Without ``effects`` the answer comes sooner: ``robust`` is left open, and so
    are the effects of missing facts, but for those that triage waits for. ``prior``
    orders the questions by how common answers are; left out, the shipped one does.
    With ``contract`` 2 a document of contract 1, read as one, gets the newer answer.
    """
    reader = CaseReader(ruleset)
    case = reader.read(document)
    if case is None:
        case_id = document.get("case_id") if isinstance(document, Mapping) else None
        return Evaluation(
            ruleset,
            case_id if isinstance(case_id, str) else None,
            Disposition.INVALID,
            errors=tuple(problem.to_document() for problem in reader.problems),
        )
    if contract is not None:
        case = replace(case, contract=max(case.contract, contract))
    return _Run(ruleset, case, prior or shipped_prior()).evaluation(effects=effects)


class _Run:
    """One evaluation: the case beside what follows from it, step by step."""

    def __init__(self, ruleset: Ruleset, case: Case, prior: Prior) -> None:
        self.ruleset, self.case, self.prior = ruleset, case, prior
        self.program: Program = program_of(ruleset)
        answers = case.answers
        self.presumed = presumed_values(ruleset, answers)
        computed = computed_masks(self.program, case)
        self.base = tuple(self.program.masks({**self.presumed, **answers}, computed))
        self.open_base = tuple(self.program.masks(answers, computed))
        self.resolved = ResolvedCase(
            self.program,
            case,
            self.base,
            likely=likely_of(self.program, case, self.base),
        )
        self.truth = self.resolved.truth

    def evaluation(self, *, effects: bool) -> Evaluation:
        outcome = self.resolved.outcome
        statuses = {
            code: self.resolved.statuses[code] for code in self.ruleset.treatments
        }
        conflicts = self._conflicts()
        if conflicts:
            outcome = Outcome(Disposition.OUT_OF_SCOPE, None, None)
        guarantees = Guarantees(
            self.program,
            self.case,
            self.base,
            self.open_base,
            outcome,
            statuses,
            triage_is_open=self.resolved.triage_is_open,
            proved=frozenset(at for at, worth in self.worths.items() if worth.share),
        )
        robust = guarantees.robust() if effects and not conflicts else None
        missing = tuple(
            guarantees.missing() if effects else guarantees.missing_at_once()
        )
        left = self._remaining(conflicts)
        asking = [] if conflicts else self._asking(guarantees, missing)
        return Evaluation(
            ruleset=self.ruleset,
            case_id=self.case.case_id,
            disposition=outcome.disposition,
            urgency=outcome.urgency,
            recommended=outcome.recommended,
            robust=robust,
            options=tuple(self._options(outcome, statuses)),
            missing=missing,
            assumed=self._assumed(outcome),
            assumed_because=presuming_rules(self.ruleset, self.case.answers),
            alerts=tuple(self._alerts(outcome)),
            derived=self._derived(),
            matched_rules=tuple(self._matched(outcome)),
            errors=tuple(conflicts),
            not_said=(
                *self._not_said(robust, missing, effects=effects, conflict=conflicts),
                *(left.not_said if left else ()),
            ),
            reaching=None if self.case.level_is_open else guarantees.reach,
            contract=self.case.contract,
            referral=self._referral(outcome),
            remaining=left,
            worths=self.worths,
            next_question=self._document_of(asking[0]) if asking else None,
            asking=tuple(UnknownFact(name, level) for name, level, _ in asking),
            tracing=partial(_trace, self.program, self.truth),
        )

    # -- the parts of the answer ----------------------------------------------------

    @cached_property
    def worths(self) -> Mapping[int, Worth]:
        """What asking is worth, by open variable; contract 1 asks by another order."""
        if self.case.contract == 1:
            return {}
        return worth_of_questions(
            self.program, self.prior, self.open_base, self.case.unavailable
        )

    def _asking(
        self, guarantees: Guarantees, missing: Iterable[tuple[UnknownFact, str | None]]
    ) -> list[tuple[str, str, int]]:
        """What to ask, the question worth most first: a fact, its level, its variable.

        Nothing where no answer changes the outcome. The variable of a question that no
        rule tests is -1.
        """
        if self.case.contract == 1:
            return []
        levels = level_questions(self.program, self.case)
        if asks_level_first(self.case, self.resolved):
            is_open = self.resolved.outcome.is_open
            return [(name, "", -1) for name in levels] if is_open else []
        is_moved = any(worth.share for worth in self.worths.values())
        if not is_moved and guarantees.robust() is True:
            return []
        ranked = ranked_questions(
            self.program,
            self.case,
            guarantees.question,
            self.open_base,
            self.worths,
            effects_by_name(missing, NEIGHBOUR_MAXIMUM),
        )
        found = [question_of(self.program, self.case, at) for at in ranked]
        if self.case.level_is_open and self.resolved.outcome.is_open:
            asked = {name for name, _, _ in found}
            found += [(name, "", -1) for name in levels if name not in asked]
        return found

    def _document_of(self, question: tuple[str, str, int]) -> dict[str, Any]:
        name, _, at = question
        if at < 0:
            return {"fact": name, "leaves": {}}
        return question_document(self.program, self.case, self.resolved, at)

    def _remaining(self, conflicts: object) -> Remaining | None:
        """What is left of the case; contract 1 does not say it."""
        if self.case.contract == 1:
            return None
        left = remaining(self.program, self.case, self.resolved, self.open_base)
        return left.without_advice() if conflicts else left

    def _referral(self, outcome: Outcome) -> Mapping[str, Any] | None:
        """Where a case is referred: for which treatments, and what is said."""
        refer = self.ruleset.selection.refer
        if outcome.disposition != Disposition.REFER or refer is None:
            return None
        urgencies = self.resolved.possible_urgencies()
        urgency = outcome.urgency or least(urgencies)
        today = urgency in (Urgency.URGENT, Urgency.EMERGENCY)
        return {
            "treatments": list(self.resolved.referral()),
            "text": refer.urgent_text if today else refer.text,
        }

    def _options(
        self, outcome: Outcome, statuses: Mapping[str, OptionStatus]
    ) -> Iterable[Option]:
        """Every treatment. Where triage stops the ladder, none has a reason."""
        stopped = _stopped(outcome)
        for code, treatment in self.ruleset.treatments.items():
            if stopped:
                yield Option(code, treatment.rung, NOT_INDICATED)
                continue
            advised = code == outcome.recommended
            status = RECOMMENDED if advised else statuses[code]
            yield self._option(code, treatment.rung, status, statuses[code])

    def _option(
        self, code: str, rung: str, status: OptionStatus, plain: OptionStatus
    ) -> Option:
        program, sure = self.program, self.truth.sure
        effects = program.effects[code]
        reasons_for = self._ids(sure & effects.indicated)
        last = self.ruleset.selection
        if status == RECOMMENDED and plain not in FOR:
            reasons_for = (*reasons_for, last.last_resort.id)
        against = effects.all & ~effects.indicated
        undetermined = []
        for number in undetermined_rules(program, code, self.truth):
            facts = open_facts(program, self.truth, [number])
            names = tuple(asked_name(program.variables[at].name) for at in facts)
            undetermined.append((program.rules[number].id, names))
        return Option(
            code,
            rung,
            status,
            reasons_for,
            self._ids(sure & against),
            tuple(undetermined),
            self.resolved.reservations(code) if plain in FOR else "none",
        )

    def _ids(self, bits: int) -> tuple[str, ...]:
        return tuple(self.program.rules[n].id for n in members(bits))

    def _assumed(self, outcome: Outcome) -> dict[str, Presumed]:
        """The presumptions on which some rule of the advice would otherwise wait."""
        program = self.program
        truth = program.propagate(self.open_base)
        deciding = [*undetermined_hits(program, program.triage, truth)]
        if not _stopped(outcome):
            deciding += undetermined_hits(program, program.urgency, truth)
            for code in self.ruleset.treatments:
                deciding += undetermined_rules(program, code, truth)
        if self._presumes_alerts(outcome):
            open_rules = truth.possible & ~truth.sure
            deciding += [n for n in program.alerts if open_rules >> n & 1]
        facts = open_facts(program, truth, deciding)
        names = {program.variables[at].name for at in facts}
        return {name: v for name, v in self.presumed.items() if name in names}

    def _alerts(self, outcome: Outcome) -> Iterable[dict[str, str]]:
        """All that is to be seen; by a ruleset that refers the critical ones first."""
        alerts = list(self._alerts_by_table(outcome))
        if self.ruleset.selection.refer is not None:
            alerts.sort(key=lambda alert: alert["indicator"] != Indicator.CRITICAL)
        return alerts

    def _alerts_by_table(self, outcome: Outcome) -> Iterable[dict[str, str]]:
        """Triage rows that hold, urgency that may be higher, then the alert rows."""
        for hit in self.program.triage:
            for number in hit.rules:
                rule = self.program.rules[number]
                alarming = rule.outputs["disposition"] in _ALARMING
                if alarming and self.truth.sure >> number & 1:
                    yield _alert(rule.id, Indicator.CRITICAL, rule.outputs["text"])
        if not _stopped(outcome):
            yield from self._urgency_alerts()
        for number in self._fired_alerts(outcome):
            rule = self.program.rules[number]
            yield _alert(rule.id, rule.outputs["indicator"], rule.outputs["text"])

    def _fired_alerts(self, outcome: Outcome) -> list[int]:
        """The alert rows that hold."""
        truth = self.truth
        if not self._presumes_alerts(outcome):
            truth = self.program.propagate(self.open_base)
        return [n for n in self.program.alerts if truth.sure >> n & 1]

    def _presumes_alerts(self, outcome: Outcome) -> bool:
        """Whether an alert may rest on what is presumed.

        A ruleset without a referral shows on known facts alone what it shows of a case
        that triage has stopped.
        """
        return self.ruleset.selection.refer is not None or not _stopped(outcome)

    def _urgency_alerts(self) -> Iterable[dict[str, str]]:
        if len(self.resolved.possible_urgencies()) == 1:
            return
        for number in undetermined_hits(self.program, self.program.urgency, self.truth):
            rule = self.program.rules[number]
            if rule.outputs["urgency"] != Urgency.URGENT:
                continue
            facts = open_facts(self.program, self.truth, [number])
            labels = [self.program.variables[at].fact.label for at in facts]
            text = f"May be urgent; not known: {', '.join(labels)}. {rule.rationale}"
            yield _alert(rule.id, Indicator.WARNING, text)

    def _derived(self) -> dict[str, Value | None]:
        found: dict[str, Value | None] = {}
        for at, variable in enumerate(self.program.variables):
            scope = variable.fact.scope
            mask = self.truth.masks[at]
            if scope == "derived":
                region = mask.bit_length() - 1
                single = mask.bit_count() == 1 and region < len(variable.values)
                found[variable.name] = variable.values[region] if single else None
            elif variable.name == IMAGE_READ:
                found[variable.name] = self.case.known.get(IMAGE_READ)
            elif scope == "computed":
                values = neighbour_values(variable.fact, self.case)
                found[variable.name] = values[0] if len(values) == 1 else None
        return found

    def _matched(self, outcome: Outcome) -> Iterable[str]:
        """The rules that fired, in the ruleset's order; of a single-hit table one."""
        program = self.program
        fired = 0
        hits = [*program.triage]
        if _stopped(outcome):
            hits += [step.hit for step in program.steps_behind(program.triage)]
        else:
            hits += [step.hit for step in program.steps] + [*program.urgency]
            for effects in program.effects.values():
                fired |= self.truth.sure & effects.all
        for hit in hits:
            numbers, none = hit.possible_hits(self.truth.sure, self.truth.possible)
            if len(numbers) == 1 and not none:
                fired |= 1 << numbers[0]
        for number in self._fired_alerts(outcome):
            fired |= 1 << number
        return self._ids(fired)

    def _not_said(
        self,
        robust: bool | None,
        missing: Iterable[tuple[UnknownFact, str | None]],
        *,
        effects: bool,
        conflict: object,
    ) -> Iterable[dict[str, str]]:
        """Why ``robust``, or the effect of a missing fact, is null."""
        reason = BUDGET_SPENT
        if not effects:
            reason = NOT_ASKED
        elif self.case.level_is_open:
            reason = NO_LEVEL
        if robust is None:
            yield {"part": "robust", "reason": CONFLICT if conflict else reason}
        if any(effect is None for _, effect in missing):
            yield {"part": "missing", "reason": reason}

    def _conflicts(self) -> list[dict[str, str]]:
        """Rules of a UNIQUE or ANY table that hold together and should not."""
        found = []
        hits = [step.hit for step in self.program.steps]
        for hit in (*hits, *self.program.triage, *self.program.urgency):
            rules = [
                self.program.rules[n] for n in hit.rules if self.truth.sure >> n & 1
            ]
            same = all(r.outputs == rules[0].outputs for r in rules)
            allowed = hit.ranked or (hit.table.hit_policy == "ANY" and same)
            if len(rules) > 1 and not allowed:
                ids = ", ".join(rule.id for rule in rules)
                message = f"hold together in a table of policy {hit.table.hit_policy}"
                path = f"table {hit.table.id}"
                found.append({"path": path, "value": ids, "message": message})
        return found


def _stopped(outcome: Outcome) -> bool:
    """Whether triage stopped the case before the ladder."""
    return outcome.disposition not in ON_LADDER


def _alert(rule: str, indicator: Indicator, text: str) -> dict[str, str]:
    return {"rule": rule, "indicator": indicator, "text": text}


def _trace(program: Program, truth: Truth) -> Iterable[RuleTrace]:
    for number, rule in enumerate(program.rules):
        failed, unknown = [], []
        for at, accepted in program.cells[number]:
            mask = truth.masks[at]
            if not mask & accepted:
                failed.append(program.variables[at].name)
            elif mask & ~accepted:
                unknown.append(program.variables[at].name)
        yield RuleTrace(
            rule.id,
            "false" if failed else "undetermined" if unknown else "true",
            tuple(failed),
            tuple(unknown),
        )
