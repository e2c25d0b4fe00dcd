"""The restore drill: what comes back is what was there, to the byte."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import uuid
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from patients.findings import CaseFindings
from patients.models import Patient
from patients.services.cases import case_create
from patients.services.patients import patient_create
from spine_cds.accounts.models import Team, User
from spine_cds.audit import triggers
from spine_cds.audit.models import Event, StreamHead
from spine_cds.audit.services import record
from spine_cds.backup import rows, schema, services
from spine_cds.backup.archive import BackupError
from spine_cds.backup.services import backup_restore, backup_write
from treatments.models import Recommendation, Report
from treatments.recommendations.services import decision_record
from treatments.recommendations.verification import verified_recommendations
from treatments.reports.services import report_request
from treatments.reports.verification import verified_reports

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def hospital(an_advice, dr_surgeon, django_capture_on_commit_callbacks):
    """Cases, advice with its decision, a printed report, and the trail of it all."""
    ladder = an_advice()
    an_advice(facts={"saddle_anaesthesia": True})
    an_advice(forget=("conservative_response",), disc={"translation_mm": 1.5})
    decision_record(
        recommendation=ladder,
        actor=dr_surgeon,
        outcome="accepted",
        treatment=ladder.recommended_treatment,
        note="Agreed — “as discussed” \u2028 with the family.",
        submission_key=uuid.uuid4(),
    )
    with django_capture_on_commit_callbacks(execute=True):
        report_request(
            recommendation=ladder, actor=dr_surgeon, request_key=uuid.uuid4()
        )
    assert Report.objects.get().document
    return ladder


def everything() -> dict[str, str]:
    """Every row there is, by table; the sessions excepted."""
    found = {}
    for model in schema.models_of(services.apps):
        text = "".join(map(rows.settled, rows.lines(model)))
        found[model._meta.label_lower] = hashlib.sha256(text.encode()).hexdigest()
    return found


def a_backup() -> io.BytesIO:
    file = io.BytesIO()
    backup_write(file=file)
    file.seek(0)
    return file


def verify_all() -> None:
    assert not [v for v in verified_recommendations() if v.differs or v.note]
    assert not [v for v in verified_reports() if v.differs]
    call_command("audit_verify")


@pytest.mark.django_db
def test_after_a_restore_everything_is_as_it_was(hospital, dr_surgeon, team):
    file = a_backup()
    before = everything()
    advice_before = {r.pk: r.evaluation_document for r in Recommendation.objects.all()}
    printed = Report.objects.get().sha256
    record(actor=dr_surgeon, action="team.read", entity=team)
    Team.objects.create(name="Made after the backup")
    User.objects.update(first_name="Changed after the backup")

    manifest = backup_restore(file=file, replace=True)

    last = Event.objects.order_by("pk").last()
    assert (last.action, last.stream) == ("backup.restore", "system")
    assert last.detail["trail"] == manifest.audit["sha256"]
    after = everything()
    for label in ("audit.event", "audit.streamhead"):  # the restore's own line
        assert after.pop(label) != before.pop(label)
    assert after == before
    verify_all()
    advice_after = {r.pk: r.evaluation_document for r in Recommendation.objects.all()}
    assert advice_after == advice_before
    report = Report.objects.get()
    assert report.sha256 == printed
    assert hashlib.sha256(bytes(report.document)).hexdigest() == printed


@pytest.mark.django_db
def test_after_a_restore_the_guards_are_up_and_work_goes_on(hospital, dr_surgeon):
    backup_restore(file=a_backup(), replace=True)
    assert triggers.missing(connection) == []
    made = patient_create(
        actor=dr_surgeon,
        team=dr_surgeon.teams.get(),
        identifier="H-after",
        family_name="After",
        birth_date=Patient.objects.first().birth_date,
    )
    case_create(
        patient=made,
        actor=dr_surgeon,
        data=CaseFindings(
            occurred_on=made.birth_date, discs={"L4-5": {"side": "left"}}
        ),
    )
    call_command("audit_verify")


@pytest.mark.django_db
def test_a_database_in_use_is_replaced_only_when_told_to(hospital):
    file = a_backup()
    before = everything()
    with pytest.raises(BackupError, match="is not empty"):
        backup_restore(file=file)
    assert everything() == before


def damaged(file: io.BytesIO, name: str, change) -> io.BytesIO:
    """The same backup with one member changed, its checksums in the zip made to fit."""
    result = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(result, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            changed = change(content) if member == name else content
            if changed is not None:
                new.writestr(member, changed)
    result.seek(0)
    return result


def newer(content: bytes) -> bytes:
    manifest = json.loads(content)
    manifest["migrations"].append(["patients", "9999_of_tomorrow"])
    return json.dumps(manifest).encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("member", "change", "told"),
    [
        ("tables/patients.patient.jsonl", lambda c: c.replace(b"Oka", b"Oko"), "damag"),
        ("tables/patients.patient.jsonl", lambda c: c[:-20], "damaged"),
        ("tables/patients.patient.jsonl", lambda c: None, "Missing from the backup"),
        ("manifest.json", lambda c: None, "no backup"),
        ("manifest.json", lambda c: b"{}", "not of the format"),
        ("manifest.json", newer, "newer version of Spine CDS .patients.9999_of_tom"),
    ],
)
def test_a_backup_that_is_not_whole_touches_nothing(hospital, member, change, told):
    file = damaged(a_backup(), member, change)
    before = everything()
    with pytest.raises(BackupError, match=told):
        backup_restore(file=file, replace=True)
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 half"])
def test_what_is_no_backup_is_refused(content):
    with pytest.raises(BackupError, match="no backup"):
        backup_restore(file=io.BytesIO(content), replace=True)


@pytest.mark.django_db
def test_a_restore_that_fails_half_way_leaves_what_was_there(hospital, monkeypatch):
    file = a_backup()
    before = everything()
    monkeypatch.setattr(services, "verified_trail", lambda: iter(["line 3 is gone"]))
    with pytest.raises(BackupError, match="not whole: line 3 is gone"):
        backup_restore(file=file, replace=True)
    monkeypatch.undo()
    assert everything() == before
    assert triggers.missing(connection) == []


@pytest.mark.django_db
def test_a_backup_of_a_tampered_trail_is_not_restored(hospital):
    with connection.cursor() as cursor, triggers.suspended(connection):
        cursor.execute("UPDATE audit_event SET action = 'x.y' WHERE sequence = 2")
    with pytest.raises(BackupError, match="ALTERED"):
        backup_restore(file=a_backup(), replace=True)


@pytest.mark.django_db
def test_sessions_are_not_in_a_backup_and_end_with_a_restore(hospital, sign_in, admin):
    client = sign_in(admin)
    file = a_backup()
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() if "session.jsonl" in name]
    backup_restore(file=file, replace=True)
    assert client.get("/accounts/users/").status_code == 302


@pytest.mark.django_db
def test_the_file_is_its_owners_and_never_half_a_backup(
    hospital, tmp_path, monkeypatch
):
    call_command("backup", str(tmp_path))
    (made,) = tmp_path.iterdir()
    assert made.name.startswith("spine-cds-20")
    assert made.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", str(made))

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services, "write_manifest", fail)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(tmp_path / "other.zip"))
    assert list(tmp_path.iterdir()) == [made]


@pytest.mark.django_db
def test_a_long_table_is_written_and_read_a_chunk_at_a_time(hospital, monkeypatch):
    monkeypatch.setattr(rows, "CHUNK", 2)
    backup_restore(file=a_backup(), replace=True)
    assert StreamHead.objects.count() > 2
    call_command("audit_verify")


# --- From one kind of database to another, as an operator does it --------------------


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """A command on the SQLite file in that folder."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**environment, "SPINE_CDS_DATA_DIR": str(folder)},
        capture_output=True,
        check=False,
    )


