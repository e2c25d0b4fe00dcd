"""Which tables there are: those of the backup, and those of this database."""

from collections.abc import Iterable

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from spine_cds.backup.archive import BackupError
from spine_cds.backup.rows import Model

Migration = tuple[str, str]
#: Who is signed in: ends with a restore, and is nobody's business in a backup.
LEFT_OUT = {"sessions.session"}


def applied() -> set[Migration]:
    """The migrations that made this database, as (app, name)."""
    return set(MigrationRecorder(connection).applied_migrations())


def models_of(apps: Apps) -> list[Model]:
    """Every model with a table of its own that belongs in a backup, by label."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.label_lower not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def unapplied() -> list[str]:
    """The migrations that this code has and the database does not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def bring_to(wanted: Iterable[Migration]) -> Apps:
    """Give an empty database the tables of a backup; the models as they were then.

    Raises:
        BackupError: the backup is of a newer product, or the database has other
            tables already.
    """
    wanted = set(wanted)
    executor = MigrationExecutor(connection)
    unknown = wanted - set(executor.loader.disk_migrations)
    if unknown:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in unknown))
        raise BackupError(
            f"The backup was made by a newer version of Spine CDS ({names}). "
            "Install that version and restore with it."
        )
    there = applied()
    targets = _last_of_each_app(executor, wanted)
    if not there:
        executor.migrate(targets)
    elif there != wanted:
        raise BackupError(
            "The tables of this database are not those of the backup. Restore into an "
            "empty database: its tables are made as the backup needs them, and then "
            "brought up to date."
        )
    apps: Apps = executor.loader.project_state(targets).apps
    return apps


def _last_of_each_app(
    executor: MigrationExecutor, wanted: set[Migration]
) -> list[Migration]:
    nodes = executor.loader.graph.node_map
    return sorted(
        key
        for key in wanted
        if not any(
            child.key[0] == key[0] and child.key in wanted
            for child in nodes[key].children
        )
    )
