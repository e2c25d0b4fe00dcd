"""Ask for a report, watch it being made, take it away."""

from uuid import UUID, uuid4

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from spine_cds.accounts.access import require_role
from spine_cds.accounts.models import Role
from treatments.models import Recommendation, Report
from treatments.reports.services import report_hand_over, report_request

# The status fragment is fetched again this long after the last answer: a report is
# ready in well under a second, a lost one is found by the sweep within some seconds.
POLL_SECONDS = 0.5
SLOW_AFTER_SECONDS = 10
SLOW_POLL_SECONDS = 5


@require_POST
@require_role(Role.SURGEON, Role.RESIDENT)
def report_create(request: HttpRequest, pk: UUID) -> HttpResponse:
    recommendation = get_object_or_404(
        Recommendation.objects.visible_to(request.user).select_related(
            "encounter__patient__team", "ruleset", "created_by"
        ),
        pk=pk,
    )
    try:
        request_key = UUID(request.POST.get("request_key", ""))
    except ValueError:
        return HttpResponseBadRequest("The form has no request key. Reload the page.")
    report = report_request(
        recommendation=recommendation, actor=request.user, request_key=request_key
    )
    response = HttpResponseRedirect(report.get_absolute_url())
    response.status_code = 303
    return response


@require_safe
@require_role(Role.SURGEON, Role.RESIDENT)
def report_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = get_object_or_404(
        Report.objects.visible_to(request.user)
        .without_bytes()
        .select_related("recommendation__encounter__patient", "requested_by"),
        pk=pk,
    )
    template = "treatments/reports/report_detail.html"
    if request.htmx:
        template = "treatments/reports/_report_status.html"
    return render(
        request,
        template,
        {"report": report, "retry_key": uuid4(), "poll": _poll(report)},
    )


@require_safe
@require_role(Role.SURGEON, Role.RESIDENT)
def report_download(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = get_object_or_404(
        Report.objects.visible_to(request.user)
        .defer("content")
        .select_related("recommendation__encounter"),
        pk=pk,
    )
    if report.state != Report.State.RENDERED:
        raise Http404("The report is not ready.")
    return HttpResponse(
        report_hand_over(report=report, actor=request.user),
        content_type="application/pdf",
        headers={
            # The number of the report, never the patient's: file names travel.
            "Content-Disposition": (
                f'attachment; filename="spine-cds-report-{report.reference}.pdf"'
            ),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _poll(report: Report) -> float:
    """Seconds until the page should look again."""
    waiting = report.age.total_seconds()
    return POLL_SECONDS if waiting < SLOW_AFTER_SECONDS else SLOW_POLL_SECONDS
