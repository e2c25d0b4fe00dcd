"""A search that is given up says so: null with its reason, and never a guess."""

import pytest

from benchmarks import documents
from treatments.engine import evaluate, explore, load_ruleset
from treatments.engine.evaluation import guarantees
from treatments.engine.evaluation.evaluate import (
    BUDGET_SPENT,
    CONFLICT,
    NO_LEVEL,
    NOT_ASKED,
)

BARE = {"contract": 1, "facts": {}, "discs": [], "responsible_level": "L5-S1"}


def reasons(document):
    return {said["part"]: said["reason"] for said in document["not_said"]}


@pytest.fixture
def ruleset():
    return load_ruleset()


def test_nothing_is_left_unsaid_without_a_reason(ruleset):
    document = evaluate(BARE, ruleset).to_document()
    assert document["robust"] is False
    unsaid = {entry["effect"] for entry in document["missing"]} & {None}
    assert ("missing" in reasons(document)) is bool(unsaid)


def test_outcomes_beyond_the_budget_are_null_with_the_reason(ruleset, monkeypatch):
    monkeypatch.setattr(guarantees, "REACHABLE_STATES", 1)
    evaluation = evaluate(BARE, ruleset)
    assert evaluation.robust is None
    assert reasons(evaluation.to_document())["robust"] == BUDGET_SPENT
    explored = explore(BARE, ruleset, evaluation).to_document()
    assert explored["possible"] is None
    assert reasons(explored)["possible"] == BUDGET_SPENT


def test_effects_beyond_the_budget_are_null_with_the_reason(ruleset, monkeypatch):
    monkeypatch.setattr(guarantees, "ALL_EFFECTS_STATES", 0)
    document = evaluate(BARE, ruleset).to_document()
    assert None in {entry["effect"] for entry in document["missing"]}
    assert reasons(document) == {"missing": BUDGET_SPENT}


def test_each_other_null_has_a_reason_of_its_own(ruleset):
    quick = evaluate(BARE, ruleset, effects=False).to_document()
    assert reasons(quick) == {"robust": NOT_ASKED, "missing": NOT_ASKED}
    nowhere = evaluate({**BARE, "responsible_level": None}, ruleset).to_document()
    assert reasons(nowhere) == {"robust": NO_LEVEL, "missing": NO_LEVEL}
    assert CONFLICT not in reasons(nowhere).values()


def test_an_answer_without_a_null_has_nothing_unsaid(ruleset):
    flagged = {**BARE, "facts": {"saddle_anaesthesia": True}}
    document = evaluate(flagged, ruleset).to_document()
    assert document["robust"] is True
    assert document["not_said"] == []
    assert evaluate({"contract": 3}, ruleset).to_document()["not_said"] == []


def test_a_question_that_tells_comes_before_one_that_leaves_all_open(ruleset):
    for seed in range(12):
        (case,) = documents.forgetful(ruleset, 1, 8, seed=seed)
        asked = explore(case, ruleset).ask_next
        left = [[len(a["outcomes"]) for a in each["answers"]] for each in asked]
        ranks = [
            (each["effect"] != "blocks", max(sizes), sum(sizes) / len(sizes))
            for each, sizes in zip(asked, left, strict=True)
        ]
        assert ranks == sorted(ranks)


def test_random_cases_with_thirty_unknown_facts_leave_nothing_unsaid(ruleset):
    for case in documents.forgetful(ruleset, 12, 30, seed=3):
        evaluation = evaluate(case, ruleset)
        explored = explore(case, ruleset, evaluation)
        assert evaluation.to_document()["not_said"] == []
        assert explored.not_said == []
        assert explored.would_change["complete"]


def test_the_quick_answer_says_of_triage_what_the_whole_one_does(ruleset):
    seen = 0
    for case in documents.forgetful(ruleset, 25, 20, seed=4):
        quick = dict(evaluate(case, ruleset, effects=False).missing)
        whole = dict(evaluate(case, ruleset).missing)
        said = {unknown: effect for unknown, effect in quick.items() if effect}
        assert said.items() <= whole.items()
        assert set(said.values()) <= {"blocks"}
        seen += len(said)
    assert seen
