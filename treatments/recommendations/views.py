"""The recommendation page, and what people say about a recommendation."""

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from patients.plausibility import doubts
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role
from treatments.models import Decision, Recommendation, Review
from treatments.presentation.recommendation import read_advice
from treatments.presentation.timeline import case_history
from treatments.presentation.vocabulary import vocabulary_of
from treatments.recommendations.case_document import document_findings
from treatments.recommendations.decision_form import DecisionForm
from treatments.recommendations.forms import (
    CommentForm,
    ReviewForm,
    SubmittedOnce,
)
from treatments.recommendations.services import (
    CaseClosedError,
    comment_add,
    decision_record,
    recommendation_read,
    review_record,
)
from treatments.recommendations.standing import standing_of
from treatments.recommendations.statements import (
    Earlier,
    earlier_of,
    read_decision,
    read_reviews,
)

clinicians = require_role(Role.SURGEON, Role.RESIDENT)
HISTORY_LINES = 12


@require_safe
@clinicians
def recommendation_detail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The advice, what people said of it, and the forms to add to it."""
    recommendation = _recommendation(request, pk)
    recommendation_read(recommendation=recommendation, actor=request.user)
    page = _page(recommendation, request)
    kind = "conflict" if page["advice"].is_conflict else recommendation.disposition
    return render(request, f"treatments/recommendation/{kind}.html", page)


@sensitive_post_parameters("own_password", "note")
@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.SURGEON)
def decision_create(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Record the surgeon's decision, signed with the password."""
    recommendation = _recommendation(request, pk)
    form = _decision_form(request, recommendation, _posted(request))
    service = partial(decision_record, signed=True)
    return _say(request, recommendation, form, service, "Decision recorded.")


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.RESIDENT)
def review_create(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Record the resident's review."""
    recommendation = _recommendation(request, pk)
    form = _review_form(recommendation, _posted(request))
    return _say(request, recommendation, form, review_record, "Review recorded.")


@require_http_methods(["GET", "HEAD", "POST"])
@clinicians
def comment_create(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Add a remark."""
    recommendation = _recommendation(request, pk)
    form = _comment_form(recommendation, _posted(request))
    return _say(request, recommendation, form, comment_add, "Comment added.")


def _say(
    request: SignedInRequest,
    recommendation: Recommendation,
    form: SubmittedOnce,
    service: Any,
    done: str,
) -> HttpResponse:
    """Record what a valid form says, or show the form alone with what is amiss."""
    if not form.is_valid():
        recommendation_read(recommendation=recommendation, actor=request.user)
        page = {"form": form, "recommendation": recommendation}
        status = 422 if form.is_bound else 200
        return render(request, "treatments/say.html", page, status=status)
    try:
        service(recommendation=recommendation, actor=request.user, **form.statement())
    except CaseClosedError as closed:
        messages.error(request, f"{closed} Nothing was recorded.")
    else:
        messages.success(request, done)
    return redirect(recommendation)


def _posted(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _recommendation(request: SignedInRequest, pk: uuid.UUID) -> Recommendation:
    return get_object_or_404(
        Recommendation.objects.visible_to(request.user).for_page(), pk=pk
    )


def _page(recommendation: Recommendation, request: SignedInRequest) -> dict[str, Any]:
    """All that the page shows; each list is one query."""
    ruleset = recommendation.ruleset.ruleset
    case_uid = recommendation.encounter.case_uid
    standing = standing_of(recommendation)
    is_open = standing.is_newest and recommendation.encounter.is_open
    earlier = earlier_of(recommendation) if recommendation.has_earlier else None
    decisions = [
        read_decision(decision, recommendation)
        for decision in recommendation.decisions.select_related(
            "decided_by"
        ).with_signature()
    ]
    reviews = read_reviews(recommendation.reviews.select_related("reviewer"), ruleset)
    return {
        "recommendation": recommendation,
        "encounter": recommendation.encounter,
        "patient": recommendation.encounter.patient,
        "doubts": doubts(
            document_findings(
                recommendation.case_document,
                recommendation.encounter.occurred_on,
                vocabulary_of(ruleset),
            ),
            recommendation.encounter.patient,
        ),
        "advice": read_advice(
            recommendation.case_document,
            recommendation.evaluation_document,
            ruleset,
            timezone.localdate(),
        ),
        "standing": standing,
        "earlier": earlier,
        "decisions": decisions,
        "reviews": reviews,
        "is_disputed": any(r.row.verdict == Review.Verdict.DISAGREE for r in reviews),
        "comments": recommendation.comments.select_related("author"),
        "reports": recommendation.reports.without_bytes(),
        "request_key": uuid.uuid4(),
        "history": case_history(case_uid, ruleset)[:HISTORY_LINES],
        "may_edit": is_open and request.user.is_surgeon,
        **_forms(request, recommendation, is_open),
        **_keeping(request, recommendation, earlier, is_open and not decisions),
    }


def _keeping(
    request: SignedInRequest,
    recommendation: Recommendation,
    earlier: Earlier | None,
    is_undecided: bool,
) -> dict[str, DecisionForm]:
    """The form with the decision on the earlier advice, where there is one to keep."""
    if not (is_undecided and request.user.is_surgeon and earlier and earlier.decision):
        return {}
    if not earlier.kind:
        return {}
    kept = earlier.decision.row
    return {"keep_form": _decision_form(request, recommendation, keep=kept)}


def _forms(
    request: SignedInRequest, recommendation: Recommendation, is_open: bool
) -> dict[str, SubmittedOnce]:
    user = request.user
    forms: dict[str, SubmittedOnce] = {"comment_form": _comment_form(recommendation)}
    if is_open and user.is_surgeon:
        forms["decision_form"] = _decision_form(request, recommendation)
    if is_open and user.is_resident:
        forms["review_form"] = _review_form(recommendation)
    return forms


def _decision_form(
    request: SignedInRequest,
    recommendation: Recommendation,
    data: Any = None,
    keep: Decision | None = None,
) -> DecisionForm:
    return DecisionForm(
        data,
        request=request,
        keep=keep,
        action=reverse("treatments:decision-create", args=[recommendation.pk]),
        recommendation=recommendation,
    )


def _review_form(recommendation: Recommendation, data: Any = None) -> ReviewForm:
    action = reverse("treatments:review-create", args=[recommendation.pk])
    return ReviewForm(data, action=action, recommendation=recommendation)


def _comment_form(recommendation: Recommendation, data: Any = None) -> CommentForm:
    action = reverse("treatments:comment-create", args=[recommendation.pk])
    return CommentForm(data, action=action)
