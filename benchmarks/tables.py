"""Synthetic decision tables and cases: sizes and shapes of a real one, no content."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from treatments.engine.ruleset.unary_tests import UnaryTests, Value, parse
from treatments.engine.ruleset.vocabulary import Fact

ENUM = ("bulge", "protrusion", "extrusion", "sequestration", "other")
#: Fourteen inputs: name → type and range.
INPUTS: dict[str, tuple[str, int, int]] = {
    "age": ("int", 18, 90),
    "weeks": ("int", 0, 104),
    "leg": ("int", 0, 10),
    "back": ("int", 0, 10),
    "score": ("int", 0, 100),
    "canal": ("int", 0, 100),
    "kind": ("enum", 0, 5),
    "zone": ("enum", 0, 4),
    "migration": ("enum", 0, 4),
    "care": ("enum", 0, 3),
    "contained": ("bool", 0, 1),
    "deficit": ("bool", 0, 1),
    "unstable": ("bool", 0, 1),
    "recurrent": ("bool", 0, 1),
}


def facts() -> list[Fact]:
    return [
        Fact(
            name=name,
            scope="case",
            group="",
            type=kind,
            values=ENUM[:high] if kind == "enum" else (),
            minimum=low if kind == "int" else None,
            maximum=high if kind == "int" else None,
            unit="",
            essential="no",
            presumed=None,
            modifiable=True,
            plausible_minimum=None,
            plausible_maximum=None,
            label=name,
            meaning="",
        )
        for name, (kind, low, high) in INPUTS.items()
    ]


def rules(count: int, seed: int = 1) -> list[Mapping[str, UnaryTests]]:
    """Rows with three or four cells on average, the last of them a catch-all."""
    chance = random.Random(seed)
    rows: list[Mapping[str, UnaryTests]] = []
    for _ in range(count - 1):
        names = chance.sample(list(INPUTS), chance.choice((2, 3, 3, 4, 4, 5)))
        rows.append({name: parse(_cell(name, chance)) for name in sorted(names)})
    return [*rows, {}]


def _cell(name: str, chance: random.Random) -> str:
    kind, low, high = INPUTS[name]
    if kind == "bool":
        return chance.choice(("true", "false"))
    if kind == "enum":
        values = chance.sample(ENUM[:high], chance.randint(1, max(1, high // 2)))
        listed = ",".join(f'"{value}"' for value in values)
        return listed if chance.random() < 0.8 else f"not({listed})"
    step = max((high - low) // 10, 1)
    cuts = sorted(chance.sample(range(low, high + 1, step), 2))
    return chance.choice(
        (f">= {cuts[1]}", f"< {cuts[0] + step}", f"[{cuts[0]}..{cuts[1]}]")
    )


def cases(count: int, unknown: float, seed: int = 2) -> list[dict[str, Value]]:
    """Random cases, each input left out with the given probability."""
    chance = random.Random(seed)
    return [
        {name: _value(name, chance) for name in INPUTS if chance.random() >= unknown}
        for _ in range(count)
    ]


def _value(name: str, chance: random.Random) -> Any:
    kind, low, high = INPUTS[name]
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "enum":
        return chance.choice(ENUM[:high])
    return chance.randint(low, high)
