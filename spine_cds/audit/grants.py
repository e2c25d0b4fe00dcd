"""What the running site may do in PostgreSQL: its rows, never its tables or its trail.

The owner of the tables migrates, backs up and restores; the site runs as another
role. What a guard always refuses is not granted to that role in the first place.
"""

from collections.abc import Iterator

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from spine_cds.audit.triggers import ALWAYS, GUARDS

_ALL = "SELECT, INSERT, UPDATE, DELETE"


class UnsafeRoleError(ValueError):
    """The role could do more than it is granted; nothing was granted."""


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give `role` what the running site needs, and take all else from it.

    To be done again after each migration, by the owner of the tables.

    Raises:
        UnsafeRoleError: the role is unknown, or could alter tables all the same.
    """
    name = connection.ops.quote_name(role)
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise UnsafeRoleError(f"there is no role {role}")
        tables = connection.introspection.table_names(cursor)
        for statement in _statements(name, tables):
            cursor.execute(statement)
        cursor.execute(
            "SELECT has_schema_privilege(%s, 'public', 'CREATE') OR EXISTS ("
            "SELECT 1 FROM pg_tables WHERE schemaname = 'public'"
            " AND pg_has_role(%s, tableowner, 'MEMBER'))",
            [role, role],
        )
        if found[0] or cursor.fetchone()[0]:
            raise UnsafeRoleError(f"{role} may alter or create tables all the same")


def _statements(name: str, tables: list[str]) -> Iterator[str]:
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"
    yield f"REVOKE ALL ON SCHEMA public FROM {name}"
    yield f"GRANT USAGE ON SCHEMA public TO {name}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"
    for table in tables:
        yield f'GRANT {privileges(table)} ON "{table}" TO {name}'


def privileges(table: str) -> str:
    """What the site needs of a table; a guard that always refuses takes it away."""
    if table == "django_migrations":
        return "SELECT"
    guards = [guard for guard in GUARDS if guard.table == table]
    if any(guard.refuses == ALWAYS for guard in guards):
        return "SELECT, INSERT"
    if any(guard.delete == ALWAYS for guard in guards):
        return "SELECT, INSERT, UPDATE"
    return _ALL
