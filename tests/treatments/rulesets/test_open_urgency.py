"""What is certain of the urgency is said while other answers are still open."""

import pytest

from benchmarks.documents import forgetful
from treatments.engine import evaluate, load_ruleset
from treatments.engine.ruleset.enums import URGENCIES
from treatments.management.demo_cases import USUAL, USUAL_DISC

RULESET = load_ruleset()
WEAK = {"weakest_mrc_grade": 2, "motor_deficit_days": 5}


def urgency(*forgotten, **facts):
    known = {**USUAL, "age_years": 43, "sex": "female", **facts}
    document = {
        "contract": 2,
        "facts": {name: known[name] for name in known if name not in forgotten},
        "discs": [{"level": "L4-5", **USUAL_DISC}],
    }
    answer = evaluate(document, RULESET, effects=False)
    assert answer.urgency is None
    return answer.disposition, answer.remaining.urgency_floor


@pytest.mark.parametrize(
    ("forgotten", "facts", "said"),
    [
        # No red flag that is still open makes a fresh paresis less than urgent.
        (("suspected_infection",), WEAK, "urgent"),
        (("saddle_anaesthesia",), WEAK, "urgent"),
        (("suspected_infection", "significant_trauma"), WEAK, "urgent"),
        # Diagnosing first is urgent too, and without a fracture it is the ladder.
        (("significant_trauma",), {"weakest_mrc_grade": 4}, "early"),
        (("saddle_anaesthesia",), {}, "elective"),
    ],
)
def test_the_least_that_is_certain_is_said(forgotten, facts, said):
    assert urgency(*forgotten, **facts) == ("insufficient_data", said)


@pytest.mark.parametrize("case", forgetful(RULESET, 150, unknown=6, seed=19))
def test_it_is_never_more_than_any_completion_calls_for(case):
    """Of each completion that was tried none is less urgent."""
    said = evaluate(case, RULESET, effects=False).urgency
    if said is None:
        return
    for fact in ("suspected_infection", "saddle_anaesthesia", "weakest_mrc_grade"):
        for value in (False, True) if fact != "weakest_mrc_grade" else (2, 4, 5):
            known = case["facts"].get(fact, value)
            facts = {**case["facts"], fact: known}
            tried = evaluate({**case, "facts": facts}, RULESET, effects=False).urgency
            assert tried is None or URGENCIES.index(tried) <= URGENCIES.index(said)
