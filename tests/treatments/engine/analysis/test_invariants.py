"""What is proved of an invariant holds of every case that can be tried."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.cases import RULESET, partial_cases
from tests.property.test_exactness import partial_cases as small_partial_cases
from tests.property.test_exactness import rulesets
from tests.treatments.engine.small import LADDER, VALUES, Oracle, case, completions
from treatments.engine import Evaluation, Invariant, Ruleset, evaluate
from treatments.engine.analysis import Proof, check
from treatments.engine.ruleset.enums import FOR
from treatments.engine.ruleset.unary_tests import UnaryTests

QUOTED = [f'"{code}"' for code in LADDER]
WHEN = {
    "flag": ["true", "false"],
    "kind": ['"bulge"', 'not("free")'],
    "weeks": ["< 6", "(12..20]"],
    "loose": ['"yes"', 'not("yes")'],
    "ripe": ['"yes"', '"no"'],
    "disposition": ['"ladder"', '"emergency"'],
    "recommended": ['"CONS"', '"ENDO","OPEN"'],
}
THEN = {
    "recommended": [*(f"not({code})" for code in QUOTED), '"CONS","ENDO"'],
    "disposition": ['"ladder"', 'not("emergency")'],
    "urgency": ['not("urgent")', '"early","elective","emergency"'],
    "late": ["true"],
    "ripe": ['not("no")'],
}
PRESUMED = {"weak": False, "zone": "central"}
slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def cells_of(choices: dict[str, list[str]], most: int) -> st.SearchStrategy[Any]:
    one = {name: st.sampled_from(cells) for name, cells in choices.items()}
    return st.lists(
        st.sampled_from(list(choices)), min_size=1, max_size=most, unique=True
    ).flatmap(lambda names: st.fixed_dictionaries({n: one[n] for n in names}))


def row(when: dict[str, str], then: dict[str, str]) -> dict[str, Any]:
    return {"id": "I", "title": "I", "when": when, "then": then, "sources": ["B01"]}


rows = st.builds(row, when=cells_of(WHEN, 2), then=cells_of(THEN, 2))


def with_invariant(ruleset: Ruleset, invariant: dict[str, Any]) -> Ruleset:
    document = copy.deepcopy(dict(ruleset.document))
    document["invariants"] = [invariant]
    return Ruleset.from_document(document)


def proof_of(ruleset: Ruleset) -> Proof:
    (proof,) = check(ruleset, limit=10_000).proofs
    assert proof.complete != "not decided"
    return proof


def known_of(oracle: Oracle, facts: dict[str, Any]) -> dict[str, Any]:
    """A complete case with what follows from it, by the book."""
    known = dict(facts)
    for name in ("loose", "ripe"):
        rules = next(t for t in oracle.document["tables"] if t["output"] == name)
        hit = next(r for r in rules["rules"] if oracle.fires(r, known))
        known[name] = hit["outputs"]["value"]
    outcome = oracle.outcome(facts)
    names = ("disposition", "urgency", "recommended")
    return {**known, **dict(zip(names, outcome[:3], strict=True))}


def answered(facts: dict[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    return {
        **facts,
        **evaluation.derived,
        "disposition": evaluation.disposition,
        "urgency": evaluation.urgency,
        "recommended": evaluation.recommended,
    }


def holds(invariant: Invariant, known: dict[str, Any]) -> bool:
    """Whether the answer breaks it; "not enough data" says nothing."""
    return known["disposition"] == "insufficient_data" or invariant.holds(known)


@slow
@given(rulesets, rows)
def test_proved_of_complete_cases_is_true_of_each(
    ruleset: Ruleset, invariant: dict[str, Any]
) -> None:
    ruleset = with_invariant(ruleset, invariant)
    oracle = Oracle(ruleset)
    (tested,) = ruleset.invariants
    true = all(tested.holds(known_of(oracle, facts)) for facts in completions({}))
    assert proof_of(ruleset).complete == ("proved" if true else "violated")


@slow
@given(rulesets, rows, st.data())
def test_proved_of_partial_cases_is_true_of_any(
    ruleset: Ruleset, invariant: dict[str, Any], data: st.DataObject
) -> None:
    ruleset = with_invariant(ruleset, invariant)
    (tested,) = ruleset.invariants
    proof = proof_of(ruleset)
    for known in data.draw(st.lists(small_partial_cases, min_size=5, max_size=15)):
        if proof.partial == "proved":
            outcome = answered(known, evaluate(case(known), ruleset))
            assert holds(tested, outcome)
        if proof.anywhere == "proved":
            left = data.draw(st.sets(st.sampled_from(LADDER)))
            document = {**case(known), "unavailable_treatments": sorted(left)}
            assert holds(tested, answered(known, evaluate(document, ruleset)))


@slow
@given(rulesets, rows)
def test_a_violation_is_shown_by_its_example(
    ruleset: Ruleset, invariant: dict[str, Any]
) -> None:
    ruleset = with_invariant(ruleset, invariant)
    (tested,) = ruleset.invariants
    for finding in check(ruleset, limit=10_000).of("invariant"):
        assert finding.example
        document = finding.example.document
        facts = {**document["facts"], "level": document["responsible_level"]}
        assert not tested.holds(answered(facts, evaluate(document, ruleset)))


@slow
@given(rulesets, small_partial_cases)
def test_what_is_said_of_a_partial_case_is_in_the_cover_of_each_completion(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    evaluation = evaluate(case(known), ruleset)
    if evaluation.disposition == "insufficient_data":
        assert evaluation.recommended is None
        return
    oracle = Oracle(ruleset)
    for facts in completions({**PRESUMED, **known}):
        disposition, _, _, statuses = oracle.outcome(facts)
        assert disposition == evaluation.disposition
        if evaluation.recommended:
            suits = {code for code, status in statuses.items() if status in FOR}
            assert evaluation.recommended in (suits or {"CONS"})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(partial_cases(), st.integers(0, 2**32))
def test_so_it_is_on_the_shipped_ruleset(partial: dict[str, Any], seed: int) -> None:
    evaluation = evaluate(partial, RULESET)
    if evaluation.disposition == "insufficient_data":
        return
    whole = completed({**partial}, evaluation, random.Random(seed))
    complete = evaluate(whole, RULESET)
    assert complete.disposition == evaluation.disposition
    if evaluation.recommended:
        suits = {
            o.treatment for o in complete.options if o.status in {*FOR, "recommended"}
        }
        assert evaluation.recommended in (suits or {"CONS"})


def completed(
    partial: dict[str, Any], evaluation: Evaluation, chance: random.Random
) -> dict[str, Any]:
    """The case with every open answer filled in: as presumed, else by chance."""
    facts, disc = dict(partial["facts"]), dict(partial["discs"][0])
    for name, fact in RULESET.facts.items():
        holder = {"case": facts, "disc": disc}.get(fact.scope)
        if holder is None or name in holder:
            continue
        low, high = fact.limits if fact.type in ("int", "decimal") else (0, 0)
        allowed: Sequence[Any] = fact.values or (False, True)
        if fact.type in ("int", "decimal"):
            allowed = range(int(low), int(high) + 1)
        presumed = evaluation.assumed.get(name)
        if isinstance(presumed, UnaryTests):
            allowed = [value for value in allowed if presumed.accepts(value)]
        elif presumed is not None:
            allowed = [presumed]
        holder[name] = chance.choice(allowed)
    return {**partial, "facts": facts, "discs": [disc, *partial["discs"][1:]]}


def test_every_fact_of_the_small_ruleset_is_tried() -> None:
    assert set(WHEN) - {"loose", "ripe", "disposition", "recommended"} <= set(VALUES)
