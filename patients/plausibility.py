"""Soft warnings: possible, but is it what you meant? They never block anything.

What looks like a slip of the pen. Contradictions that bear on the advice are alerts of
the ruleset; those of the side, the image and the slip are said at the field as well,
where they are mended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from patients.choices import Level, Sex
from patients.facts import (
    CASE_FACTS,
    DISC_FACTS,
    Answer,
    ClinicalFact,
    Vocabulary,
    could_be,
    limits,
)
from patients.findings import CaseFindings, disc_field
from patients.models import Patient
from patients.person import AGE, PREGNANT, facts_of_person

WEEK_DAYS = 7
#: Above this age, in years, a pregnancy is asked about again.
OLDEST_EXPECTED_PREGNANCY = 55


@dataclass(frozen=True, slots=True)
class Doubt:
    """A soft warning as it is told away from its field: with the question's label."""

    name: str
    label: str
    text: str

    @property
    def anchor(self) -> str:
        """The id of the field in the case form."""
        return "id_occurred_on" if self.name == AGE else f"id_{self.name}"


def doubts(findings: CaseFindings, patient: Patient) -> tuple[Doubt, ...]:
    """The soft warnings, for who reads the advice and not the form."""
    return doubts_of(soft_warnings(findings, patient), findings.vocabulary)


def doubts_of(warnings: Mapping[str, str], vocabulary: Vocabulary) -> tuple[Doubt, ...]:
    """Warning texts by form field name, each with the label of its question."""
    labels = {name: fact.label for name, fact in vocabulary.case.items()}
    for level in Level.values:
        labels |= {
            disc_field(level, name): f"{level} {fact.label}"
            for name, fact in vocabulary.disc.items()
        }
    return tuple(Doubt(name, labels[name], text) for name, text in warnings.items())


def soft_warnings(findings: CaseFindings, patient: Patient) -> dict[str, str]:
    """Warning texts by form field name."""
    found = dict(_unusual_values(findings))
    for name, text in _odd_pairs(findings, patient):
        found.setdefault(name, text)
    return found


def _unusual_values(findings: CaseFindings) -> Iterator[tuple[str, str]]:
    for name, value in findings.facts.items():
        yield from _unusual(name, findings.vocabulary.case.get(name), value)
    for level, facts in findings.discs.items():
        for name, value in facts.items():
            fact = findings.vocabulary.disc.get(name)
            yield from _unusual(disc_field(level, name), fact, value)


def _unusual(
    name: str, fact: ClinicalFact | None, answer: Answer
) -> Iterator[tuple[str, str]]:
    """Where all that an answer leaves lies outside the plausible span."""
    if fact is None or fact.plausible is None:
        return
    lowest, highest = fact.plausible
    least, most = limits(fact, answer)
    if most < lowest or least > highest:
        yield name, f"Unusual: {fact.words(answer)}. Is that what you meant?"


def _odd_pairs(findings: CaseFindings, patient: Patient) -> Iterator[tuple[str, str]]:
    of_person = facts_of_person(patient, findings.occurred_on)
    facts = {**findings.facts, **of_person}
    if AGE in of_person:
        yield from _odd_age(CASE_FACTS[AGE], of_person[AGE])
    yield from _odd_times(facts)
    yield from _odd_sides(findings)
    yield from _odd_images(findings)
    if facts.get("first_episode") and _limits(facts, "same_level_recurrences")[0] > 0:
        yield "first_episode", "Yet a recurrence at this level is entered."
    if facts.get(PREGNANT) and patient.sex == Sex.MALE:
        yield PREGNANT, "Yet the sex is recorded as male. It counts until it is mended."
    elif facts.get(PREGNANT) and _limits(facts, AGE)[0] > OLDEST_EXPECTED_PREGNANCY:
        yield PREGNANT, "Unusual at this age. Is that what you meant?"


def _odd_age(fact: ClinicalFact, age: Answer) -> Iterator[tuple[str, str]]:
    """What the birth date comes to, where it is rare or beyond the rules."""
    least, most = limits(fact, age)
    if least < fact.minimum or most > fact.maximum:
        yield (
            AGE,
            (
                f"{age} years by the birth date: the rules are for {fact.minimum} to "
                f"{fact.maximum} years and give no advice."
            ),
        )
    else:
        yield from _unusual(AGE, fact, age)


def _odd_times(facts: Mapping[str, Answer]) -> Iterator[tuple[str, str]]:
    """Times that cannot both be, whatever a partial answer leaves of them."""
    episode = CASE_FACTS["symptom_duration_weeks"]
    told = f"Longer than this episode ({episode.words(facts.get(episode.name))})."
    longest = _limits(facts, episode.name)[1]
    if _limits(facts, "conservative_care_weeks")[0] > longest:
        yield "conservative_care_weeks", told
    weak_days = _limits(facts, "motor_deficit_days")[0]
    if weak_days and _limits(facts, "weakest_mrc_grade")[0] == 5:
        yield "motor_deficit_days", "The weakest muscle has normal power (5)."
    elif weak_days > (longest + 1) * WEEK_DAYS:
        yield "motor_deficit_days", told


def _limits(facts: Mapping[str, Answer], name: str) -> tuple[float, float]:
    return limits(CASE_FACTS[name], facts.get(name))


def _odd_sides(findings: CaseFindings) -> Iterator[tuple[str, str]]:
    """The legs against each other, and against the responsible herniation."""
    side = findings.facts.get("symptom_side")
    both = findings.facts.get("bilateral_leg_symptoms")
    if both is False and not could_be(side, "none", "left", "right"):
        yield "symptom_side", "Yet symptoms in both legs are answered with No."
    elif both is True and not could_be(side, "both"):
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
        if not could_be(facts.get("herniation_type"), "none")
    ]
    return found[0] if len(found) == 1 else ""


def _odd_images(findings: CaseFindings) -> Iterator[tuple[str, str]]:
    if findings.facts.get("imaging_status") == "none" and findings.discs:
        levels = ", ".join(findings.discs)
        yield "imaging_status", f"Yet findings of {levels} are entered, and count."
    for level, facts in findings.discs.items():
        least, most = limits(DISC_FACTS["slip_grade"], facts.get("slip_grade"))
        kind = facts.get("slip_type")
        if most == 0 and not could_be(kind, "none"):
            yield disc_field(level, "slip_type"), "Yet the slip is entered as 0."
        elif least > 0 and kind == "none":
            yield disc_field(level, "slip_type"), "Yet a slip is entered."
