"""Each moved case is explained by the rules that moved it, and by no others."""

import copy
from typing import Any

import pytest

from benchmarks.documents import golden, partial
from tests.treatments.replay.stored import changed, code
from treatments.engine import Ruleset, evaluate
from treatments.replay.causes import NEW, OLD, explain


def without(ruleset: Ruleset, rule_id: str) -> Ruleset:
    """The version in which one rule is gone."""
    document = copy.deepcopy(dict(ruleset.document))
    for table in document["tables"]:
        table["rules"] = [r for r in table["rules"] if r["id"] != rule_id]
    return Ruleset.from_document(document)


def moved_by(
    rule_id: str, shipped: Ruleset, read: list[tuple[Any, str, frozenset[str]]]
) -> tuple[Ruleset, list[Any]]:
    """The version without a rule, and the golden cases that it moves.

    ``read`` has each case with its advice and the rules that may hold in it: one that
    surely does not hold can go without moving the case.
    """
    other = without(shipped, rule_id)
    cases = [
        case
        for case, before, may_hold in read
        if rule_id in may_hold and code(case, other) != before
    ]
    return other, cases


def golden_as_read(shipped: Ruleset) -> list[tuple[Any, str, frozenset[str]]]:
    return [
        (
            case,
            code(case, shipped),
            frozenset(
                one.rule
                for one in evaluate(case, shipped, effects=False).trace
                if one.state != "false"
            ),
        )
        for case in golden()
    ]


def rules_of(shipped: Ruleset, kind: str) -> list[str]:
    return [rule.id for table in shipped.tables_of(kind) for rule in table.rules]


def test_a_rule_taken_away_is_the_one_named(shipped):
    """Of every rule whose absence moves a golden case, in both directions."""
    checked, read = set(), golden_as_read(shipped)
    for kind in ("triage", "urgency", "eligibility"):
        for rule_id in rules_of(shipped, kind):
            other, cases = moved_by(rule_id, shipped, read)
            for case in cases[:2]:
                gone = explain(case, shipped, other)
                named = [c.rule for c in gone.causes if c.version == OLD]
                assert rule_id in named, (rule_id, gone)
                back = explain(case, other, shipped)
                assert rule_id in [c.rule for c in back.causes if c.version == NEW]
                checked.add(rule_id)
    assert len(checked) > 30


def test_every_moved_case_is_explained(shipped, other):
    cases = [
        case
        for case in (*golden(), *partial(shipped, 1500, seed=11))
        if code(case, shipped) != code(case, other)
    ]
    assert len(cases) > 20
    removed = set(shipped.rules) - set(other.rules)
    for case in cases:
        found = explain(case, shipped, other)
        assert found.causes
        assert not found.otherwise
        assert removed & {cause.rule for cause in found.causes}


def test_a_cause_fires_in_its_version_and_says_so_in_words(shipped, other):
    for case in partial(shipped, 600, seed=12):
        if code(case, shipped) == code(case, other):
            continue
        fired = {
            OLD: evaluate(case, shipped, effects=False),
            NEW: evaluate(case, other, effects=False),
        }
        for cause in explain(case, shipped, other).causes:
            evaluation = fired[cause.version]
            waiting = {r for o in evaluation.options for r, _ in o.undetermined}
            last_resort = evaluation.ruleset.selection.last_resort.id
            assert cause.rule in {*evaluation.matched_rules, *waiting, last_resort}
            assert cause.says
            assert cause.rationale


def test_the_last_resort_is_told_as_such_and_last(shipped, other):
    last = shipped.selection.last_resort.id
    found = [
        [cause.rule for cause in explain(case, shipped, other).causes]
        for case in (*golden(), *partial(shipped, 600, seed=13))
        if code(case, shipped) != code(case, other)
    ]
    named = [rules for rules in found if last in rules]
    assert named
    assert all(rules.index(last) == len(rules) - 1 > 0 for rules in named)


def test_another_order_of_the_ladder_is_named_as_such(shipped):
    document = copy.deepcopy(dict(shipped.document))
    document["selection"]["order"] = document["selection"]["order"][::-1]
    turned = Ruleset.from_document(document)
    case = next(c for c in golden() if code(c, shipped) != code(c, turned))
    found = explain(case, shipped, turned)
    assert not found.causes
    assert "order of the ladder" in found.otherwise


def test_a_case_that_the_new_version_cannot_read_says_why(shipped):
    document = changed(shipped)
    fact = next(f for f in document["facts"] if f["name"] == "age_years")
    fact["maximum"] = 60
    narrow = Ruleset.from_document(document)
    case = next(c for c in golden() if c["facts"].get("age_years", 0) > 60)
    found = explain(case, shipped, narrow)
    assert "The new version cannot read the case" in found.otherwise


@pytest.mark.parametrize("case", golden()[:20])
def test_a_case_that_does_not_move_has_no_causes(shipped, case):
    assert explain(case, shipped, shipped).causes == ()
