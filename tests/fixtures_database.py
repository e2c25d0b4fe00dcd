"""A transactional test leaves the tables as migrations left them.

The test runner empties every table when such a test ends, and the rows that migrations
wrote are gone for the test that comes next. Here emptying puts them back, so that
tests of both kinds may come in any order and in any number of processes. Rows are
deleted: PostgreSQL makes new files for each table that it truncates, which takes far
longer than the few rows of a test.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.management.commands import flush
from django.db import connection, transaction

from spine_cds.audit import triggers


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        copies = _copy_what_migrations_wrote()
        # What Django would write anew, row by row, before each transactional test.
        connection._test_serialized_contents = "[]"
    with _flushed_with(_statements(copies)):
        yield


@pytest.fixture(autouse=True)
def django_db_serialized_rollback() -> None:
    """Named so, it keeps Django from making permissions anew after each flush."""


def _copy_what_migrations_wrote() -> dict[str, str]:
    """The names of the tables that have rows, and of their copies."""
    quote = connection.ops.quote_name
    copies = {}
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            copy = f"migrated_{table}"
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {quote(table)})")
            if cursor.fetchone()[0]:
                cursor.execute(f"DROP TABLE IF EXISTS {quote(copy)}")
                cursor.execute(
                    f"CREATE TABLE {quote(copy)} AS SELECT * FROM {quote(table)}"
                )
                copies[table] = copy
    return copies


def _statements(copies: dict[str, str]) -> Callable[..., list[str]]:
    def sql_flush(_style, connection, **_options) -> list[str]:
        quote = connection.ops.quote_name
        tables = connection.introspection.django_table_names(only_existing=True)
        return [
            *triggers.suspension(connection),
            *(f"DELETE FROM {quote(table)}" for table in tables),
            *(
                f"INSERT INTO {quote(table)} SELECT * FROM {quote(copies[table])}"
                for table in tables
                if table in copies
            ),
            # PostgreSQL changes no table on which a check is still to come.
            *["SET CONSTRAINTS ALL IMMEDIATE"] * (connection.vendor == "postgresql"),
            *triggers.resumption(connection),
        ]

    return sql_flush


@contextmanager
def _flushed_with(sql_flush: Callable[..., list[str]]) -> Iterator[None]:
    # In the command alone: what restores a backup empties the tables for itself.
    before = flush.sql_flush
    flush.sql_flush = sql_flush
    yield
    flush.sql_flush = before
