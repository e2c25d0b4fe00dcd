"""An answer of its own where what fits is not offered here: refer.

The guard comes down and up again: SQLite copies a table to alter it, and the copy has
none.
"""

from django.db import migrations, models

from spine_cds.audit import triggers

TABLES = ["treatments_recommendation"]


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0004_facts_of_contract_2'),
        ('treatments', '0006_guards'),
    ]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.RemoveConstraint(
            model_name='recommendation',
            name='recommendation_disposition_known',
        ),
        migrations.AlterField(
            model_name='recommendation',
            name='disposition',
            field=models.CharField(choices=[('ladder', 'Options to consider'), ('refer', 'Refer'), ('emergency', 'Emergency pathway'), ('diagnose_first', 'Diagnose first'), ('insufficient_data', 'Not enough data'), ('out_of_scope', "Outside the rules' scope"), ('invalid', 'Entry has errors')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(('disposition__in', ('ladder', 'refer', 'emergency', 'diagnose_first', 'insufficient_data', 'out_of_scope', 'invalid'))), name='recommendation_disposition_known'),
        ),
        migrations.RunPython(put_up, remove),
    ]
