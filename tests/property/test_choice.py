"""The six steps of the choice, and the referral, held to brute force.

A ruleset that refers: options free of reservations, then those that only share theirs,
then the reserved ones; then the referral, the bridge, the last resort. With any set of
treatments not on offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_exactness import CELLS, partial_cases
from tests.treatments.engine.small import (
    DERIVED,
    GROUNDS,
    LADDER,
    PRESUMED,
    TRIAGE,
    URGENCY,
    Oracle,
    case,
    completions,
    document,
    eligibility,
)
from treatments.engine import Evaluation, Ruleset, evaluate
from treatments.engine.batch.columns import encode
from treatments.engine.batch.evaluate import OPEN, evaluate_batch
from treatments.engine.evaluation.resolve import resolved_outcome

BRIDGE = "ENDO"
EFFECTS = (
    *("indicated", "indicated", "indicated", "caution", "shared_caution"),
    *("shared_caution", "unsuitable", "contraindicated"),
)
Place = tuple[str, str | None]


@st.composite
def rows(draw: st.DrawFn) -> tuple[dict[str, str], str, str]:
    names = draw(st.lists(st.sampled_from(list(CELLS)), max_size=2, unique=True))
    cells = {name: draw(st.sampled_from(CELLS[name])) for name in names}
    codes = draw(st.lists(st.sampled_from(LADDER), min_size=1, max_size=3, unique=True))
    return cells, " ".join(codes), draw(st.sampled_from(EFFECTS))


def ruleset_of(found: Iterable[Any]) -> Ruleset:
    made = document([*DERIVED, TRIAGE, URGENCY, eligibility(*found)])
    made["selection"] |= {
        "bridge": BRIDGE,
        "refer": {
            "id": "REFER-01",
            "text": "Refer",
            "urgent_text": "Refer today",
            **GROUNDS,
        },
    }
    return Ruleset.from_document(made)


rulesets = st.lists(rows(), min_size=1, max_size=9).map(ruleset_of)
offers = st.frozensets(st.sampled_from(LADDER))


class Book(Oracle):
    """One complete case by the book, some treatments not on offer."""

    def __init__(self, ruleset: Ruleset, unavailable: Iterable[str]) -> None:
        super().__init__(ruleset)
        self.unavailable = frozenset(unavailable)

    def status(self, code: str, known: Mapping[str, Any]) -> str:
        plain = super().status(code, known)
        if plain != "suitable":
            return plain
        shared = any(
            r["outputs"]["effect"] == "shared_caution"
            and code in r["outputs"]["treatments"]
            and self.fires(r, known)
            for t in self._tables("eligibility")
            for r in t["rules"]
        )
        return "shared" if shared else "suitable"

    def place(self, facts: Mapping[str, Any]) -> Place:
        disposition, _, _, statuses = self.outcome(facts)
        return (
            self._by_steps(statuses) if disposition == "ladder" else (disposition, None)
        )

    def _by_steps(self, statuses: Mapping[str, str]) -> Place:
        others = [code for code in LADDER if code != BRIDGE]
        for wanted in ("suitable", "shared", "caution"):
            for code in others:
                if code not in self.unavailable and statuses[code] == wanted:
                    return "ladder", code
        reasoned = {
            c for c in LADDER if statuses[c] in ("suitable", "shared", "caution")
        }
        if any(code in self.unavailable and code in reasoned for code in others):
            return "refer", None
        if BRIDGE in reasoned and BRIDGE not in self.unavailable:
            return "ladder", BRIDGE
        return ("refer", None) if "CONS" in self.unavailable else ("ladder", "CONS")


def asked(known: Mapping[str, Any], unavailable: Iterable[str]) -> dict[str, Any]:
    return {**case(known), "unavailable_treatments": sorted(unavailable)}


def place_of(evaluation: Evaluation) -> Place:
    return str(evaluation.disposition), evaluation.recommended


@settings(max_examples=200, deadline=None)
@given(rulesets, partial_cases, offers)
def test_a_complete_case_goes_where_the_six_steps_lead(
    ruleset: Ruleset, known: dict[str, Any], unavailable: frozenset[str]
) -> None:
    facts = next(completions(known))
    evaluation = evaluate(asked(facts, unavailable), ruleset)
    assert place_of(evaluation) == Book(ruleset, unavailable).place(facts)
    assert evaluation.robust is True


@settings(max_examples=150, deadline=None)
@given(rulesets, partial_cases, offers)
def test_robust_is_true_exactly_when_every_completion_goes_there_as_soon(
    ruleset: Ruleset, known: dict[str, Any], unavailable: frozenset[str]
) -> None:
    book = Book(ruleset, unavailable)
    found = {(*book.place(f), book.outcome(f)[1]) for f in completions(known)}
    assert evaluate(asked(known, unavailable), ruleset).robust is (len(found) == 1)


@settings(max_examples=200, deadline=None)
@given(rulesets, partial_cases, offers)
def test_an_advice_is_given_where_every_completion_gives_it_or_it_is_surely_free(
    ruleset: Ruleset, known: dict[str, Any], unavailable: frozenset[str]
) -> None:
    book = Book(ruleset, unavailable)
    every = list(completions({**PRESUMED, **known}))
    places = {book.place(facts) for facts in every}
    evaluation = evaluate(asked(known, unavailable), ruleset)
    if len(places) == 1:
        assert {place_of(evaluation)} == places
    elif evaluation.disposition != "insufficient_data":
        # Only options of lower rungs are open: in this ladder each has its own.
        advised = evaluation.recommended
        assert advised is not None
        assert {book.outcome(facts)[3][advised] for facts in every} == {"suitable"}
        assert {d for d, _ in places} == {"ladder"}
        lower = LADDER[: LADDER.index(advised)]
        assert {code for _, code in places} <= {advised, *lower}


@settings(max_examples=150, deadline=None)
@given(rulesets, partial_cases, offers)
def test_a_disposition_that_every_completion_has_is_given(
    ruleset: Ruleset, known: dict[str, Any], unavailable: frozenset[str]
) -> None:
    book = Book(ruleset, unavailable)
    every = [book.place(f)[0] for f in completions({**PRESUMED, **known})]
    given = evaluate(asked(known, unavailable), ruleset).disposition
    if len(set(every)) == 1 and every[0] not in ("ladder", "refer"):
        assert given == every[0]


@settings(max_examples=100, deadline=None)
@given(rulesets, partial_cases, offers)
def test_a_referral_names_what_is_not_on_offer_and_would_do(
    ruleset: Ruleset, known: dict[str, Any], unavailable: frozenset[str]
) -> None:
    facts = next(completions(known))
    document = evaluate(asked(facts, unavailable), ruleset).to_document()
    if document["disposition"] != "refer":
        assert "refer" not in document
        return
    statuses = Book(ruleset, unavailable).outcome(facts)[3]
    named = document["refer"]["treatments"]
    reasoned = {
        code
        for code in LADDER
        if code != BRIDGE
        and code in unavailable
        and statuses[code] in ("suitable", "shared", "caution")
    }
    assert set(named) == (reasoned or {"CONS"})
    assert document["recommended"] is None
    urgent = document["urgency"] in ("urgent", "emergency")
    assert document["refer"]["text"] == ("Refer today" if urgent else "Refer")


@settings(max_examples=100, deadline=None)
@given(rulesets, st.lists(st.tuples(partial_cases, offers), min_size=1, max_size=6))
def test_the_batch_says_the_same_or_that_it_cannot(
    ruleset: Ruleset, found: list[tuple[dict[str, Any], frozenset[str]]]
) -> None:
    documents = [asked(known, unavailable) for known, unavailable in found]
    result = evaluate_batch(encode(documents, ruleset), ruleset)
    for number, one in enumerate(documents):
        exact = resolved_outcome(one, ruleset)
        evaluation = evaluate(one, ruleset)
        assert exact == (*place_of(evaluation)[:1], evaluation.urgency, exact[2])
        batch = result.outcome(number)
        if OPEN not in batch:
            assert tuple(batch) == tuple(exact)
