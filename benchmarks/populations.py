"""A million synthetic cases as columns: by the vocabulary, without any document."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from treatments.engine import Fact, Ruleset
from treatments.engine.batch.columns import NOWHERE, Columns, EncodedColumn


def column(
    fact: Fact, size: int, unknown: float, random: np.random.Generator
) -> EncodedColumn:
    """Every value equally often; so many of them unknown."""
    values = possible_values(fact)
    wide = np.uint8 if len(values) < 254 else np.uint16
    codes = random.integers(2, 2 + len(values), size).astype(wide)
    if unknown:
        codes[random.random(size, np.float32) < unknown] = 0
    return EncodedColumn((None, NOWHERE, *values), codes)


def possible_values(fact: Fact) -> tuple[object, ...]:
    if fact.type in ("bool", "enum"):
        return tuple(fact.values) or (False, True)
    low, high = (int(limit) for limit in fact.limits)
    if fact.type == "int":
        return tuple(range(low, high + 1))
    return tuple(tenth / 10 for tenth in range(low * 10, high * 10 + 1))


#: Red flags stop most random cases; without them the ladder is reached.
QUIET = {
    "saddle_anaesthesia": False,
    "bladder_dysfunction": False,
    "bowel_dysfunction": False,
    "sexual_dysfunction": False,
    "suspected_infection": False,
    "suspected_malignancy": False,
    "significant_trauma": False,
    "clinical_imaging_concordance": True,
}


def columns(facts: Iterable[Fact], size: int, unknown: float, seed: int = 1) -> Columns:
    """Nine cases in ten without a red flag."""
    random = np.random.default_rng(seed)
    quiet = random.random(size, np.float32) < 0.9
    found = {}
    for fact in facts:
        share = 0.0 if fact.scope == "computed" or fact.name == "level" else unknown
        one = column(fact, size, share, random)
        if fact.scope == "computed":
            said = tuple((v,) if isinstance(v, int) else v for v in one.statements)
            one = EncodedColumn(said, one.codes)
        if fact.name in QUIET:
            calm = one.statements.index(QUIET[fact.name])
            one.codes[quiet & (one.codes != 0)] = calm
        found[fact.name] = one
    everything = EncodedColumn((frozenset(),), np.zeros(size, np.uint8))
    return Columns(size, found, everything, np.zeros(size, np.bool_))


def shipped(ruleset: Ruleset, size: int, unknown: float, seed: int = 1) -> Columns:
    facts = [fact for fact in ruleset.facts.values() if fact.scope != "derived"]
    return columns(facts, size, unknown, seed)
