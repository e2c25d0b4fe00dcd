"""Every clinical fact, declared once: how it is asked, stored and shown.

Models take their ranges and choices from here, forms their fields, pages their words.
Names, ranges and codes are those of the case document's vocabulary; a
test holds them to it. `plausible` is not part of that vocabulary: it is the span
outside which the form asks "is this what you meant?" without refusing the value.
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

CASE_FACTS: dict[str, ClinicalFact] = {
    fact.name: fact for section in SECTIONS for fact in section.facts
}
DISC_FACTS: dict[str, ClinicalFact] = {
    fact.name: fact for section in DISC_SECTIONS for fact in section.facts
}


def facts_of(record: Record) -> tuple[ClinicalFact, ...]:
    """The case facts that the rows of one model hold."""
    return tuple(fact for fact in CASE_FACTS.values() if fact.record == record)


__all__ = [
    "CASE_FACTS",
    "DISC_FACTS",
    "DISC_SECTIONS",
    "SECTIONS",
    "Answer",
    "ClinicalFact",
    "FactSection",
    "PartialAnswer",
    "PartialAnswerError",
    "Record",
    "Value",
    "could_be",
    "exact_value",
    "facts_of",
    "is_partial",
    "limits",
    "normalised",
]
