"""Cases of the release before come to the facts of contract 2 as they were."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from patients.findings import CaseFindings
from patients.models import Encounter, Patient, UnsavedEntry
from patients.services.cases import case_correct, case_create
from spine_cds.audit import triggers

OF_EVERYONE = [("patients", "0006_least_urgency"), ("treatments", "0007_refer")]
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


@pytest.fixture
def answered_for(transactional_db):
    """The models of while the form answered by itself; then the newest schema."""
    yield models_of(OF_EVERYONE)
    to_the_newest()


@pytest.fixture
def keys_of_before(transactional_db):
    """The models of while names were searched as written; then the newest."""
    yield models_of([("patients", "0007_answers_nobody_gave"), OF_EVERYONE[1]])
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


def person(models, number, **details):
    """A patient of one team, whoever they are; the author is made once."""
    user, _ = models.get_model("accounts", "User").objects.get_or_create(username="s")
    team, _ = models.get_model("accounts", "Team").objects.get_or_create(name="Spine")
    return models.get_model("patients", "Patient").objects.create(
        team=team,
        identifier=f"H-{number}",
        family_name="Okafor",
        created_by=user,
        **{"birth_date": date(1990, 5, 4), "sex": "female", **details},
    )


def case_of(models, patient, **values):
    user = models.get_model("accounts", "User").objects.get(username="s")
    return models.get_model("patients", "Encounter").objects.create(
        patient=patient, created_by=user, updated_by=user, **values
    )


def test_answers_that_nobody_gave_are_taken_back_or_named(answered_for):
    """Men, whoever was over 55, and whoever was once recorded as male."""
    events = answered_for.get_model("audit", "Event").objects
    man = person(answered_for, 1, sex="male", birth_date=date(1970, 1, 1))
    woman = person(answered_for, 2)
    older = person(answered_for, 3, birth_date=date(1960, 1, 1))
    mended = person(answered_for, 4)
    events.create(
        action="patient.update",
        patient_id=str(mended.pk),
        stream="patient",
        sequence=1,
        detail={"before": {"sex": "male"}, "after": {"sex": "female"}},
    )
    drafts, evaluated = (
        {
            who: case_of(
                answered_for,
                patient,
                state=state,
                pregnant=answer,
                age_years=age,
            )
            for who, patient, answer, age in (
                ("man", man, False, 56),
                ("a man said to be pregnant", man, True, 56),
                ("woman", woman, False, 36),
                ("older", older, False, 66),
                ("older, pregnant", older, True, 66),
                ("older, not known", older, None, 66),
                ("of a wrong age", older, False, 50),
                ("mended", mended, False, 36),
            )
        }
        for state in ("draft", "evaluated")
    )
    to_the_newest()
    kept = {"woman": False, "of a wrong age": False}
    kept |= {"a man said to be pregnant": True, "older, pregnant": True}
    for who, old in drafts.items():
        case = Encounter.objects.with_findings().get(pk=old.pk)
        assert (case.pregnant, case.age_years) == (kept.get(who), None), who
        assert case.not_asked == [], who
        assert CaseFindings.of(case).facts.get("pregnant") is kept.get(who), who
    for who, old in evaluated.items():
        case = Encounter.objects.with_findings().get(pk=old.pk)
        assert (case.pregnant, case.age_years) == (old.pregnant, old.age_years), who
        named = [] if who in kept or old.pregnant is None else ["pregnant"]
        assert case.not_asked == named, who
        assert CaseFindings.of(case).facts.get("pregnant") is kept.get(who), who
    assert triggers.missing(connection) == []


def test_entries_that_were_not_saved_lose_what_the_form_wrote(answered_for):
    entries = answered_for.get_model("patients", "UnsavedEntry").objects
    user = answered_for.get_model("accounts", "User").objects
    answers = {
        "age_years": "40",
        "pregnant": "no",
        "leg_pain_nrs": "7",
        "loaded": '{"pregnant": "no", "age_years": "40", "note": ""}',
    }
    kept = {}
    for number, details in enumerate(({"sex": "male"}, {}, {"sex": ""}), 1):
        patient = person(answered_for, number, **details)
        kept[patient.pk] = entries.create(
            author=user.get(username="s"), patient=patient, answers=answers, step=1
        ).pk
    odd = person(answered_for, 9, sex="male")
    kept[odd.pk] = entries.create(
        author=user.get(username="s"),
        patient=odd,
        answers={"loaded": "[", "pregnant": "yes"},
        step=1,
    ).pk
    to_the_newest()
    man, woman, unknown, odd = (
        UnsavedEntry.objects.get(pk=pk).answers for pk in kept.values()
    )
    assert man == {"leg_pain_nrs": "7", "loaded": '{"note": ""}'}
    left = '{"pregnant": "no", "note": ""}'
    assert woman == unknown == {"pregnant": "no", "leg_pain_nrs": "7", "loaded": left}
    assert odd == {"loaded": "[", "pregnant": "yes"}


def test_the_next_version_of_a_case_begins_without_what_nobody_was_asked(
    patient, dr_surgeon
):
    facts = {"pregnant": False, "leg_pain_nrs": 7}
    old = case_create(
        patient=patient, actor=dr_surgeon, data=CaseFindings(date(2026, 11, 20), facts)
    )
    Encounter.objects.filter(pk=old.pk).update(
        state="evaluated", not_asked=["pregnant"]
    )
    old = Encounter.objects.with_findings().get(pk=old.pk)
    unchanged = CaseFindings.of(old)
    said = {"encounter": old, "actor": dr_surgeon, "revision": old.revision}
    assert case_correct(**said, data=unchanged) == old, "no correction by itself"
    mended = replace(unchanged, note="Seen again.")
    new = case_correct(**said, data=mended)
    assert (new.version, new.pregnant, new.not_asked) == (2, None, [])
    old.refresh_from_db()
    assert (old.pregnant, old.not_asked) == (False, ["pregnant"])


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


def test_rows_of_before_are_found_as_people_type(keys_of_before):
    encounter = a_case(keys_of_before)
    old = keys_of_before.get_model("patients", "Patient")
    for number in range(1003):  # more than are written at once
        old.objects.create(
            team_id=encounter.patient.team_id,
            created_by_id=encounter.patient.created_by_id,
            identifier=f"H-{number:05}\u2011x",
            family_name="Łukasz’ewski",
            birth_date=date(1980, 1, 1),
            search_key="łukasz’ewski",
        )
    to_the_newest()
    assert Patient.objects.search("lukaszewski").count() == 1003
    assert Patient.objects.search("h 1002x").get().number_key == "h1002x"
    assert not Patient.objects.filter(number_key="").exists()
