"""The site runs as a role that can alter no table and change no line of the trail."""

import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from spine_cds.audit.models import Event
from tests.treatments.conftest import (  # noqa: F401
    a_case,
    patient,
    version,
)
from treatments.models import Decision, Recommendation, Report

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="only PostgreSQL has roles"
    ),
]
ROLE = "spine_cds_site"
PASSWORD = "a-long-passphrase"


def as_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("database_grants", ROLE, verbosity=0)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")


@pytest.fixture
def restricted(a_case, version, dr_surgeon):  # noqa: F811
    """A case to work on; from here on the connection is that of the site's role."""
    case = a_case()
    as_role()
    return case


def test_the_site_works_as_that_role(
    restricted, client, django_capture_on_commit_callbacks
):
    client.post(
        reverse("accounts:login"), {"username": "dr_surgeon", "password": PASSWORD}
    )
    client.post(reverse("treatments:case-evaluate", args=[restricted.pk]))
    advice = Recommendation.objects.get()
    assert client.get(advice.get_absolute_url()).status_code == 200
    decided = client.post(
        reverse("treatments:decision-create", args=[advice.pk]),
        {
            "submission_key": str(uuid.uuid4()),
            "choice": "-defer",
            "deferred_for": "flexion films",
            "own_password": PASSWORD,
        },
    )
    assert decided.status_code == 302
    assert Decision.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("treatments:report-create", args=[advice.pk]),
            {"request_key": str(uuid.uuid4())},
        )
    assert Report.objects.get().document
    client.post(reverse("accounts:logout"))
    assert Event.objects.filter(action="user.sign_out").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'nothing'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DELETE FROM patients_patient",
        "UPDATE treatments_decision SET note = ''",
        "UPDATE accounts_signature SET meaning = ''",
        "DELETE FROM treatments_recommendation",
        "DELETE FROM django_migrations",
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        "DROP TABLE audit_event",
        "CREATE TABLE anything (id int)",
    ],
)
def test_that_role_is_refused_by_the_database(restricted, statement):
    with (
        pytest.raises(
            ProgrammingError, match=r"permission denied|must be (the )?owner"
        ),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_owner_of_the_tables_is_no_role_for_the_site():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    with pytest.raises(CommandError, match="all the same"):
        call_command("database_grants", owner)
    with pytest.raises(CommandError, match="there is no role"):
        call_command("database_grants", "nobody_of_this_name")
