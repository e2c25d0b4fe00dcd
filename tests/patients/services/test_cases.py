"""Writes: nothing lost, nothing doubled, the second one is told, all of it audited."""

import threading
import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction

from patients.findings import CaseFindings
from patients.models import DiscFinding, Encounter, HerniationType, Patient
from patients.services.cases import (
    CaseNotOpenError,
    EditConflictError,
    case_advance,
    case_correct,
    case_create,
    case_evaluated,
    case_mark_entered_in_error,
    case_save,
    case_update,
)
from patients.services.patients import patient_create, patient_update
from spine_cds.audit.models import Event
from tests.patients.cases import DISCS, FACTS, findings

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("action", flat=True))


def test_what_was_entered_is_read_back_as_it_was(case):
    stored = CaseFindings.of(Encounter.objects.with_findings().get(pk=case.pk))
    assert stored == findings()


def test_unknown_stays_unknown(case):
    assert case.pregnant is None
    assert case.smoking_status == ""
    assert case.examination.bladder_dysfunction is None
    assert "bladder_dysfunction" not in CaseFindings.of(case).facts


def test_zero_and_no_are_answers(patient, dr_surgeon):
    data = findings(facts={"leg_pain_nrs": 0, "first_episode": False}, discs={})
    case = case_create(patient=patient, actor=dr_surgeon, data=data)
    assert CaseFindings.of(case).facts == {"leg_pain_nrs": 0, "first_episode": False}


def test_a_disc_of_which_nothing_is_known_makes_no_row(patient, dr_surgeon):
    data = findings(discs={"L4-5": {"zone": "", "contained": None}})
    case_create(patient=patient, actor=dr_surgeon, data=data)
    assert not DiscFinding.objects.exists()


def test_a_fact_outside_the_vocabulary_is_refused_by_name():
    with pytest.raises(ValueError, match=r"L9.*L4-5\.shape.*shoe_size|shoe_size"):
        findings(facts={"shoe_size": 1}, discs={"L4-5": {"shape": "x"}, "L9": {}})


def test_all_values_out_of_range_are_named_at_once(patient, dr_surgeon):
    data = findings(
        facts={"leg_pain_nrs": 11, "pain_pattern": "odd"},
        discs={"L5-S1": {"translation_mm": 20.5}},
    )
    with pytest.raises(ValidationError) as refusal:
        case_create(patient=patient, actor=dr_surgeon, data=data)
    assert set(refusal.value.message_dict) == {
        "leg_pain_nrs",
        "pain_pattern",
        "L5-S1-translation_mm",
    }
    assert not Encounter.objects.exists()


def test_the_same_submission_twice_is_one_case(patient, dr_surgeon):
    key = uuid.uuid4()
    first, second = (
        case_create(
            patient=patient, actor=dr_surgeon, data=findings(), submission_key=key
        )
        for _ in range(2)
    )
    assert first == second
    assert Encounter.objects.count() == 1
    assert DiscFinding.objects.count() == len(DISCS)
    assert actions().count("case.create") == 1


def saved_with(key, patient, actor, **answers) -> Encounter:
    return case_create(
        patient=patient, actor=actor, data=findings(**answers), submission_key=key
    )


def test_saved_gone_back_to_and_saved_again_is_one_draft(patient, dr_surgeon):
    key = uuid.uuid4()
    first = saved_with(key, patient, dr_surgeon)
    facts = {"leg_pain_nrs": 9}
    again = saved_with(key, patient, dr_surgeon, note="more", facts=facts)
    assert again == first == Encounter.objects.get()
    assert (again.note, again.leg_pain_nrs) == ("more", 9)
    assert again.revision == first.revision + 1
    assert actions().count("case.create") == actions().count("case.update") == 1


@pytest.mark.parametrize("since", ["by another", "by oneself", "evaluated"])
def test_what_was_changed_since_is_never_written_over_by_going_back(
    patient, dr_surgeon, dr_resident, since
):
    key = uuid.uuid4()
    case = saved_with(key, patient, dr_surgeon)
    if since == "evaluated":
        case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    else:
        case_update(
            encounter=case,
            actor=dr_resident if since == "by another" else dr_surgeon,
            data=findings(note="since"),
            revision=case.revision,
        )
    with pytest.raises(EditConflictError) as conflict:
        saved_with(key, patient, dr_surgeon, note="more")
    assert conflict.value.current == case == Encounter.objects.get()


def test_a_correction_that_is_gone_back_to_goes_on_too(patient, dr_surgeon):
    case = saved_with(None, patient, dr_surgeon)
    case = case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    key, revision = uuid.uuid4(), case.revision
    for note in ("first", "second"):
        corrected = case_correct(
            encounter=case,
            actor=dr_surgeon,
            data=findings(note=note),
            revision=revision,
            submission_key=key,
        )
    assert (corrected.version, corrected.note) == (2, "second")
    assert Encounter.objects.count() == 2