def managed(folder: Path, *arguments: str) -> bytes:
    run = manage(folder, *arguments)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


@pytest.mark.django_db
def test_a_backup_becomes_a_new_sqlite_site(hospital, tmp_path):
    """Of SQLite or PostgreSQL, whichever the suite runs on; no `migrate` before."""
    file = tmp_path / "backup.zip"
    call_command("backup", str(file))
    assert b"restored and read back" in managed(tmp_path, "restore", str(file))
    assert b"4 verified, 0 differ" in managed(tmp_path, "verify")
    assert b"is whole" in managed(tmp_path, "audit_verify")
    again = manage(tmp_path, "restore", str(file))
    assert again.returncode == 1
    assert b"not empty" in again.stderr


@pytest.mark.django_db
def test_a_sqlite_site_moves_to_this_database_through_a_pipe(demo_data, tmp_path):
    site = shutil.copytree(demo_data, tmp_path / "data")
    file = io.BytesIO(managed(site, "backup", "-"))
    manifest = backup_restore(file=file)
    assert manifest.database == "sqlite"
    assert Patient.objects.count() > 5
    assert manifest.tables["patients.patient"].rows == Patient.objects.count()
    verify_all()


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_of_one_moment_while_others_write(team, dr_surgeon, monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("two real connections need PostgreSQL (DATABASE_URL)")

    def write() -> None:
        Team.objects.create(name="Made meanwhile")
        record(actor=dr_surgeon, action="team.create", entity=team)
        connections.close_all()

    def lines(model):
        """Somebody writes when the first tables have been read."""
        if model._meta.label == "accounts.Signature":
            writer = threading.Thread(target=write)
            writer.start()
            writer.join()
        return rows.lines(model)

    monkeypatch.setattr(services, "lines", lines)
    file = a_backup()
    monkeypatch.undo()
    assert Team.objects.count() == 2
    backup_restore(file=file, replace=True)
    assert Team.objects.get() == team
    assert not Event.objects.filter(action="team.create").exists()
    call_command("audit_verify")
