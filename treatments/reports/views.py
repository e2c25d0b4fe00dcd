"""Ask for a report, watch it being made, take it away."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role
from treatments.models import Recommendation, Report
from treatments.reports.services import (
    report_cancel,
    report_hand_over,
    report_read,
    report_request,
    unsaid_marks,
)

# A report is ready in well under a second and a lost one is found within some more;
# a page left open longer than this stops asking and offers a link.
WATCHED_FOR = timedelta(minutes=2)


@require_POST
@require_role(Role.SURGEON, Role.RESIDENT)
def report_create(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask for a report; asked twice with the same key it is one."""
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
def report_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The page of a report; to htmx its status alone, or 204 while it stands still."""
    report = get_object_or_404(
        Report.objects.visible_to(request.user)
        .without_bytes()
        .select_related(
            "recommendation__encounter__patient",
            "recommendation__ruleset",
            "requested_by",
        )
        .defer("recommendation__ruleset__document"),
        pk=pk,
    )
    waited = timezone.now() - report.queued_at
    values = {
        "report": report,
        "is_watched": not report.is_finished and waited < WATCHED_FOR,
        "retry_key": uuid4(),
    }
    if not request.htmx:
        report_read(report=report, actor=request.user)
        values["unsaid"] = unsaid_marks(report)
        return render(request, "treatments/reports/report_detail.html", values)
    if values["is_watched"] and request.GET.get("shown") == report.state:
        return HttpResponse(status=204)
    return render(request, "treatments/reports/_report_status.html", values)


@require_POST
@require_role(Role.SURGEON, Role.RESIDENT)
def report_stop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Cancel a report that is still to be made; its page says what came of it."""
    report = get_object_or_404(
        Report.objects.visible_to(request.user).without_bytes(), pk=pk
    )
    report_cancel(report=report, actor=request.user)
    response = HttpResponseRedirect(report.get_absolute_url())
    response.status_code = 303
    return response


@require_safe
@require_role(Role.SURGEON, Role.RESIDENT)
def report_download(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The PDF, once it is ready; each download is on record."""
    report = get_object_or_404(
        Report.objects.visible_to(request.user)
        .defer("content")
        .select_related("recommendation__encounter"),
        pk=pk,
    )
    if report.state != Report.State.DONE:
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
