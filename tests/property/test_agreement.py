"""One engine in three forms: one case, many cases, one table: the same answers."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.kernel import Kernel
from tests.property import test_exactness as small
from tests.property.cases import RULESET, complete_cases, partial_cases
from tests.treatments.engine.small import case, completions, document, eligibility
from treatments.engine import Evaluation, Ruleset, evaluate
from treatments.engine.analysis import check
from treatments.engine.batch.columns import encode
from treatments.engine.batch.evaluate import OPEN, BatchResult, evaluate_batch
from treatments.engine.compiler.program import SingleHit, program_of

several = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck)
)
unavailable = st.sets(st.sampled_from(list(RULESET.treatments)), max_size=4)


def batch(cases: list[Any], ruleset: Ruleset = RULESET) -> BatchResult:
    return evaluate_batch(encode(cases, ruleset), ruleset)


def assert_agreement(found: BatchResult, at: int, exact: Evaluation) -> None:
    """What the batch has settled is what the exact evaluator says."""
    told = found.outcome(at)
    said = exact.disposition, exact.urgency, exact.recommended
    for part, exactly in zip(told, said, strict=True):
        assert part in (OPEN, exactly), (told, said)
    statuses = found.status(at)
    for option in exact.options:
        assert statuses[option.treatment] in (OPEN, option.status)


@several
@given(st.lists(complete_cases(), min_size=1, max_size=8), unavailable)
def test_complete_cases_have_the_same_answer_alone_and_in_a_batch(
    cases: list[dict[str, Any]], missing: set[str]
) -> None:
    cases[0]["unavailable_treatments"] = sorted(missing)
    for one in cases:  # the neighbours' grades are facts too: without them, no level
        one["discs"] = one["discs"][:1]
        level = one["responsible_level"]
        levels = RULESET.facts["level"].values
        at = levels.index(level)
        for near in (*levels[max(at - 1, 0) : at], *levels[at + 1 : at + 2]):
            one["discs"].append({"level": near, "pfirrmann_grade": 2})
    found = batch(cases)
    assert not len(found.open)
    for at, one in enumerate(cases):
        assert_agreement(found, at, evaluate(one, RULESET))


@several
@given(st.lists(partial_cases(), min_size=1, max_size=8), st.data())
def test_what_a_batch_settles_of_a_partial_case_is_the_exact_answer(
    cases: list[dict[str, Any]], data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        del cases[0]["responsible_level"]
    if data.draw(st.booleans()):
        cases[-1]["discs"] = []
    cases.append({"contract": 1, "facts": {"age_years": 400}})
    found = batch(cases)
    for at, one in enumerate(cases):
        assert_agreement(found, at, evaluate(one, RULESET))


@several
@given(small.rulesets, st.lists(small.partial_cases, min_size=1, max_size=6))
def test_batch_and_single_agree_whatever_the_rules(
    ruleset: Ruleset, known: list[dict[str, Any]]
) -> None:
    cases = [case(facts) for facts in known]
    found = batch(cases, ruleset)
    for at, one in enumerate(cases):
        assert_agreement(found, at, evaluate(one, ruleset))


@several
@given(
    st.lists(small.rows(), min_size=2, max_size=6),
    st.lists(small.partial_cases, min_size=1, max_size=6),
    st.data(),
)
def test_a_disabled_rule_is_no_rule_alone_in_a_batch_or_to_the_analysis(
    found: list[Any], known: list[dict[str, Any]], data: st.DataObject
) -> None:
    whole = document([*small.DERIVED, small.TRIAGE, small.URGENCY, eligibility(*found)])
    gone = {"R-01"} | data.draw(
        st.sets(st.sampled_from(["R-02", "LOOSE-02", "RIPE-02", "URGENCY-02"]))
    )
    without = copy.deepcopy(whole)
    for table in whole["tables"]:
        for row in table["rules"]:
            if row["id"] in gone:
                row["disabled"] = "Not in use here"
    for table in without["tables"]:
        table["rules"] = [r for r in table["rules"] if r["id"] not in gone]
    one, other = map(Ruleset.from_document, (whole, without))
    cases = [case(facts) for facts in known]
    for at, document_ in enumerate(cases):
        said = [evaluate(document_, ruleset).to_document() for ruleset in (one, other)]
        assert {**said[0], "ruleset": None} == {**said[1], "ruleset": None}
        assert_agreement(batch(cases, one), at, evaluate(document_, other))
    assert check(one).findings == check(other).findings


@several
@given(small.rulesets, small.partial_cases)
def test_a_complete_case_is_never_open(ruleset: Ruleset, known: dict[str, Any]) -> None:
    assert not len(batch([case(next(completions(known)))], ruleset).open)


@several
@given(st.lists(complete_cases(), min_size=1, max_size=4), st.data())
def test_the_kernel_and_the_program_hit_the_same_rules_of_every_table(
    cases: list[dict[str, Any]], data: st.DataObject
) -> None:
    program = program_of(RULESET)
    for one in cases:
        known = {**one["facts"], **one["discs"][0]}
        for name in data.draw(st.sets(st.sampled_from(sorted(known)), max_size=12)):
            del known[name]
        truth = program.propagate(program.masks(known, {}))
        for hit in (s.hit for s in program.steps):
            if not any(RULESET.facts[n].scope == "derived" for n in hit.table.inputs):
                assert_same_hits(hit, known, truth.sure, truth.possible)


def assert_same_hits(
    hit: SingleHit, known: dict[str, Any], sure: int, possible: int
) -> None:
    rules = [program_of(RULESET).rules[number] for number in hit.rules]
    facts = [RULESET.facts[name] for name in hit.table.inputs]
    bits, none = Kernel(facts, [rule.cells for rule in rules]).candidates(known)
    told = [n for place, n in enumerate(hit.rules) if bits >> place & 1]
    assert (told, none) == hit.possible_hits(sure, possible)
