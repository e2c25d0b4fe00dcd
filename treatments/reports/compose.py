"""Rows to the values a report prints: read once, when the report is asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.dates import told
from treatments.engine import Ruleset
from treatments.engine.ruleset.enums import Disposition
from treatments.models import Decision, Recommendation, Report, Review
from treatments.presentation.advice import Advice, CaseProblem
from treatments.presentation.recommendation import read_advice
from treatments.presentation.words import REPORT_HEADINGS
from treatments.reports.content import (
    Attachment,
    Header,
    Opinion,
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
    return ReportContext(
        header=_header(report, advice, ruleset),
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
        reviews=_reviews(recommendation),
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


def _header(report: Report, advice: Advice, ruleset: Ruleset) -> Header:
    recommendation = report.recommendation
    encounter = recommendation.encounter
    patient = encounter.patient
    decision = recommendation.decisions.select_related("decided_by").first()
    return Header(
        reference=report.reference,
        status=report.status,
        status_text=str(Report.Status(report.status).label),
        status_note=_STATUS_NOTES[report.status],
        queued_at=report.queued_at.astimezone(UTC).isoformat(),
        printed_at=_moment(report.queued_at),
        requested_by=_name(report.requested_by),
        team=patient.team.name,
        patient=str(patient),
        identifier=patient.identifier,
        birth_date=_day(patient.birth_date),
        sex=patient.get_sex_display() if patient.sex else "Not known",
        case_version=str(encounter.version),
        occurred_on=_day(encounter.occurred_on),
        evaluated_at=_moment(recommendation.created_at),
        responsible_level="No image yet"
        if advice.summary.no_image
        else advice.summary.responsible_level,
        decider=_decider(decision),
        decision=_decision(decision, ruleset),
        decision_note=decision.note if decision else "",
    )


def _decider(decision: Decision | None) -> str:
    if decision is None:
        return "The treating surgeon"
    return f"{_name(decision.decided_by)}, {_moment(decision.decided_at)}"


def _decision(decision: Decision | None, ruleset: Ruleset) -> str:
    if decision is None:
        return "No decision is recorded yet"
    parts = [str(decision.get_outcome_display())]
    if decision.treatment:
        treatment = ruleset.treatments.get(decision.treatment)
        parts.append(treatment.title if treatment else decision.treatment)
    if decision.override_reason:
        parts.append(str(decision.get_override_reason_display()))
    return ": ".join(parts[:2]) + "".join(f" ({reason})" for reason in parts[2:])


def _reviews(recommendation: Recommendation) -> tuple[Opinion, ...]:
    reviews = recommendation.reviews.select_related("reviewer").order_by("created_at")
    return tuple(_opinion(review) for review in reviews)


def _opinion(review: Review) -> Opinion:
    return Opinion(
        reviewer=_name(review.reviewer),
        verdict=str(review.get_verdict_display()),
        reason=review.reason,
        note=review.note,
        at=_moment(review.created_at),
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
