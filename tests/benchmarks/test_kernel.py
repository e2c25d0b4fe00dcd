"""The single-table kernel: what it says, beside the cells read one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.kernel import NO_RULE, UNKNOWN, Kernel
from benchmarks.tables import cases, facts, rules
from treatments.engine.ruleset.unary_tests import UnaryTests, parse

AGE, KIND, DEFICIT = (f for f in facts() if f.name in ("age", "kind", "deficit"))


def kernel(*rows: dict[str, str]) -> Kernel:
    cells = [{name: parse(text) for name, text in row.items()} for row in rows]
    return Kernel((AGE, KIND, DEFICIT), cells)


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        ({"age": 70, "kind": "bulge", "deficit": False}, 0),
        ({"age": 40, "kind": "extrusion", "deficit": True}, 1),
        ({"age": 40, "kind": "bulge", "deficit": True}, NO_RULE),
        ({"age": 70}, 0),
        ({"age": 40}, UNKNOWN),
        ({"deficit": True, "age": None}, UNKNOWN),
        ({}, UNKNOWN),
        ({"age": 40, "kind": "bulge"}, NO_RULE),
    ],
)
def test_the_first_rule_that_holds_is_the_answer_or_it_is_not_known(
    case: dict[str, Any], answer: int
) -> None:
    table = kernel({"age": "> 55"}, {"kind": 'not("bulge")', "deficit": "true"})
    assert table.first(case) == answer


def test_a_missing_value_never_fires_a_negation() -> None:
    table = kernel({"kind": 'not("bulge")'}, {"deficit": "false"})
    assert table.collect({}) == (0b00, 0b11)
    assert table.collect({"kind": "other", "deficit": False}) == (0b11, 0b11)


def test_candidates_end_with_the_first_rule_that_surely_holds() -> None:
    table = kernel({"deficit": "true"}, {"age": "> 55"}, {"kind": '"bulge"'})
    assert table.candidates({"age": 60}) == (0b011, False)
    assert table.candidates({"age": 50}) == (0b101, True)


def test_a_table_without_a_test_always_gives_its_first_rule() -> None:
    assert kernel({}, {}).first({}) == 0
    assert kernel().first({}) == NO_RULE


def test_every_rule_is_explained_by_the_inputs_that_fail_and_those_not_known() -> None:
    table = kernel({"age": "> 55", "deficit": "true"}, {"kind": '"bulge"'}, {})
    said = table.explain({"age": 40, "kind": "bulge"})
    assert said.failed == [[0], [], []]
    assert said.unknown == [[2], [], []]


def test_many_values_of_one_input_do_not_fill_the_memory(monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.kernel._MOST_VALUES", 3)
    table = kernel({"age": "> 55"})
    for age in [*range(20, 80), None]:
        wanted = UNKNOWN if age is None else 0 if age > 55 else NO_RULE
        assert table.first({"age": age}) == wanted
        table.explain({"age": age})
    assert all(len(kept) <= 3 for kept in (*table._bits, *table._reasons))


DOMAINS = {
    fact.name: fact.values
    or ((False, True) if fact.type == "bool" else range(*map(int, (low, high + 1))))
    for fact in facts()
    for low, high in [(fact.minimum or 0, fact.maximum or 0)]
}


def truth(name: str, cell: UnaryTests, value: Any) -> bool | None:
    """What a cell says; of no value only what it says of every value."""
    if value is not None:
        return cell.accepts(value)
    answers = {cell.accepts(each) for each in DOMAINS[name]}
    return answers.pop() if len(answers) == 1 else None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.2, 0.6]))
def test_kernel_and_cells_read_one_by_one_agree(seed: int, unknown: float) -> None:
    rows = rules(40, seed)
    table = Kernel(facts(), rows)
    names = [fact.name for fact in facts()]
    for case in cases(10, unknown, seed):
        sure, possible = table.collect(case)
        said = table.explain(case)
        first: int | None = None
        for number, row in enumerate(rows):
            found = {n: truth(n, cell, case.get(n)) for n, cell in row.items()}
            failed = {n for n, holds in found.items() if holds is False}
            open_ = {n for n, holds in found.items() if holds is None}
            assert {names[at] for at in said.failed[number]} == failed
            assert {names[at] for at in said.unknown[number]} == open_
            assert bool(possible >> number & 1) is (not failed)
            assert bool(sure >> number & 1) is (not failed | open_)
            if first is None and not failed:
                first = UNKNOWN if open_ else number
        assert table.first(case) == first
