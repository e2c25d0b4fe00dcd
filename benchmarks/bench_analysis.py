"""The analysis of tables of several sizes and shapes, beside its goals.

    .venv/bin/python -m benchmarks analysis          (needs requirements-dev.txt)

Measured are ``check``, which ``manage.py check_ruleset`` and the checks of a draft
run, and ``recheck``, which looks at a table again as the badges of the grid do.

*random*: rows with three or four cells each, the last a catch-all; most rows of the
larger ones are masked. *open*: the same without the catch-all, so that there are gaps
everywhere. *curated*: a partition of the space, one row in ten widened, three parts
without a row. After an edit: a row takes a cell of another row for one of its own, and
its table is re-checked. What loads the document is not counted.
"""

from __future__ import annotations

import copy
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks import partitions, rulesets, tables
from treatments.engine import Ruleset, load_ruleset
from treatments.engine.analysis import Analysis, check, recheck
from treatments.engine.ruleset.unary_tests import UnaryTests

ROUNDS = 5
#: Milliseconds for the whole analysis by rows, and for the median re-check.
GOALS = {60: 50, 500: 1000, 1500: 5000}
AFTER_EDIT = 5
EDITS = 15

Rows = Sequence[Mapping[str, UnaryTests]]


class Line(NamedTuple):
    """One table measured; times in milliseconds."""

    name: str
    found: str
    whole: float
    goal: float | None
    edit: float
    worst: float


def shapes() -> Iterator[tuple[str, int, Rows]]:
    for count in GOALS:
        yield "random", count, tables.rules(count)
        yield "curated", count, partitions.rules(count)
    yield "open", 60, tables.rules(60)[:-1]


def lines() -> Iterator[Line]:
    for shape, count, rows in shapes():
        ruleset = rulesets.ruleset(count, rows)
        yield measured(f"{shape}, {len(rows)} rows × 14", ruleset, GOALS[count])
    yield measured("the shipped ruleset, all tables", load_ruleset(), None)


def measured(name: str, ruleset: Ruleset, goal: float | None) -> Line:
    analysis = check(ruleset, limit=100_000)
    whole = [milliseconds(lambda: check(ruleset)) for _ in range(ROUNDS)]
    edits = [edit(ruleset, analysis, number) for number in range(EDITS)]
    return Line(
        name,
        counted(analysis),
        statistics.median(whole),
        goal,
        *middle_and_worst(edits),
    )


def middle_and_worst(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), max(times)


def edit(ruleset: Ruleset, before: Analysis, number: int) -> float:
    """The time of a re-check after one of the rows was changed."""
    document = copy.deepcopy(dict(ruleset.document))
    rows = max((t["rules"] for t in document["tables"]), key=len)
    row, other = (rows[(number * len(rows) // EDITS + n) % len(rows)] for n in (0, 7))
    if row["cells"]:
        del row["cells"][next(iter(row["cells"]))]
    row["cells"] |= dict(list(other["cells"].items())[:1])
    after = Ruleset.from_document(document)
    return milliseconds(lambda: recheck(before, after, row["id"]))


def counted(analysis: Analysis) -> str:
    kinds = ("masked", "overlap", "undecided")
    counts = [f"{len(analysis.of(k))} {k}" for k in kinds if analysis.of(k)]
    for gap in analysis.of("gap"):
        share = "?" if gap.share is None else f"{float(gap.share):.2%}"
        counts.append(f"gap {share} in {len(gap.boxes)} parts")
    return ", ".join(counts)


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def main() -> None:
    print(f"{'table':<32} {'whole':>8} {'goal':>6} {'edit':>7} {'worst':>7}  found")
    for line in lines():
        goal = "" if line.goal is None else f"{line.goal:g}"
        missed = line.goal is not None and line.whole > line.goal
        late = line.edit > AFTER_EDIT
        print(
            f"{line.name:<32} {line.whole:>8.1f} {goal:>6} {line.edit:>7.1f} "
            f"{line.worst:>7.1f}  {line.found}"
            f"{'; whole missed' if missed else ''}{'; edit missed' if late else ''}"
        )
    print(
        f"milliseconds, medians of {ROUNDS} rounds and of {EDITS} edits (goal "
        f"{AFTER_EDIT}); Python {sys.version.split()[0]}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
