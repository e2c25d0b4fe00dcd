"""Soft warnings: possible, but is it what you meant? They never block anything.

What looks like a slip of the pen. Contradictions that bear on the advice are alerts of
the ruleset; those of the side, the image and the slip are said at the field as well,
where they are mended.
"""

from collections.abc import Iterator, Mapping
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
    yield from _odd_times(facts, patient.age_on(findings.occurred_on))
    yield from _odd_sides(findings)
    yield from _odd_images(findings)
    if facts.get("first_episode") and facts.get("same_level_recurrences"):
        yield "first_episode", "Yet a recurrence at this level is entered."
    if facts.get("pregnant") and facts.get("age_years", 0) > 55:
        yield "pregnant", "Unusual at this age. Is that what you meant?"


def _odd_times(facts: Mapping[str, Any], expected: int) -> Iterator[tuple[str, str]]:
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


def _odd_sides(findings: CaseFindings) -> Iterator[tuple[str, str]]:
    """The legs against each other, and against the responsible herniation."""
    side = findings.facts.get("symptom_side")
    both = findings.facts.get("bilateral_leg_symptoms")
    if side == "both" and both is False:
        yield "symptom_side", "Yet symptoms in both legs are answered with No."
    elif side in ("none", "left", "right") and both is True:
        yield "symptom_side", "Yet symptoms in both legs are answered with Yes."
    level = _herniated_level(findings)
    herniated = findings.discs.get(level, {}).get("side")
    if (side, herniated) in (("left", "right"), ("right", "left")):
        yield (
            "symptom_side",
            f"Wrong side? The herniation at {level} is entered as {herniated}.",
        )


def _herniated_level(findings: CaseFindings) -> str:
    """The level named as responsible, or the only one with a herniation, or ""."""
    if findings.responsible_level:
        return findings.responsible_level
    found = [
        level
        for level, facts in findings.discs.items()
        if facts.get("herniation_type") not in (None, "none")
    ]
    return found[0] if len(found) == 1 else ""


def _odd_images(findings: CaseFindings) -> Iterator[tuple[str, str]]:
    if findings.facts.get("imaging_status") == "none" and findings.discs:
        levels = ", ".join(findings.discs)
        yield "imaging_status", f"Yet findings of {levels} are entered, and count."
    for level, facts in findings.discs.items():
        slip, kind = facts.get("slip_grade"), facts.get("slip_type")
        if slip == 0 and kind not in (None, "none"):
            yield disc_field(level, "slip_type"), "Yet the slip is entered as 0."
        elif slip and kind == "none":
            yield disc_field(level, "slip_type"), "Yet a slip is entered."
