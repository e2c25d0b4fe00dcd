"""How many answers until an advice is firm, beside the fewest that would have done.

    .venv/bin/python -m benchmarks walks             (needs requirements-dev.txt)

Measured is ``evaluate`` with its ``next_question``, as the form and the page ask it.
Each case is complete and drawn from the shipped prior; the walk knows its age, sex and
level (which count), and answers one question after another until ``robust``.

The fewest answers are a certificate: from everything known, one fact after another is
forgotten wherever the outcome stays certain; the best of twenty orders counts.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.lived import lived
from treatments.engine import Evaluation, Ruleset, evaluate, load_ruleset
from treatments.engine.case import CaseReader
from treatments.engine.compiler.program import Program, program_of
from treatments.engine.evaluation.resolve import computed_masks
from treatments.engine.search.completions import Base, Budget, search, with_mask
from treatments.engine.search.questions import OutcomeQuestion

CASES = 200
ORDERS = 20
GIVEN = ("age_years", "sex")
STATES = 20_000


class Walk(NamedTuple):
    """The answers until an advice and until it was firm, and the seconds of a step."""

    to_advice: int
    to_robust: int
    agrees: bool
    steps: list[float]


def walk(case: dict[str, Any], ruleset: Ruleset) -> Walk:
    disc = case["discs"][0]
    known: dict[str, Any] = {
        "contract": 2,
        "facts": {n: case["facts"][n] for n in GIVEN} | {"imaging_status": "available"},
        "discs": [{"level": disc["level"]}],
        "responsible_level": disc["level"],
    }
    whole = evaluate(case, ruleset)
    count, to_advice = len(GIVEN) + 1, 0
    steps: list[float] = []
    while True:
        began = time.perf_counter()
        said = evaluate(known, ruleset, effects=False)
        question = said.next_question
        steps.append(time.perf_counter() - began)
        if not to_advice and _is_settled(said):
            to_advice = count
        if question is None:
            same = said.disposition, said.urgency, said.recommended
            agrees = same == (whole.disposition, whole.urgency, whole.recommended)
            return Walk(to_advice or count, count, agrees, steps)
        name = question["fact"]
        if name in disc:
            known["discs"][0][name] = disc[name]
        elif name in case["facts"]:
            known["facts"][name] = case["facts"][name]
        else:  # of a neighbour: it has no disc in these cases
            level = _neighbour(ruleset, disc["level"])
            known["discs"].append({"level": level, "pfirrmann_grade": 2})
        count += 1


def _is_settled(said: Evaluation) -> bool:
    """Whether one place is left, with what is presumed."""
    return said.remaining is not None and said.remaining.outcomes == 1


def _neighbour(ruleset: Ruleset, level: str) -> str:
    levels = ruleset.facts["level"].values
    at = levels.index(level)
    return levels[at - 1] if at else levels[at + 1]


def certificate(case: dict[str, Any], ruleset: Ruleset, chance: random.Random) -> int:
    """The fewest answers found that settle a case."""
    program = program_of(ruleset)
    read = CaseReader(ruleset).read(case)
    assert read is not None
    question = OutcomeQuestion(program, frozenset())
    whole = tuple(program.masks(read.answers, computed_masks(program, read)))
    fewest = program.base_count
    for _ in range(ORDERS):
        state, left = whole, 0
        for at in chance.sample(range(program.base_count), program.base_count):
            variable = program.variables[at]
            wider = with_mask(state, at, variable.everything)
            if variable.name == "image_read":
                continue
            if _is_certain(program, question, wider):
                state = wider
            else:
                left += 1
        fewest = min(fewest, left)
    return fewest


def _is_certain(program: Program, question: OutcomeQuestion, state: Base) -> bool:
    found = set()
    for outcome, _ in search(program, question, state, Budget(STATES)):
        found.add(outcome)
        if len(found) > 1:
            return False
    return True


def spread(figures: Sequence[float]) -> tuple[float, float]:
    """Median and 90th percentile."""
    return statistics.median(figures), statistics.quantiles(figures, n=10)[-1]


def main() -> None:
    ruleset, chance = load_ruleset(), random.Random(7)
    cases = lived(ruleset, CASES)
    fewest = [certificate(case, ruleset, chance) for case in cases]
    walks = [walk(case, ruleset) for case in cases]
    seconds = [step * 1e3 for one in walks for step in one.steps]
    for name, figures in (
        ("fewest answers", fewest),
        ("answers until robust", [w.to_robust for w in walks]),
        ("answers until an advice", [w.to_advice for w in walks]),
    ):
        median, high = spread(figures)
        print(f"{name:26} median {median:5.1f}   90th percentile {high:5.1f}")
    hundredth = statistics.quantiles(seconds, n=100)[-1]
    print(f"a step: median {statistics.median(seconds):.0f} ms, p99 {hundredth:.0f} ms")
    wrong = sum(not one.agrees for one in walks)
    print(f"another advice than with everything known: {wrong} of {len(walks)}")


if __name__ == "__main__":
    main()
