"""Evaluating a case, and what people say of the advice: atomic, each with its event."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from patients.models import Encounter
from patients.services.cases import case_advance, case_evaluated
from spine_cds.accounts.models import User
from spine_cds.accounts.services import signature_record
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.canonical import canonical_sha256
from spine_cds.audit.services import record
from treatments.engine import evaluate, explore
from treatments.engine.case import known_to
from treatments.engine.ruleset.enums import Urgency
from treatments.models import (
    Comment,
    Decision,
    Recommendation,
    Review,
)
from treatments.recommendations.case_document import case_document
from treatments.recommendations.kinds import DecisionKindError, contradiction
from treatments.recommendations.site_prior import (
    counts_document,
    prior_with,
    site_counts,
)
from treatments.rulebook.services import live_ruleset

State = Encounter.State
TriageFlag = Encounter.TriageFlag
CERTAIN_FLAGS = {
    Urgency.URGENT: TriageFlag.URGENT,
    Urgency.EARLY: TriageFlag.EARLY,
}
#: What a case is flagged with while only the least of its urgency is certain.
LEAST_FLAGS = {
    Urgency.EMERGENCY: TriageFlag.LEAST_URGENT,
    Urgency.URGENT: TriageFlag.LEAST_URGENT,
    Urgency.EARLY: TriageFlag.LEAST_EARLY,
}


class CaseClosedError(ValueError):
    """The case version was corrected or withdrawn meanwhile; nothing was written."""


# --- Recommendations ----------------------------------------------------------------


@transaction.atomic
def case_evaluate(*, encounter: Encounter, actor: User) -> Recommendation:
    """Evaluate a case version under the live ruleset and keep what was said.

    The same question (same findings, same rules, same engine) is answered once:
    asking again, or twice at the same time, gives the same row.

    Raises:
        CaseClosedError: the version was superseded or entered in error.
        NoLiveRulesetError: no ruleset has been loaded.
    """
    encounter = _open_case(encounter)
    version = live_ruleset()
    offered_elsewhere = encounter.patient.team.unavailable_treatments.codes()
    document = known_to(version.ruleset, case_document(encounter, offered_elsewhere))
    counts = site_counts()
    answer = evaluate(document, version.ruleset, prior=prior_with(counts))
    evaluation = {**answer.to_document(), **counts_document(counts)}
    question = {
        "encounter": encounter,
        "ruleset": version,
        "engine_version": evaluation["engine_version"],
        "case_sha256": canonical_sha256(document),
    }
    # Looked up before the exploration, which takes longer than the evaluation.
    known = Recommendation.objects.filter(**question).first()
    if known is not None:
        return known
    explored = explore(document, version.ruleset, answer)
    evaluation["exploration"] = explored.to_document()
    return _recommendation_create(question, document, evaluation, actor)


def _recommendation_create(
    question: dict[str, Any],
    document: dict[str, Any],
    evaluation: dict[str, Any],
    actor: User,
) -> Recommendation:
    encounter: Encounter = question["encounter"]
    corrects = Recommendation.objects.of_case(encounter.case_uid).exists()
    recommended = evaluation["recommended"] or {}
    recommendation = Recommendation.objects.create(
        **question,
        case_document=document,
        evaluation_document=evaluation,
        disposition=evaluation["disposition"],
        urgency=evaluation["urgency"] or "",
        recommended_treatment=recommended.get("treatment", ""),
        status=Recommendation.Status.AMENDED
        if corrects
        else Recommendation.Status.FINAL,
        created_by=actor,
    )
    # Nothing is reviewed or decided of this answer, whatever was of the one before.
    if encounter.state in (State.REVIEWED, State.DECIDED):
        _reopen(encounter, recommendation)
    # An entry with errors stays a draft, to be mended where it is.
    if recommendation.disposition != Recommendation.Disposition.INVALID:
        case_evaluated(
            encounter=encounter, actor=actor, triage_flag=_triage_flag(recommendation)
        )
    _record(
        recommendation,
        actor,
        AuditAction.CASE_EVALUATE,
        recommendation,
        disposition=recommendation.disposition,
        treatment=recommendation.recommended_treatment,
        version=encounter.version,
    )
    return recommendation


def _triage_flag(recommendation: Recommendation) -> str:
    """What the worklist has to show of an answer, at a glance."""
    if recommendation.disposition in (TriageFlag.EMERGENCY, TriageFlag.DIAGNOSE_FIRST):
        return recommendation.disposition
    if recommendation.urgency:
        certain = CERTAIN_FLAGS.get(Urgency(recommendation.urgency))
        if certain is not None:
            return certain
    if not recommendation.urgency:
        floor = recommendation.evaluation_document.get("urgency_floor")
        if floor in LEAST_FLAGS:
            return LEAST_FLAGS[floor]
    referred = recommendation.disposition == TriageFlag.REFER
    return TriageFlag.REFER if referred else ""


@transaction.atomic
def decision_record(
    *,
    recommendation: Recommendation,
    actor: User,
    outcome: str,
    treatment: str = "",
    override_reason: str = "",
    disputed_rules: Sequence[str] = (),
    deferred_until: date | None = None,
    deferred_for: str = "",
    note: str = "",
    submission_key: uuid.UUID,
    signed: bool = False,
) -> Decision:
    """Record what the surgeon decided. The newest decision counts; none is edited.

    `signed` says that the actor's password was asked again: a signature is kept.

    Raises:
        CaseClosedError: the case was corrected or withdrawn since this advice.
        DecisionKindError: `outcome` is not what the option makes of the decision.
    """
    evaluation = recommendation.evaluation_document
    if against := contradiction(evaluation, outcome, treatment):
        raise DecisionKindError(against)
    # The lock comes first: a correction at the same moment waits, or is seen here.
    encounter = _open_case(recommendation.encounter)
    decision, created = Decision.objects.get_or_create(
        submission_key=submission_key,
        defaults={
            "recommendation": recommendation,
            "outcome": outcome,
            "treatment": treatment,
            "override_reason": override_reason,
            "disputed_rules": list(disputed_rules),
            "deferred_until": deferred_until,
            "deferred_for": deferred_for,
            "note": note,
            "decided_by": actor,
        },
    )
    if created:
        # Nothing is decided yet, so the case goes back among those that wait.
        if outcome == Decision.Outcome.DEFERRED:
            _reopen(encounter, recommendation)
        else:
            case_advance(encounter=encounter, actor=actor, state=State.DECIDED)
        codes: dict[str, Any] = {
            "outcome": outcome,
            "treatment": treatment,
            "reason": override_reason,
            **_disputes(disputed_rules),
        }
        before = _decided_before(decision)
        _record(
            recommendation,
            actor,
            AuditAction.DECISION_RECORD,
            decision,
            **codes,
            before=before,
        )
        if signed:
            _sign(decision, encounter, actor)
    return decision


@transaction.atomic
def review_record(
    *,
    recommendation: Recommendation,
    actor: User,
    verdict: str,
    reason: str = "",
    disputed_rules: Sequence[str] = (),
    note: str = "",
    submission_key: uuid.UUID,
) -> Review:
    """Record a resident's review; a case that is decided stays decided.

    Raises:
        CaseClosedError: the case was corrected or withdrawn since this advice.
    """
    encounter = _open_case(recommendation.encounter)
    review, created = Review.objects.get_or_create(
        submission_key=submission_key,
        defaults={
            "recommendation": recommendation,
            "reviewer": actor,
            "verdict": verdict,
            "reason": reason,
            "disputed_rules": list(disputed_rules),
            "note": note,
        },
    )
    if created:
        case_advance(encounter=encounter, actor=actor, state=State.REVIEWED)
        _record(
            recommendation,
            actor,
            AuditAction.RECOMMENDATION_REVIEW,
            review,
            verdict=verdict,
            **_disputes(disputed_rules),
        )
    return review


@transaction.atomic
def comment_add(
    *,
    recommendation: Recommendation,
    actor: User,
    text: str,
    submission_key: uuid.UUID,
) -> Comment:
    """Add a remark; possible on superseded advice too, which stays to be discussed."""
    comment, created = Comment.objects.get_or_create(
        submission_key=submission_key,
        defaults={"recommendation": recommendation, "author": actor, "text": text},
    )
    if created:
        _record(recommendation, actor, AuditAction.RECOMMENDATION_COMMENT, comment)
    return comment


def recommendation_read(*, recommendation: Recommendation, actor: User) -> None:
    """Record that ``actor`` opened a page of the advice."""
    _record(recommendation, actor, AuditAction.CASE_READ, recommendation)


# --- Within a transaction -----------------------------------------------------------


def _disputes(rule_ids: Sequence[str]) -> dict[str, list[str]]:
    return {"disputed_rules": list(rule_ids)} if rule_ids else {}


def _decided_before(decision: Decision) -> dict[str, str] | None:
    """The codes of the decision that this one takes the place of, for the trail."""
    earlier = decision.recommendation.decisions.exclude(pk=decision.pk).first()
    if earlier is None:
        return None
    return {
        "outcome": earlier.outcome,
        "treatment": earlier.treatment,
        "reason": earlier.override_reason,
    }


def _open_case(encounter: Encounter) -> Encounter:
    """The case version, locked: two writers of one case come one after the other."""
    locked = (
        Encounter.objects.select_for_update(of=("self",))
        .select_related("patient__team")
        .get(pk=encounter.pk)
    )
    if not locked.is_open:
        raise CaseClosedError("This version of the case is no longer the current one.")
    return locked


def _reopen(encounter: Encounter, recommendation: Recommendation) -> None:
    """A deferred decision, or a new answer, puts the case back among the undecided."""
    if encounter.state in (State.REVIEWED, State.DECIDED):
        reviewed = recommendation.reviews.exists()
        Encounter.objects.filter(pk=encounter.pk).update(
            state=State.REVIEWED if reviewed else State.EVALUATED,
            revision=F("revision") + 1,
        )


def _sign(decision: Decision, encounter: Encounter, actor: User) -> None:
    signature_record(
        signer=actor,
        entity=decision,
        meaning=f"I decided: {decision.get_outcome_display().lower()}.",
        content=decision.signed_content,
        patient_id=encounter.patient_id,
        case_uid=encounter.case_uid,
    )


def _record(
    recommendation: Recommendation,
    actor: User,
    action: AuditAction,
    entity: Any,
    **codes: Any,
) -> None:
    encounter = recommendation.encounter
    record(
        actor=actor,
        action=action,
        entity=entity,
        patient_id=encounter.patient_id,
        case_uid=encounter.case_uid,
        detail={"recommendation": str(recommendation.pk), **codes},
    )
