"""Partial answers, checked and brought to one form; and what they leave open."""

from collections.abc import Sequence
from typing import Any

from patients.facts.answer import Answer, PartialAnswer, is_partial
from patients.facts.fact import ClinicalFact

MOST_VALUES = 50
LISTED = {"one_of"}
BOUNDS = {"at_least", "at_most"}


class PartialAnswerError(ValueError):
    """What is wrong with a partial answer, and what to do, in a sentence."""


def normalised(fact: ClinicalFact, answer: Answer) -> Answer:
    """The same answer in its one form; an exact one stays as it is.

    A set of one value is that value, and the whole range is None: nothing is known.
    Values of a set stand in the order of the vocabulary, so that the same set is the
    same answer; bounds stay as they were entered.

    Raises:
        PartialAnswerError: it is no partial answer, or none that this fact can have.
    """
    if not is_partial(answer):
        return answer
    if not fact.can_be_partial:
        raise PartialAnswerError("Has an exact answer, or none.")
    names = set(answer)
    if names == LISTED and fact.values:
        return _of_values(fact, answer["one_of"])
    if names and names <= BOUNDS and fact.kind != "enum":
        return _of_bounds(fact, answer)
    raise PartialAnswerError(
        "Choose several answers."
        if fact.kind == "enum"
        else "Enter a lower limit, an upper limit, or both."
    )


def _of_values(fact: ClinicalFact, given: Any) -> Answer:
    allowed = fact.values
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise PartialAnswerError("Choose at least two answers.")
    if len(given) > MOST_VALUES:
        raise PartialAnswerError(f"No more than {MOST_VALUES} answers.")
    kind = str if fact.kind == "enum" else int
    if any(type(value) is not kind or value not in allowed for value in given):
        raise PartialAnswerError(f"Allowed: {fact.allowed}.")
    if len(set(given)) < len(given):
        raise PartialAnswerError("Name each answer once.")
    if len(given) == len(allowed):
        return None
    if len(given) == 1:
        only: int | str = given[0]
        return only
    return PartialAnswer(one_of=[value for value in allowed if value in given])


def _of_bounds(fact: ClinicalFact, answer: PartialAnswer) -> Answer:
    bounds = PartialAnswer()
    if "at_least" in answer:
        bounds["at_least"] = _bound(fact, answer["at_least"])
    if "at_most" in answer:
        bounds["at_most"] = _bound(fact, answer["at_most"])
    lowest = bounds.get("at_least", fact.minimum)
    highest = bounds.get("at_most", fact.maximum)
    if lowest > highest:
        raise PartialAnswerError(
            f"“At least” {fact.words(lowest)} is above "
            f"“at most” {fact.words(highest)}: exchange them, or leave one empty."
        )
    if lowest == highest:
        return _bound(fact, lowest)
    if (lowest, highest) == (fact.minimum, fact.maximum):
        return None
    return bounds


def _bound(fact: ClinicalFact, number: object) -> float:
    """One bound as the document has it; zero has no sign, as in PostgreSQL."""
    is_decimal = fact.kind == "decimal"
    if type(number) is not int and not (is_decimal and type(number) is float):
        kind = "a number" if is_decimal else "a whole number"
        raise PartialAnswerError(f"Enter {kind}. Allowed: {fact.allowed}.")
    if not fact.minimum <= number <= fact.maximum:
        raise PartialAnswerError(f"Allowed: {fact.allowed}.")
    return float(number) + 0.0 if is_decimal else number


def limits(fact: ClinicalFact, answer: Answer) -> tuple[float, float]:
    """The least and the greatest number that an answer leaves; both count."""
    if is_partial(answer):
        listed = [int(value) for value in answer.get("one_of", ())]
        if listed:
            return min(listed), max(listed)
        return (
            answer.get("at_least", fact.minimum),
            answer.get("at_most", fact.maximum),
        )
    if isinstance(answer, int | float):
        return answer, answer
    return fact.minimum, fact.maximum


def could_be(answer: Answer, *values: str) -> bool:
    """Whether an answer to a choice leaves one of ``values``; unknown leaves all."""
    if answer is None or answer == "":
        return True
    left = answer["one_of"] if is_partial(answer) else [answer]
    return any(value in values for value in left)
