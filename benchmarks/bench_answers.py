"""Which kind of answer is given, by how much of a case is missing or known in part.

    .venv/bin/python -m benchmarks answers           (needs requirements-dev.txt)

Measured are ``evaluate`` and ``explore``, as storing a recommendation calls them, on
complete cases drawn from the shipped prior of which a share of the facts is forgotten;
age, sex and level stay. In the second half every other forgotten fact is known in part:
the true value and another one, or a bound on its side.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmarks.lived import forgotten, lived
from treatments.engine import Evaluation, Fact, Ruleset, evaluate, explore, load_ruleset

CASES = 100
SHARES = (0.0, 0.1, 0.2, 0.4)
KINDS = ("settled", "one of several", "several", "refer", "floor alone", "not enough")
_STOPS = ("emergency", "diagnose_first", "out_of_scope")


def kind(said: Evaluation) -> str:
    left = said.remaining
    if said.recommended or said.disposition in _STOPS:
        return "settled"
    if said.disposition == "refer":
        return "refer"
    if said.disposition == "ladder":
        return "one of several" if left and left.among else "several"
    is_urgent = left is not None and left.urgency_floor != "elective"
    return "floor alone" if is_urgent else "not enough"


def in_part(
    case: Mapping[str, Any],
    whole: Mapping[str, Any],
    ruleset: Ruleset,
    chance: random.Random,
) -> dict[str, Any]:
    """Every other forgotten fact known in part."""
    facts, disc = dict(case["facts"]), dict(case["discs"][0])
    gone = [
        (holder, name, value)
        for holder, source in ((facts, whole["facts"]), (disc, whole["discs"][0]))
        for name, value in source.items()
        if name not in holder
    ]
    for holder, name, value in gone[::2]:
        answer = _partly(ruleset.facts[name], value, chance)
        if answer is not None:
            holder[name] = answer
    return {**case, "facts": facts, "discs": [disc]}


def _partly(fact: Fact, value: Any, chance: random.Random) -> dict[str, Any] | None:
    if fact.type == "bool":
        return None
    if fact.type == "enum":
        others = [v for v in fact.values if v != value]
        return {"one_of": [value, chance.choice(others)]} if len(others) > 1 else None
    low, high = fact.limits
    bound = chance.choice(["at_least", "at_most"])
    return None if value in (low, high) else {bound: value}


def main() -> None:
    ruleset, chance = load_ruleset(), random.Random(5)
    cases = lived(ruleset, CASES, seed=17)
    print(f"{'':18}{''.join(f'{name:>16}' for name in KINDS)}   evaluate    explore")
    for partly in (False, True):
        for share in SHARES:
            counts: Counter[str] = Counter()
            spent: list[tuple[float, float]] = []
            for whole in cases:
                case = forgotten(whole, share, chance)
                if partly:
                    case = in_part(case, whole, ruleset, chance)
                began = time.perf_counter()
                said = evaluate(case, ruleset)
                middle = time.perf_counter()
                explore(case, ruleset, said)
                spent.append((middle - began, time.perf_counter() - middle))
                counts[kind(said)] += 1
            times = "  ".join(_spread([s[part] for s in spent]) for part in (0, 1))
            name = f"{share:.0%} {'half in part' if partly else 'missing'}"
            row = "".join(f"{counts[each]:16}" for each in KINDS)
            print(f"{name:18}{row}   {times}", flush=True)


def _spread(seconds: list[float]) -> str:
    hundredth = statistics.quantiles(seconds, n=100)[-1]
    return f"{statistics.median(seconds) * 1e3:.0f}/{hundredth * 1e3:.0f} ms"


if __name__ == "__main__":
    main()
