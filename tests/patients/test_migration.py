"""Cases of the release before come to the facts of contract 2 as they were."""

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from patients.models import Encounter
from spine_cds.audit import triggers

BEFORE = [("patients", "0003_unsaved_entries"), ("treatments", "0006_guards")]


@pytest.fixture
def release_before(transactional_db):
    """The models of the release before; afterwards the newest schema is back."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield MigrationExecutor(connection).loader.project_state(BEFORE).apps
    to_the_newest()


def to_the_newest():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_a_case_of_before_is_of_contract_1_and_has_none_of_the_new_answers(
    release_before,
):
    user = release_before.get_model("accounts", "User").objects.create(username="s")
    team = release_before.get_model("accounts", "Team").objects.create(name="Spine")
    patient = release_before.get_model("patients", "Patient").objects.create(
        team=team,
        identifier="H-1",
        family_name="Okafor",
        given_name="Chidi",
        birth_date=date(1983, 5, 4),
        created_by=user,
    )
    old = release_before.get_model("patients", "Encounter").objects.create(
        patient=patient,
        state="evaluated",
        created_by=user,
        updated_by=user,
    )
    release_before.get_model("patients", "ImagingStudy").objects.create(encounter=old)
    to_the_newest()
    case = Encounter.objects.with_findings().get(pk=old.pk)
    assert case.contract == 1
    assert (case.symptom_side, case.injection_tried) == ("", "")
    assert case.imaging.imaging_status == ""
    assert triggers.missing(connection) == []
