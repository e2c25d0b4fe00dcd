"""The open questions in the order of their worth, and what each answer leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..asking.worth import Worth
from ..case import Case
from ..compiler.bitset import members, singletons
from ..compiler.program import Program
from ..compiler.range_words import regions_as_test
from ..ruleset.answers import Answer, literal
from ..ruleset.enums import Disposition
from ..ruleset.presumptions import (
    IMAGE_ANSWERS,
    IMAGE_READ,
    IMAGE_STATUS,
    asked_name,
    computed_values,
    presumed_values,
)
from ..search.completions import Base, Budget, open_facts, with_mask
from ..search.questions import OutcomeQuestion
from ..search.targeted import reachable_outcomes
from .guarantees import CANNOT_CHANGE
from .resolve import ResolvedCase, computed_masks

RESPONSIBLE_LEVEL = "responsible_level"
#: States to count what one answer leaves, and where they are too many to count anyway.
LEAVES_STATES = 300
FEW_STATES = 20


def ranked_questions(
    program: Program,
    case: Case,
    question: OutcomeQuestion,
    open_base: Base,
    worths: Mapping[int, Worth],
    effects: Mapping[str, str | None],
) -> list[int]:
    """The base variables worth asking for, the first the one worth most.

    Those that likely completions hang on come first, by that; where there is none, the
    questions come by how few outcomes their answers leave possible. ``effects`` are of
    facts, by the names asked for: what cannot change the outcome is not asked, nor of
    a disc while its level is open.
    """
    truth = program.propagate(open_base)
    facts = open_facts(program, truth, question.deciding(truth))
    names: dict[str, int] = {}
    for at in sorted(facts, key=lambda at: -worths[at].value):
        variable = program.variables[at]
        name = asked_name(variable.name)
        of_disc = name == variable.name and variable.fact.scope != "case"
        if of_disc and case.level_is_open:
            continue
        if effects.get(name, CANNOT_CHANGE) != CANNOT_CHANGE or worths[at].share:
            names.setdefault(name, at)

    def place(at: int) -> tuple[float, float]:
        if is_moved:
            return -worths[at].value, 0
        return 0, _left_possible(program, question, open_base, at)

    is_moved = any(worths[at].share for at in names.values())
    return sorted(names.values(), key=place)


def _left_possible(
    program: Program, question: OutcomeQuestion, base: Base, at: int
) -> float:
    """How many outcomes the answers to a question leave possible, on the average."""
    left = [
        len(question.possible(program.propagate(with_mask(base, at, region))))
        for region in singletons(base[at])
    ]
    return sum(left) / len(left)


def asks_level_first(case: Case, resolved: ResolvedCase) -> bool:
    """Whether the level is what holds the advice up: triage leads onto the ladder."""
    ladder = {Disposition.LADDER, Disposition.REFER}
    return case.level_is_open and resolved.dispositions <= ladder


def level_questions(program: Program, case: Case) -> list[str]:
    """The level, and before it whether there is an image at all that shows one."""
    has_image_fact = IMAGE_READ in program.ruleset.facts
    asks_image = has_image_fact and IMAGE_READ not in case.known
    return [*([IMAGE_STATUS] if asks_image else []), RESPONSIBLE_LEVEL]


def question_of(program: Program, case: Case, at: int) -> tuple[str, str, int]:
    """What is asked for a variable: the fact's name, its level, the variable."""
    variable = program.variables[at]
    of_disc = variable.fact.scope == "disc" and case.level
    return asked_name(variable.name), case.level or "" if of_disc else "", at


def question_document(
    program: Program, case: Case, resolved: ResolvedCase, at: int
) -> dict[str, Any]:
    """A question as contract 2 names it, with how many outcomes each answer leaves.

    The presumptions are used, those that the answer itself brings or ends too; None
    where the outcomes were too many to count.
    """
    variable = program.variables[at]
    name, level, _ = question_of(program, case, at)
    leaves: dict[str, int | None] = {}
    states = FEW_STATES if resolved.places is None else LEAVES_STATES
    for region in members(_open_mask(program, case, at)):
        value = variable.representatives[region]
        said = regions_as_test(variable, 1 << region)
        if variable.name == IMAGE_READ:
            said = literal(IMAGE_ANSWERS[value])
        base = base_with(program, case, {variable.name: value})
        base = with_mask(base, at, 1 << region)
        budget = Budget(states)
        found = reachable_outcomes(program, resolved.questions.place, base, budget)
        leaves[said] = len(found.found) if found.complete else None
    return {
        "fact": name,
        **({"level": level} if level else {}),
        "leaves": leaves,
    }


def _open_mask(program: Program, case: Case, at: int) -> int:
    return program.masks(case.answers, computed_masks(program, case))[at]


def base_with(
    program: Program, case: Case, changed: Mapping[str, Answer]
) -> tuple[int, ...]:
    """The regions of a case with other answers to some facts, its presumptions used."""
    ruleset = program.ruleset
    stated = {n: a for n, a in case.answers.items() if n not in case.computed}
    answers = {**stated, **changed}
    answers |= computed_values(ruleset, answers)
    presumed = presumed_values(ruleset, answers)
    computed = computed_masks(program, case)
    return tuple(program.masks({**presumed, **answers}, computed))


def effects_by_name(
    missing: Iterable[tuple[Any, str | None]], neighbour: str
) -> dict[str, str | None]:
    """The effects of the missing facts; a neighbour's grade counts as ``neighbour``."""
    return {
        neighbour if unknown.level else unknown.fact: effect
        for unknown, effect in missing
    }
