"""Synthetic tables as an author curates them: a partition, with a few faults in it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from benchmarks.tables import ENUM, INPUTS
from treatments.engine.ruleset.unary_tests import UnaryTests, parse

#: Of each input the places among its values that a row takes: the first, and how many.
Leaf = dict[str, tuple[int, int]]


def rules(
    count: int, *, gaps: int = 3, widened: float = 0.1, seed: int = 3
) -> list[Mapping[str, UnaryTests]]:
    """So many rows that split the space, some widened into their neighbours; as many
    parts as there are ``gaps`` have no row."""
    chance = random.Random(seed)
    leaves = [{name: (0, _size(name)) for name in INPUTS}]
    while len(leaves) < count + gaps:
        at = min(range(len(leaves)), key=lambda n: (len(_cut(leaves[n])), n))
        leaves += _halves(leaves.pop(at), chance)
    kept = leaves[gaps:]
    chance.shuffle(kept)
    return [_row(leaf, chance, widened) for leaf in kept]


def _size(name: str) -> int:
    kind, low, high = INPUTS[name]
    return {"bool": 2, "enum": high, "int": high - low + 1}[kind]


def _cut(leaf: Leaf) -> list[str]:
    return [name for name, (_, size) in leaf.items() if size < _size(name)]


def _halves(leaf: Leaf, chance: random.Random) -> Iterator[Leaf]:
    name = chance.choice([name for name, (_, size) in leaf.items() if size > 1])
    low, size = leaf[name]
    first = chance.randrange(1, size)
    yield {**leaf, name: (low, first)}
    yield {**leaf, name: (low + first, size - first)}


def _row(leaf: Leaf, chance: random.Random, widened: float) -> Mapping[str, UnaryTests]:
    cells = {name: leaf[name] for name in _cut(leaf)}
    if len(cells) > 1 and chance.random() < widened:
        del cells[chance.choice(list(cells))]
    return {name: parse(_text(name, *places)) for name, places in cells.items()}


def _text(name: str, first: int, size: int) -> str:
    kind, low, _ = INPUTS[name]
    if kind == "bool":
        return ("false", "true")[first]
    if kind == "enum":
        return ",".join(f'"{value}"' for value in ENUM[first : first + size])
    return f"[{low + first}..{low + first + size - 1}]"
