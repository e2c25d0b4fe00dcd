"""Answers to questions that the rules add; and a choice takes the codes of the rules.

The database held each choice to the codes that ship, and now to none: an administrator
of rules may add one. The column of the herniation type stays what it was to the release
before, without its foreign key. The guards come down first: SQLite copies a table to
alter it, and cannot while a guard of another table looks into it.
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
        ('patients', '0010_names_that_can_be_seen'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_zone_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_side_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_calcification_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_central_stenosis_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_lateral_recess_stenosis_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_foraminal_stenosis_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_migration_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_slip_type_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_smoking_status_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_physical_demand_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_pain_pattern_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_pain_dominance_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_symptom_trend_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_conservative_response_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_symptom_side_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_injection_tried_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='imagingstudy',
            name='imaging_iliac_crest_height_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='imagingstudy',
            name='imaging_imaging_status_allowed',
        ),
        migrations.AddField(
            model_name='discfinding',
            name='added_answers',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False, validators=[patients.models.fields.check_added_answers]),
        ),
        migrations.AddField(
            model_name='encounter',
            name='added_answers',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False, validators=[patients.models.fields.check_added_answers]),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='calcification',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='central_stenosis',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='foraminal_stenosis',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='herniation_type',
            field=models.CharField(blank=True, db_column='herniation_type_id', max_length=40, null=True),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='lateral_recess_stenosis',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='migration',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='side',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='slip_type',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='zone',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='conservative_response',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='injection_tried',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='pain_dominance',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='pain_pattern',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='physical_demand',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='smoking_status',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='symptom_side',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='symptom_trend',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='imagingstudy',
            name='iliac_crest_height',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='imagingstudy',
            name='imaging_status',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddConstraint(
            model_name='discfinding',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(patients.models.fields.JsonKind('added_answers'), models.Value('object')), name='disc_added_answers_object'),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(patients.models.fields.JsonKind('added_answers'), models.Value('object')), name='encounter_added_answers_object'),
        ),
        migrations.RunPython(put_up, remove),
    ]
