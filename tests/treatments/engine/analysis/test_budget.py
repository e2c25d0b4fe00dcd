"""An analysis ends: what is beyond its budget is said to be undecided."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.cases import RULESET, complete_cases
from tests.treatments.engine.small import (
    DERIVED,
    TRIAGE,
    URGENCY,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Ruleset, evaluate
from treatments.engine.analysis import Analysis, check, recheck

FACTS: list[dict[str, Any]] = [
    *(fact(f"b{n}", "bool") for n in range(6)),
    *(fact(f"e{n}", "enum", values=list("abcde")) for n in range(4)),
    *(fact(f"n{n}", "int", minimum=0, maximum=100) for n in range(4)),
]


@cache
def shipped() -> Analysis:
    return check(RULESET)


def crowded(rules: int, seed: int) -> Ruleset:
    """A table of many random rows over fourteen facts: gaps and masked rows galore."""
    chance = random.Random(seed)
    rows = []
    for number in range(rules):
        cells = {}
        for each in chance.sample(FACTS, chance.randint(2, 5)):
            low = chance.randrange(0, 100, 5)
            cells[each["name"]] = {
                "bool": chance.choice(["true", "false"]),
                "enum": ",".join(f'"{v}"' for v in chance.sample("abcde", 2)),
                "int": f"[{low}..{low + 5}]",
            }[each["type"]]
        says = chance.choice(["low", "high"])
        rows.append(rule(f"D-{number}", cells, value=says))
    degree = table("degree", "derived", rows, output="degree")
    options = eligibility(({"degree": '"low"'}, "CONS", "indicated"))
    whole = document([*DERIVED, degree, TRIAGE, URGENCY, options])
    whole["facts"] += FACTS
    whole["facts"].append(
        fact("degree", "enum", scope="derived", values=["low", "high"])
    )
    return Ruleset.from_document(whole)


@pytest.mark.parametrize("budget", [0, 1, 10, 100, 1000])
def test_beyond_the_budget_nothing_is_claimed(budget: int) -> None:
    analysis = check(RULESET, budget=budget, limit=1000)
    assert analysis.is_sound
    assert analysis.of("undecided")
    proved = {p.invariant for p in shipped().proofs if p.partial == "proved"}
    for proof in analysis.proofs:
        assert proof.partial != "proved" or proof.invariant in proved


def test_a_larger_budget_changes_nothing_on_the_shipped_ruleset() -> None:
    assert check(RULESET, budget=4_000_000) == shipped()


def test_the_same_ruleset_always_gives_the_same_analysis() -> None:
    ruleset = crowded(80, seed=1)
    first, second = (check(ruleset, budget=20_000) for _ in range(2))
    assert first.to_document() == second.to_document()


def test_a_crowded_table_is_analysed_within_its_budget() -> None:
    ruleset = crowded(300, seed=2)
    analysis = check(ruleset, budget=30_000, limit=5)
    assert len(analysis.findings) == 5
    assert analysis.left_out
    assert {f.kind for f in recheck(analysis, ruleset, "D-0").findings} >= {"masked"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(complete_cases(), st.data())
def test_without_a_row_that_never_matters_every_status_stays(
    case: dict[str, Any], data: st.DataObject
) -> None:
    idle = [finding.rules[0] for finding in shipped().of("never_matters")]
    id_ = data.draw(st.sampled_from(idle))
    whole = dict(RULESET.document)
    whole["tables"] = [
        {**t, "rules": [r for r in t["rules"] if r["id"] != id_]}
        for t in whole["tables"]
    ]
    with_it = evaluate(case, RULESET)
    without = evaluate(case, Ruleset.from_document(whole))
    assert with_it.recommended == without.recommended
    if with_it.disposition == "ladder":
        statuses = [[o.status for o in e.options] for e in (with_it, without)]
        assert statuses[0] == statuses[1]
