"""A number and a birth date that are not known, and records that are one person.

The guards come down first: SQLite copies a table to alter it, and cannot while a guard
of another table looks into it.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from spine_cds.audit import triggers

TABLES = [
    "patients_patient",
    "patients_emergencyaccess",
    "patients_encounter",
    "patients_clinicalexamination",
    "patients_imagingstudy",
    "patients_discfinding",
]


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection, TABLES)


def guard_merges(apps, schema_editor):
    triggers.put_up(schema_editor.connection, ["patients_patientmerge"])


def unguard_merges(apps, schema_editor):
    triggers.remove(schema_editor.connection, ["patients_patientmerge"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_second_factor_and_signatures'),
        ('patients', '0007_answers_nobody_gave'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.CreateModel(
            name='PatientMerge',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('before', models.JSONField()),
                ('reason', models.CharField(max_length=500)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('-made_at',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='patient',
            name='patient_number_unique_in_team',
        ),
        migrations.RemoveConstraint(
            model_name='patient',
            name='patient_is_named',
        ),
        migrations.AddField(
            model_name='patient',
            name='merged_into',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='patient',
            name='other_numbers',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=400),
        ),
        migrations.AddField(
            model_name='patient',
            name='submission_key',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='patient',
            name='birth_date',
            field=models.DateField(blank=True, null=True, verbose_name='birth date'),
        ),
        migrations.AlterField(
            model_name='patient',
            name='identifier',
            field=models.CharField(blank=True, max_length=40, verbose_name='hospital number'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(condition=models.Q(('identifier', ''), _negated=True), fields=('team', 'identifier'), name='patient_known_number_unique_in_team', violation_error_code='unique_together', violation_error_message='Your team already has a patient with this number.'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('family_name', ''), _negated=True), name='patient_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='patient_not_merged_into_itself'),
        ),
        migrations.AddField(
            model_name='patientmerge',
            name='leading',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='patientmerge',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='patientmerge',
            name='merged',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='patientmerge',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='patientmerge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('merged',), name='patient_merge_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='patientmerge',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='patient_merge_has_reason'),
        ),
        migrations.RunPython(put_up, remove),
        migrations.RunPython(guard_merges, unguard_merges),
    ]
