"""The engine's speed beside its goals, in one table, by what runs it in the product.

    .venv/bin/python -m benchmarks engine            (needs requirements-dev.txt)

Each part of the table names the path that is measured. No page and no command runs the
single-table kernel: its figures are an upper bound, and say nothing of an evaluation.

Works are interleaved, a round after another, so that a busy machine is as unkind to
one as to the next; what is printed are medians over the rounds. Other engines are
measured in the same rounds where benchmarks/requirements-peers.txt is installed.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import bench_analysis, documents, peers, populations, rulesets, tables
from benchmarks.kernel import Kernel, first_hits
from treatments.engine import Ruleset, evaluate, load_ruleset
from treatments.engine.analysis import check
from treatments.engine.batch.evaluate import evaluate_batch
from treatments.engine.batch.version_diff import version_difference

MILLION = 1_000_000
KERNEL = "benchmarks/kernel.py, bare tables: no page runs this, an upper bound"
ROOT = Path(__file__).parent.parent


@dataclass
class Work:
    """One line of the table: ``run`` gives a figure, or several, each round.

    ``goal`` is the most that is allowed; with ``least`` it is the least.
    """

    name: str
    unit: str
    goal: float | None
    run: Callable[[], float | list[float]]
    least: bool = False
    rounds: int = 100
    figures: list[float] = field(default_factory=list)
    of: Callable[[Sequence[float]], float] = statistics.median

    def measure(self, number: int) -> None:
        if number < self.rounds:
            found = self.run()
            self.figures += found if isinstance(found, list) else [found]

    @property
    def figure(self) -> float:
        return self.of(self.figures)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def each(call: Callable[[Any], object], things: Sequence[Any], scale: float) -> float:
    """The mean time of one call, in units of which ``scale`` make a second."""

    def all_of_them() -> None:
        for thing in things:
            call(thing)

    return seconds(all_of_them) / len(things) * scale


def megabytes(work: Callable[[], object]) -> float:
    """The most that is held at a time beyond what there was, arrays included."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def ninety_ninth(figures: Sequence[float]) -> float:
    return statistics.quantiles(figures, n=100)[-1]


# -- what is measured ------------------------------------------------------------------


def one_table() -> Iterator[Work]:
    facts, cases = tables.facts(), tables.cases(5000, unknown=0.1)
    small, large = (Kernel(facts, tables.rules(count)) for count in (60, 1500))

    def decision(kernel: Kernel) -> Callable[[], float]:
        return lambda: each(kernel.first, cases, 1e6)

    one = Work(
        "one decision, 60 rules × 14 inputs, three-valued", "µs", 3, decision(small)
    )
    many = Work("the same with 1500 rules", "µs", None, decision(large))
    yield one
    yield Work(
        "… with every rule explained",
        "µs",
        25,
        lambda: each(small.explain, cases, 1e6),
    )
    yield many
    yield ratio("1500 rules against 60", many, one, 2)
    decide = peers.zen(facts, tables.rules(60))
    if decide:
        complete = tables.cases(2000, unknown=0)
        same = [decide(case) for case in complete] == list(map(small.first, complete))
        name = f"zen-engine, {'same' if same else 'OTHER'} answers, two-valued"
        peer = Work(name, "µs", None, lambda: each(decide, complete, 1e6))
        yield peer
        yield ratio("zen-engine against the kernel", peer, one, 10, least=True)


def ratio(
    name: str, above: Work, below: Work, goal: float, *, least: bool = False
) -> Work:
    """How many times one work takes as long as another, round by round."""
    return Work(
        name, "×", goal, lambda: above.figures[-1] / below.figures[-1], least=least
    )


def many_cases() -> Iterator[Work]:
    kernel = Kernel(tables.facts(), tables.rules(60))
    for kind, unknown, goal in (("two", 0.0, 40), ("three", 0.1, 80)):
        found = populations.columns(tables.facts(), MILLION, unknown)
        name = f"a million cases × 60 rules, {kind}-valued"
        work = bound(first_hits, kernel, found.facts)
        yield Work(name, "ms", goal, bound(timed, work, 1e3))
        yield Work(f"{name}, memory", "MB", 50, bound(megabytes, work), rounds=1)


def whole_ruleset(ruleset: Ruleset) -> Iterator[Work]:
    for kind, unknown in (("complete", 0.0), ("partial", 0.1)):
        columns = populations.shipped(ruleset, MILLION, unknown)
        name = f"a million {kind} cases, the shipped ruleset"
        work = bound(evaluate_batch, columns, ruleset)
        yield Work(name, "s", 2, bound(timed, work, 1), rounds=7)
        yield Work(f"{name}, memory", "MB", 300, bound(megabytes, work), rounds=1)


