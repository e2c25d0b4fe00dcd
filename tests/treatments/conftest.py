"""A case under the shipped rules, as the rows hold it, and advice on it."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from patients.findings import CaseFindings
from patients.models import Encounter
from patients.services.cases import case_create
from patients.services.patients import patient_create
from treatments.engine import load_ruleset
from treatments.management.demo_cases import USUAL, USUAL_DISC
from treatments.models import Recommendation, RulesetVersion
from treatments.recommendations.services import case_evaluate
from treatments.rulebook.services import ruleset_load

BIRTH_DATE = date(1983, 5, 4)


def findings(
    *,
    facts: dict[str, Any] | None = None,
    disc: dict[str, Any] | None = None,
    level: str = "L4-5",
    forget: tuple[str, ...] = (),
) -> CaseFindings:
    """What was entered of the usual patient, with what differs."""
    all_facts = {**USUAL, **(facts or {})}
    all_disc = {**USUAL_DISC, **(disc or {})}
    return CaseFindings(
        occurred_on=date(2026, 11, 20),
        facts={name: all_facts[name] for name in all_facts if name not in forget},
        discs={level: {n: all_disc[n] for n in all_disc if n not in forget}},
        responsible_level=level,
    )


@pytest.fixture
def version(db) -> RulesetVersion:
    return ruleset_load(ruleset=load_ruleset())


@pytest.fixture
def patient(team, dr_surgeon):
    return patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="H-2002",
        family_name="Okafor",
        given_name="Chidi",
        birth_date=BIRTH_DATE,
        sex="male",
    )


@pytest.fixture
def a_case(patient, dr_surgeon) -> Callable[..., Encounter]:
    """Make a case of the patient; keywords are those of `findings`."""

    def a_case(**differs: Any) -> Encounter:
        return case_create(patient=patient, actor=dr_surgeon, data=findings(**differs))

    return a_case


@pytest.fixture
def an_advice(a_case, version, dr_surgeon) -> Callable[..., Recommendation]:
    """Make a case and evaluate it."""

    def an_advice(**differs: Any) -> Recommendation:
        return case_evaluate(encounter=a_case(**differs), actor=dr_surgeon)

    return an_advice


@pytest.fixture
def advice(an_advice) -> Recommendation:
    """Advice on the usual patient: a place on the ladder."""
    return an_advice()


@pytest.fixture
def key() -> Callable[[], uuid.UUID]:
    return uuid.uuid4
