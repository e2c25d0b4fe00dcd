"""How often a guarantee is given up, and how long it takes, by how much is unknown.

    .venv/bin/python -m benchmarks guarantees        (needs requirements-dev.txt)

Measured are ``evaluate`` and ``explore``, as storing a recommendation and
``manage.py evaluate --explore`` call them; no database and no page.

Random cases of the shipped ruleset. A part that is given up is null with its reason;
evaluate and explore together are to take about a second at the most.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks import documents
from treatments.engine import Exploration, Ruleset, evaluate, explore, load_ruleset

UNKNOWN = (0, 5, 15, 30, 45, 60)
CASES = 200
PARTS = ("robust", "effects", "possible", "answers", "changes")


class Look(NamedTuple):
    """One case: the parts that were given up, and the milliseconds."""

    null: frozenset[str]
    evaluating: float
    in_all: float


def look(case: dict[str, Any], ruleset: Ruleset) -> Look:
    began = time.perf_counter()
    evaluation = evaluate(case, ruleset)
    evaluated = time.perf_counter()
    exploration = explore(case, ruleset, evaluation)
    ended = time.perf_counter()
    null = {
        "robust": evaluation.robust is None,
        "effects": any(effect is None for _, effect in evaluation.missing),
        "possible": exploration.possible is None,
        "answers": _unanswered(exploration),
        "changes": not (exploration.would_change or {}).get("complete"),
    }
    return Look(
        frozenset(part for part, is_null in null.items() if is_null),
        (evaluated - began) * 1e3,
        (ended - began) * 1e3,
    )


def _unanswered(exploration: Exploration) -> bool:
    answers = [a for asked in exploration.ask_next or () for a in asked["answers"]]
    return any(answer["outcomes"] is None for answer in answers)


def spread(figures: Sequence[float]) -> str:
    cuts = (statistics.median(figures), statistics.quantiles(figures, n=100)[-1])
    return " ".join(f"{figure:>6.1f}" for figure in (*cuts, max(figures)))


def main() -> None:
    ruleset = load_ruleset()
    print(f"{CASES} cases each; cases in which a part is null; ms: median, p99, most")
    head = " ".join(f"{part:>8}" for part in PARTS)
    print(f"{'unknown':>7} {head}  {'evaluate':^20}  {'and explore':^20}")
    for unknown in UNKNOWN:
        cases = documents.forgetful(ruleset, CASES, unknown)
        looks = [look(case, ruleset) for case in cases]
        null = " ".join(f"{sum(p in each.null for each in looks):>8}" for p in PARTS)
        times = [spread([each[place] for each in looks]) for place in (1, 2)]
        print(f"{unknown:>7} {null}  {times[0]}  {times[1]}", flush=True)


if __name__ == "__main__":
    main()