def two_versions(ruleset: Ruleset) -> Iterator[Work]:
    columns = populations.shipped(ruleset, MILLION, 0.1)
    work = bound(version_difference, columns, ruleset, edited(ruleset))
    name = "difference of two versions, a million partial cases"
    yield Work(name, "s", 3, bound(timed, work, 1), rounds=7)


def edited(ruleset: Ruleset) -> Ruleset:
    """Another version: in each table the last row that is not a catch-all is gone."""
    document = copy.deepcopy(dict(ruleset.document))
    for table in document["tables"]:
        if table["kind"] == "eligibility":
            del table["rules"][-1]
    return Ruleset.from_document(document)


def whole_documents(ruleset: Ruleset) -> Iterator[Work]:
    cases = documents.partial(ruleset, 1000)

    def evaluated(case: dict[str, Any]) -> float:
        return seconds(lambda: evaluate(case, ruleset).to_document()) * 1e3

    def all_of_them() -> list[float]:
        return [evaluated(case) for case in cases]

    median = Work(
        "whole document with robust, partial cases", "ms", 5, all_of_them, rounds=1
    )
    yield median
    yield Work(
        "… the 99th of a hundred",
        "ms",
        100,
        lambda: median.figures,
        rounds=1,
        of=ninety_ninth,
    )


def analysis(shipped: Ruleset) -> Iterator[Work]:
    yield Work(
        "analysis of the shipped ruleset",
        "ms",
        None,
        bound(timed, bound(check, shipped), 1e3),
        rounds=3,
    )
    for count, goal, rounds in ((60, 50, 5), (500, 1000, 1), (1500, 5000, 1)):
        ruleset = rulesets.ruleset(count)
        whole = bound(timed, bound(check, ruleset), 1e3)
        name = f"analysis of {count} random rules × 14 inputs"
        yield Work(name, "ms", goal, whole, rounds=rounds)
    small = rulesets.ruleset(60)
    before = check(small)

    def edits() -> list[float]:
        return [
            bench_analysis.edit(small, before, number)
            for number in range(bench_analysis.EDITS)
        ]

    yield Work("… of 60 after one of them was edited", "ms", 5, edits, rounds=3)


def command_line(ruleset: Ruleset) -> Iterator[Work]:
    random_cases = documents.partial(ruleset, 4000)
    golden = documents.golden()
    for name, cases in (
        ("evaluate --jsonl, random partial cases", random_cases),
        ("evaluate --jsonl, the golden cases", golden * 40),
    ):
        run = bound(cases_a_minute, cases)
        yield Work(name, "/min", 20_000, run, least=True, rounds=2)


def cases_a_minute(cases: list[dict[str, Any]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.jsonl"
        path.write_text("".join(json.dumps(case) + "\n" for case in cases))
        command = [sys.executable, "manage.py", "evaluate", "--jsonl", str(path)]
        taken = seconds(
            lambda: subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        )
    return len(cases) / taken * 60


def bound(call: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    return lambda: call(*arguments)


def timed(work: Callable[[], object], scale: float) -> float:
    return seconds(work) * scale


# -- the table -------------------------------------------------------------------------


def told(work: Work) -> str:
    figure = f"{work.figure:,.0f}" if work.figure >= 1000 else f"{work.figure:,.2f}"
    line = f"{work.name:<58} {figure:>9} {work.unit:<4}"
    if work.goal is None:
        return line
    share = work.figure / work.goal
    met = share >= 1 if work.least else share <= 1
    sign = "≥" if work.least else "≤"
    return f"{line} {sign} {work.goal:>8,g}  {share:>6.2f}  {'' if met else 'missed'}"


def main() -> None:
    options = argparse.ArgumentParser(description="Time the engine.")
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    ruleset = load_ruleset()
    paths = {
        "evaluate: a stored recommendation, manage.py evaluate": whole_documents(
            ruleset
        ),
        "manage.py evaluate --jsonl, the whole command": command_line(ruleset),
        "evaluate_batch: a replay, without reading its cases": whole_ruleset(ruleset),
        "check, recheck: manage.py check_ruleset, a draft": analysis(ruleset),
        "batch.version_diff: no page runs this": two_versions(ruleset),
        KERNEL: chain(one_table(), many_cases()),
    }
    works = {path: list(found) for path, found in paths.items()}
    for number in range(rounds):
        for work in chain.from_iterable(works.values()):
            work.measure(number)
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(f"{'work':<58} {'median':>9}      {'goal':>10}  {'of it':>6}")
    for path, found in works.items():
        print(f"-- {path}")
        for work in found:
            print(told(work).rstrip())
    print(
        f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {cores} cores, "
        f"load {load:.1f}, {rounds} rounds"
    )


if __name__ == "__main__":
    sys.exit(main())
