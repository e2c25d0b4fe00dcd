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


@pytest.fixture
def shipped_alone(transactional_db):
    """The models of before questions could be added; afterwards the newest schema."""
    yield models_of([("patients", "0006_least_urgency"), BEFORE[1]])
    to_the_newest()


def test_a_case_of_before_keeps_its_choices_and_has_no_added_answer(shipped_alone):
    old = a_case(shipped_alone, state="evaluated", pain_pattern="mixed")
    imaging = shipped_alone.get_model("patients", "ImagingStudy").objects.create(
        encounter=old, imaging_status="available"
    )
    types = shipped_alone.get_model("patients", "HerniationType").objects
    kind, _ = types.get_or_create(
        code="extrusion", defaults={"name": "E", "contained": "no", "position": 9}
    )
    discs = shipped_alone.get_model("patients", "DiscFinding").objects
    discs.create(imaging_study=imaging, level="L4-5", zone="central")
    discs.create(imaging_study=imaging, level="L5-S1", herniation_type=kind)
    to_the_newest()
    case = Encounter.objects.with_findings().get(pk=old.pk)
    found = CaseFindings.of(case)
    assert found.facts == {"imaging_status": "available", "pain_pattern": "mixed"}
    assert found.discs == {
        "L4-5": {"zone": "central"},
        "L5-S1": {"herniation_type": "extrusion"},
    }
    assert case.added_answers == {}
    assert triggers.missing(connection) == []
    for row in (case, case.imaging.disc_findings.first()):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(added_answers={"x": True})


def test_a_draft_of_before_takes_a_code_that_the_rules_have_added(shipped_alone):
    old = a_case(shipped_alone, pain_pattern="mixed")
    imaging = shipped_alone.get_model("patients", "ImagingStudy").objects.create(
        encounter=old
    )
    shipped_alone.get_model("patients", "DiscFinding").objects.create(
        imaging_study=imaging, level="L4-5", zone="central"
    )
    to_the_newest()
    case = Encounter.objects.with_findings().get(pk=old.pk)
    Encounter.objects.filter(pk=case.pk).update(
        pain_pattern="neuropathic", added_answers={"diabetes": True}
    )
    case.imaging.disc_findings.update(herniation_type="calcified_shell", zone="both")
    found = CaseFindings.of(Encounter.objects.with_findings().get(pk=old.pk))
    assert found.facts == {"pain_pattern": "neuropathic", "diabetes": True}
    assert found.discs["L4-5"] == {
        "herniation_type": "calcified_shell",
        "zone": "both",
    }
