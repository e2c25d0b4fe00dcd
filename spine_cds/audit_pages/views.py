"""Looking up a trail, reading it, taking it away: each is itself on the record."""

import uuid
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from patients.models import Patient
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role, User
from spine_cds.audit import exports
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.models import Event, EventQuerySet
from spine_cds.audit.services import record
from spine_cds.audit_pages.forms import FilterForm, SearchForm
from spine_cds.audit_pages.lines import lines

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def trail_search(request: SignedInRequest) -> HttpResponse:
    """One found is shown at once; of several, their ids and teams, never a name."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    page: dict[str, object] = {"form": form}
    if form.is_valid():
        sought = form.cleaned_data["sought"].strip()
        patients, users = _patients(sought), User.objects.filter(username=sought)
        found = [_trail("patient", row.pk) for row in patients]
        found += [_trail("user", row.pk) for row in users]
        detail = {"found": [str(row.pk) for row in patients]}
        record(
            actor=request.user,
            action=AuditAction.AUDIT_SEARCH,
            entity=request.user,
            detail=detail,
        )
        if len(found) == 1:
            return redirect(found[0])
        page |= {"patients": patients, "users": users, "sought": sought}
    return render(request, "audit/search.html", page)


def _patients(sought: str) -> list[Patient]:
    """By id of the patient or of a case, or by hospital number; all of it exactly."""
    condition = Q(identifier=sought)
    try:
        key = uuid.UUID(sought)
    except ValueError:
        pass
    else:
        condition |= Q(pk=key) | Q(encounters__case_uid=key)
    rows = Patient.objects.filter(condition).select_related("team").distinct()
    return list(rows.only("pk", "team__name").order_by("team__name", "pk"))


def _trail(kind: str, key: object) -> str:
    return reverse(f"audit:{kind}-trail", args=[key])


@require_safe
@require_role(Role.ADMIN)
def patient_trail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What happened to a patient: codes and names of fields, no value."""
    patient = get_object_or_404(Patient.objects.only("pk"), pk=pk)
    _record(request.user, AuditAction.AUDIT_READ, patient)
    export = reverse("audit:patient-export", args=[pk])
    page = {"patient": patient, "export": export}
    return _page(request, Event.objects.of_patient(pk), page)


@require_safe
@require_role(Role.ADMIN)
def user_trail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a user did, and what was done to the account."""
    person = get_object_or_404(User, pk=pk)
    _record(request.user, AuditAction.AUDIT_READ, person)
    export = reverse("audit:user-export", args=[pk])
    page = {"person": person, "export": export}
    return _page(request, Event.objects.of_user(person), page)


def _page(
    request: SignedInRequest, events: EventQuerySet, page: dict[str, object]
) -> HttpResponse:
    form = FilterForm(request.GET, events)
    pages = Paginator(form.narrowed().select_related("actor"), PAGE_SIZE)
    shown = pages.get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    page |= {"form": form, "page": shown, "lines": lines(shown), "query": query}
    return render(request, "audit/trail.html", page)


@require_POST
@require_role(Role.ADMIN)
def patient_export(request: SignedInRequest, pk: uuid.UUID) -> StreamingHttpResponse:
    """The same as a file, without details: its chain can be verified."""
    patient = get_object_or_404(Patient.objects.only("pk"), pk=pk)
    _record(request.user, AuditAction.AUDIT_EXPORT, patient)
    return _download(exports.patient_export(pk, details=False), f"patient-{pk}")


@require_POST
@require_role(Role.ADMIN)
def user_export(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    """The same as a file, without details: its chain can be verified."""
    person = get_object_or_404(User, pk=pk)
    _record(request.user, AuditAction.AUDIT_EXPORT, person)
    return _download(exports.user_export(person, details=False), f"user-{pk}")


def _record(actor: User, action: AuditAction, entity: Patient | User) -> None:
    patient_id = entity.pk if isinstance(entity, Patient) else ""
    record(actor=actor, action=action, entity=entity, patient_id=patient_id)


def _download(content: Iterator[str], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        content,
        content_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="audit-{name}.jsonl"'},
    )
