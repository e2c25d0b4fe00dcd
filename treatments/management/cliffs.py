"""Cliffs of a ruleset: a milder finding that gets a harder answer than a worse one.

A worse finding never gets a less urgent answer, nor care where a milder one gets an
operation. Each numeric or ordinal fact is walked over its range on complete cases, one
answer at a time, and every step that breaks this is a cliff: the milder value gets a
more invasive treatment, or is more urgent.
"""

from __future__ import annotations

import copy
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from treatments.engine import Fact, Ruleset, evaluate
from treatments.engine.analysis.monotone import (
    CareOrder,
    Inversion,
    Order,
    UrgencyOrder,
    inversion,
)
from treatments.engine.analysis.table_scope import Allowance
from treatments.engine.compiler.program import program_of
from treatments.engine.ruleset.enums import URGENCIES, Urgency
from treatments.engine.ruleset.unary_tests import Value

BASE_CASES: Final = 30

LESS, MORE = "less", "more"
#: Which way each fact is milder: with less of it, or with more. Choices count in the
#: order of the vocabulary, except those that name their own order.
MILDER: Final[Mapping[str, str]] = {
    "age_years": LESS,
    "smoking_status": LESS,
    "physical_demand": LESS,
    "symptom_duration_weeks": LESS,
    "leg_pain_nrs": LESS,
    "back_pain_nrs": LESS,
    "odi_percent": LESS,
    "symptom_trend": LESS,
    "post_void_residual_ml": LESS,
    "weakest_mrc_grade": MORE,
    "motor_deficit_days": MORE,
    "straight_leg_raise_deg": MORE,
    "conservative_care_weeks": LESS,
    "conservative_response": MORE,
    "same_level_recurrences": LESS,
    "mri_age_months": LESS,
    "iliac_crest_height": LESS,
    "herniation_type": LESS,
    "canal_compromise_percent": LESS,
    "calcification": LESS,
    "central_stenosis": LESS,
    "lateral_recess_stenosis": LESS,
    "foraminal_stenosis": LESS,
    "pfirrmann_grade": LESS,
    "modic_type": LESS,
    "disc_height_percent": MORE,
    "posterior_disc_height_mm": MORE,
    "annular_defect_width_mm": LESS,
    "slip_grade": LESS,
    "translation_mm": LESS,
    "rotation_deg": LESS,
}

MORE_INVASIVE: Final = "more invasive"
MORE_URGENT: Final = "more urgent"

#: INV-15 of the rulebook: a worse value of these never lowers the urgency (B01, B49,
#: B51),
NEVER_LESS_URGENT: Final = (
    "weakest_mrc_grade",
    "motor_deficit_days",
    "post_void_residual_ml",
)
#: and no step of these, up to so many, turns an operation into care or an injection.
NEVER_LEFT_TO_CARE: Final[Mapping[str, int]] = {"motor_deficit_days": 84}
#: The rung between care and the operations.
NEEDLES: Final = "PERC"
#: What the second half costs is far above any other proof: some 270,000 states.
STATES_OF_A_STEP: Final = 1_000_000

ACCEPTED_COLUMNS: Final = ("fact", "milder", "worse", "what", "answers", "reason")


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """What a case is told, and the rules that say it."""

    disposition: str
    urgency: str | None
    recommended: str | None
    rules: frozenset[str]

    def __str__(self) -> str:
        said = self.recommended or self.disposition
        return f"{said}, {self.urgency}"


@dataclass(frozen=True, slots=True)
class Cliff:
    """One step at which the milder value gets the harder answer."""

    fact: str
    milder: Value
    worse: Value
    what: str
    case_id: str
    of_milder: StepAnswer
    of_worse: StepAnswer

    @property
    def answers(self) -> str:
        """The answer of the milder value, then that of the worse one."""
        if self.what == MORE_URGENT:
            return f"{self.of_milder.urgency} -> {self.of_worse.urgency}"
        return f"{self.of_milder.recommended} -> {self.of_worse.recommended}"

    @property
    def key(self) -> tuple[str, ...]:
        """What an accepted cliff is known by: the step and the answers."""
        return (
            self.fact,
            str(self.milder),
            str(self.worse),
            self.what,
            self.answers,
        )

    @property
    def flipped(self) -> list[str]:
        """The rules that match on one side of the step only."""
        return sorted(self.of_milder.rules ^ self.of_worse.rules)


