"""Chain what was recorded so far, as if each event had been chained when written.

On live data: the columns come with a constant default, the events are numbered in
batches, and only then are the columns required to be unique. Stop the writers first:
`migrate` holds the table for as long as this takes (some 20 s for a million events).
"""

from django.db import migrations, models
from django.utils import timezone

from spine_cds.audit import chain, triggers

BATCH = 1000


def take_down(apps, schema_editor):
    for statement in triggers.DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def put_back(apps, schema_editor):
    for statement in triggers.CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, ("audit_event", "audit_streamhead"))


UPDATE = """UPDATE audit_event
    SET stream = %s, sequence = %s, previous = %s, sha256 = %s WHERE id = %s"""


def chain_events(apps, schema_editor):
    """In the order they were written; every stream from its first line."""
    heads = {}
    rows = []
    events = apps.get_model("audit", "Event").objects.order_by("pk")
    with schema_editor.connection.cursor() as cursor:
        for event in events.iterator(chunk_size=BATCH):
            rows.append((*linked(event, heads), event.pk))
            if len(rows) == BATCH:
                cursor.executemany(UPDATE, rows)
                rows = []
        cursor.executemany(UPDATE, rows)
    StreamHead = apps.get_model("audit", "StreamHead")
    StreamHead.objects.bulk_create(
        (
            StreamHead(stream=stream, sequence=sequence, sha256=sha256)
            for stream, (sequence, sha256) in heads.items()
        ),
        batch_size=BATCH,
    )


def linked(event, heads):
    """The four columns of the chain for one event; `heads` moves on."""
    stream = chain.stream_of(
        patient_id=event.patient_id,
        entity_type=event.entity_type,
        entity_id=event.entity_id,
    )
    last, previous = heads.get(stream, (0, chain.GENESIS))
    covered = {name: getattr(event, name, None) for name in (*chain.HASHED_FIELDS, "at")}
    covered |= {"stream": stream, "sequence": last + 1, "previous": previous}
    covered["detail_sha256"] = chain.detail_sha256(event.detail)
    sha256 = chain.event_sha256(covered)
    heads[stream] = last + 1, sha256
    return stream, last + 1, previous, sha256


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunPython(take_down, put_back),
        migrations.CreateModel(
            name="StreamHead",
            fields=[
                (
                    "stream",
                    models.CharField(
                        max_length=130, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
            ],
            options={"ordering": ("stream",)},
        ),
        migrations.AlterField(
            model_name="event",
            name="at",
            field=models.DateTimeField(db_index=True, default=timezone.now),
        ),
        migrations.AlterField(
            model_name="event",
            name="entity_id",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="event",
            name="entity_type",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="event",
            name="stream",
            field=models.CharField(default="", max_length=130),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="event",
            name="sequence",
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="event",
            name="previous",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="event",
            name="sha256",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(chain_events, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                fields=("stream", "sequence"), name="audit_event_once_in_stream"
            ),
        ),
        migrations.RunPython(put_up, remove),
    ]
