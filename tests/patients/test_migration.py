"""Cases of the release before come to the facts of contract 2 as they were."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from patients.findings import CaseFindings
from patients.models import Encounter
from spine_cds.audit import triggers

BEFORE = [("patients", "0003_unsaved_entries"), ("treatments", "0006_guards")]


IN_ONE_PIECE = [("patients", "0004_facts_of_contract_2"), BEFORE[1]]


@pytest.fixture
def release_before(transactional_db):
    """The models of the release before; afterwards the newest schema is back."""
    yield models_of(BEFORE)
    to_the_newest()


@pytest.fixture
def exact_alone(transactional_db):
    """The models of before partial answers; afterwards the newest schema is back."""
    yield models_of(IN_ONE_PIECE)
    to_the_newest()


def models_of(targets):
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def to_the_newest():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def a_case(models, **values):
    """An encounter of those models, with its patient, team and author."""
    user = models.get_model("accounts", "User").objects.create(username="s")
    team = models.get_model("accounts", "Team").objects.create(name="Spine")
    patient = models.get_model("patients", "Patient").objects.create(
        team=team,
        identifier="H-1",
        family_name="Okafor",
        given_name="Chidi",
        birth_date=date(1983, 5, 4),
        created_by=user,
    )
    return models.get_model("patients", "Encounter").objects.create(
        patient=patient, created_by=user, updated_by=user, **values
    )


def test_a_case_of_before_is_of_contract_1_and_has_none_of_the_new_answers(
    release_before,
):
    old = a_case(release_before, state="evaluated")
    release_before.get_model("patients", "ImagingStudy").objects.create(encounter=old)
    to_the_newest()
    case = Encounter.objects.with_findings().get(pk=old.pk)
    assert case.contract == 1
    assert (case.symptom_side, case.injection_tried) == ("", "")
    assert case.imaging.imaging_status == ""
    assert triggers.missing(connection) == []


def test_an_evaluated_case_of_before_is_exact_and_stays_guarded(exact_alone):
    old = a_case(exact_alone, state="evaluated", symptom_duration_weeks=14)
    imaging = exact_alone.get_model("patients", "ImagingStudy").objects.create(
        encounter=old
    )
    exact_alone.get_model("patients", "DiscFinding").objects.create(
        imaging_study=imaging, level="L4-5", zone="central"
    )
    to_the_newest()
    case = Encounter.objects.with_findings().get(pk=old.pk)
    assert case.partial_answers == {}
    assert case.imaging.disc_findings.get().partial_answers == {}
    assert CaseFindings.of(case).facts == {"symptom_duration_weeks": 14}
    assert triggers.missing(connection) == []
    for row in (case, case.imaging.disc_findings.get()):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(
                partial_answers={"leg_pain_nrs": {"at_least": 3}}
            )
