"""The invariants hold over random complete cases, and the cases put each to use.

A seeded sample, so that a failure can be repeated; it samples and does not prove.
"""

import csv
import random
from collections import Counter

import pytest

from treatments.engine import evaluate, load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET

CASES = 1500
LEVELS = ["L1-2", "L2-3", "L3-4", "L4-5", "L5-S1"]

#: How often a rare yes is drawn, so that most cases reach the ladder.
RARE = {
    "saddle_anaesthesia": 0.02,
    "bladder_dysfunction": 0.02,
    "bowel_dysfunction": 0.02,
    "sexual_dysfunction": 0.02,
    "suspected_infection": 0.02,
    "suspected_malignancy": 0.02,
    "significant_trauma": 0.02,
    "uncorrected_coagulopathy": 0.06,
    "pregnant": 0.08,
    "progressive_motor_deficit": 0.15,
    "bilateral_leg_symptoms": 0.1,
    "clinical_imaging_concordance": 0.96,
    "surgery_accepted": 0.9,
    "iatrogenic_instability_expected": 0.15,
}

#: Drawn at their first value or minimum most of the time: else every case is unstable.
QUIET = {
    "translation_mm",
    "rotation_deg",
    "slip_grade",
    "same_level_recurrences",
    "central_stenosis",
    "lateral_recess_stenosis",
    "foraminal_stenosis",
}


@pytest.fixture(scope="module")
def ruleset():
    return load_ruleset()


def _edges(ruleset, fact):
    """Every bound that a rule sets on a number, its neighbours and the range's ends."""
    step = 1 if fact.type == "int" else 0.1
    points = {fact.minimum, fact.maximum}
    for rule in ruleset.rules.values():
        if fact.name in rule.cells:
            for bound in rule.cells[fact.name].bounds():
                points |= {bound - step, bound, bound + step}
    return sorted(p for p in points if fact.minimum <= p <= fact.maximum)


def _drawn(edges, chance, fact):
    if fact.type == "bool":
        return chance.random() < RARE.get(fact.name, 0.4)
    values = fact.values if fact.type == "enum" else edges[fact.name]
    if fact.name in QUIET and chance.random() < 0.7:
        return values[0]
    return chance.choice(values)


def _case(ruleset, edges, chance):
    facts = {
        fact.name: _drawn(edges, chance, fact)
        for fact in ruleset.facts.values()
        if fact.scope == "case"
    }
    disc = {
        fact.name: _drawn(edges, chance, fact)
        for fact in ruleset.facts.values()
        if fact.scope == "disc"
    }
    at = LEVELS.index(disc["level"])
    neighbours = [
        {"level": LEVELS[i], "pfirrmann_grade": chance.randint(1, 5)}
        for i in (at - 1, at + 1)
        if 0 <= i < len(LEVELS)
    ]
    return {
        "contract": 1,
        "case_id": "random",
        "responsible_level": disc["level"],
        "facts": facts,
        "discs": [disc, *neighbours],
    }


def _applies(invariant, known):
    return all(
        known.get(name) is not None and cell.accepts(known[name])
        for name, cell in invariant.when.items()
    )


@pytest.fixture(scope="module")
def outcomes(ruleset):
    chance = random.Random(20261121)
    edges = {
        fact.name: _edges(ruleset, fact)
        for fact in ruleset.facts.values()
        if fact.type in ("int", "decimal")
    }
    found = []
    for _ in range(CASES):
        case = _case(ruleset, edges, chance)
        document = evaluate(case, ruleset).to_document()
        found.append(
            {
                **case["facts"],
                **case["discs"][0],
                **document["derived"],
                "disposition": document["disposition"],
                "urgency": document["urgency"],
                "recommended": (document["recommended"] or {}).get("treatment"),
            }
        )
    return found


def test_every_invariant_holds_and_is_put_to_use(ruleset, outcomes):
    applied = Counter()
    for known in outcomes:
        for invariant in ruleset.invariants:
            assert invariant.holds(known), (invariant.id, known)
            applied[invariant.id] += _applies(invariant, known)
    assert [i.id for i in ruleset.invariants if applied[i.id] < 5] == []


def test_the_invariants_cover_all_nine_of_the_rulebook():
    with (DEFAULT_RULESET / "invariants.csv").open(encoding="utf-8") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert {int(name[4]) for name in ids} == set(range(1, 10))


def test_a_complete_case_on_the_ladder_is_never_left_without_advice(outcomes):
    on_ladder = [known for known in outcomes if known["disposition"] == "ladder"]
    assert len(on_ladder) > CASES / 2
    assert all(known["recommended"] for known in on_ladder)


def test_no_complete_case_is_called_incomplete(outcomes):
    dispositions = {known["disposition"] for known in outcomes}
    assert dispositions == {"ladder", "emergency", "diagnose_first", "out_of_scope"}