def of_before(case) -> Encounter:
    """As the release before would have written it."""
    Encounter.objects.filter(pk=case.pk).update(contract=1)
    return Encounter.objects.with_findings().get(pk=case.pk)


def test_a_case_of_before_keeps_its_contract_until_it_is_saved_again(case, dr_surgeon):
    assert case.contract == 2
    draft = of_before(case)
    read = case_advance(encounter=draft, actor=dr_surgeon, state="draft")
    assert read.contract == 1
    saved = case_update(
        encounter=draft, actor=dr_surgeon, data=findings(), revision=draft.revision
    )
    assert saved.contract == 2
    again = case_update(
        encounter=saved, actor=dr_surgeon, data=findings(), revision=saved.revision
    )
    assert again.revision == saved.revision


def test_a_correction_of_a_case_of_before_is_of_today(evaluated, dr_surgeon):
    before = of_before(evaluated)
    corrected = case_correct(
        encounter=before,
        actor=dr_surgeon,
        data=findings(note="more"),
        revision=before.revision,
    )
    assert corrected.contract == 2
    assert Encounter.objects.get(pk=before.pk).contract == 1


def test_the_release_before_still_inserts_cases(case):
    """It names neither the contract nor the answers that it does not know."""
    columns = [
        field.column
        for field in Encounter._meta.concrete_fields
        if field.name
        not in ("contract", "symptom_side", "injection_tried", "anticoagulated")
    ]
    values = ", ".join(
        {"id": "'0'", "case_uid": "'1'", "submission_key": "NULL"}.get(name, name)
        if connection.vendor == "sqlite"
        else {
            "id": "gen_random_uuid()",
            "case_uid": "gen_random_uuid()",
            "submission_key": "NULL",
        }.get(name, name)
        for name in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO patients_encounter ({', '.join(columns)}) "
            f"SELECT {values} FROM patients_encounter"
        )
        cursor.execute(
            "SELECT contract, symptom_side, injection_tried, anticoagulated "
            "FROM patients_encounter ORDER BY contract"
        )
        assert cursor.fetchone() == (1, "", "", None)


def test_a_draft_is_edited_in_place(case, dr_surgeon):
    data = findings(facts=FACTS | {"leg_pain_nrs": 8}, discs={})
    saved = case_update(encounter=case, actor=dr_surgeon, data=data, revision=0)
    assert (saved.pk, saved.revision, saved.version) == (case.pk, 1, 1)
    assert CaseFindings.of(saved) == data
    changed = Event.objects.get(action="case.update").detail["changed"]
    assert "leg_pain_nrs" in changed
    assert "L5-S1-zone" in changed


def test_the_second_of_two_surgeons_is_told_and_nothing_is_overwritten(
    case, dr_surgeon
):
    theirs = findings(note="theirs")
    case_update(encounter=case, actor=dr_surgeon, data=theirs, revision=0)
    with pytest.raises(EditConflictError) as conflict:
        case_update(
            encounter=case, actor=dr_surgeon, data=findings(note="mine"), revision=0
        )
    assert CaseFindings.of(conflict.value.current) == theirs


def test_two_surgeons_who_entered_the_same_have_no_conflict(case, dr_surgeon):
    data = findings(note="the same")
    for _ in range(2):
        saved = case_update(encounter=case, actor=dr_surgeon, data=data, revision=0)
    assert saved.revision == 1
    assert actions().count("case.update") == 1


def test_a_draft_evaluated_meanwhile_is_a_conflict(case, dr_surgeon):
    case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    with pytest.raises(EditConflictError):
        case_save(
            encounter=Encounter.objects.get(pk=case.pk),
            actor=dr_surgeon,
            data=findings(note="x"),
            revision=0,
        )


def test_a_correction_is_a_new_version_and_the_old_one_stays(evaluated, dr_surgeon):
    new = case_save(
        encounter=evaluated,
        actor=dr_surgeon,
        data=findings(note="corrected", discs={}),
        revision=evaluated.revision,
    )
    old = Encounter.objects.with_findings().get(pk=evaluated.pk)
    assert (new.version, new.previous, new.state) == (2, old, "draft")
    assert new.case_uid == old.case_uid
    assert old.state == "superseded"
    assert CaseFindings.of(old) == findings()
    assert list(Encounter.objects.current()) == [new]


def test_a_correction_sent_twice_is_one_version(evaluated, dr_surgeon):
    versions = [
        case_correct(
            encounter=evaluated,
            actor=dr_surgeon,
            data=findings(note="corrected"),
            revision=evaluated.revision,
            submission_key=uuid.UUID(int=7),
        )
        for _ in range(2)
    ]
    assert versions[0] == versions[1]
    assert Encounter.objects.count() == 2


