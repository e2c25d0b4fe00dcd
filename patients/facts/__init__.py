"""Every clinical fact that ships, declared once: how it is asked, stored and shown.

Models take their ranges and choices from here, forms their fields, pages their words.
Names, ranges and codes are those of the case document's vocabulary; a
test holds them to it. `plausible` is the span outside which the form asks "is this
what you meant?" without refusing the value. A `Vocabulary` is what the form asks: these
facts in the words of the live rules, and the facts that the rules add.
"""

from patients.facts.answer import Answer, PartialAnswer, Value, exact_value, is_partial
from patients.facts.case import SECTIONS
from patients.facts.disc import DISC_SECTIONS
from patients.facts.fact import ClinicalFact, FactSection, Record
from patients.facts.partial import (
    PartialAnswerError,
    could_be,
    limits,
    normalised,
)
from patients.facts.vocabulary import (
    SHIPPED,
    Question,
    Vocabulary,
    ask_from,
    asked_now,
    problems,
    withdrawn,
)

#: What ships: each of them has a column of its own.
CASE_FACTS: dict[str, ClinicalFact] = SHIPPED.case
DISC_FACTS: dict[str, ClinicalFact] = SHIPPED.disc


def facts_of(record: Record) -> tuple[ClinicalFact, ...]:
    """The case facts that the rows of one model hold."""
    return tuple(fact for fact in CASE_FACTS.values() if fact.record == record)


__all__ = [
    "CASE_FACTS",
    "DISC_FACTS",
    "DISC_SECTIONS",
    "SECTIONS",
    "SHIPPED",
    "Answer",
    "ClinicalFact",
    "FactSection",
    "PartialAnswer",
    "PartialAnswerError",
    "Question",
    "Record",
    "Value",
    "Vocabulary",
    "ask_from",
    "asked_now",
    "could_be",
    "exact_value",
    "facts_of",
    "is_partial",
    "limits",
    "normalised",
    "problems",
    "withdrawn",
]
