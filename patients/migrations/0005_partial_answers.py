"""Partial answers, in one column of the case and one of each disc.

The guards come down first: SQLite copies a table to alter it, and cannot while a guard
of another table looks into it.
"""

import django.db.models.lookups
import patients.models.fields
from django.conf import settings
from django.db import migrations, models

from spine_cds.audit import triggers

TABLES = [
    "patients_encounter",
    "patients_clinicalexamination",
    "patients_imagingstudy",
    "patients_discfinding",
]


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0004_facts_of_contract_2'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.AddField(
            model_name='discfinding',
            name='partial_answers',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False, validators=[patients.models.fields.check_partial_answers]),
        ),
        migrations.AddField(
            model_name='encounter',
            name='partial_answers',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False, validators=[patients.models.fields.check_partial_answers]),
        ),
        migrations.AddConstraint(
            model_name='discfinding',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(patients.models.fields.JsonKind('partial_answers'), models.Value('object')), name='disc_partial_answers_object'),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(patients.models.fields.JsonKind('partial_answers'), models.Value('object')), name='encounter_partial_answers_object'),
        ),
        migrations.RunPython(put_up, remove),
    ]
