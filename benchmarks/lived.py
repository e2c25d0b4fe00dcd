"""Cases as a clinic sees them: drawn from the shipped prior over answers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from benchmarks.populations import possible_values
from treatments.engine import Ruleset
from treatments.engine.asking.prior import PriorRow, shipped_prior
from treatments.engine.ruleset.unary_tests import Value
from treatments.engine.ruleset.vocabulary import Fact


def lived(ruleset: Ruleset, count: int, seed: int = 11) -> list[dict[str, Any]]:
    """Complete cases of contract 2 with one disc, an image and nothing computed."""
    chance = random.Random(seed)
    return [_case(ruleset, chance) for _ in range(count)]


def _case(ruleset: Ruleset, chance: random.Random) -> dict[str, Any]:
    known: dict[str, Value] = {"imaging_status": "available"}
    facts = [f for f in ruleset.facts.values() if f.scope in ("case", "disc")]
    waiting = [fact for fact in facts if fact.name not in known]
    rows = shipped_prior().rows
    while waiting:
        fact = next(
            f
            for f in waiting
            if all(r.given in known for r in rows.get(f.name, ()) if r.given)
        )
        known[fact.name] = _value(fact, rows.get(fact.name, ()), known, chance)
        waiting.remove(fact)
    if known["sex"] == "male":
        known["pregnant"] = False
    scopes = {fact.name: fact.scope for fact in facts}
    return {
        "contract": 2,
        "facts": {n: v for n, v in known.items() if scopes[n] == "case"},
        "discs": [{n: v for n, v in known.items() if scopes[n] == "disc"}],
        "responsible_level": known["level"],
    }


def _value(
    fact: Fact,
    rows: tuple[PriorRow, ...],
    known: Mapping[str, Value],
    chance: random.Random,
) -> Any:
    given = [r for r in rows if r.given_is and r.given_is.accepts(known[r.given])] or [
        r for r in rows if not r.given
    ]
    values = possible_values(fact)
    if not given:
        return chance.choice(values)
    (row,) = chance.choices(given, [r.weight for r in given])
    return chance.choice([v for v in values if row.values.accepts(v)])  # type: ignore[arg-type]


def forgotten(
    case: Mapping[str, Any], share: float, chance: random.Random
) -> dict[str, Any]:
    """The same with a share of its facts never asked; age, sex and level stay."""
    kept = ("age_years", "sex", "level")
    names = [n for n in (*case["facts"], *case["discs"][0]) if n not in kept]
    gone = set(chance.sample(names, round(share * len(names))))
    return {
        **case,
        "facts": {n: v for n, v in case["facts"].items() if n not in gone},
        "discs": [{n: v for n, v in d.items() if n not in gone} for d in case["discs"]],
    }
