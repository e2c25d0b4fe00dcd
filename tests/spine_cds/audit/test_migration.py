"""A trail that is older than the chain is chained as if it had always been."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from spine_cds.audit import triggers
from spine_cds.audit.models import Event, StreamHead
from spine_cds.audit.services import record
from spine_cds.audit.verification import verified_trail

PATIENT = "6f9619ff-8b86-d011-b42d-00c04fc964ff"


def migrate(*targets: tuple[str, str]):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())
    return executor.loader.project_state(list(targets)).apps


@pytest.mark.django_db(transaction=True)
def test_the_events_of_before_are_chained(dr_surgeon, team):
    record(actor=dr_surgeon, action="team.read", entity=team)
    try:
        old = migrate(("audit", "0002_append_only")).get_model("audit", "Event")
        old.objects.bulk_create(
            old(
                at=timezone.now(),
                actor_id=dr_surgeon.pk if number % 2 else None,
                actor_name="dr_surgeon" if number % 2 else "",
                action="patient.read",
                entity_type="patients.patient",
                entity_id=PATIENT,
                patient_id=PATIENT if number % 3 else "",
                remote_addr="::ffff:192.0.2.9" if number % 5 else None,
                detail={"number": number, "share": 0.5},
            )
            for number in range(2500)
        )
    finally:
        migrate()
    assert list(verified_trail()) == []
    heads = dict(StreamHead.objects.values_list("stream", "sequence"))
    assert heads == {
        f"accounts.team/{team.pk}": 1,
        f"patient/{PATIENT}": 1666,
        f"patients.patient/{PATIENT}": 834,
    }
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
    event = record(actor=dr_surgeon, action="team.read", entity=team)
    assert (event.sequence, Event.objects.count()) == (2, 2502)
