"""Rows to the engine's case document: the only bridge between the two."""

from collections.abc import Iterable
from typing import Any

from patients.findings import CaseFindings
from patients.models import Encounter

CONTRACT = 1


def case_document(
    encounter: Encounter, unavailable: Iterable[str] = ()
) -> dict[str, Any]:
    """The contract-1 case document of an encounter.

    Unknown facts are left out: unknown is never written as "no", 0 or "none".
    `unavailable` names the treatments that this hospital cannot offer.
    """
    findings = CaseFindings.of(encounter)
    facts = dict(findings.facts)
    if encounter.patient.sex:
        facts["sex"] = encounter.patient.sex
    document: dict[str, Any] = {
        "contract": CONTRACT,
        "case_id": str(encounter.case_uid),
        "facts": facts,
        "discs": [{"level": level, **known} for level, known in findings.discs.items()],
    }
    if findings.responsible_level:
        document["responsible_level"] = findings.responsible_level
    not_offered = sorted(unavailable)
    if not_offered:
        document["unavailable_treatments"] = not_offered
    return document
