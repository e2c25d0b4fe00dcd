"""The search and the measure against every combination of regions.

The derived table ends in several rows that may be the surely matching one: two states
with the same open rules can then have different derived values.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.treatments.engine.small import (
    DERIVED,
    LADDER,
    TRIAGE,
    URGENCY,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Ruleset
from treatments.engine.analysis.coverage import share
from treatments.engine.analysis.satisfiability import (
    AllOf,
    Goal,
    NoIndication,
    Pattern,
    Within,
    everything,
    find_witness,
)
from treatments.engine.compiler.program import Program
from treatments.engine.search.completions import Budget

FLAGS = [fact(name, "bool") for name in "abcdg"]
VALUES = ["v1", "v2", "v3", "v4"]
EFFECTS = ("indicated", "indicated", "caution", "unsuitable", "contraindicated")
flags = st.dictionaries(
    st.sampled_from("abcdg"), st.sampled_from(["true", "false"]), max_size=2
)
degrees = st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique=True)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    says = [draw(st.sampled_from(VALUES)) for _ in range(4)]
    cells: list[dict[str, str]] = [{"a": "true"}, {"b": "true"}, {"c": "true"}, {}]
    rows = [rule(f"D-{n}", cells[n], value=says[n]) for n in range(4)]
    found = []
    for _ in range(draw(st.integers(2, 5))):
        row = draw(flags)
        if draw(st.booleans()):
            row["degree"] = ",".join(f'"{value}"' for value in draw(degrees))
        code, effect = draw(st.sampled_from(LADDER)), draw(st.sampled_from(EFFECTS))
        found.append((row, code, effect))
    degree = table("degree", "derived", rows, output="degree")
    whole = document([*DERIVED, degree, TRIAGE, URGENCY, eligibility(*found)])
    whole["facts"] += FLAGS
    whole["facts"].append(fact("degree", "enum", scope="derived", values=VALUES))
    return Program(Ruleset.from_document(whole))


def goals(program: Program, draw: Any) -> Goal:
    """Some property of a case."""
    numbers = list(range(len(program.rules)))
    bit = st.sampled_from(numbers).map(lambda number: 1 << number)
    none = draw(bit) | draw(bit)
    pattern = Pattern(draw(bit) & ~none, none, draw(st.just(0) | bit))
    degree = Within(program, program.index["degree"], draw(st.integers(1, 14)))
    return draw(
        st.sampled_from(
            [
                pattern,
                degree,
                NoIndication(program),
                AllOf((degree, NoIndication(program))),
                AllOf((degree, pattern)),
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(programs(), st.data())
def test_a_case_is_found_exactly_when_there_is_one(
    program: Program, data: st.DataObject
) -> None:
    goal = goals(program, data.draw)
    free = [program.index[name] for name in "abcdg" if name in program.index]
    start = [mask & -mask for mask in everything(program)]
    for at in free:
        start[at] = program.variables[at].everything
    cases = product(*([1 << n for n in range(m.bit_length())] for m in start))
    met = [
        bool(goal.decide(program.propagate(case)))
        for case in cases
        if all(one & whole for one, whole in zip(case, start, strict=True))
    ]
    state = find_witness(program, goal, start, Budget(10_000))
    assert (state is not None) is any(met)
    if state:
        assert goal.decide(program.propagate(state)) is True
    assert share(program, goal, start, Budget(10_000)) * len(met) == sum(met)
