"""On the shipped ruleset too: robust and effects are what enumeration gives.

Up to six facts are unknown; each is tried at one representative of every region.
"""

from __future__ import annotations

from itertools import product
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.property.cases import RULESET, complete_cases
from treatments.engine import evaluate
from treatments.engine.compiler.program import program_of
from treatments.engine.search import targeted

PROGRAM = program_of(RULESET)
REPRESENTATIVES = {v.name: v.representatives for v in PROGRAM.variables}
MOST_COMPLETIONS = 400
NOTHING = targeted.ReachableOutcomes({}, complete=False)


def with_answers(case: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    facts, disc = dict(case["facts"]), dict(case["discs"][0])
    for name, value in answers.items():
        (facts if RULESET.facts[name].scope == "case" else disc)[name] = value
    return {**case, "facts": facts, "discs": [disc, *case["discs"][1:]]}


def outcome(case: dict[str, Any]) -> tuple[Any, ...]:
    evaluation = evaluate(case, RULESET)
    return evaluation.disposition, evaluation.urgency, evaluation.recommended


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(complete_cases(), st.data())
def test_robust_and_effects_are_those_of_every_completion(
    case: dict[str, Any], data: st.DataObject
) -> None:
    asked = [n for n in (*case["facts"], *case["discs"][0]) if n in REPRESENTATIVES]
    asked.remove("level")
    names = data.draw(
        st.lists(st.sampled_from(asked), min_size=1, max_size=6, unique=True)
    )
    spaces = [REPRESENTATIVES[name] for name in names]
    size = 1
    for space in spaces:
        size *= len(space)
    assume(size <= MOST_COMPLETIONS)
    outcomes = {
        values: outcome(with_answers(case, dict(zip(names, values, strict=True))))
        for values in product(*spaces)
    }
    partial = with_answers(case, dict.fromkeys(names))
    evaluation = evaluate(partial, RULESET)
    neighbours = [u for u, effect in evaluation.missing if u.level and effect]
    effects = {u.fact: effect for u, effect in evaluation.missing if not u.level}
    found = {tuple(o) for o in (evaluation.reachable or NOTHING).found}
    assert found >= set(outcomes.values())
    with patch.object(targeted, "FIRST_LOOK_STATES", 0):
        assert evaluate(partial, RULESET).to_document() == evaluation.to_document()
    if all(dict(evaluation.missing)[u] == "cannot_change" for u in neighbours):
        assert evaluation.robust is (len(set(outcomes.values())) == 1)
        assert found == set(outcomes.values())
    for at, name in enumerate(names):
        groups: dict[tuple[Any, ...], set[Any]] = {}
        for values, found in outcomes.items():
            groups.setdefault(values[:at] + values[at + 1 :], set()).add(found)
        if any(len(group) > 1 for group in groups.values()):
            assert effects[name] in ("could_change", "blocks")
        elif not neighbours:
            assert effects[name] == "cannot_change"
