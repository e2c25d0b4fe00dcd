"""What the engine explored once is not explored again for the rows of another test.

Hundreds of tests begin with advice on the same few cases, and the exploration of one
takes a second. It follows from the case document and the rules alone, so what comes of
it the first time is given out to those that come after. Only where the rows are made:
the tests of the engine, and those that ask it for comparison, ask it themselves.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from unittest import mock

import pytest

from treatments.engine import Evaluation, Exploration, Ruleset, explore

KEPT = 512
_kept: dict[tuple[str, str], Exploration] = {}


def explored(
    document: dict[str, Any], ruleset: Ruleset, evaluation: Evaluation | None = None
) -> Exploration:
    """As `explore`; each caller has a copy of its own."""
    # The name of a case is in no exploration. In its own order: that might be.
    findings = {name: document[name] for name in document if name != "case_id"}
    key = json.dumps(findings), ruleset.sha256
    if key not in _kept:
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = explore(document, ruleset, evaluation)
    return deepcopy(_kept[key])


@pytest.fixture(scope="session", autouse=True)
def _kept_explorations() -> Iterator[None]:
    with mock.patch("treatments.recommendations.services.explore", explored):
        yield
