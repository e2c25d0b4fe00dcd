"""What follows from the person: worked out wherever it is read, never an answer.

A corrected birth date or sex counts from then on, and no form has to be sent for it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from patients.choices import Sex
from patients.facts import CASE_FACTS, Value
from patients.models import Encounter, Patient

AGE = "age_years"
PREGNANT = "pregnant"


@dataclass(frozen=True, slots=True)
class OtherDetail:
    """A detail of the person that an evaluation had otherwise; both in words.

    `name` is that of its fact.
    """

    name: str
    label: str
    evaluated: str
    now: str

    def __str__(self) -> str:
        return f"{self.label}: {self.evaluated}, now {self.now}"


def facts_of_person(patient: Patient, day: date) -> dict[str, Value]:
    """The facts that the patient's details give on one day, by name.

    An age is given as it is, inside the range of the vocabulary or not: the rules
    refuse one that they are not made for, and no advice is given without it.
    """
    facts: dict[str, Value] = {}
    if follows(AGE, patient):
        facts[AGE] = patient.age_on(day)
    if patient.sex:
        facts["sex"] = patient.sex
    return facts


def follows(name: str, patient: Patient) -> bool:
    """Whether a fact follows from the patient's details, so that no form asks it."""
    return name == AGE and patient.birth_date is not None


def never_asked(patient: Patient, answered: Collection[str]) -> tuple[str, ...]:
    """The facts that the form leaves out for this patient.

    A man is not asked whether he is pregnant; where it was answered, as before the sex
    was corrected, the question stays: an answer is taken back by who sees it.
    """
    left_out = [AGE] if follows(AGE, patient) else []
    if patient.sex == Sex.MALE and PREGNANT not in answered:
        left_out.append(PREGNANT)
    return tuple(left_out)


def other_details(
    facts: Mapping[str, Any], encounter: Encounter
) -> tuple[OtherDetail, ...]:
    """Where the facts that were evaluated are not those of the patient as recorded now.

    A birth date that gives the same age is no other: no rule can tell the two apart.
    """
    said = encounter.partial_answers.get(AGE)
    now = {AGE: said if encounter.age is None else encounter.age}
    now["sex"] = encounter.patient.sex or None
    return tuple(
        OtherDetail(
            name, label, _in_words(name, facts.get(name)), _in_words(name, now[name])
        )
        for name, label in ((AGE, "Age"), ("sex", "Sex"))
        if facts.get(name) != now[name]
    )


def mark_other_details(cases: Iterable[Encounter]) -> None:
    """Put on each case of a list what its newest evaluation had otherwise.

    The cases are those of ``Encounter.objects.with_standing()``.
    """
    for case in cases:
        facts = case.evaluated_facts
        case.other_details = () if facts is None else other_details(facts, case)


def _in_words(name: str, value: Any) -> str:
    if value is None:
        return "not known"
    return CASE_FACTS[AGE].words(value) if name == AGE else str(Sex(value).label)
