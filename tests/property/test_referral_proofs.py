"""What is proved of a ruleset that refers, against every case and set on offer."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.correlated import DERIVED, cells, documents, flags_of
from tests.treatments.engine.small import GROUNDS, LADDER, case, rule, table
from treatments.engine import Evaluation, Invariant, Ruleset, evaluate
from treatments.engine.analysis import check

REFER = {"id": "REFER-01", "text": "Elsewhere.", "urgent_text": "Today.", **GROUNDS}
THEN = {
    "recommended": ['"ENDO"', 'not("CONS")', '"CONS","OPEN"', 'not("FUSION","OPEN")'],
    "disposition": ['not("refer")', '"ladder","refer"'],
    "urgency": ['not("elective")', '"early","emergency"'],
    "alert": ['"critical"', '"warning","critical"'],
}
WHEN = {"offered": ['"CONS"', '"OPEN"', '"FUSION"'], "disposition": ['"ladder"']}
#: Every set of treatments that is not on offer.
LEFT_OUT = [
    [code for code, is_left in zip(LADDER, said, strict=True) if is_left]
    for said in product((False, True), repeat=len(LADDER))
]


@st.composite
def referring(draw: st.DrawFn) -> Ruleset:
    """A ruleset that refers, with shared cautions, a bridge perhaps, and an invariant.

    Some of its urgencies are left to a table.
    """
    made = draw(documents())
    made["selection"]["refer"] = REFER
    made["selection"]["bridge"] = draw(st.sampled_from(["", "ENDO", "FUSION"]))
    triage = next(t for t in made["tables"] if t["kind"] == "triage")
    options = next(t for t in made["tables"] if t["kind"] == "eligibility")
    for row in options["rules"]:
        if row["outputs"]["effect"] == "caution" and draw(st.booleans()):
            row["outputs"]["effect"] = "shared_caution"
    for row in triage["rules"]:
        if row["outputs"]["disposition"] == "ladder" and draw(st.booleans()):
            row["outputs"]["urgency"] = "-"
    found = draw(st.lists(cells(DERIVED), min_size=1, max_size=3))
    urgency = st.sampled_from(["urgent", "early", "elective"])
    rows = [
        rule(f"U-{number}", row, urgency=draw(urgency), text="")
        for number, row in enumerate(found)
    ]
    made["tables"].append(table("urgency", "urgency", rows))
    indicator = st.sampled_from(["warning", "critical"])
    alerts = [
        rule(f"A-{number}", row, indicator=draw(indicator), text="")
        for number, row in enumerate(draw(st.lists(cells(()), max_size=2)))
    ]
    made["tables"].append(table("alerts", "alert", alerts))
    name = draw(st.sampled_from(list(THEN)))
    when = draw(cells(DERIVED))
    if draw(st.booleans()):
        extra = draw(st.sampled_from(list(WHEN)))
        when[extra] = draw(st.sampled_from(WHEN[extra]))
    then = {name: draw(st.sampled_from(THEN[name]))}
    if not when:
        when = {"a": "true"}
    row = {"id": "I", "title": "I", "when": when, "then": then, "sources": ["B01"]}
    made["invariants"] = [row]
    return Ruleset.from_document(made)


def holds(
    invariant: Invariant,
    facts: dict[str, bool],
    evaluation: Evaluation,
    left_out: list[str],
) -> bool:
    """Whether it holds of an answer: any treatment on offer, any alert will do."""
    if evaluation.disposition == "insufficient_data":
        return True
    known: dict[str, Any] = {
        **facts,
        **evaluation.derived,
        "disposition": evaluation.disposition,
        "urgency": evaluation.urgency,
        "recommended": evaluation.recommended,
    }
    offered = [code for code in LADDER if code not in left_out] or [None]
    alerts = [alert["indicator"] for alert in evaluation.alerts] or [None]
    return all(
        any(
            invariant.holds({**known, "offered": code, "alert": alert})
            for alert in alerts
        )
        for code in offered
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(referring(), st.data())
def test_what_is_proved_of_a_ruleset_that_refers_holds_of_all_it_says(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    (invariant,) = ruleset.invariants
    (proof,) = check(ruleset, limit=10_000).proofs
    complete = flags_of(False, True)
    true = all(holds(invariant, f, evaluate(case(f), ruleset), []) for f in complete)
    if proof.complete != "not decided":
        assert proof.complete == ("proved" if true else "violated")
    partial = data.draw(
        st.lists(st.sampled_from(flags_of(False, True, None)), min_size=8, max_size=8)
    )
    if proof.partial == "proved":
        for facts in (*complete, *partial):
            assert holds(invariant, facts, evaluate(case(facts), ruleset), []), facts
    if proof.anywhere == "proved":
        for facts in (*complete[::5], *partial):
            for left_out in LEFT_OUT:
                document = {**case(facts), "unavailable_treatments": left_out}
                evaluation = evaluate(document, ruleset, effects=False)
                assert holds(invariant, facts, evaluation, left_out), (facts, left_out)