def test_a_correction_of_what_another_corrected_is_a_conflict(evaluated, dr_surgeon):
    def correct(note):
        return case_correct(
            encounter=evaluated,
            actor=dr_surgeon,
            data=findings(note=note),
            revision=evaluated.revision,
        )

    theirs = correct("theirs")
    with pytest.raises(EditConflictError) as conflict:
        correct("mine")
    assert conflict.value.current == theirs


def test_a_correction_without_a_change_makes_no_version(evaluated, dr_surgeon):
    same = case_correct(
        encounter=evaluated,
        actor=dr_surgeon,
        data=findings(),
        revision=evaluated.revision,
    )
    assert same == evaluated
    assert Encounter.objects.count() == 1


def test_a_case_only_moves_forward(evaluated, dr_surgeon):
    case_advance(encounter=evaluated, actor=dr_surgeon, state="decided")
    late = case_advance(encounter=evaluated, actor=dr_surgeon, state="reviewed")
    assert late.state == "decided"


def test_what_must_not_wait_is_kept_and_a_correction_starts_without(case, dr_surgeon):
    flagged = case_evaluated(encounter=case, actor=dr_surgeon, triage_flag="emergency")
    assert (flagged.state, flagged.triage_flag) == ("evaluated", "emergency")
    case_evaluated(encounter=case, actor=dr_surgeon, triage_flag="emergency")
    assert Event.objects.filter(action="case.triage").count() == 1
    new = case_save(
        encounter=Encounter.objects.get(pk=case.pk),
        actor=dr_surgeon,
        data=findings(note="x"),
        revision=flagged.revision,
    )
    assert (new.state, new.triage_flag) == ("draft", "")
    case.refresh_from_db()
    assert case.triage_flag == "emergency"
    with pytest.raises(CaseNotOpenError):
        case_evaluated(encounter=case, actor=dr_surgeon, triage_flag="")


def test_the_database_refuses_an_unheard_of_triage_flag(case):
    with pytest.raises(IntegrityError), transaction.atomic():
        Encounter.objects.update(triage_flag="perhaps")


def test_entered_in_error_keeps_the_findings_and_the_reason(case, dr_surgeon):
    case_mark_entered_in_error(
        encounter=case, actor=dr_surgeon, reason="Other patient's images."
    )
    case.refresh_from_db()
    assert (case.state, case.error_reason) == (
        "entered_in_error",
        "Other patient's images.",
    )
    assert CaseFindings.of(case) == findings()


def test_what_was_entered_in_error_is_closed(case, dr_surgeon):
    case_mark_entered_in_error(encounter=case, actor=dr_surgeon, reason="Wrong.")
    with pytest.raises(CaseNotOpenError):
        case_correct(encounter=case, actor=dr_surgeon, data=findings(), revision=1)
    with pytest.raises(CaseNotOpenError):
        case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    with pytest.raises(CaseNotOpenError):
        case_mark_entered_in_error(encounter=case, actor=dr_surgeon, reason="Again.")


def test_a_hospital_number_is_given_once_in_a_team(patient, dr_surgeon, team):
    with pytest.raises(ValidationError):
        patient_create(
            actor=dr_surgeon,
            team=team,
            identifier="H-1001",
            family_name="Other",
            birth_date=date(1990, 1, 1),
        )
    assert Patient.objects.count() == 1


def test_a_corrected_name_is_found_by_the_new_name(patient, dr_surgeon):
    patient_update(patient=patient, actor=dr_surgeon, family_name="Öztürk")
    assert list(Patient.objects.search("ozturk")) == [patient]
    assert not Patient.objects.search("muller")


def test_the_audit_trail_holds_no_patient_data(case, dr_surgeon, patient):
    patient_update(patient=patient, actor=dr_surgeon, family_name="Öztürk")
    case_update(
        encounter=case, actor=dr_surgeon, data=findings(note="Secret"), revision=0
    )
    written = str(list(Event.objects.values_list("detail", flat=True)))
    for word in ("Müller", "Öztürk", "Ana", "H-1001", "Secret"):
        assert word not in written
    of_case = Event.objects.filter(case_uid=str(case.case_uid))
    assert of_case.filter(patient_id=str(patient.pk)).count() == 2


def test_the_reference_table_is_there(db):
    codes = list(HerniationType.objects.values_list("code", flat=True))
    assert codes == ["none", "bulge", "protrusion", "extrusion", "sequestration"]


@pytest.mark.django_db(transaction=True)
def test_two_savers_at_the_same_moment_leave_one_winner(case, dr_surgeon):
    """Real threads: both hold revision 0; exactly one of them may write."""
    if connection.vendor == "sqlite":
        pytest.skip("two real connections need PostgreSQL (DATABASE_URL)")
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def save(note: str) -> None:
        try:
            start.wait()
            case_update(
                encounter=case, actor=dr_surgeon, data=findings(note=note), revision=0
            )
            outcomes.append("saved")
        except EditConflictError:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(note,)) for note in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "told"]
