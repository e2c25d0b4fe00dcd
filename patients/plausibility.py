"""Soft warnings: possible, but is it what you meant? They never block anything.

Contradictions that bear on the advice (contained, yet sequestered) are alerts of the
ruleset; here is only what looks like a slip of the pen.
"""

from collections.abc import Iterator
from typing import Any

from patients.facts import CASE_FACTS, DISC_FACTS, ClinicalFact, Value
from patients.findings import CaseFindings, disc_field
from patients.models import Patient

WEEK_DAYS = 7


def soft_warnings(findings: CaseFindings, patient: Patient) -> dict[str, str]:
    """Warning texts by form field name."""
    found = dict(_unusual_values(findings))
    for name, text in _odd_pairs(findings, patient):
        found.setdefault(name, text)
    return found


def _unusual_values(findings: CaseFindings) -> Iterator[tuple[str, str]]:
    for name, value in findings.facts.items():
        yield from _unusual(name, CASE_FACTS[name], value)
    for level, facts in findings.discs.items():
        for name, value in facts.items():
            yield from _unusual(disc_field(level, name), DISC_FACTS[name], value)


def _unusual(name: str, fact: ClinicalFact, value: Value) -> Iterator[tuple[str, str]]:
    if fact.plausible is None or not isinstance(value, int | float):
        return
    lowest, highest = fact.plausible
    if not lowest <= value <= highest:
        yield name, f"Unusual: {fact.words(value)}. Is that what you meant?"


def _odd_pairs(findings: CaseFindings, patient: Patient) -> Iterator[tuple[str, str]]:
    facts: dict[str, Any] = dict(findings.facts)
    expected = patient.age_on(findings.occurred_on)
    if facts.get("age_years", expected) != expected:
        yield (
            "age_years",
            f"The birth date gives {expected} years at this encounter.",
        )
    duration = facts.get("symptom_duration_weeks")
    care = facts.get("conservative_care_weeks")
    if duration is not None and care is not None and care > duration:
        yield (
            "conservative_care_weeks",
            f"Longer than this episode ({duration} weeks).",
        )
    weak_days = facts.get("motor_deficit_days")
    if weak_days and facts.get("weakest_mrc_grade") == 5:
        yield "motor_deficit_days", "The weakest muscle has normal power (5)."
    elif weak_days and duration is not None and weak_days > (duration + 1) * WEEK_DAYS:
        yield "motor_deficit_days", f"Longer than this episode ({duration} weeks)."
    if facts.get("first_episode") and facts.get("same_level_recurrences"):
        yield "first_episode", "Yet a recurrence at this level is entered."
    if facts.get("pregnant") and facts.get("age_years", 0) > 55:
        yield "pregnant", "Unusual at this age. Is that what you meant?"
