"""Asking for a report, looking at it, taking it away: each leaves its audit event."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from spine_cds.jobs.lifecycle import cancel
from treatments.models import Decision, Recommendation, Report
from treatments.recommendations.standing import standing_of
from treatments.reports.compose import freeze
from treatments.reports.tasks import render_report


def report_request(
    *, recommendation: Recommendation, actor: User, request_key: UUID
) -> Report:
    """Queue a report with every value to print; the same key gives the same row.

    Never waits for the broker: the row alone is enough, and a sweep rings for it.
    """
    known = _requested(recommendation, request_key)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _report_create(recommendation, actor, request_key)
    except IntegrityError:
        # The same form came twice at the same moment; the first one made the row.
        known = _requested(recommendation, request_key)
        if known is None:
            raise
        return known


def _requested(recommendation: Recommendation, request_key: UUID) -> Report | None:
    return (
        recommendation.reports.without_bytes().filter(request_key=request_key).first()
    )


def _report_create(
    recommendation: Recommendation, actor: User, request_key: UUID
) -> Report:
    report = Report(
        recommendation=recommendation,
        requested_by=actor,
        request_key=request_key,
        status=report_status(recommendation),
        # Whole seconds: the PDF carries it as its own date.
        queued_at=timezone.now().replace(microsecond=0),
        turn=Report.objects.next_turn(actor.pk),
    )
    # Frozen now: what changes before the worker comes is not in this report.
    report.content = freeze(report).to_document()
    report.save(force_insert=True)
    _record(report, actor, AuditAction.REPORT_REQUEST, {"status": report.status})
    render_report.delay_on_commit()
    return report


def report_status(recommendation: Recommendation) -> str:
    """Preliminary until a surgeon has decided; amended when it corrects a final one."""
    withdrawn = recommendation.status == Recommendation.Status.ENTERED_IN_ERROR
    if withdrawn or standing_of(recommendation).in_error:
        return Report.Status.ENTERED_IN_ERROR
    decision = recommendation.decisions.order_by("-decided_at", "-pk").first()
    if decision is None or decision.outcome == Decision.Outcome.DEFERRED:
        return Report.Status.PRELIMINARY
    earlier = Report.objects.filter(
        recommendation__encounter__case_uid=recommendation.encounter.case_uid,
        recommendation__encounter__version__lt=recommendation.encounter.version,
        status__in=[Report.Status.FINAL, Report.Status.AMENDED],
    )
    return Report.Status.AMENDED if earlier.exists() else Report.Status.FINAL


def unsaid_marks(report: Report) -> tuple[str, ...]:
    """What stands against the advice today and is not printed in this report.

    Its bytes never change, so whoever offers it has to say so beside it.
    """
    header = Report.objects.values_list("content__header", flat=True).get(pk=report.pk)
    recommendation = report.recommendation
    patient = recommendation.encounter.patient
    marks = standing_of(recommendation).marks
    unsaid = [mark for mark in marks if mark not in header.get("marks", ())]
    born = patient.birth_date.isoformat() if patient.birth_date else ""
    if born and header["birth_date"] != born:
        unsaid.append(f"It says born {header['birth_date']}, and recorded is {born}")
    return tuple(unsaid)


def report_cancel(*, report: Report, actor: User) -> bool:
    """Stop a report that is not ready; False when it was finished already."""
    return cancel(report, actor=actor)


def report_read(*, report: Report, actor: User) -> None:
    """Put on record that someone opened the page of a report."""
    _record(report, actor, AuditAction.REPORT_READ, {"state": report.state})


@transaction.atomic
def report_hand_over(*, report: Report, actor: User) -> bytes:
    """The PDF of a rendered report, for one reader, on the record.

    Raises:
        ValueError: the report has no document.
    """
    if report.document is None:
        raise ValueError("the report is not rendered")
    _record(report, actor, AuditAction.REPORT_DOWNLOAD, {"sha256": report.sha256})
    return bytes(report.document)


def _record(
    report: Report, actor: User, action: AuditAction, detail: dict[str, str]
) -> None:
    encounter = report.recommendation.encounter
    record(
        actor=actor,
        action=action,
        entity=report,
        patient_id=encounter.patient_id,
        case_uid=encounter.case_uid,
        detail=detail,
    )
