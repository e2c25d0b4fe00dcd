"""Two pieces of advice on one case: which answers differ, and which of them decide.

That an answer decides is worked out, never guessed: the newer case is evaluated with
the earlier answer in its place.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from patients.facts import CASE_FACTS, DISC_FACTS
from treatments.engine import ENGINE_VERSION, Ruleset, evaluate
from treatments.engine.ruleset.enums import Disposition
from treatments.models import Recommendation
from treatments.presentation.case_summary import Item, fact_item
from treatments.presentation.words import DISPOSITION_WORDS

#: More changed answers than this are another case: none is tried by itself.
TRIED_AT_MOST = 30
NOT_KNOWN = "not known"
#: What is asked of the case as a whole, beside its facts, with its words.
_OF_CASE = {
    "responsible_level": "Responsible level",
    "unavailable_treatments": "Not offered here",
}

Outcome = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """An answer that two evaluations do not share. `decides` where the earlier one,
    put back alone, gives the earlier advice."""

    item: Item
    before: str
    after: str
    decides: bool = False


@dataclass(frozen=True, slots=True)
class WhatChanged:
    """From one piece of advice to the next. `cause` says how the answers moved it, as
    far as that was worked out; "" where the advice is the same."""

    answers: tuple[ChangedAnswer, ...]
    rules: tuple[str, str] | None
    advice_before: str
    advice_after: str
    cause: str

    @property
    def is_same_advice(self) -> bool:
        """Whether option, kind of answer and urgency are what they were."""
        return self.advice_before == self.advice_after


def what_changed(earlier: Recommendation, later: Recommendation) -> WhatChanged:
    """What differs between two stored evaluations of a case."""
    before, after = earlier.case_document, later.case_document
    places = list(_differing(before, after))
    old, new = earlier.ruleset, later.ruleset
    decisive: set[_Place] = set()
    cause = ""
    if _stored(earlier) != _stored(later):
        cause, decisive = _why(earlier, later, places)
    ruleset = new.ruleset
    return WhatChanged(
        answers=tuple(
            ChangedAnswer(
                _item(place, ruleset),
                _words(place, _at(before, place), ruleset),
                _words(place, _at(after, place), ruleset),
                place in decisive,
            )
            for place in places
        ),
        rules=None if old.pk == new.pk else (old.version, new.version),
        advice_before=_advice_words(_stored(earlier), old.ruleset),
        advice_after=_advice_words(_stored(later), ruleset),
        cause=cause,
    )


# --- Which answers decide -----------------------------------------------------------

_Place = tuple[str, str]  # level or "", and the name of the fact


def _why(
    earlier: Recommendation, later: Recommendation, places: list[_Place]
) -> tuple[str, set[_Place]]:
    """The cause in words, and the answers that decide alone."""
    before, after = earlier.case_document, later.case_document
    ruleset = later.ruleset.ruleset
    same_reading = before.get("contract") == after.get("contract")
    if (
        later.engine_version != ENGINE_VERSION
        or not same_reading
        or len(places) > TRIED_AT_MOST
    ):
        return "Which of the answers moved the advice was not worked out.", set()
    under = f"under the rules {ruleset.version}"
    now, then = _outcome(after, ruleset), _outcome(before, ruleset)
    if now == then:
        told = f"The earlier answers get the advice of today as well, {under}"
        return f"{told}: the answers did not move it.", set()
    decisive = {
        place
        for place in places
        if _outcome(_put(after, place, _at(before, place)), ruleset) == then
    }
    as_before = "gives the earlier advice"
    if then != _stored(earlier):
        as_before = f"gives what the earlier answers get {under}"
    if not decisive:
        told = f"No single answer moved the advice: put back alone, none {as_before}"
        return f"{told}. Together they do.", decisive
    which = "One answer" if len(decisive) == 1 else "Each of the marked answers"
    return f"{which} moved the advice: put back alone, it {as_before}.", decisive


def _outcome(document: Mapping[str, Any], ruleset: Ruleset) -> Outcome:
    found = evaluate(document, ruleset, effects=False)
    return str(found.disposition), str(found.urgency or ""), found.recommended or ""


def _stored(advice: Recommendation) -> Outcome:
    return advice.disposition, advice.urgency, advice.recommended_treatment


# --- Answers of a case document -----------------------------------------------------


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Place]:
    """In the order of the form; what no form asks comes after it."""
    for name in _names(CASE_FACTS, before.get("facts", {}), after.get("facts", {})):
        yield from _differs(("", name), before, after)
    old, new = _discs(before), _discs(after)
    for level in sorted(old.keys() | new.keys()):
        for name in _names(DISC_FACTS, old.get(level, {}), new.get(level, {})):
            if name != "level":
                yield from _differs((level, name), before, after)
    for name in _OF_CASE:
        yield from _differs(("", name), before, after)


def _differs(
    place: _Place, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[_Place]:
    if _at(before, place) != _at(after, place):
        yield place


def _names(form: Mapping[str, Any], *stated: Mapping[str, Any]) -> list[str]:
    named = {name for facts in stated for name in facts}
    return [n for n in form if n in named] + sorted(named - form.keys())


def _discs(document: Mapping[str, Any]) -> dict[str, Any]:
    return {disc["level"]: disc for disc in document.get("discs", ())}


def _at(document: Mapping[str, Any], place: _Place) -> Any:
    level, name = place
    if level:
        return _discs(document).get(level, {}).get(name)
    if name in _OF_CASE:
        return document.get(name) or None
    return document.get("facts", {}).get(name)


def _put(document: Mapping[str, Any], place: _Place, value: Any) -> dict[str, Any]:
    """A copy with another answer in one place; None takes the answer away."""
    changed = deepcopy(dict(document))
    level, name = place
    holder: dict[str, Any] = changed
    if level:
        discs = _discs(changed)
        holder = discs.setdefault(level, {"level": level})
    elif name not in _OF_CASE:
        holder = changed.setdefault("facts", {})
    if value is None:
        holder.pop(name, None)
    else:
        holder[name] = value
    if level:
        # A disc of which nothing is said is not in the document.
        changed["discs"] = [disc for disc in discs.values() if len(disc) > 1]
    return changed


# --- Words --------------------------------------------------------------------------


def _item(place: _Place, ruleset: Ruleset) -> Item:
    level, name = place
    if name in _OF_CASE:
        return Item(name, _OF_CASE[name])
    item = fact_item(name, level=level)
    fact = ruleset.facts.get(name)
    is_of_form = name in CASE_FACTS or name in DISC_FACTS or name == "sex"
    label = item.label if is_of_form or not fact else fact.label or item.label
    return Item(name, f"{level} {label}".strip(), level=level)


def _words(place: _Place, value: Any, ruleset: Ruleset) -> str:
    level, name = place
    if name == "unavailable_treatments":
        named = (ruleset.treatments.get(code) for code in value or ())
        return ", ".join(t.title for t in named if t) or "nothing"
    if value is None:
        return NOT_KNOWN
    if name in _OF_CASE:
        return str(value)
    return fact_item(name, value, level).value


def _advice_words(outcome: Outcome, ruleset: Ruleset) -> str:
    disposition, urgency, code = outcome
    treatment = ruleset.treatments.get(code)
    words = (
        treatment.title if treatment else DISPOSITION_WORDS[Disposition(disposition)]
    )
    return f"{words}, {urgency}" if urgency else words
