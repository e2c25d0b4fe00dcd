"""Rows to the values a report prints: read once, when the report is asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.dates import told
from treatments.engine import Ruleset
from treatments.engine.ruleset.enums import Disposition
from treatments.models import Decision, Recommendation, Report
from treatments.presentation.advice import Advice, CaseProblem
from treatments.presentation.recommendation import read_advice
from treatments.presentation.words import REPORT_HEADINGS
from treatments.recommendations.standing import standing_of
from treatments.recommendations.statements import (
    ReadDecision,
    ReadReview,
    earlier_of,
    read_decision,
    read_reviews,
)
from treatments.reports.content import (
    Attachment,
    Header,
    Opinion,
    PrintedDecision,
    PrintedEarlier,
    PrintedEntry,
    Provenance,
    ReportContext,
)
from treatments.reports.glyphs import breakable, printable
from treatments.reports.presenter import LOOKED_AT, ReportWords

INTENDED_USE = (
    "For spine surgeons and the residents they supervise, as help in choosing the "
    "treatment of adults with a lumbar disc herniation."
)
_STATUS_NOTES = {
    "preliminary": "No decision is recorded yet.",
    "final": "A decision is recorded.",
    "amended": "This replaces an earlier report on the same case.",
    "entered_in_error": "The case was entered in error. Do not use this report.",
}
_UNDECIDED = "No decision is recorded yet"
_LEADS = {
    Disposition.INSUFFICIENT_DATA: (
        "What is not known decides here. No option is advised on a guess."
    ),
    Disposition.OUT_OF_SCOPE: (
        "The rules do not cover this case, and say nothing about it."
    ),
    Disposition.INVALID: "The entry must be corrected before it can be evaluated.",
}
_CONFLICT = (
    "Two rules that exclude each other both hold for this case. No advice is given: "
    "the fault is in the tables, not in the entry."
)
_ROBUST = {
    True: "Firm: no answer that is still unknown can change the urgency or the advice.",
    False: "Open: an unknown answer named above could change the urgency or advice.",
    None: "Whether an unknown answer could change the advice was not worked out.",
}


def freeze(report: Report) -> ReportContext:
    """Every printed value of a report that is about to be queued.

    Characters that the fonts cannot print are replaced by their codes here, so that
    what is stored is what is printed; the attached documents keep them as entered.
    """
    context = _context(report)
    documents = context.attachments
    plain = replace(context, attachments=()).to_document()
    clean = _each_text(plain, printable)
    # A hash is copied by hand or by eye: nothing invisible may sit in it.
    settled = {**_each_text(clean, breakable), "provenance": clean["provenance"]}
    return replace(
        ReportContext.from_document(settled),
        attachments=documents,
        substitutions=clean != plain,
    )


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_each_text(item, change) for item in value)
    return value


def _context(report: Report) -> ReportContext:
    recommendation = report.recommendation
    case = recommendation.case_document
    evaluation = recommendation.evaluation_document
    ruleset = recommendation.ruleset.ruleset
    advice = read_advice(case, evaluation, ruleset, _local(report.queued_at).date())
    printed = ReportWords(advice, ruleset)
    looked_at = advice.disposition in LOOKED_AT
    decision = recommendation.decisions.select_related("decided_by").first()
    decided = _decided(read_decision(decision, recommendation) if decision else None)
    return ReportContext(
        header=_header(report, advice, decided),
        disposition=advice.disposition,
        urgency=advice.urgency,
        urgency_text=" ".join(r.told for r in advice.urgency_reasons if r.told),
        headline=_headline(advice),
        lead=_lead(advice, ruleset),
        next_steps=(
            *(
                f"Perhaps: {text}"
                for text in (advice.left.perhaps if advice.left else ())
            ),
            *(step.text for step in advice.next_steps),
        ),
        robust=" ".join(
            filter(None, (_ROBUST[advice.robust], advice.not_said.get("robust")))
        ),
        grounds=printed.grounds(),
        alerts=printed.alerts(),
        problems=tuple(_problem(problem) for problem in advice.problems),
        rungs=printed.ladder() if looked_at else (),
        ladder_text=advice.drawing.description if looked_at and advice.drawing else "",
        advised=printed.advised(),
        options=printed.others() if looked_at else (),
        sections=printed.sections(),
        unknown=printed.unknown(),
        assumed=printed.assumed(),
        to_ask=printed.to_ask(),
        changes=printed.changes(),
        derived=printed.derived(evaluation["derived"]),
        note=recommendation.encounter.note,
        reviews=_reviews(recommendation, ruleset),
        citations=printed.citations(),
        provenance=_provenance(recommendation),
        substitutions=False,
        attachments=_attachments(case, evaluation),
        why_none=printed.why_none()
        if advice.disposition is Disposition.INSUFFICIENT_DATA
        else (),
        referred=printed.referred(),
        assumed_because=printed.assumed_because(),
        at_least=advice.is_at_least,
        bounds=advice.left.bounds if advice.left else "",
        among=printed.among(),
        decided=decided,
        earlier=_earlier(recommendation),
    )


def _headline(advice: Advice) -> str:
    if advice.recommended:
        return advice.recommended.title
    if advice.is_conflict:
        return "The rules conflict: no option is given"
    if advice.left and advice.left.heading:
        return advice.left.heading
    return REPORT_HEADINGS[advice.disposition]


def _lead(advice: Advice, ruleset: Ruleset) -> str:
    """What the option is, or why it is the last one left; else what triage tells."""
    if advice.recommended:
        policy = ruleset.selection.last_resort.id
        reasons = advice.recommended.reasons_for
        resort = [reason.text for reason in reasons if reason.rule == policy]
        return resort[0] if resort else advice.recommended.summary
    if advice.is_conflict:
        return _CONFLICT
    if advice.referral:
        return advice.referral.text
    if advice.left and advice.left.elsewhere:
        return advice.left.elsewhere
    told = " ".join(reason.told for reason in advice.triage if reason.told)
    flags = ", ".join(f"{i.label} {i.value}".strip() for i in advice.red_flags)
    if advice.disposition is Disposition.EMERGENCY and flags:
        return f"Entered: {flags}\n{told}"
    return told or _LEADS.get(advice.disposition, "")


def _problem(problem: CaseProblem) -> str:
    return f"{problem.path}: {problem.message}" if problem.path else problem.message


def _header(report: Report, advice: Advice, decided: PrintedDecision) -> Header:
    recommendation = report.recommendation
    encounter = recommendation.encounter
    patient = encounter.patient
    standing = standing_of(recommendation)
    status = str(Report.Status(report.status).label)
    return Header(
        reference=report.reference,
        status=report.status,
        status_text="Superseded" if standing.superseded else status,
        status_note=_STATUS_NOTES[report.status],
        queued_at=report.queued_at.astimezone(UTC).isoformat(),
        printed_at=_moment(report.queued_at),
        requested_by=_name(report.requested_by),
        team=patient.team.name,
        patient=str(patient),
        identifier=patient.numbers,
        birth_date=_day(patient.birth_date) if patient.birth_date else "not known",
        sex=patient.get_sex_display() if patient.sex else "Not known",
        case_version=str(encounter.version),
        occurred_on=_day(encounter.occurred_on),
        evaluated_at=_moment(recommendation.created_at),
        responsible_level="No image yet"
        if advice.summary.no_image
        else advice.summary.responsible_level,
        decider=decided.by or "The treating surgeon",
        decision=": ".join(filter(None, (decided.kind, decided.option)))
        + (f" ({decided.reason})" if decided.reason else ""),
        decision_note=decided.note,
        marks=standing.marks,
    )


def _decider(decision: Decision | None) -> str:
    if decision is None:
        return "The treating surgeon"
    return f"{_name(decision.decided_by)}, {_moment(decision.decided_at)}"


def _decided(decision: ReadDecision | None) -> PrintedDecision:
    if decision is None:
        return PrintedDecision("", _UNDECIDED, "", "", (), "", "", "")
    row = decision.row
    return PrintedDecision(
        kind=str(row.get_outcome_display()),
        option=decision.option or "Not decided yet",
        waits=decision.waits,
        reason=str(row.get_override_reason_display()) if row.override_reason else "",
        disputes=tuple(rule.words for rule in decision.disputes),
        contradicts=decision.contradicts,
        note=row.note,
        by=_decider(row),
    )


def _earlier(recommendation: Recommendation) -> PrintedEarlier | None:
    earlier = earlier_of(recommendation)
    if earlier is None:
        return None
    changed = earlier.changed
    advice = f"Before: {changed.advice_before}. Now: {changed.advice_after}."
    if changed.is_same_advice:
        advice = f"The same is advised: {changed.advice_after}."
    return PrintedEarlier(
        version=str(earlier.advice.encounter.version),
        decision=_decided(earlier.decision) if earlier.decision else None,
        advice=advice,
        cause=changed.cause,
        changes=tuple(
            PrintedEntry(
                answer.item.label + (" (moved the advice)" if answer.decides else ""),
                f"{answer.before} → {answer.after}",
            )
            for answer in changed.answers
        ),
    )


def _reviews(recommendation: Recommendation, ruleset: Ruleset) -> tuple[Opinion, ...]:
    reviews = recommendation.reviews.select_related("reviewer").order_by("created_at")
    return tuple(map(_opinion, read_reviews(reviews, ruleset)))


def _opinion(review: ReadReview) -> Opinion:
    row = review.row
    return Opinion(
        reviewer=_name(row.reviewer),
        verdict=str(row.get_verdict_display()),
        reason=row.reason,
        note=row.note,
        at=_moment(row.created_at),
        disputes=tuple(rule.words for rule in review.disputes),
    )


def _provenance(recommendation: Recommendation) -> Provenance:
    version = recommendation.ruleset
    return Provenance(
        ruleset=f"{version.title} ({version.ruleset_id})",
        version=version.version,
        sha256=version.sha256,
        sign_off=_sign_off(version.sign_off_state),
        engine_version=recommendation.engine_version,
        intended_use=INTENDED_USE,
    )


def _sign_off(state: str) -> str:
    if state == "signed":
        return "Signed off by a surgeon"
    return "Not signed off by a surgeon: not for clinical use"


def _attachments(case: Any, evaluation: Any) -> tuple[Attachment, ...]:
    read_as = f"contract {evaluation.get('contract', 1)}"
    return (
        Attachment("case.json", f"The case as it was evaluated ({read_as})", case),
        Attachment("evaluation.json", f"The whole evaluation ({read_as})", evaluation),
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment)


def _moment(moment: datetime) -> str:
    return told(moment)


def _day(day: date) -> str:
    return day.isoformat()
