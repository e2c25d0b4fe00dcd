"""Stored cases by the thousand, and another version of the rules to ask them."""

import copy
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any
from uuid import uuid4

from benchmarks.documents import partial
from patients.models import Encounter, Patient
from spine_cds.accounts.models import Team, User
from treatments.engine import Ruleset, evaluate
from treatments.models import Recommendation, RulesetVersion

PARCEL = 5000
#: So many different case documents; beyond them they repeat.
DIFFERENT = 4000


def store_cases(count: int, *, team: Team, author: User, rules: RulesetVersion) -> None:
    """Evaluated cases, a hundred a patient, partly known, as people leave them."""
    patients = Patient.objects.bulk_create(
        Patient(
            team=team,
            identifier=f"R-{number:06}",
            family_name="Generated",
            birth_date=date(1980, 1, 1),
            created_by=author,
        )
        for number in range(count // 100 + 1)
    )
    documents = itertools.cycle(partial(rules.ruleset, min(count, DIFFERENT)))
    encounters = (_encounter(patients[n // 100], author) for n in range(count))
    while parcel := list(islice(encounters, PARCEL)):
        Encounter.objects.bulk_create(parcel)
        Recommendation.objects.bulk_create(
            _recommendation(encounter, next(documents), rules, author)
            for encounter in parcel
        )


def _encounter(patient: Patient, author: User) -> Encounter:
    return Encounter(
        patient=patient,
        created_by=author,
        updated_by=author,
        responsible_level="L5-S1",
        state=Encounter.State.EVALUATED,
    )


def _recommendation(
    encounter: Encounter, document: Any, rules: RulesetVersion, author: User
) -> Recommendation:
    return Recommendation(
        encounter=encounter,
        ruleset=rules,
        engine_version="1",
        case_document={**document, "case_id": str(encounter.case_uid)},
        case_sha256=uuid4().hex,
        evaluation_document={},
        disposition="insufficient_data",
        created_by=author,
    )


def changed(ruleset: Ruleset) -> dict[str, Any]:
    """Another version: every second row of each eligibility table is gone."""
    document = copy.deepcopy(dict(ruleset.document))
    document["metadata"]["version"] = "9.9.9"
    for table in document["tables"]:
        if table["kind"] == "eligibility":
            del table["rules"][1::2]
    return document


def code(document: Any, ruleset: Ruleset) -> str:
    """The advice of one case by the evaluator that pages use."""
    found = evaluate(document, ruleset, effects=False)
    parts = (found.disposition, found.urgency, found.recommended)
    return "/".join(part or "-" for part in parts)


def direct(documents: Iterable[Any], old: Ruleset, new: Ruleset) -> list[list[Any]]:
    """The matrix, case by case, without chunks, columns or a worker."""
    pairs: Iterator[tuple[str, str]] = (
        (code(document, old), code(document, new)) for document in documents
    )
    counts = Counter(pairs)
    return [[one, other, count] for (one, other), count in sorted(counts.items())]
