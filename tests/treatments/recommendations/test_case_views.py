"""A case's address, its evaluation, and its history."""

import pytest
from django.urls import reverse

from spine_cds.audit.models import Event
from treatments.models import Recommendation
from treatments.recommendations.services import decision_record, review_record

pytestmark = pytest.mark.django_db


def url(name: str, case) -> str:
    return reverse(f"treatments:case-{name}", args=[case.pk])


def test_a_case_leads_to_its_newest_advice(advice, sign_in, dr_surgeon):
    response = sign_in(dr_surgeon).get(url("detail", advice.encounter))
    assert response.url == advice.get_absolute_url()


def test_a_draft_leads_the_surgeon_to_the_form(a_case, sign_in, dr_surgeon):
    case = a_case()
    response = sign_in(dr_surgeon).get(url("detail", case))
    assert response.url == reverse("patients:case-edit", args=[case.pk])


def test_a_draft_shows_the_resident_what_was_entered_and_no_advice(
    a_case, sign_in, dr_resident
):
    response = sign_in(dr_resident).get(url("detail", a_case()))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Not evaluated" in page
    assert "What was entered" in page
    assert '<svg class="ladder"' not in page


def test_evaluating_shows_the_advice(a_case, version, sign_in, dr_surgeon):
    case = a_case()
    response = sign_in(dr_surgeon).post(url("evaluate", case))
    assert response.url == Recommendation.objects.get().get_absolute_url()


def test_a_double_click_is_one_recommendation(a_case, version, sign_in, dr_surgeon):
    case, client = a_case(), sign_in(dr_surgeon)
    answers = {client.post(url("evaluate", case)).url for _ in range(2)}
    assert answers == {Recommendation.objects.get().get_absolute_url()}


def test_looking_never_evaluates(a_case, version, sign_in, dr_surgeon):
    assert sign_in(dr_surgeon).get(url("evaluate", a_case())).status_code == 405


def test_without_rules_the_surgeon_is_told_and_the_case_is_kept(
    a_case, sign_in, dr_surgeon
):
    case, client = a_case(), sign_in(dr_surgeon)
    response = client.post(url("evaluate", case), follow=True)
    assert "No ruleset is loaded" in response.content.decode()
    case.refresh_from_db()
    assert case.is_draft


@pytest.mark.parametrize(
    ("who", "status"), [("dr_resident", 403), ("admin", 403), ("stranger", 404)]
)
def test_only_a_surgeon_of_the_team_evaluates(
    a_case, version, sign_in, request, who, status
):
    client = sign_in(request.getfixturevalue(who))
    assert client.post(url("evaluate", a_case())).status_code == status
    assert not Recommendation.objects.exists()


def test_the_history_says_who_entered_evaluated_reviewed_and_decided(
    advice, sign_in, dr_surgeon, dr_resident, key
):
    review_record(
        recommendation=advice, actor=dr_resident, verdict="agree", submission_key=key()
    )
    decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="accepted",
        treatment="ENDO_TF",
        submission_key=key(),
    )
    page = sign_in(dr_surgeon).get(url("history", advice.encounter)).content.decode()
    for line in (
        "<b>Case entered</b> by <bdi>Sam Ode</bdi>",
        "<b>Evaluated</b> by <bdi>Sam Ode</bdi>",
        "<b>Reviewed</b> by <bdi>Rae Lin</bdi>",
        "<b>Decision recorded</b> by <bdi>Sam Ode</bdi>",
    ):
        assert line in page
    assert "accepted, Transforaminal endoscopic discectomy" in page
    assert "Case read" not in page


def test_the_history_shows_reads_where_asked_for(advice, sign_in, dr_resident):
    client = sign_in(dr_resident)
    client.get(advice.get_absolute_url())
    page = client.get(url("history", advice.encounter), {"reads": "1"})
    assert "<b>Case read</b> by <bdi>Rae Lin</bdi>" in page.content.decode()


def test_reading_the_history_is_itself_on_the_record(advice, sign_in, dr_resident):
    sign_in(dr_resident).get(url("history", advice.encounter))
    assert Event.objects.filter(action="case.read", actor=dr_resident).count() == 1


def test_a_long_history_costs_no_more_queries(
    advice, sign_in, dr_surgeon, django_assert_max_num_queries, key
):
    for _ in range(10):
        decision_record(
            recommendation=advice,
            actor=dr_surgeon,
            outcome="deferred",
            submission_key=key(),
        )
    client = sign_in(dr_surgeon)
    client.get(reverse("treatments:ruleset-list"))
    with django_assert_max_num_queries(11):  # two chain the audit line
        client.get(url("history", advice.encounter))
