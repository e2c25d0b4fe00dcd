"""Why not …? The shortest honest reason for each option that is not advised."""

from __future__ import annotations

from typing import Any

from ..case import Case
from ..compiler.bitset import members
from ..compiler.possible_outcomes import (
    CAUTION,
    SUITABLE,
    UNAVAILABLE,
    UNDETERMINED,
    undetermined_rules,
)
from ..compiler.program import Program
from ..ruleset.enums import ON_LADDER
from ..search.completions import open_facts
from .resolve import ResolvedCase


def why_not(
    program: Program, case: Case, resolved: ResolvedCase
) -> list[dict[str, Any]]:
    """One entry a treatment that is not advised, in the order of the ladder.

    ``reason`` is ``against`` (``rules`` speak against it), ``not_met`` (of the rule
    for it that comes closest, the ``conditions`` that fail), ``later`` (another comes
    first in the order of preference), ``unknown`` (``facts`` decide) or
    ``unavailable``. Where triage stops the ladder there is none, and where no option
    can be named yet, none for those that are left.
    """
    if resolved.outcome.disposition not in ON_LADDER:
        return []
    left = {resolved.outcome.recommended}
    if case.contract > 1 and resolved.outcome.recommended is None:
        left = {place.recommended for place in resolved.places or ()}
    return [
        _reason(program, case, resolved, code)
        for code in program.ruleset.treatments
        if code not in left
    ]


def _reason(
    program: Program, case: Case, resolved: ResolvedCase, code: str
) -> dict[str, Any]:
    status = resolved.statuses[code]
    entry: dict[str, Any] = {
        "treatment": code,
        "status": status,
        "reason": "against",
        "rules": [],
        "conditions": [],
        "facts": [],
    }
    effects, sure = program.effects[code], resolved.truth.sure
    excluding = sure & effects.contraindicated or sure & effects.unsuitable
    if status == UNAVAILABLE:
        entry["reason"] = "unavailable"
    elif excluding:
        entry["rules"] = _ids(program, excluding)
    elif status == SUITABLE:
        entry["reason"] = "later"
    elif status == CAUTION:
        entry["rules"] = _ids(program, sure & effects.reservations)
    elif status == UNDETERMINED:
        entry["reason"] = "unknown"
        undetermined = undetermined_rules(program, code, resolved.truth)
        facts = open_facts(program, resolved.truth, undetermined)
        entry["facts"] = [program.variables[at].name for at in facts]
    else:
        entry["reason"] = "not_met"
        entry["conditions"] = _closest(program, case, resolved, effects.indicated)
    return entry


def _closest(
    program: Program, case: Case, resolved: ResolvedCase, indicated: int
) -> list[dict[str, Any]]:
    """The failing conditions of that rule for it which fails in the fewest.

    The closest rule, not all: a surgeon asks what it would take, and a list of every
    way in is the rule table itself.
    """
    best: list[dict[str, Any]] | None = None
    for number in members(indicated):
        rule = program.rules[number]
        failed = []
        for at, accepted in program.cells[number]:
            mask = resolved.truth.masks[at]
            if mask & accepted:
                continue
            name = program.variables[at].name
            failed.append(
                {
                    "rule": rule.id,
                    "fact": name,
                    "value": _value(program, case, at, mask),
                    "needed": rule.cells[name].text,
                }
            )
        if best is None or 0 < len(failed) < len(best):
            best = failed
    return best or []


def _value(program: Program, case: Case, at: int, mask: int) -> Any:
    variable = program.variables[at]
    if variable.name in case.known:
        return case.known[variable.name]
    if variable.name in case.partial:
        return dict(case.partial[variable.name].stated)
    region = mask.bit_length() - 1
    single = mask.bit_count() == 1 and region < len(variable.representatives)
    return variable.representatives[region] if single else None


def _ids(program: Program, bits: int) -> list[str]:
    return [program.rules[number].id for number in members(bits)]
