"""What the engine said once of a case is not worked out again for another test's rows.

Hundreds of tests begin with advice on the same few cases. Evaluating and exploring one
of which little is known takes seconds, and both follow from what is known and from the
rules alone: what came of it the first time is given out to those that come after. Only
where the rows are made. The tests of the engine, and those that ask it for comparison,
ask it themselves, and so does what verifies advice.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from treatments.engine import Evaluation, Exploration, Ruleset, evaluate, explore
from treatments.engine.asking.prior import Prior, shipped_prior

KEPT = 512
WHERE = "treatments.recommendations.services"
_evaluations: dict[tuple[str, str], Evaluation] = {}
_explorations: dict[tuple[str, str], Exploration] = {}


def evaluated(
    document: dict[str, Any], ruleset: Ruleset, prior: Prior | None = None
) -> Evaluation:
    """As `evaluate`, under the name of this case; by a prior of its own, anew."""
    if prior is not None and prior.rows != shipped_prior().rows:
        return evaluate(document, ruleset, prior=prior)
    known = _kept(_evaluations, document, ruleset, lambda: evaluate(document, ruleset))
    return replace(known, ruleset=ruleset, case_id=document["case_id"])


def explored(
    document: dict[str, Any], ruleset: Ruleset, evaluation: Evaluation
) -> Exploration:
    """As `explore`; each caller has a copy of its own."""
    return deepcopy(
        _kept(
            _explorations,
            document,
            ruleset,
            lambda: explore(document, ruleset, evaluation),
        )
    )


def _kept(
    answers: dict[tuple[str, str], Any],
    document: dict[str, Any],
    ruleset: Ruleset,
    ask: Callable[[], Any],
) -> Any:
    # In the order in which it is written: what is said might be in the same.
    findings = {name: document[name] for name in document if name != "case_id"}
    key = json.dumps(findings), ruleset.sha256
    if key not in answers:
        while len(answers) >= KEPT:
            answers.pop(next(iter(answers)), None)
        answers[key] = ask()
    return answers[key]


@pytest.fixture(scope="session", autouse=True)
def _kept_answers() -> Iterator[None]:
    with (
        mock.patch(f"{WHERE}.evaluate", evaluated),
        mock.patch(f"{WHERE}.explore", explored),
    ):
        yield
