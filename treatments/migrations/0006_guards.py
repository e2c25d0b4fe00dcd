"""Nothing clinical is deleted, and what was said stays: the database refuses it.

Documents of rulesets keep the order of their keys from here on; the columns stay as
they are, and what they hold is still read.
"""

from django.db import migrations

import treatments.models.fields
from spine_cds.audit import triggers

TABLES = [
    guard.table for guard in triggers.GUARDS if not guard.table.startswith("audit_")
]


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("treatments", "0005_replays"),
        ("audit", "0003_chain"),
        ("patients", "0002_emergency_access"),
    ]
    operations = [
        migrations.AlterField(
            model_name="rulesetdraft",
            name="document",
            field=treatments.models.fields.DocumentField(),
        ),
        migrations.AlterField(
            model_name="rulesetversion",
            name="document",
            field=treatments.models.fields.DocumentField(),
        ),
        migrations.RunPython(put_up, remove),
    ]
