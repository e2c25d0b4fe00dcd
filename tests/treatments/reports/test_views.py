"""The three pages of a report: ask, watch, take away; for the team alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from spine_cds.audit.models import Event
from treatments.models import Report
from treatments.reports import tasks
from treatments.reports.services import report_request

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def report(a_recommendation, dr_surgeon) -> Report:
    return report_request(
        recommendation=a_recommendation(), actor=dr_surgeon, request_key=uuid4()
    )


@pytest.fixture
def rendered(report) -> Report:
    tasks.render_report()
    report.refresh_from_db()
    return report


def create_url(recommendation) -> str:
    return reverse("treatments:report-create", args=[recommendation.pk])


def download_url(report: Report) -> str:
    return reverse("treatments:report-download", args=[report.pk])


@pytest.mark.parametrize("person", ["dr_surgeon", "dr_resident"])
def test_asking_leads_to_the_page_of_the_report(
    sign_in, a_recommendation, person, request
):
    client = sign_in(request.getfixturevalue(person))
    recommendation = a_recommendation()
    answer = client.post(create_url(recommendation), {"request_key": uuid4()})
    assert answer.status_code == 303
    assert answer.url == Report.objects.get().get_absolute_url()


def test_the_same_form_twice_makes_one_report(sign_in, dr_surgeon, a_recommendation):
    client, recommendation = sign_in(dr_surgeon), a_recommendation()
    form = {"request_key": uuid4()}
    first = client.post(create_url(recommendation), form)
    second = client.post(create_url(recommendation), form)
    assert first.url == second.url
    assert Report.objects.count() == 1


@pytest.mark.parametrize("form", [{}, {"request_key": "not a key"}])
def test_a_form_without_a_key_is_refused(sign_in, dr_surgeon, a_recommendation, form):
    answer = sign_in(dr_surgeon).post(create_url(a_recommendation()), form)
    assert answer.status_code == 400
    assert not Report.objects.exists()


def test_asking_by_get_is_refused(sign_in, dr_surgeon, a_recommendation):
    answer = sign_in(dr_surgeon).get(create_url(a_recommendation()))
    assert answer.status_code == 405


def test_a_stranger_finds_nothing(sign_in, stranger, rendered):
    client = sign_in(stranger)
    create = client.post(create_url(rendered.recommendation), {"request_key": uuid4()})
    assert create.status_code == 404
    assert client.get(rendered.get_absolute_url()).status_code == 404
    assert client.get(rendered.get_absolute_url(), headers=HTMX).status_code == 404
    assert client.get(download_url(rendered)).status_code == 404
    assert not Event.objects.filter(
        actor=stranger, action__startswith="report"
    ).exists()


def test_an_administrator_sees_no_reports(sign_in, admin, rendered):
    client = sign_in(admin)
    assert client.get(rendered.get_absolute_url()).status_code == 403
    assert client.get(download_url(rendered)).status_code == 403
    create = client.post(create_url(rendered.recommendation), {"request_key": uuid4()})
    assert create.status_code == 403


def test_a_waiting_report_looks_again_by_itself_and_offers_a_link(
    sign_in, dr_surgeon, report
):
    page = sign_in(dr_surgeon).get(report.get_absolute_url()).text
    assert "Queued" in page
    assert f'hx-get="{report.get_absolute_url()}?shown=queued"' in page
    assert f'href="{report.get_absolute_url()}">Refresh</a>' in page


def test_the_fragment_is_silent_while_nothing_changes(sign_in, dr_surgeon, report):
    client = sign_in(dr_surgeon)
    url = report.get_absolute_url()
    assert client.get(f"{url}?shown=queued", headers=HTMX).status_code == 204
    tasks.render_report()
    fragment = client.get(f"{url}?shown=queued", headers=HTMX)
    assert fragment.status_code == 200
    assert "Ready" in fragment.text
    assert "hx-get" not in fragment.text
    assert "<html" not in fragment.text


def test_a_page_left_open_stops_asking_after_some_minutes(sign_in, dr_surgeon, report):
    Report.objects.update(queued_at=timezone.now() - timedelta(minutes=3))
    fragment = sign_in(dr_surgeon).get(
        f"{report.get_absolute_url()}?shown=queued", headers=HTMX
    )
    assert fragment.status_code == 200
    assert "hx-get" not in fragment.text
    assert "nothing is lost" in fragment.text


def test_a_ready_report_offers_the_pdf(sign_in, dr_surgeon, rendered):
    page = sign_in(dr_surgeon).get(rendered.get_absolute_url()).text
    assert f'href="{download_url(rendered)}"' in page
    assert rendered.sha256 in page


def test_a_failed_report_says_why_and_how_to_ask_again(sign_in, dr_surgeon, report):
    Report.objects.update(
        state="failed", failure="The broker caught fire.", finished_at=timezone.now()
    )
    page = sign_in(dr_surgeon).get(report.get_absolute_url()).text
    assert "The broker caught fire." in page
    assert f'action="{create_url(report.recommendation)}"' in page
    assert str(report.request_key) not in page


def test_the_pdf_comes_as_an_attachment_that_nobody_sniffs_or_stores(
    sign_in, dr_resident, rendered
):
    answer = sign_in(dr_resident).get(download_url(rendered))
    assert answer.content == bytes(rendered.document)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="spine-cds-report-{rendered.reference}.pdf"'
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(action="report.download")
    assert (event.actor, event.detail) == (dr_resident, {"sha256": rendered.sha256})


def test_a_report_that_is_not_ready_cannot_be_downloaded(sign_in, dr_surgeon, report):
    assert sign_in(dr_surgeon).get(download_url(report)).status_code == 404


def test_opening_the_page_is_on_record_and_its_polls_are_not(
    sign_in, dr_surgeon, report
):
    client = sign_in(dr_surgeon)
    client.get(report.get_absolute_url())
    client.get(report.get_absolute_url(), headers=HTMX)
    assert Event.objects.filter(action="report.read").count() == 1


def test_the_status_page_reads_neither_the_pdf_nor_the_printed_values(
    sign_in, dr_surgeon, rendered, django_assert_max_num_queries
):
    client = sign_in(dr_surgeon)
    client.get("/accounts/me/")  # once a minute a session looks for unsent words
    with django_assert_max_num_queries(10) as queries:  # two chain the audit line
        client.get(rendered.get_absolute_url())
    selected = [q["sql"] for q in queries if '"treatments_report"."state"' in q["sql"]]
    assert selected
    assert not any('"treatments_report"."document"' in sql for sql in selected)
    assert not any('"treatments_report"."content"' in sql for sql in selected)


def test_a_report_that_waits_can_be_cancelled_and_asked_for_again(
    sign_in, dr_resident, report
):
    client = sign_in(dr_resident)
    cancel = reverse("treatments:report-cancel", args=[report.pk])
    assert f'action="{cancel}"' in client.get(report.get_absolute_url()).text
    answer = client.post(cancel)
    assert (answer.status_code, answer.url) == (303, report.get_absolute_url())
    page = client.get(report.get_absolute_url()).text
    assert "This report was cancelled" in page
    assert f'action="{create_url(report.recommendation)}"' in page
    assert "hx-get" not in page


def test_a_stranger_cannot_cancel_a_report(sign_in, stranger, report):
    cancel = reverse("treatments:report-cancel", args=[report.pk])
    assert sign_in(stranger).post(cancel).status_code == 404
    report.refresh_from_db()
    assert report.state == Report.State.QUEUED
