"""The database away, read-only or full: a clear page, nothing half-written."""

import inspect

import pytest
from django.db import (
    DataError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
)
from django.test import Client
from django.urls import reverse

from patients.models import Encounter
from spine_cds.audit.models import Event
from tests.treatments.conftest import a_case, patient, version  # noqa: F401
from treatments.models import Recommendation
from treatments.recommendations import services
from treatments.replay.tasks import run_replay
from treatments.reports.tasks import render_report
from treatments.tasks import sweep_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(dr_surgeon) -> Client:
    """A client that gets the error page, as a browser does."""
    client = Client(raise_request_exception=False)
    client.force_login(dr_surgeon)
    return client


def failing(error: Exception):
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError])
def test_a_database_that_is_away_is_a_clear_page_that_asks_it_nothing(browser, error):
    url = reverse("accounts:account")
    with connection.execute_wrapper(failing(error("Okafor"))):
        answer = browser.get(url)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert "cannot reach its database" in page
    assert "Okafor" not in page
    assert browser.get(url).status_code == 200


def test_another_fault_is_told_without_a_word_of_the_patient(browser, monkeypatch):
    monkeypatch.setattr(
        "spine_cds.operation.readiness.parts", failing(DataError("Okafor"))
    )
    answer = browser.get("/readyz")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Something went wrong on our side" in page
    assert "Okafor" not in page
    assert "DataError" not in page


def test_a_database_that_goes_in_the_middle_leaves_nothing_half_written(
    a_case,  # noqa: F811
    version,  # noqa: F811
    browser,
    monkeypatch,
):
    case = a_case()
    events = Event.objects.count()
    url = reverse("treatments:case-evaluate", args=[case.pk])
    with monkeypatch.context() as fault:
        fault.setattr(services, "_record", failing(OperationalError("away")))
        assert browser.post(url).status_code == 503
    assert not Recommendation.objects.exists()
    assert Encounter.objects.get(pk=case.pk).state == case.state
    assert Event.objects.count() == events
    assert browser.post(url).status_code == 302
    assert Recommendation.objects.count() == 1


@pytest.mark.parametrize("bell", [render_report, run_replay, sweep_jobs])
def test_a_bell_takes_no_word_with_it(bell):
    """What has no parameters can be sent nothing of a patient."""
    assert not inspect.signature(bell.run).parameters


def test_figures_hold_nothing_of_a_patient(
    a_case,  # noqa: F811
    version,  # noqa: F811
    browser,
    settings,
):
    case = a_case()
    browser.post(reverse("treatments:case-evaluate", args=[case.pk]))
    settings.METRICS_TOKEN = "a-token"
    answer = browser.get("/metrics", headers={"Authorization": "Bearer a-token"})
    text = answer.content.decode()
    assert "spine_cds_evaluations{" in text
    kept_apart = (
        *(case.patient.family_name, case.patient.given_name, case.patient.identifier),
        *(str(case.pk), str(case.case_uid), str(case.patient_id)),
    )
    assert not [word for word in kept_apart if word in text]
