"""Is what was said still what the stored inputs give? Recomputed, row by row.

A recommendation rests on its case document, its ruleset and its engine. Every stored
hash is computed anew, then the answer is made anew and compared with what is stored.
What was decided on a recommendation still has to be what was signed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from spine_cds.accounts.models import Signature
from spine_cds.accounts.services import signed_sha256
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.canonical import canonical_json, canonical_sha256
from spine_cds.audit.models import Event
from treatments.engine import (
    ENGINE_VERSION,
    Ruleset,
    RulesetError,
    document_hash,
    evaluate,
    explore,
)
from treatments.models import Decision, Recommendation, RulesetVersion
from treatments.recommendations.kinds import stored_contradiction
from treatments.recommendations.site_prior import (
    counts_document,
    counts_of,
    prior_with,
)

#: Rows read at once: a PDF is some hundred kilobytes, an evaluation some ten.
CHUNK = 20


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """What came of one row. `differs` names what is wrong; empty where all is right.

    `note` says what could not be held to the same bytes, and why. `contradicts` names
    decisions whose kind is not that of their option: the form of before took them.
    """

    kind: str
    id: UUID
    differs: tuple[str, ...] = ()
    note: str = ""
    contradicts: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = "; ".join(filter(None, (*self.differs, self.note, *self.contradicts)))
        return f"{self.kind} {self.id}: {told or 'the same'}"


def verified_recommendations(
    ids: Iterable[UUID] | None = None,
) -> Iterator[VerificationResult]:
    """A verdict for each of these rows, or for all, in the order they were made."""
    rows = Recommendation.objects.select_related("ruleset").defer("ruleset__document")
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    for row in rows.order_by("created_at", "pk").iterator(chunk_size=CHUNK):
        yield verified_recommendation(row)


def verified_recommendation(row: Recommendation) -> VerificationResult:
    """Hashes first; then the answer, to the byte where the engine is the same."""
    stored = row.evaluation_document
    differs = [*_hashes(row, stored), *_columns(row, stored), *_decisions(row)]
    odd = tuple(_contradictions(row))
    try:
        answer = _recomputed(row.case_document, _ruleset(row.ruleset_id), stored)
    except RulesetError as error:
        differs.append(f"its ruleset is refused: {str(error).splitlines()[0]}")
        return VerificationResult(
            "recommendation", row.pk, tuple(differs), contradicts=odd
        )
    different = _different(answer, stored)
    note = ""
    if row.engine_version == ENGINE_VERSION:
        if different:
            differs.append(f"recomputed otherwise: {', '.join(different)}")
    else:
        note = _other_engine(row.engine_version, answer, stored)
    return VerificationResult("recommendation", row.pk, tuple(differs), note, odd)


def _hashes(row: Recommendation, stored: Mapping[str, Any]) -> Iterator[str]:
    if canonical_sha256(row.case_document) != row.case_sha256:
        yield "the case does not match its hash"
    if _content_sha256(row.ruleset_id) != row.ruleset.sha256:
        yield f"the ruleset {row.ruleset} does not match its hash"
    if stored.get("ruleset", {}).get("sha256") != row.ruleset.sha256:
        yield "the evaluation names another ruleset"


def _columns(row: Recommendation, stored: Mapping[str, Any]) -> Iterator[str]:
    """What the row says beside its documents, for lists and constraints."""
    recommended = stored.get("recommended") or {}
    expected = {
        "engine_version": stored.get("engine_version"),
        "disposition": stored.get("disposition"),
        "urgency": stored.get("urgency") or "",
        "recommended_treatment": recommended.get("treatment", ""),
    }
    for column, value in expected.items():
        if getattr(row, column) != value:
            yield f"{column} is not what the evaluation says"


def _decisions(row: Recommendation) -> Iterator[str]:
    """Signatures against what was decided, and against what the audit trail saw."""
    for decision in row.decisions.select_related("recommendation__ruleset"):
        signatures = Signature.objects.of(decision)
        content = signed_sha256(decision.signed_content)
        if any(one.sha256 != content for one in signatures):
            yield f"decision {decision.pk} is not what was signed"
        if any(one.signer_id != decision.decided_by_id for one in signatures):
            yield f"decision {decision.pk} was signed by somebody else"
        if {(one.pk, one.sha256) for one in signatures} != _told_signed(decision):
            yield f"decision {decision.pk} is not signed as the audit trail says"


def _contradictions(row: Recommendation) -> Iterator[str]:
    """Never called a difference: it is what was said, and it stays."""
    for decision in row.decisions.all():
        if against := stored_contradiction(decision, row):
            yield f"decision {decision.pk} contradicts its option: {against}"


def _told_signed(decision: Decision) -> set[tuple[int, str]]:
    events = Event.objects.filter(
        action=AuditAction.SIGNATURE_RECORD,
        entity_type=decision._meta.label_lower,
        entity_id=str(decision.pk),
    )
    details = events.values_list("detail", flat=True)
    return {(detail["signature"], detail["sha256"]) for detail in details}


def _recomputed(
    case: dict[str, Any], ruleset: Ruleset, stored: Mapping[str, Any]
) -> dict[str, Any]:
    counts = counts_of(stored)
    evaluation = evaluate(case, ruleset, prior=prior_with(counts))
    document = {**evaluation.to_document(), **counts_document(counts)}
    if "exploration" in stored:  # the first ones were kept without
        document["exploration"] = explore(case, ruleset, evaluation).to_document()
    return document


def _other_engine(version: str, answer: Mapping[str, Any], stored: Any) -> str:
    """Never called a difference: another engine may say more, or otherwise."""
    told = f"made by engine {version}; engine {ENGINE_VERSION} cannot recompute it"
    advice = ("disposition", "urgency", "recommended")
    changed = [key for key in advice if answer.get(key) != stored.get(key)]
    if changed:
        return f"{told}, and would answer otherwise: {', '.join(changed)}"
    return f"{told}, but gives the same advice"


def _different(answer: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """The parts of two evaluations that are not the same bytes."""
    keys = sorted(answer.keys() | stored.keys())
    return [
        key
        for key in keys
        if (key in answer) != (key in stored)
        or canonical_json(answer.get(key)) != canonical_json(stored.get(key))
    ]


@lru_cache(maxsize=8)
def _ruleset(pk: int) -> Ruleset:
    return Ruleset.from_document(_document(pk))


@lru_cache(maxsize=8)
def _content_sha256(pk: int) -> str:
    return document_hash(_document(pk))


def _document(pk: int) -> dict[str, Any]:
    documents = RulesetVersion.objects.values_list("document", flat=True)
    document: dict[str, Any] = documents.get(pk=pk)
    return document


def forget_rulesets() -> None:
    """Read them anew: a run must not trust what an earlier one has seen."""
    _ruleset.cache_clear()
    _content_sha256.cache_clear()
