"""What follows from the person: worked out wherever it is read, never an answer.

A corrected birth date or sex counts from then on, and no form has to be sent for it.
"""

from collections.abc import Collection
from datetime import date

from patients.choices import Sex
from patients.facts import Value
from patients.models import Patient

AGE = "age_years"
PREGNANT = "pregnant"


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
