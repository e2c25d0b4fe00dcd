"""What the analysis proves or finds is what enumeration gives, whatever the rules."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.correlated import (
    DERIVED,
    VALUES,
    cells,
    documents,
    flags_of,
    rulesets,
)
from tests.treatments.engine.small import case
from treatments.engine import Invariant, Ruleset, evaluate
from treatments.engine.analysis import check
from treatments.engine.analysis.coverage import share
from treatments.engine.analysis.invariants import Breaks, OutcomeClaim
from treatments.engine.analysis.rule_ablation import (
    AblatedProgram,
    affected_statements,
    differing_case,
)
from treatments.engine.analysis.satisfiability import (
    AllOf,
    Goal,
    NoIndication,
    Pattern,
    Within,
    everything,
    find_witness,
)
from treatments.engine.compiler.bitset import bit_set
from treatments.engine.compiler.program import Program
from treatments.engine.ruleset import unary_tests
from treatments.engine.search.completions import Base, Budget
from treatments.engine.search.questions import OutcomeQuestion

STATES = 100_000
THEN = ['"ENDO"', 'not("CONS")', '"CONS","OPEN"', 'not("FUSION")', 'not("ENDO")']
many = settings(max_examples=150, deadline=None)


def cases_of(program: Program) -> list[Base]:
    """Every complete case, a region a fact."""
    sizes = [mask.bit_length() for mask in everything(program)]
    return list(product(*([1 << region for region in range(n)] for n in sizes)))


def orders(program: Program) -> list[Base]:
    """What to look into first: nothing, the first region of each fact, the last."""
    whole = everything(program)
    first = tuple(mask & -mask for mask in whole)
    return [whole, first, tuple(1 << (mask.bit_length() - 1) for mask in whole)]


def goals(program: Program) -> st.SearchStrategy[Goal]:
    rules = st.sets(st.sampled_from(range(len(program.rules))), max_size=3)
    mask = rules.map(bit_set)
    at = st.sampled_from([program.index[name] for name in DERIVED])
    regions = st.integers(1, (1 << len(VALUES) + 1) - 2)
    breaks = st.sampled_from(THEN).map(
        lambda then: Breaks(
            OutcomeClaim(
                Invariant("I", "I", {}, {"recommended": unary_tests.parse(then)}, ())
            ),
            OutcomeQuestion(program, frozenset()),
        )
    )
    one: st.SearchStrategy[Any] = st.one_of(
        st.builds(Pattern, mask, mask, mask),
        st.builds(Within, st.just(program), at, regions),
        st.just(NoIndication(program)),
        breaks,
    )
    return one | st.lists(one, min_size=2, max_size=3).map(lambda g: AllOf(tuple(g)))


@many
@given(rulesets, st.data())
def test_a_search_finds_a_case_exactly_when_there_is_one_and_measures_them_all(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    program = Program(ruleset)
    goal = data.draw(goals(program))
    whole = everything(program)
    met = [bool(goal.decide(program.propagate(one))) for one in cases_of(program)]
    for prefer in orders(program):
        state = find_witness(program, goal, whole, Budget(STATES), prefer=prefer)
        assert (state is not None) is any(met)
        if state:
            assert goal.decide(program.propagate(state)) is True
    assert share(program, goal, whole, Budget(STATES)) * len(met) == sum(met)


@many
@given(rulesets, st.data())
def test_a_derived_row_changes_what_is_said_exactly_when_some_case_shows_it(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    whole = Program(ruleset)
    step = data.draw(st.sampled_from(whole.steps))
    number = data.draw(st.sampled_from(step.hit.rules))
    ablated = AblatedProgram(whole, number)
    every = step.nothing | (step.nothing - 1)
    for statement in affected_statements(whole, step.hit.table.output, every):
        shown = any(
            set(statement.answers(whole, whole.propagate(one)))
            != set(statement.answers(ablated, ablated.propagate(one)))
            for one in cases_of(whole)
        )
        for prefer in orders(whole):
            found = differing_case(whole, number, statement, Budget(STATES), prefer)
            assert (found is not None) is shown


def known_of_case(ruleset: Ruleset, facts: dict[str, bool]) -> dict[str, Any]:
    evaluation = evaluate(case(facts), ruleset)
    return {
        **facts,
        **evaluation.derived,
        "disposition": evaluation.disposition,
        "urgency": evaluation.urgency,
        "recommended": evaluation.recommended,
    }


@settings(max_examples=30, deadline=None)
@given(documents(), cells(DERIVED).filter(bool), st.sampled_from(THEN))
def test_an_invariant_is_proved_exactly_of_complete_cases_and_holds_of_partial_ones(
    document: dict[str, Any], when: dict[str, str], then: str
) -> None:
    row = {"id": "I", "title": "I", "when": when, "then": {"recommended": then}}
    document["invariants"] = [{**row, "sources": ["B01"]}]
    ruleset = Ruleset.from_document(document)
    (invariant,) = ruleset.invariants
    (proof,) = check(ruleset, limit=10_000).proofs
    complete = [known_of_case(ruleset, facts) for facts in flags_of(False, True)]
    true = all(invariant.holds(known) for known in complete)
    assert proof.complete == ("proved" if true else "violated")
    if proof.partial == "proved":
        assert true
        for facts in flags_of(False, True, None):
            known = known_of_case(ruleset, facts)
            if known["disposition"] != "insufficient_data":
                assert invariant.holds(known), facts
    if proof.anywhere == "proved":
        assert proof.partial == "proved"
