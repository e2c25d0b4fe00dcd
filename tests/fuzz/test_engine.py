"""The engine: whatever document it is given, it answers or refuses in its own words."""

import json
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.budget import bounded, tries
from tests.fuzz.hostile import Mutations, anything
from tests.property.cases import RULESET, complete_cases, partial_cases
from tests.treatments.exchange.test_round_trips import small
from treatments.engine import Ruleset, RulesetError, evaluate

DISPOSITIONS = {
    *("ladder", "emergency", "diagnose_first"),
    *("insufficient_data", "out_of_scope", "invalid"),
}


@st.composite
def broken_cases(draw: st.DrawFn):
    return Mutations(draw(partial_cases())).of(draw)


def answers(document) -> dict:
    with bounded("cases evaluated"):
        said = evaluate(document, RULESET).to_document()
    assert said["disposition"] in DISPOSITIONS
    json.dumps(said, allow_nan=False)
    return said


@given(document=st.one_of(anything, broken_cases(), complete_cases(), partial_cases()))
@tries(150)
def test_every_case_document_is_answered(document):
    said = answers(document)
    if said["disposition"] == "invalid":
        assert said["recommended"] is None
        assert said["errors"]


@given(data=st.data())
@tries(40)
def test_the_advice_on_a_broken_case_is_never_that_on_nonsense(data):
    """A number that is none is refused, wherever it stands."""
    case = data.draw(complete_cases())
    name = data.draw(st.sampled_from(sorted(case["facts"])))
    case["facts"][name] = data.draw(st.sampled_from([math.nan, math.inf, -math.inf]))
    assert answers(case)["disposition"] == "invalid"


RULESETS = [Mutations(small()), Mutations(RULESET.document)]


@given(data=st.data())
@tries(60)
def test_every_ruleset_document_is_read_or_refused(data):
    document = data.draw(st.sampled_from(RULESETS)).of(data.draw)
    with bounded("rulesets read"), suppress(RulesetError):
        ruleset = Ruleset.from_document(document)
        # What is read holds: the empty case is answered.
        evaluate({"contract": 1, "facts": {}, "discs": []}, ruleset).to_document()


@given(document=anything)
@tries(60)
def test_what_is_no_ruleset_is_refused(document):
    with bounded("rulesets read"), pytest.raises(RulesetError):
        Ruleset.from_document(document)
