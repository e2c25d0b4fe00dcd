"""From a witness to an example: a small, plausible case document that shows a finding.

The facts that matter are as few as can be, and as close to an ordinary case as the
finding allows; the other essential facts are those of an ordinary case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..case import CONTRACT, NEIGHBOUR_GRADE, NEIGHBOUR_MAXIMUM
from ..compiler.program import Program, Truth
from ..compiler.regions import Variable
from ..ruleset.model import Ruleset
from ..ruleset.unary_tests import Value
from ..ruleset.vocabulary import Fact
from ..search.completions import Base
from .findings import Example
from .satisfiability import with_mask

#: An ordinary case without a red flag. A fact that is not named here has the value
#: presumed of it, else no, else the first of its list, else the middle of its range.
ORDINARY: Mapping[str, Value] = MappingProxyType(
    {
        "age_years": 45,
        "sex": "female",
        "symptom_duration_weeks": 10,
        "pain_dominance": "leg",
        "leg_pain_nrs": 7,
        "back_pain_nrs": 3,
        "odi_percent": 44,
        "symptom_trend": "stable",
        "weakest_mrc_grade": 5,
        "motor_deficit_days": 0,
        "clinical_imaging_concordance": True,
        "conservative_care_weeks": 8,
        "conservative_response": "partial",
        "same_level_recurrences": 0,
        "level": "L4-5",
        "herniation_type": "protrusion",
        "contained": True,
        "zone": "subarticular",
        "canal_compromise_percent": 30,
        "disc_height_percent": 80,
        "posterior_disc_height_mm": 7,
        "annular_defect_width_mm": 3,
        "pfirrmann_grade": 3,
        "modic_type": 0,
        "slip_grade": 0,
        NEIGHBOUR_MAXIMUM: 2,
    }
)


def ordinary_value(fact: Fact) -> Value:
    """The value that an ordinary case has, of the fact's own type."""
    for value in (ORDINARY.get(fact.name), fact.presumed):
        read = None if value is None else fact.read(value)
        if read is not None:
            return read
    if fact.type == "bool":
        return False
    if fact.type == "enum":
        return fact.values[0]
    low, high = _plausible(fact)
    return int((low + high) // 2)


def ordinary(program: Program) -> Base:
    """The regions of an ordinary case: one bit a base variable."""
    return tuple(
        variable.mask_of(ordinary_value(variable.fact))
        for variable in program.variables[: program.base_count]
    )


def narrowed(program: Program, state: Base) -> Base:
    """One region of each fact, the ordinary one where it is among them."""
    return tuple(
        mask & usual or mask & -mask
        for mask, usual in zip(state, ordinary(program), strict=True)
    )


def example(
    ruleset: Ruleset,
    program: Program,
    state: Base,
    holds: Callable[[Truth], bool | None],
    unavailable: Sequence[str] = (),
    stated: Mapping[str, Value] = MappingProxyType({}),
) -> Example:
    """The example for a finding that ``holds`` in all of ``state``.

    Args:
        state: the witness, regions of each base variable.
        holds: whether the finding shows in every completion of a truth (None: in some).
        unavailable: codes of treatments that are not on offer in the case.
        stated: values that the example must name.
    """
    state = _minimal(program, state, holds)
    facts = {
        variable.name: nearest_value(variable, mask)
        for variable, mask in zip(program.variables, state, strict=False)
        if mask != variable.everything
    } | dict(stated)
    document = _document(ruleset, facts)
    if unavailable:
        document["unavailable_treatments"] = list(unavailable)
    return Example(document, facts)


def plain_example(
    ruleset: Ruleset,
    program: Program,
    state: Base,
    leave_out: Collection[str] = (),
) -> Example:
    """The example of a box all of whose cases show the finding.

    What may as well be unknown stays so, as do the facts to ``leave_out``.
    """
    facts = {
        variable.name: nearest_value(variable, mask)
        for variable, mask in zip(program.variables, state, strict=False)
        if variable.everything & ~mask
    }
    return Example(_document(ruleset, facts, leave_out), facts)


def _minimal(
    program: Program, state: Base, holds: Callable[[Truth], bool | None]
) -> Base:
    """As ordinary as the finding allows, then as little known as it allows."""
    whole = tuple(v.everything for v in program.variables)
    for wanted in (ordinary(program), whole):
        for at in range(program.base_count):
            if state[at] != whole[at]:
                eased = with_mask(state, at, wanted[at])
                if holds(program.propagate(eased)):
                    state = eased
    return state


def _document(
    ruleset: Ruleset, facts: Mapping[str, Value], leave_out: Collection[str] = ()
) -> dict[str, Any]:
    """A case that states ``facts``, and is otherwise an ordinary one."""
    case: dict[str, Any] = {}
    level = str(facts.get("level", ORDINARY["level"]))
    levels = ruleset.facts["level"].values if "level" in ruleset.facts else (level,)
    level = level if level in levels else levels[0]
    disc: dict[str, Any] = {"level": level}
    for fact in ruleset.facts.values():
        essential = fact.essential.startswith("yes") and fact.name not in leave_out
        stated = essential or fact.name in facts
        if stated and fact.scope in ("case", "disc") and fact.name != "level":
            holder = case if fact.scope == "case" else disc
            holder[fact.name] = facts.get(fact.name, ordinary_value(fact))
    discs = [disc]
    if NEIGHBOUR_MAXIMUM in facts:
        at = levels.index(level)
        discs += [
            {"level": neighbour, NEIGHBOUR_GRADE: facts[NEIGHBOUR_MAXIMUM]}
            for neighbour in (*levels[max(at - 1, 0) : at], *levels[at + 1 : at + 2])
        ]
    return {
        "contract": CONTRACT,
        "case_id": "example",
        "responsible_level": level,
        "facts": case,
        "discs": discs,
    }


def nearest_value(variable: Variable, mask: int) -> Value:
    """The value in these regions that is nearest to an ordinary one."""
    usual = ordinary_value(variable.fact)
    if variable.mask_of(usual) & mask:
        return usual
    if not variable.points:
        return next(v for v in variable.values if variable.mask_of(v) & mask)
    fitting = [v for v in _numbers(variable) if variable.mask_of(v) & mask]
    low, high = _plausible(variable.fact)
    return min(fitting, key=lambda v: (not low <= v <= high, abs(v - float(usual)), v))


def _numbers(variable: Variable) -> list[int | float]:
    """Values on both sides of every threshold, and the regions' representatives."""
    steps = (-1, 0, 1) if variable.fact.type == "int" else (-1, -0.5, 0, 0.5, 1)
    near = [point + step for point in variable.points for step in steps]
    found = [variable.fact.read(value) for value in (*near, *variable.representatives)]
    return [value for value in found if isinstance(value, (int, float))]


def _plausible(fact: Fact) -> tuple[float, float]:
    low, high = fact.limits
    if fact.plausible_minimum is not None:
        low = fact.plausible_minimum
    if fact.plausible_maximum is not None:
        high = fact.plausible_maximum
    return low, high
