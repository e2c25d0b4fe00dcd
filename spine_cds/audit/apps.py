from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """The audit trail and its guards."""

    name = "spine_cds.audit"
    label = "audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        post_migrate.connect(put_back_lost_guards, sender=self)


def put_back_lost_guards(using: str, **_: Any) -> None:
    """SQLite alters a table by copying it, and the copy has no triggers."""
    from spine_cds.audit import triggers

    connection = connections[using]
    lost = triggers.missing(connection)
    if lost:
        triggers.put_up(connection, lost)
