"""Our own ruleset, exported as DMN, evaluated as anybody's: the same derived facts.

Over cases of which everything is known: where something is not, our engine's answer
is stricter than the standard's.
"""

import random

import pytest

from benchmarks.populations import possible_values
from treatments.engine import evaluate, evaluate_decision, load_dmn, load_ruleset
from treatments.exchange import export

RULESET = load_ruleset()
DERIVED = [
    (table["id"], table["output"])
    for table in RULESET.document["tables"]
    if table["kind"] == "derived"
]


def complete_case(seed: int) -> dict:
    chance = random.Random(seed)

    def values(scope: str) -> dict:
        return {
            fact.name: chance.choice(possible_values(fact))
            for fact in RULESET.facts.values()
            if fact.scope == scope
        }

    disc = values("disc")
    return {
        "contract": 1,
        "facts": values("case"),
        "discs": [disc],
        "responsible_level": disc["level"],
    }


@pytest.fixture(scope="module", params=["dmn", "dmn13"])
def model(request):
    return load_dmn(export(dict(RULESET.document), request.param))


def test_every_decision_of_our_export_can_be_evaluated(model):
    assert not model.problems
    assert {name for name, _ in DERIVED} <= set(model.decisions)


def test_our_export_gives_the_derived_facts_that_our_engine_gives(model):
    compared = 0
    for seed in range(150):
        case = complete_case(seed)
        ours = evaluate(case, RULESET).derived
        known = {**case["facts"], **case["discs"][0], **ours}
        asked = {name: known[name] for name in model.inputs if name in known}
        for name, fact in DERIVED:
            if ours[fact] is not None:
                theirs = evaluate_decision(model, name, asked)
                assert theirs == ours[fact], (name, seed)
                compared += 1
    assert compared > 1000
