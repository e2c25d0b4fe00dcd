"""Backup and restore of all that is kept: one file, one moment, one transaction."""

from contextlib import closing
from hashlib import sha256
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.apps import apps
from django.apps.registry import Apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.audit import triggers
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.exports import checkpoint
from spine_cds.audit.models import Event
from spine_cds.audit.services import record
from spine_cds.audit.snapshot import snapshot
from spine_cds.audit.verification import verified_trail
from spine_cds.backup import schema
from spine_cds.backup.archive import (
    FORMAT,
    ArchivedTable,
    BackupError,
    Manifest,
    checked,
    read_lines,
    write_manifest,
    write_table,
)
from spine_cds.backup.rows import Model, columns, insert, lines, settled
from treatments.engine import ENGINE_VERSION
from treatments.models import RulesetVersion


def backup_write(*, file: IO[bytes]) -> Manifest:
    """Write everything as it is at one moment; the file need not be seekable.

    Raises:
        BackupError: migrations are waiting, so that the tables are none of this
            version's.
    """
    waiting = schema.unapplied()
    if waiting:
        raise BackupError(f"Run manage.py migrate first; waiting: {', '.join(waiting)}")
    # Before the snapshot, so that the copy holds the line about itself.
    record(actor=None, action=AuditAction.BACKUP_CREATE, entity=None)
    with snapshot(), ZipFile(file, "w", ZIP_DEFLATED) as archive:
        tables = {
            model._meta.label_lower: write_table(
                archive, model._meta.label_lower, columns(model), lines(model)
            )
            for model in schema.models_of(apps)
        }
        manifest = _manifest(tables)
        write_manifest(archive, manifest)
    return manifest


def _manifest(tables: dict[str, ArchivedTable]) -> Manifest:
    rulesets = RulesetVersion.objects.order_by("pk").values(
        "ruleset_id", "version", "sha256"
    )
    return Manifest(
        format=FORMAT,
        made_at=timezone.now().isoformat(),
        database=connection.vendor,
        engine_version=ENGINE_VERSION,
        migrations=sorted(map(list, schema.applied())),
        rulesets=[dict(ruleset) for ruleset in rulesets],
        audit={"events": tables["audit.event"].rows, "sha256": _trail_sha256()},
        tables=tables,
    )


def _trail_sha256() -> str:
    """Of the heads of all streams: what a checkpoint of this moment would hold."""
    return sha256("".join(list(checkpoint())[1:-1]).encode()).hexdigest()


def backup_restore(*, file: IO[bytes], replace: bool = False) -> Manifest:
    """Put a backup in the place of what is in the database; all of it or nothing.

    Raises:
        BackupError: the file is damaged or of a newer version, the database is not
            empty, or what was loaded reads back otherwise. Nothing was changed.
    """
    archive, manifest = checked(file)
    with closing(archive):
        found = schema.bring_to((app, name) for app, name in manifest.migrations)
        if not replace and _is_in_use(found):
            raise BackupError(
                "This database is not empty. With --replace everything in it is lost."
            )
        with transaction.atomic():
            with triggers.suspended(connection):
                _empty()
                _load(archive, manifest, found)
            _verify(archive, manifest, found)
        if schema.unapplied():
            call_command("migrate", verbosity=0)
        detail = {"made_at": manifest.made_at, "trail": manifest.audit["sha256"]}
        record(
            actor=None, action=AuditAction.BACKUP_RESTORE, entity=None, detail=detail
        )
    return manifest


def _is_in_use(found: Apps) -> bool:
    """Whatever was done left a line in the trail, but for a user made by hand."""
    labels = (Event._meta.label, User._meta.label)
    return any(found.get_model(label)._base_manager.exists() for label in labels)


def _empty() -> None:
    tables = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables):
            cursor.execute(statement)


def _load(archive: ZipFile, manifest: Manifest, found: Apps) -> None:
    models = _models(manifest, found)
    for label, model in models.items():
        insert(model, read_lines(archive, label))
    if connection.vendor == "sqlite":
        connection.check_constraints()
    with connection.cursor() as cursor:
        # Rows came with their keys: the counters must go on behind the highest.
        reset = connection.ops.sequence_reset_sql(no_style(), list(models.values()))
        for statement in reset:
            cursor.execute(statement)


def _models(manifest: Manifest, found: Apps) -> dict[str, Model]:
    models = {model._meta.label_lower: model for model in schema.models_of(found)}
    # A table on one side alone would be lost, or stay empty, and nobody would see it.
    for label in models.keys() ^ manifest.tables.keys():
        raise BackupError(f"The table of {label} is not on both sides.")
    for label, model in models.items():
        if columns(model) != manifest.tables[label].columns:
            raise BackupError(f"The columns of {label} are not those of the backup.")
    return models


def _verify(archive: ZipFile, manifest: Manifest, found: Apps) -> None:
    """What is in the database now is what the file holds, and the trail is whole."""
    for label, model in _models(manifest, found).items():
        expected, loaded = sha256(), sha256()
        for line in read_lines(archive, label):
            expected.update(settled(line).encode())
        for line in lines(model):
            loaded.update(settled(line).encode())
        if loaded.digest() != expected.digest():
            raise BackupError(f"{label} reads back otherwise than it was written.")
    if columns(Event) == manifest.tables["audit.event"].columns:
        for finding in verified_trail():
            raise BackupError(f"The audit trail in the backup is not whole: {finding}")