def base_cases(
    cases: Iterable[Mapping[str, Any]], ruleset: Ruleset, wanted: int = BASE_CASES
) -> list[Mapping[str, Any]]:
    """``wanted`` complete cases, chosen evenly from those that are given."""
    complete = [case for case in cases if _is_complete(case, ruleset)]
    if len(complete) <= wanted:
        return complete
    return [complete[i * len(complete) // wanted] for i in range(wanted)]


def cliffs(cases: Iterable[Mapping[str, Any]], ruleset: Ruleset) -> Iterator[Cliff]:
    """Every cliff on these cases, fact by fact."""
    invasiveness = _invasiveness(ruleset)
    steps = {
        fact.name: _from_mild_to_worse(fact, ruleset)
        for fact in ruleset.facts.values()
        if fact.name in MILDER
    }
    for case in cases:
        for name, values in steps.items():
            answers = [_answer(case, ruleset, name, value) for value in values]
            for i in range(len(values) - 1):
                for what in _harder(answers[i], answers[i + 1], invasiveness):
                    yield Cliff(
                        *(name, values[i], values[i + 1], what, case["case_id"]),
                        *(answers[i], answers[i + 1]),
                    )


def accepted(path: Path) -> dict[tuple[str, ...], str]:
    """The cliffs that a file accepts, each with its reason."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        tuple(row[column] for column in ACCEPTED_COLUMNS[:-1]): row["reason"]
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class MonotoneClaim:
    """That an answer never gets milder as one fact gets worse, all else equal.

    ``values`` are those of the fact between which rules can tell, from mild to worse.
    """

    title: str
    fact: str
    values: Sequence[Value]
    order: Order

    def inversion(self, ruleset: Ruleset) -> Inversion | None:
        """The first case that breaks it; None is the proof that there is none.

        Raises:
            BudgetSpentError: it was not settled.
        """
        allowance = Allowance(
            STATES_OF_A_STEP * len(self.values), each=STATES_OF_A_STEP
        )
        program = program_of(ruleset)
        return inversion(program, self.fact, self.values, self.order, allowance)


def monotone_claims(ruleset: Ruleset) -> Iterator[MonotoneClaim]:
    """What is claimed of every complete case, with every treatment on offer."""
    program = program_of(ruleset)
    for name in NEVER_LESS_URGENT:
        values = _from_mild_to_worse(ruleset.facts[name], ruleset)
        title = f"INV-15: a worse {name} never lowers the urgency"
        yield MonotoneClaim(title, name, values, UrgencyOrder(program))
    rungs = [rung.code for rung in ruleset.rungs]
    place = {t.code: rungs.index(t.rung) for t in ruleset.treatments.values()}
    care = {code for code, at in place.items() if at == 0}
    operations = {code for code, at in place.items() if at > rungs.index(NEEDLES)}
    for name, most in NEVER_LEFT_TO_CARE.items():
        values = _from_mild_to_worse(ruleset.facts[name], ruleset)
        values = [value for value in values if float(value) <= most]
        title = f"INV-15: no step of {name} up to {most} turns an operation into care"
        yield MonotoneClaim(title, name, values, CareOrder(program, care, operations))


def _is_complete(case: Mapping[str, Any], ruleset: Ruleset) -> bool:
    level = case.get("responsible_level")
    discs = [disc for disc in case["discs"] if disc["level"] == level]
    known = {**case["facts"], **(discs[0] if discs else {})}
    return all(
        known.get(fact.name) is not None
        for fact in ruleset.facts.values()
        if fact.scope in ("case", "disc")
    )


def _invasiveness(ruleset: Ruleset) -> dict[str, int]:
    """The rank of each treatment: its rung, and the bridge half a rung above it."""
    rungs = [rung.code for rung in ruleset.rungs]
    ranks = {t.code: 2 * rungs.index(t.rung) for t in ruleset.treatments.values()}
    if ruleset.selection.bridge:
        ranks[ruleset.selection.bridge] += 1
    return ranks


def _from_mild_to_worse(fact: Fact, ruleset: Ruleset) -> Sequence[Value]:
    """A value of every stretch of the fact between two bounds that a rule sets."""
    values: list[Value]
    if fact.type == "enum":
        values = list(fact.values)
    else:
        step = 1 if fact.type == "int" else 0.1
        points = {fact.minimum, fact.maximum}
        for rule in ruleset.rules.values():
            if fact.name in rule.cells:
                for bound in rule.cells[fact.name].bounds():
                    points |= {round(bound + d * step, 1) for d in (-1, 0, 1)}
        values = sorted(p for p in points if p is not None and _within(fact, p))
        if fact.type == "int":
            values = [int(value) for value in values]
    return values if MILDER[fact.name] == LESS else values[::-1]


def _within(fact: Fact, value: float) -> bool:
    low, high = fact.minimum, fact.maximum
    return (low is None or low <= value) and (high is None or value <= high)


def _answer(
    case: Mapping[str, Any], ruleset: Ruleset, name: str, value: Value
) -> StepAnswer:
    changed = copy.deepcopy(dict(case))
    if ruleset.facts[name].scope == "case":
        changed["facts"][name] = value
    else:
        level = changed["responsible_level"]
        next(d for d in changed["discs"] if d["level"] == level)[name] = value
    document = evaluate(changed, ruleset).to_document()
    return StepAnswer(
        document["disposition"],
        document["urgency"],
        (document["recommended"] or {}).get("treatment"),
        frozenset(document["matched_rules"]),
    )


def _harder(
    milder: StepAnswer, worse: StepAnswer, invasiveness: Mapping[str, int]
) -> Iterator[str]:
    if (
        milder.recommended
        and worse.recommended
        and invasiveness[milder.recommended] > invasiveness[worse.recommended]
    ):
        yield MORE_INVASIVE
    if (
        milder.urgency
        and worse.urgency
        # The most urgent stands first.
        and URGENCIES.index(Urgency(milder.urgency))
        < URGENCIES.index(Urgency(worse.urgency))
    ):
        yield MORE_URGENT
