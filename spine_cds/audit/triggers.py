"""What the database itself refuses to change or delete, for SQLite and PostgreSQL.

Services and models behave; a guard also holds against raw SQL, bulk operations and
other programs. One guard a table, each a trigger or two. Migrations put them up, and
so does the end of every ``migrate``: SQLite copies a table to alter it, and the copy
has no triggers.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Guard:
    """No row of `table` is deleted (nor, on PostgreSQL, the table truncated).

    An update is refused where it changes one of the columns in `frozen`, or one of
    `settled` once the row's own state is no draft any more, or where `refuses`, SQL
    over OLD and NEW, is true; without any of them an update is allowed.
    `state` is SQL for the state of the case that the row belongs to: while that is
    a draft, rows may be changed and deleted, and later neither.
    """

    table: str
    because: str
    frozen: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    refuses: str = ""
    state: str = ""

    @property
    def name(self) -> str:
        """What the trigger is called in the database."""
        return f"guard_{self.table}"

    @property
    def update(self) -> str:
        """The condition under which an update is refused; in both dialects."""
        changed = [_differs(name) for name in self.frozen]
        late = [f"(OLD.state <> 'draft' AND {_differs(n)})" for n in self.settled]
        extra = [self.refuses] if self.refuses else []
        return " OR ".join([*changed, *late, *extra]) or self.delete

    @property
    def delete(self) -> str:
        """The condition, in SQL, under which a row must not be deleted."""
        return f"({self.state}) <> 'draft'" if self.state else "1 = 1"

    @property
    def guards_updates(self) -> bool:
        """Whether some change of a row is refused."""
        return bool(self.frozen or self.settled or self.refuses or self.state)


def _differs(name: str) -> str:
    return f"OLD.{name} IS DISTINCT FROM NEW.{name}"


ALWAYS = "1 = 1"
_STATE = "SELECT state FROM patients_encounter WHERE id = "
_OF_DISC = (
    "SELECT encounter_id FROM patients_imagingstudy WHERE id = OLD.imaging_study_id"
)
_EVALUATED = "what was evaluated stays as it was"
_WRITTEN_ONCE = "what was said stays; say something new"

GUARDS = (
    Guard("audit_event", "audit events are append-only", refuses=ALWAYS),
    Guard(
        "audit_streamhead",
        "audit streams are append-only",
        frozen=("stream",),
        refuses="NEW.sequence <> OLD.sequence + 1",
    ),
    Guard("accounts_user", "a user is never deleted"),
    Guard("accounts_signature", "signatures are never changed", refuses=ALWAYS),
    Guard("accounts_signature", "a signature is never changed", refuses=ALWAYS),
    Guard("patients_patient", "a patient is never deleted"),
    Guard(
        "patients_patientmerge",
        "a merge stays on record; take it back",
        frozen=(
            *("id", "leading_id", "merged_id", "before", "reason"),
            *("made_by_id", "made_at"),
        ),
    ),
    Guard("patients_emergencyaccess", "an access is never changed", refuses=ALWAYS),
    Guard("patients_emergencyaccess", "it is never changed", refuses=ALWAYS),
    Guard(
        "patients_encounter",
        "a case is never deleted, and stays that of its patient",
        frozen=("id", "case_uid", "version", "previous_id", "patient_id"),
        # Those of the examination and the images too, whose rows are guarded as well.
        settled=("partial_answers", "added_answers"),
    ),
    Guard(
        "patients_clinicalexamination",
        _EVALUATED,
        state=f"{_STATE}OLD.encounter_id",
    ),
    Guard("patients_imagingstudy", _EVALUATED, state=f"{_STATE}OLD.encounter_id"),
    Guard(
        "patients_discfinding",
        _EVALUATED,
        state=f"{_STATE}({_OF_DISC})",
    ),
    Guard(
        "treatments_rulesetversion",
        "a ruleset is never changed or deleted; load another version",
        frozen=("id", "ruleset_id", "version", "sha256", "document", "loaded_at"),
    ),
    Guard(
        "treatments_rulesetactivation",
        "which rules were in force stays known; activate another version",
        frozen=("id", "version_id", "live_from", "reason", "made_by_id", "made_at"),
        refuses="OLD.withdrawn_at IS NOT NULL",
    ),
    Guard(
        "treatments_draftchange",
        "a change is never changed; undo it",
        frozen=("id", "draft_id", "number", "kind", "parts", "made_by_id", "made_at"),
    ),
    Guard(
        "treatments_recommendation",
        "a recommendation is never changed or deleted; evaluate again",
        frozen=(
            *("id", "encounter_id", "ruleset_id", "engine_version", "case_document"),
            *("case_sha256", "evaluation_document", "disposition", "urgency"),
            *("recommended_treatment", "created_at", "created_by_id"),
        ),
    ),
    Guard("treatments_decision", _WRITTEN_ONCE, refuses=ALWAYS),
    Guard("treatments_review", _WRITTEN_ONCE, refuses=ALWAYS),
    Guard("treatments_comment", _WRITTEN_ONCE, refuses=ALWAYS),
    Guard(
        "treatments_report",
        "what a report prints stays; ask for another report",
        frozen=("id", "recommendation_id", "requested_by_id", "request_key", "content"),
        refuses="OLD.sha256 <> '' AND (NEW.sha256 <> OLD.sha256 "
        "OR NEW.document IS DISTINCT FROM OLD.document)",
    ),
)
TABLES = tuple(guard.table for guard in GUARDS)


def put_up(connection: BaseDatabaseWrapper, tables: Iterable[str] = TABLES) -> None:
    """The guards of these tables, where table and columns exist, as they are now."""
    statements = [
        statement
        for guard in _fitting(connection)
        if guard.table in tables
        for statement in (*_down(connection, guard), *_up(connection, guard))
    ]
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
    """For a migration that alters a guarded table, or takes it away."""
    with connection.cursor() as cursor:
        for guard in GUARDS:
            if guard.table in tables:
                for statement in _down(connection, guard):
                    cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that are there, and their guard is not."""
    source = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    }
    with connection.cursor() as cursor:
        cursor.execute(source[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
        tables = set(connection.introspection.table_names(cursor))
    return [
        guard.table
        for guard in GUARDS
        if guard.table in tables and not set(_triggers(connection, guard)) <= found
    ]


@contextmanager
def suspended(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within a transaction that replaces the whole content: no guard is up."""
    settle = {
        "sqlite": [],
        # PostgreSQL alters no table with a foreign key still to be looked at.
        "postgresql": ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"],
    }[connection.vendor]
    with connection.cursor() as cursor:
        for statement in (*settle, *suspension(connection)):
            cursor.execute(statement)
        yield
        for statement in (*settle, *resumption(connection)):
            cursor.execute(statement)


def suspension(connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that let a restore write; run in its transaction alone."""
    if connection.vendor == "sqlite":
        return [sql for guard in GUARDS for sql in _down(connection, guard)]
    return [
        f"ALTER TABLE {guard.table} DISABLE TRIGGER USER"
        for guard in _fitting(connection)
    ]


def resumption(connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that put the guards back."""
    if connection.vendor == "sqlite":
        return [sql for guard in _fitting(connection) for sql in _sqlite(guard)]
    return [
        f"ALTER TABLE {guard.table} ENABLE TRIGGER USER"
        for guard in _fitting(connection)
    ]


def _fitting(connection: BaseDatabaseWrapper) -> Iterator[Guard]:
    """An earlier state of the schema, while migrating, lacks tables or columns."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in GUARDS:
            if guard.table in tables:
                found = connection.introspection.get_table_description(
                    cursor, guard.table
                )
                needed = {*guard.frozen, *guard.settled}
                if needed <= {column.name for column in found}:
                    yield guard


def _triggers(connection: BaseDatabaseWrapper, guard: Guard) -> Iterable[str]:
    if connection.vendor == "postgresql":
        return (f"{guard.name}_row", f"{guard.name}_truncate")
    updates = (f"{guard.name}_update",) if guard.guards_updates else ()
    return (f"{guard.name}_delete", *updates)


def _down(connection: BaseDatabaseWrapper, guard: Guard) -> list[str]:
    if connection.vendor == "sqlite":
        names = (f"{guard.name}_delete", f"{guard.name}_update")
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    return [
        f"DROP TRIGGER IF EXISTS {name} ON {guard.table}"
        for name in _triggers(connection, guard)
    ]


def _up(connection: BaseDatabaseWrapper, guard: Guard) -> list[str]:
    return _sqlite(guard) if connection.vendor == "sqlite" else _postgresql(guard)


def _sqlite(guard: Guard) -> list[str]:
    events = [("DELETE", guard.delete)]
    if guard.guards_updates:
        events.append(("UPDATE", guard.update))
    return [
        f"CREATE TRIGGER IF NOT EXISTS {guard.name}_{event.lower()} "
        f"BEFORE {event} ON {guard.table} "
        f"WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.table}: {guard.because}'); END"
        for event, condition in events
    ]


def _postgresql(guard: Guard) -> list[str]:
    update = guard.update if guard.guards_updates else "1 = 0"
    return [
        f"""CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF NOT COALESCE({update}, FALSE) THEN RETURN NEW; END IF;
            ELSIF TG_OP = 'DELETE' THEN
                IF NOT COALESCE({guard.delete}, FALSE) THEN RETURN OLD; END IF;
            END IF;
            RAISE EXCEPTION '{guard.table}: {guard.because}'
                USING ERRCODE = 'restrict_violation';
        END $$""",
        f"""CREATE TRIGGER {guard.name}_row BEFORE UPDATE OR DELETE ON {guard.table}
        FOR EACH ROW EXECUTE FUNCTION {guard.name}()""",
        f"""CREATE TRIGGER {guard.name}_truncate BEFORE TRUNCATE ON {guard.table}
        FOR EACH STATEMENT EXECUTE FUNCTION {guard.name}()""",
    ]


# --- What migration 0002 put up, for 0003 to take down ------------------------------

_REFUSAL = "audit events are append-only"

CREATE = {
    "sqlite": (
        f"""CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
        f"""CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    ),
    "postgresql": (
        f"""CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$
        """,
        """CREATE TRIGGER audit_event_append_only
        BEFORE UPDATE OR DELETE ON audit_event
        FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()""",
    ),
}

DROP = {
    "sqlite": (
        "DROP TRIGGER audit_event_no_update",
        "DROP TRIGGER audit_event_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "DROP FUNCTION audit_event_refuse()",
    ),
}
