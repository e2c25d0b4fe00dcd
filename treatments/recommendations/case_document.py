"""Rows to the engine's case document: the only bridge between the two."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from patients.facts import Vocabulary
from patients.findings import CaseFindings
from patients.models import CONTRACT, Encounter, Patient
from patients.person import AGE, facts_of_person


def case_document(
    encounter: Encounter, unavailable: Iterable[str] = ()
) -> dict[str, Any]:
    """The case document of an encounter, in the contract that it was saved under.

    What follows from the person is worked out here, from the patient as recorded now.
    Unknown facts are left out: unknown is never written as "no", 0 or "none". A partial
    answer is written as it was entered.
    `unavailable` names the treatments that this hospital cannot offer.
    """
    document = findings_document(
        CaseFindings.of(encounter),
        encounter.patient,
        unavailable,
        contract=encounter.contract,
    )
    document["case_id"] = str(encounter.case_uid)
    return document


def findings_document(
    findings: CaseFindings,
    patient: Patient,
    unavailable: Iterable[str] = (),
    *,
    contract: int = CONTRACT,
) -> dict[str, Any]:
    """The same of findings that are not stored; it has no `case_id`."""
    of_person = facts_of_person(patient, findings.occurred_on)
    facts = _without_negative_zero({**findings.facts, **of_person})
    document: dict[str, Any] = {
        "contract": contract,
        "facts": facts,
        "discs": [
            {"level": level, **_without_negative_zero(known)}
            for level, known in findings.discs.items()
        ],
    }
    if findings.responsible_level:
        document["responsible_level"] = findings.responsible_level
    not_offered = sorted(unavailable)
    if not_offered:
        document["unavailable_treatments"] = not_offered
    return document


def document_findings(
    document: Mapping[str, Any], occurred_on: date, vocabulary: Vocabulary
) -> CaseFindings:
    """What was entered, from a case document: without what followed from the person."""
    return CaseFindings(
        occurred_on,
        _without(document.get("facts", {}), AGE, "sex"),
        {disc["level"]: _without(disc, "level") for disc in document.get("discs", ())},
        document.get("responsible_level", ""),
        vocabulary=vocabulary,
        stored=True,
    )


def _without(facts: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: facts[name] for name in facts if name not in names}


def _without_negative_zero(facts: Mapping[str, Any]) -> dict[str, Any]:
    """PostgreSQL keeps -0.0 as 0.0, and the hash of the case would fit no more.

    A partial answer stays as it was written; its bounds are numbers as well.
    """
    return {name: _positive_zero(answer) for name, answer in facts.items()}


def _positive_zero(answer: Any) -> Any:
    if isinstance(answer, Mapping):
        return {name: _positive_zero(part) for name, part in answer.items()}
    return 0.0 if isinstance(answer, float) and answer == 0 else answer
