"""Rows to the engine's case document: the only bridge between the two."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models

from patients.facts import DISC_FACTS, Fact, stored_in
from patients.models import Encounter

CONTRACT = 1


def case_document(
    encounter: Encounter, unavailable: Iterable[str] = ()
) -> dict[str, Any]:
    """The contract-1 case document of an encounter.

    Unknown facts are left out: unknown is never written as "no", 0 or "none".
    `unavailable` names the treatments that this hospital cannot offer.
    """
    document: dict[str, Any] = {
        "contract": CONTRACT,
        "case_id": str(encounter.case_uid),
        "facts": _case_facts(encounter),
        "discs": _discs(encounter),
    }
    if encounter.responsible_level:
        document["responsible_level"] = encounter.responsible_level
    offered_elsewhere = sorted(unavailable)
    if offered_elsewhere:
        document["unavailable_treatments"] = offered_elsewhere
    return document


def _case_facts(encounter: Encounter) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if encounter.patient.sex:
        facts["sex"] = encounter.patient.sex
    facts.update(_known(encounter, stored_in("encounter")))
    # A draft may have neither row yet: then nothing of it is known.
    facts.update(_known(getattr(encounter, "examination", None), stored_in("examination")))
    facts.update(_known(getattr(encounter, "imaging", None), stored_in("imaging")))
    return facts


def _discs(encounter: Encounter) -> list[dict[str, Any]]:
    imaging = getattr(encounter, "imaging", None)
    if imaging is None:
        return []
    findings = sorted(imaging.disc_findings.all(), key=lambda finding: finding.level)
    return [
        {"level": finding.level, **dict(_known(finding, DISC_FACTS.values()))}
        for finding in findings
    ]


def _known(
    row: models.Model | None, facts: Iterable[Fact]
) -> Iterator[tuple[str, Any]]:
    """Each known fact of a row with its value as JSON has it."""
    for fact in facts if row is not None else ():
        value = _value(row, fact.name)
        if value is not None and value != "":
            yield fact.name, float(value) if isinstance(value, Decimal) else value


def _value(row: models.Model | None, name: str) -> Any:
    """The column's own value: for a reference to a code, the code."""
    assert row is not None
    return getattr(row, row._meta.get_field(name).attname)
