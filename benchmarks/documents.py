"""Random case documents, partly known, as people leave them."""

from __future__ import annotations

import json
import random
from typing import Any

from benchmarks.populations import QUIET, possible_values
from treatments.engine import Ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET


def partial(ruleset: Ruleset, count: int, seed: int = 5) -> list[dict[str, Any]]:
    """One to three discs, and up to twelve answers that were never given."""
    chance = random.Random(seed)
    return [_partial(ruleset, chance) for _ in range(count)]


def forgetful(
    ruleset: Ruleset, count: int, unknown: int, seed: int = 7
) -> list[dict[str, Any]]:
    """The same with just so many facts of the case and its disc not known."""
    chance = random.Random(seed)
    return [_partial(ruleset, chance, unknown) for _ in range(count)]


def _partial(
    ruleset: Ruleset, chance: random.Random, unknown: int | None = None
) -> dict[str, Any]:
    levels = chance.sample(ruleset.facts["level"].values, chance.randint(1, 3))
    facts = _values(ruleset, "case", chance)
    if chance.random() < 0.9:
        facts |= QUIET
        if chance.random() < 0.5:
            facts["bilateral_leg_symptoms"] = False
    discs = [{**_values(ruleset, "disc", chance), "level": level} for level in levels]
    holders = [(facts, name) for name in facts]
    holders += [(discs[0], name) for name in discs[0] if name != "level"]
    forgotten = chance.randint(0, 12) if unknown is None else unknown
    for holder, name in chance.sample(holders, min(forgotten, len(holders))):
        del holder[name]
    return {
        "contract": 1,
        "facts": facts,
        "discs": discs,
        "responsible_level": levels[0],
    }


def _values(ruleset: Ruleset, scope: str, chance: random.Random) -> dict[str, Any]:
    return {
        fact.name: chance.choice(possible_values(fact))
        for fact in ruleset.facts.values()
        if fact.scope == scope
    }


def golden() -> list[dict[str, Any]]:
    """The cases that ship beside the ruleset."""
    paths = sorted((DEFAULT_RULESET / "golden").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8"))["case"] for path in paths]
