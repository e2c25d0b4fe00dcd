"""The hash chain: whatever is done to a line of the trail, it is found and named."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction

from spine_cds.audit import triggers
from spine_cds.audit.models import Event, StreamHead
from spine_cds.audit.services import record
from spine_cds.audit.verification import verified_trail

PATIENT = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
STREAM = f"patient/{PATIENT}"


def found() -> list[str]:
    return [str(finding) for finding in verified_trail()]


@pytest.fixture
def trail(dr_surgeon, team) -> list[Event]:
    """Six lines about one patient, and some about others between them."""
    lines = []
    for number in range(6):
        lines.append(
            record(
                actor=dr_surgeon,
                action="patient.update",
                entity=team,
                patient_id=PATIENT,
                detail={"changed": ["sex"], "number": number, "share": 0.5},
            )
        )
        record(actor=None, action="team.read", entity=team)
    return lines


def tamper(sql: str, *values: object) -> None:
    """What somebody does who owns the database: the guards taken down, and put back."""
    with connection.cursor() as cursor, triggers.suspended(connection):
        cursor.execute(sql, values)


def refused(sql: str) -> bool:
    """Whether the database refuses it, with the guards up."""
    with connection.cursor() as cursor, transaction.atomic():
        with pytest.raises(IntegrityError, match="append-only"):
            cursor.execute(sql)
        transaction.set_rollback(True)
    return True


def test_a_trail_that_nobody_touched_is_whole(trail):
    record(actor=None, action="backup.create", entity=None)
    assert found() == []
    assert set(Event.objects.values_list("stream", flat=True)) == {
        STREAM,
        f"accounts.team/{trail[0].entity_id}",
        "system",
    }


def test_each_line_follows_the_one_before(trail):
    assert [line.sequence for line in trail] == [1, 2, 3, 4, 5, 6]
    assert [line.previous for line in trail] == ["", *(e.sha256 for e in trail[:-1])]
    head = StreamHead.objects.get(stream=STREAM)
    assert (head.sequence, head.sha256) == (6, trail[-1].sha256)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'patient.read'",
        "actor_id = NULL",
        "actor_name = 'somebody'",
        "at = '2026-01-01 00:00:00+00:00'",
        "remote_addr = '192.0.2.1'",
        "entity_id = '77'",
        "entity_type = 'accounts.user'",
        "case_uid = 'x'",
        "patient_id = 'x'",
        "detail = '{}'",
    ],
)
def test_a_line_that_was_altered_is_named(trail, change):
    tamper(f"UPDATE audit_event SET {change} WHERE id = %s", trail[2].pk)
    (finding,) = found()
    assert finding.startswith(f"ALTERED {STREAM} line 3: ")
    assert finding.endswith("does not match its hash")


def test_a_line_whose_hash_was_made_to_fit_is_named_by_the_next(trail):
    line = trail[2]
    from spine_cds.audit.chain import event_sha256

    (stored,) = [e for e in Event.objects.lines() if e["id"] == line.pk]
    sha256 = event_sha256({**stored, "action": "patient.read"})
    sql = "UPDATE audit_event SET action = 'patient.read', sha256 = %s WHERE id = %s"
    tamper(sql, sha256, line.pk)
    assert found() == [
        f"ALTERED {STREAM} line 4: was not written after what is line 3 now"
    ]


def test_a_line_that_was_removed_is_named(trail):
    tamper("DELETE FROM audit_event WHERE id = %s", trail[3].pk)
    assert found() == [f"MISSING {STREAM} line 4: is not there"]


def test_a_tail_that_was_cut_off_is_named(trail):
    tamper("DELETE FROM audit_event WHERE stream = %s AND sequence > 4", STREAM)
    assert found() == [
        f"MISSING {STREAM} line {number}: is not there" for number in (5, 6)
    ]


def test_a_stream_that_was_removed_is_named(trail):
    tamper("DELETE FROM audit_event WHERE stream = %s", STREAM)
    assert len(found()) == 6
    assert found()[0] == f"MISSING {STREAM} line 1: is not there"


def test_two_lines_that_changed_places_are_named(trail):
    swap = "UPDATE audit_event SET sequence = %s WHERE id = %s"
    for number, line in ((99, trail[1]), (2, trail[2]), (3, trail[1])):
        tamper(swap, number, line.pk)
    text = "patient.update by dr_surgeon was line"
    assert found()[:2] == [
        f"MOVED {STREAM} line 2: {text} 3",
        f"MOVED {STREAM} line 3: {text} 2",
    ]


def test_a_line_that_was_slipped_in_is_named(trail, dr_surgeon):
    tamper(
        """INSERT INTO audit_event (at, actor_id, actor_name, action, entity_type,
        entity_id, patient_id, case_uid, detail, stream, sequence, previous, sha256)
        SELECT at, actor_id, actor_name, action, entity_type, entity_id, patient_id,
        case_uid, detail, stream, 7, sha256, sha256 FROM audit_event WHERE id = %s""",
        trail[5].pk,
    )
    assert f"ADDED {STREAM} line 7: the stream ends at line 6" in found()


def test_a_head_set_back_with_the_tail_shows_against_a_checkpoint(trail, tmp_path):
    from django.core.management import call_command

    checkpoint = tmp_path / "checkpoint.jsonl"
    call_command("audit_export", "--checkpoint", output=str(checkpoint))
    tamper("DELETE FROM audit_event WHERE stream = %s AND sequence > 4", STREAM)
    tamper(
        "UPDATE audit_streamhead SET sequence = 4, sha256 = %s WHERE stream = %s",
        trail[3].sha256,
        STREAM,
    )
    assert found() == []
    from spine_cds.audit.verification import verified_checkpoint

    with checkpoint.open() as file:
        (finding,) = verified_checkpoint(file)
    assert str(finding).startswith(f"MISSING {STREAM} line 6: ")


def test_the_database_moves_a_head_forward_only(trail):
    for change in (
        "UPDATE audit_streamhead SET sequence = 3",
        "UPDATE audit_streamhead SET sequence = sequence + 2",
        "UPDATE audit_streamhead SET stream = 'x'",
        "DELETE FROM audit_streamhead",
    ):
        assert refused(change)


def test_truncate_is_refused(trail):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE; DELETE is refused")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused("TRUNCATE audit_event")


@pytest.mark.parametrize("number", [1e20, -0.0, 1.0, 0.1, 12345678901234567890])
def test_a_number_is_hashed_as_the_database_gives_it_back(team, number):
    record(actor=None, action="x.y", entity=team, detail={"n": number})
    assert found() == []


def test_an_address_is_hashed_as_the_database_gives_it_back(team):
    from spine_cds.audit.middleware import remote_addr

    for address in ("::ffff:192.0.2.1", "2001:DB8:0:0::1", "192.0.2.1"):
        token = remote_addr.set(address)
        record(actor=None, action="x.y", entity=team)
        remote_addr.reset(token)
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_no_gap_and_no_fork(dr_surgeon, team):
    if connection.vendor == "sqlite":
        pytest.skip("real connections at once need PostgreSQL (DATABASE_URL)")
    start = threading.Barrier(8)
    faults: list[BaseException] = []

    def write(number: int) -> None:
        try:
            start.wait()
            for turn in range(25):
                with transaction.atomic():
                    record(
                        actor=dr_surgeon,
                        action="patient.read",
                        entity=team,
                        patient_id=f"{turn % 2}",
                    )
                    if (turn + number) % 5 == 0:  # a write that comes to nothing
                        transaction.set_rollback(True)
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert found() == []
    counts = [Event.objects.filter(stream=f"patient/{n}").count() for n in (0, 1)]
    assert sum(counts) == 8 * 20
    numbers = Event.objects.filter(stream="patient/0").order_by("sequence")
    expected = list(range(1, counts[0] + 1))
    assert list(numbers.values_list("sequence", flat=True)) == expected
