"""A case: its newest advice, its evaluation, its history."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from patients.findings import CaseFindings
from patients.forms import CaseEntry
from patients.models import Encounter, Patient
from patients.plausibility import doubts, doubts_of
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from treatments.models import Recommendation, RulesetVersion
from treatments.presentation.case_summary import case_summary
from treatments.presentation.timeline import case_history as moments_of
from treatments.presentation.vocabulary import live_vocabulary
from treatments.recommendations import services
from treatments.recommendations.case_document import case_document
from treatments.recommendations.preview import preview_findings
from treatments.rulebook import services as rulebook

clinicians = require_role(Role.SURGEON, Role.RESIDENT)


@require_safe
@clinicians
def case_detail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The newest advice on this version; a draft has none yet."""
    encounter = _encounter(request, pk)
    newest = encounter.recommendations.only("pk").first()
    if newest is not None:
        return redirect(newest)
    if request.user.is_surgeon and encounter.is_open:
        return redirect("patients:case-edit", encounter.pk)
    _read(encounter, request.user)
    vocabulary = live_vocabulary()
    page = {
        "encounter": encounter,
        "patient": encounter.patient,
        "summary": case_summary(case_document(encounter), (), asked=vocabulary),
        "doubts": doubts(CaseFindings.of(encounter, vocabulary), encounter.patient),
    }
    return render(request, "treatments/case_draft.html", page)


@require_POST
@require_role(Role.SURGEON)
def case_evaluate(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Evaluate what is saved."""
    encounter = _encounter(request, pk)
    try:
        recommendation = services.case_evaluate(encounter=encounter, actor=request.user)
    except (services.CaseClosedError, rulebook.NoLiveRulesetError) as refusal:
        messages.error(request, str(refusal))
        return redirect("treatments:case-detail", encounter.pk)
    return redirect(recommendation)


@require_POST
@require_role(Role.SURGEON)
def case_preview(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What an open form comes to so far: stores nothing, and reads no stored case.

    So it leaves no audit event either: all that it tells is what its user typed.
    """
    patients = Patient.objects.visible_to(request.user).select_related("team")
    patient = get_object_or_404(patients, pk=pk)
    entry = CaseEntry(request.POST, patient=patient)
    page: dict[str, Any] = {
        "unread": len(entry.errors),
        "doubts": doubts_of(entry.soft_warnings, entry.vocabulary),
    }
    try:
        page["preview"] = preview_findings(
            entry.data_so_far(),
            patient,
            rulebook.live_ruleset().ruleset,
            patient.team.unavailable_treatments.codes(),
        )
    except rulebook.NoLiveRulesetError as refusal:
        page["refusal"] = str(refusal)
    response = render(request, "treatments/preview/fragment.html", page)
    response["X-Case-Preview"] = "1"
    return response


@require_safe
@clinicians
def case_history(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The whole timeline; who read the case only where asked for."""
    encounter = _encounter(request, pk)
    _read(encounter, request.user)
    with_reads = "reads" in request.GET
    version = RulesetVersion.objects.live().without_document().first()
    ruleset = version.ruleset if version else None
    page = {
        "encounter": encounter,
        "patient": encounter.patient,
        "with_reads": with_reads,
        "moments": moments_of(encounter.case_uid, ruleset, with_reads=with_reads),
        "recommendations": Recommendation.objects.of_case(encounter.case_uid)
        .select_related("encounter", "ruleset", "created_by")
        .defer("ruleset__document", "case_document", "evaluation_document"),
    }
    return render(request, "treatments/case_history.html", page)


def _encounter(request: SignedInRequest, pk: uuid.UUID) -> Encounter:
    return get_object_or_404(
        Encounter.objects.visible_to(request.user).with_findings(), pk=pk
    )


def _read(encounter: Encounter, actor: Any) -> None:
    record(
        actor=actor,
        action=AuditAction.CASE_READ,
        entity=encounter,
        patient_id=encounter.patient_id,
        case_uid=encounter.case_uid,
    )
