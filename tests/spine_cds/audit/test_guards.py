"""Nothing clinical is deleted, and what was said stays: the database refuses it."""

import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import PROTECT, QuerySet

from patients.models import ClinicalExamination, DiscFinding, Encounter, ImagingStudy
from patients.services.cases import case_update
from spine_cds.audit import triggers
from spine_cds.audit.models import Event
from tests.treatments.conftest import findings
from treatments.models import Report
from treatments.recommendations.services import (
    comment_add,
    decision_record,
    review_record,
)
from treatments.reports.services import report_request

OURS = {"accounts", "audit", "patients", "treatments"}


def refused(write, match: str = "stays|never|append-only") -> bool:
    with transaction.atomic():
        with pytest.raises(IntegrityError, match=match):
            write()
        transaction.set_rollback(True)
    return True


def rows_of(model) -> QuerySet:
    """Past the models' own refusals, as raw SQL would."""
    return QuerySet(model)


@pytest.fixture
def clinical_rows(advice, dr_surgeon, dr_resident, django_capture_on_commit_callbacks):
    key = uuid.uuid4
    review_record(
        recommendation=advice,
        actor=dr_resident,
        verdict="agree",
        submission_key=key(),
    )
    comment_add(
        recommendation=advice, actor=dr_resident, text="Seen.", submission_key=key()
    )
    decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="accepted",
        treatment=advice.recommended_treatment,
        submission_key=key(),
    )
    with django_capture_on_commit_callbacks(execute=True):
        report_request(recommendation=advice, actor=dr_surgeon, request_key=key())
    return advice


@pytest.mark.django_db
def test_every_guard_is_up():
    assert triggers.missing(connection) == []
    assert {g.table for g in triggers.GUARDS} <= {
        model._meta.db_table for model in apps.get_models()
    }


CLINICAL = (
    *("patients.patient", "patients.encounter", "patients.clinicalexamination"),
    *("patients.imagingstudy", "patients.discfinding", "treatments.rulesetversion"),
    *("treatments.recommendation", "treatments.decision", "treatments.review"),
    *("treatments.comment", "treatments.report", "accounts.user", "audit.event"),
    "audit.streamhead",
)


@pytest.mark.django_db
@pytest.mark.parametrize("label", CLINICAL)
def test_no_clinical_row_is_deleted(clinical_rows, label):
    model = apps.get_model(label)
    assert rows_of(model).exists()
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        assert refused(lambda: cursor.execute(f"DELETE FROM {table}"))


#: Of what was said, columns that a hand might want to change.
STAYS = {
    "treatments.rulesetversion": {"document": {}, "version": "9.9.9", "sha256": "x"},
    "treatments.recommendation": {
        "case_document": {},
        "evaluation_document": {},
        "case_sha256": "x",
        "engine_version": "9",
        "recommended_treatment": "",
        "urgency": "x",
    },
    "treatments.decision": {"treatment": "MED", "note": "x"},
    "treatments.review": {"verdict": "agree", "note": "x"},
    "treatments.comment": {"text": "x"},
    "treatments.report": {"content": {}, "document": b"x", "sha256": "x"},
    "patients.encounter": {"version": 7, "case_uid": uuid.uuid4()},
    "patients.clinicalexamination": {"weakest_mrc_grade": 1},
    "patients.imagingstudy": {"mri_age_months": 1},
    "patients.discfinding": {"zone": "central"},
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("label", "column", "value"),
    [(label, c, v) for label, columns in STAYS.items() for c, v in columns.items()],
)
def test_what_was_evaluated_and_said_stays(clinical_rows, label, column, value):
    rows = rows_of(apps.get_model(label))
    assert refused(lambda: rows.update(**{column: value}))


@pytest.mark.django_db
def test_a_job_goes_on_until_its_document_is_there(clinical_rows):
    done = Report.objects.get()
    assert rows_of(Report).update(status="amended", turn=3) == 1
    assert refused(lambda: rows_of(Report).update(sha256="0" * 64))
    assert Report.objects.get().sha256 == done.sha256


@pytest.mark.django_db
def test_a_draft_is_edited_in_place(a_case, dr_surgeon):
    draft = a_case()
    case_update(
        encounter=draft,
        actor=dr_surgeon,
        data=findings(level="L5-S1", facts={"weakest_mrc_grade": 2}),
        revision=draft.revision,
    )
    assert DiscFinding.objects.get().level == "L5-S1"
    assert ClinicalExamination.objects.get().weakest_mrc_grade == 2


@pytest.mark.django_db
def test_a_case_is_worked_on_after_its_evaluation(clinical_rows):
    """States, flags and times of the version move; its findings do not."""
    rows = rows_of(Encounter)
    assert rows.update(state="superseded", revision=9, triage_flag="urgent") == 1
    assert refused(lambda: rows_of(ImagingStudy).update(mri_age_months=9))


def test_every_reference_is_protected():
    """A row that something points at cannot be deleted through the models either."""
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is not PROTECT
    ]
    assert not loose


@pytest.mark.django_db(transaction=True)
def test_a_guard_that_an_altered_table_lost_is_put_back_by_migrate(advice):
    triggers.remove(connection, ["treatments_recommendation", "audit_event"])
    assert triggers.missing(connection) == ["audit_event", "treatments_recommendation"]
    with pytest.raises(SystemExit):
        call_command("audit_verify")
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
    later = Event.objects.first().at + timedelta(days=1)
    assert refused(lambda: rows_of(Event).update(at=later))
