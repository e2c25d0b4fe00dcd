"""``manage.py audit_export``: the trail, a part of it, or its checkpoint, as a file."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from spine_cds.audit import exports
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.models import Event
from spine_cds.audit.services import record
from spine_cds.audit.snapshot import snapshot


class Command(BaseCommand):
    """``manage.py audit_export``: a trail as JSON lines; it is recorded itself."""

    help = "Write the audit trail as JSON lines; `audit_verify --export` reads them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--all", action="store_true", help="every event")
        what.add_argument("--patient", metavar="ID", help="who saw or changed them")
        what.add_argument("--user", metavar="USERNAME", help="what a person did")
        what.add_argument(
            "--checkpoint",
            action="store_true",
            help="where each stream ends: keep it outside, for audit_verify",
        )
        parser.add_argument("--output", metavar="FILE", help="default: standard output")

    def handle(self, *_args: str, **options: Any) -> None:
        """Write the trail of a patient, of a user, or the whole of it."""
        lines = self._lines(options)
        with snapshot():
            if options["output"]:
                with Path(options["output"]).open("w", encoding="utf-8") as file:
                    file.writelines(lines)
            else:
                sys.stdout.writelines(lines)

    def _lines(self, options: dict[str, Any]) -> Iterator[str]:
        """The export is itself on the record, before it is read."""
        if options["checkpoint"]:
            return exports.checkpoint()
        if options["patient"]:
            patient = options["patient"].lower()
            if not Event.objects.of_patient(patient).exists():
                raise CommandError("Nothing is on record about this patient.")
            _record(patient_id=patient)
            return exports.patient_export(patient)
        if options["user"]:
            user = get_user_model().objects.filter(username=options["user"]).first()
            if user is None:
                raise CommandError("There is no user of this name.")
            _record(entity=user)
            return exports.user_export(user)
        _record()
        return exports.whole_export()


def _record(*, entity: models.Model | None = None, patient_id: str = "") -> None:
    record(
        actor=None,
        action=AuditAction.AUDIT_EXPORT,
        entity=entity,
        patient_id=patient_id,
    )
