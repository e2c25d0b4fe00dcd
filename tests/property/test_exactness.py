"""Whatever the rules and whatever is known: the engine says what brute force says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property import correlated
from tests.treatments.engine.small import (
    DERIVED,
    LADDER,
    PRESUMED,
    TRIAGE,
    URGENCY,
    VALUES,
    Oracle,
    case,
    completions,
    document,
    eligibility,
)
from treatments.engine import Ruleset, evaluate

CELLS = {
    "flag": ["true", "false", "not(true)"],
    "weak": ["true", "false"],
    "late": ["true", "false"],
    "kind": ['"bulge"', '"extrusion","free"', 'not("free")', 'not("bulge","free")'],
    "zone": ['"central"', 'not("central")'],
    "weeks": ["< 6", ">= 6", "[6..12]", "(12..20]", "not([6..12])", "0,20"],
    "shift": [">= 4", "< 3", "[3..4)", "> 3.2"],
    "loose": ['"yes"', 'not("yes")', '"no","perhaps"'],
    "ripe": ['"yes"', '"no"'],
}
EFFECTS = ("indicated", "indicated", "caution", "unsuitable", "contraindicated")


@st.composite
def rows(draw: st.DrawFn) -> tuple[dict[str, str], str, str]:
    names = draw(st.lists(st.sampled_from(list(CELLS)), max_size=3, unique=True))
    cells = {name: draw(st.sampled_from(CELLS[name])) for name in names}
    codes = draw(st.lists(st.sampled_from(LADDER), min_size=1, max_size=2, unique=True))
    return cells, " ".join(codes), draw(st.sampled_from(EFFECTS))


rulesets = st.lists(rows(), min_size=1, max_size=8).map(
    lambda found: Ruleset.from_document(
        document([*DERIVED, TRIAGE, URGENCY, eligibility(*found)])
    )
)
partial_cases = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}
)


def matters(status: str) -> str:
    return "for" if status in ("suitable", "caution") else "not"


@settings(max_examples=150, deadline=None)
@given(rulesets, partial_cases)
def test_robust_is_true_exactly_when_every_completion_agrees(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    oracle = Oracle(ruleset)
    outcomes = {oracle.outcome(facts)[:3] for facts in completions(known)}
    evaluation = evaluate(case(known), ruleset)
    assert evaluation.robust is (len(outcomes) == 1)
    if evaluation.robust:
        given = evaluation.disposition, evaluation.urgency, evaluation.recommended
        assert {given} == outcomes


@settings(max_examples=60, deadline=None)
@given(correlated.rulesets, st.data())
def test_so_it_is_where_derived_facts_hang_on_the_same_few_flags(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    known = data.draw(st.sampled_from(correlated.flags_of(False, True, None)))
    outcomes = {}
    for facts in correlated.flags_of(False, True):
        if known.items() <= facts.items():
            one = evaluate(case(facts), ruleset)
            said = one.disposition, one.urgency, one.recommended
            outcomes[tuple(facts.values())] = said
    evaluation = evaluate(case(known), ruleset)
    assert evaluation.robust is (len(set(outcomes.values())) == 1)
    effects = {unknown.fact: effect for unknown, effect in evaluation.missing}
    for at, name in enumerate(correlated.FLAGS):
        others: dict[tuple[bool, ...], set[Any]] = {}
        for answers, outcome in outcomes.items():
            others.setdefault(answers[:at] + answers[at + 1 :], set()).add(outcome)
        bears = any(len(found) > 1 for found in others.values())
        assert (effects.get(name, "cannot_change") != "cannot_change") is bears


@settings(max_examples=100, deadline=None)
@given(rulesets, partial_cases)
def test_a_missing_fact_cannot_change_the_advice_exactly_when_no_value_does(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    oracle = Oracle(ruleset)
    by_rest: dict[str, dict[tuple[Any, ...], set[Any]]] = {}
    for facts in completions(known):
        outcome = oracle.outcome(facts)[:3]
        for name in VALUES.keys() - known.keys():
            rest = tuple(facts[other] for other in VALUES if other != name)
            by_rest.setdefault(name, {}).setdefault(rest, set()).add(outcome)
    for unknown, effect in evaluate(case(known), ruleset).missing:
        bears = any(len(o) > 1 for o in by_rest[unknown.fact].values())
        assert (effect != "cannot_change") is bears, unknown


@settings(max_examples=100, deadline=None)
@given(rulesets, partial_cases)
def test_a_fact_blocks_exactly_when_what_holds_up_the_answer_can_hang_on_it_alone(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    oracle = Oracle(ruleset)
    evaluation = evaluate(case(known), ruleset)
    effects = {unknown.fact: effect for unknown, effect in evaluation.missing}
    if evaluation.disposition != "insufficient_data":
        assert "blocks" not in effects.values()
        return
    found = list(completions({**PRESUMED, **known}))
    outcomes = [oracle.outcome(facts) for facts in found]
    open_triage = len({o[0] == "ladder" for o in outcomes}) > 1
    undetermined = {
        code for code in LADDER if len({matters(o[3][code]) for o in outcomes}) > 1
    }
    for name, effect in effects.items():
        if effect == "cannot_change":
            continue
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for facts, outcome in zip(found, outcomes, strict=True):
            rest = tuple(facts[other] for other in VALUES if other != name)
            groups.setdefault(rest, []).append(outcome)
        blocks = any(
            len({o[0] == "ladder" for o in group}) > 1
            if open_triage
            else any(len({matters(o[3][c]) for o in group}) > 1 for c in undetermined)
            for group in groups.values()
        )
        assert (effect == "blocks") is blocks, name


@settings(max_examples=150, deadline=None)
@given(rulesets, partial_cases)
def test_a_status_is_undetermined_only_where_completions_differ_in_what_matters(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    oracle = Oracle(ruleset)
    evaluation = evaluate(case(known), ruleset)
    if evaluation.disposition not in ("ladder", "insufficient_data"):
        return
    found = [oracle.outcome(f) for f in completions({**PRESUMED, **known})]
    for option in evaluation.options:
        statuses = {each[3][option.treatment] for each in found}
        if option.status == "recommended":
            settled = {matters(s) for s in statuses} == {"for"}
            assert settled or {each[2] for each in found} == {option.treatment}
        elif len(statuses) == 1:
            assert {option.status} == statuses
        else:
            differ = len({matters(s) for s in statuses}) > 1
            assert (option.status == "undetermined") is differ


@settings(max_examples=150, deadline=None)
@given(rulesets, partial_cases)
def test_a_complete_case_gets_the_outcome_of_the_book(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    facts = next(completions(known))
    evaluation = evaluate(case(facts), ruleset)
    given = evaluation.disposition, evaluation.urgency, evaluation.recommended
    assert given == Oracle(ruleset).outcome(facts)[:3]
    assert evaluation.robust is True


@settings(max_examples=150, deadline=None)
@given(rulesets, partial_cases)
def test_a_missing_fact_never_fires_a_rule_that_names_it(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    evaluation = evaluate(case(known), ruleset)
    stated = {**{a: v for a, v in PRESUMED.items() if a not in known}, **known}
    found = [
        {name: t for name, t in r["cells"].items() if name in VALUES}
        for t in ruleset.document["tables"]
        for r in t["rules"]
        if r["id"] in evaluation.matched_rules
    ]
    for cells in found:
        assert cells.keys() <= stated.keys()


@settings(max_examples=80, deadline=None)
@given(st.lists(rows(), min_size=2, max_size=8), partial_cases, st.randoms())
def test_the_order_of_collected_rules_of_tables_and_of_facts_does_not_matter(
    found: list[Any], known: dict[str, Any], random: Any
) -> None:
    tables = [*DERIVED, TRIAGE, URGENCY, eligibility(*found)]
    first = evaluate(case(known), Ruleset.from_document(document(tables)))
    shuffled = document(tables)
    options = shuffled["tables"][-1]
    random.shuffle(options["rules"])
    random.shuffle(shuffled["tables"])
    random.shuffle(shuffled["facts"])
    facts = list(known.items())
    random.shuffle(facts)
    second = evaluate(case(dict(facts)), Ruleset.from_document(shuffled))
    assert first.robust is second.robust
    assert first.disposition == second.disposition
    assert first.urgency == second.urgency
    assert first.recommended == second.recommended
    assert [o.status for o in first.options] == [o.status for o in second.options]
    assert dict(first.missing) == dict(second.missing)
    assert dict(first.derived) == dict(second.derived)
    assert set(first.matched_rules) == set(second.matched_rules)
