"""``audit_export`` and ``audit_verify``: a file is held to the same as the database."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from spine_cds.audit import triggers
from spine_cds.audit.models import Event
from spine_cds.audit.services import record

pytestmark = pytest.mark.django_db
PATIENT = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
STREAM = f"patient/{PATIENT}"


@pytest.fixture
def trail(dr_surgeon, dr_resident, team):
    for number, actor in enumerate((dr_surgeon, dr_resident) * 3):
        record(
            actor=actor,
            action="patient.read",
            entity=team,
            patient_id=PATIENT,
            detail={"number": number},
        )
        record(actor=actor, action="team.read", entity=team)


@pytest.fixture
def export(trail, tmp_path):
    """The lines of an export, and what `audit_verify` says of them once changed."""

    def export(*what: str) -> list[str]:
        path = tmp_path / "trail.jsonl"
        call_command("audit_export", *what, output=str(path))
        return path.read_text(encoding="utf-8").splitlines(keepends=True)

    return export


def verified(lines: list[str], tmp_path) -> tuple[int, str]:
    path = tmp_path / "changed.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return verify(export=str(path))


def verify(**options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("audit_verify", stdout=out, stderr=StringIO(), **options)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def line_of(lines: list[str], stream: str, sequence: int) -> int:
    for at, line in enumerate(lines):
        read = json.loads(line)
        if (read.get("stream"), read.get("sequence")) == (stream, sequence):
            return at
    raise AssertionError("no such line")


@pytest.mark.parametrize(
    "what", [("--all",), ("--patient", PATIENT), ("--user", "dr_surgeon")]
)
def test_an_export_that_nobody_touched_is_whole(export, tmp_path, what):
    assert verified(export(*what), tmp_path) == (0, "The audit trail is whole.\n")


def test_an_altered_line_of_a_file_is_named(export, tmp_path):
    for what in (("--all",), ("--patient", PATIENT), ("--user", "dr_surgeon")):
        lines = export(*what)
        at = line_of(lines, STREAM, 3)
        lines[at] = lines[at].replace('"number":2', '"number":7')
        lines[at] = lines[at].replace("patient.read", "patient.seen")
        code, told = verified(lines, tmp_path)
        assert code == 1
        assert told.startswith(f"ALTERED {STREAM} line 3: patient.seen by dr_surgeon")


def test_an_altered_detail_is_named_though_its_hash_is_beside_it(export, tmp_path):
    lines = export("--all")
    at = line_of(lines, STREAM, 3)
    lines[at] = lines[at].replace('"number":2', '"number":7')
    assert verified(lines, tmp_path)[1] == (
        f"ALTERED {STREAM} line 3: patient.read by dr_surgeon does not match its hash\n"
    )


def test_a_line_missing_from_a_file_is_named(export, tmp_path):
    lines = export("--all")
    del lines[line_of(lines, STREAM, 3)]
    lines[-1] = json.dumps({"end": json.loads(lines[-1])["end"] - 1})
    assert verified(lines, tmp_path) == (1, f"MISSING {STREAM} line 3: is not there\n")


def test_lines_of_a_file_that_changed_places_are_named(export, tmp_path):
    lines = export("--all")
    at = line_of(lines, STREAM, 3)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    assert verified(lines, tmp_path) == (
        1,
        f"MOVED {STREAM} line 3: stands after line 4\n",
    )


def test_a_file_without_its_end_or_its_beginning_is_none(export, tmp_path):
    lines = export("--all")
    for part in (lines[:-1], lines[1:], lines[:-2] + lines[-1:], ["no json"], []):
        with pytest.raises(CommandError, match="cannot be read"):
            verified(part, tmp_path)
    with pytest.raises(CommandError, match="cannot be read"):
        verify(export=str(tmp_path / "nothing"))


def test_an_export_is_on_the_trail_that_it_holds(export, dr_surgeon):
    assert '"action":"audit.export"' in export("--patient", PATIENT)[-2]
    exported = Event.objects.get(action="audit.export")
    assert (exported.actor, exported.patient_id) == (None, PATIENT)
    export("--user", "dr_surgeon")
    assert Event.objects.of_user(dr_surgeon).filter(action="audit.export").exists()


@pytest.mark.parametrize("what", [("--patient", "nobody"), ("--user", "nobody")])
def test_an_export_of_nobody_is_an_error(what):
    with pytest.raises(CommandError, match=r"There is no|Nothing is on record"):
        call_command("audit_export", *what)


def test_a_checkpoint_holds_and_an_altered_checkpoint_is_none(export, tmp_path):
    lines = export("--checkpoint")
    path = tmp_path / "checkpoint.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    record(actor=None, action="team.read", entity=None)
    assert verify(checkpoint=str(path)) == (0, "The audit trail is whole.\n")
    path.write_text("".join(lines).replace('"sequence":6', '"sequence":5'))
    with pytest.raises(CommandError, match="hash in the last line"):
        verify(checkpoint=str(path))


def test_a_trail_rewritten_as_a_whole_shows_against_a_checkpoint(export, tmp_path):
    path = tmp_path / "checkpoint.jsonl"
    path.write_text("".join(export("--checkpoint")), encoding="utf-8")
    with connection.cursor() as cursor, triggers.suspended(connection):
        for table in ("audit_event", "audit_streamhead"):
            cursor.execute(f"DELETE FROM {table}")
    record(actor=None, action="patient.read", entity=None, patient_id=PATIENT)
    assert verify() == (0, "The audit trail is whole.\n")
    code, told = verify(checkpoint=str(path))
    assert code == 1
    assert f"MISSING {STREAM} line 6: stood at the checkpoint" in told


def test_a_guard_that_is_down_is_named(trail):
    triggers.remove(connection, ["audit_event"])
    code, told = verify()
    assert code == 1
    assert told.startswith("UNGUARDED audit_event: ")
