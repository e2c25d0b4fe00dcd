"""The answers that contract 2 of the case document asks for, and which contract it is.

Cases of before keep contract 1: they have none of these answers, and are read as they
were until they are saved again. The guards come down first: SQLite copies a table to
alter it, and cannot while a guard of another table looks into it.
"""

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
        ('patients', '0003_unsaved_entries'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.RemoveConstraint(
            model_name='discfinding',
            name='disc_migration_allowed',
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='encounter_triage_flag_allowed',
        ),
        migrations.AddField(
            model_name='discfinding',
            name='intradural_suspected',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='discfinding',
            name='slip_type',
            field=models.CharField(blank=True, choices=[('none', 'No slip'), ('degenerative', 'Degenerative'), ('isthmic', 'Isthmic'), ('postoperative', 'Postoperative')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='encounter',
            name='anticoagulated',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='encounter',
            name='contract',
            field=models.PositiveSmallIntegerField(db_default=1, default=2, editable=False),
        ),
        migrations.AddField(
            model_name='encounter',
            name='injection_tried',
            field=models.CharField(blank=True, choices=[('no', 'No'), ('helped', 'Yes, it helped'), ('no_effect', 'Yes, without effect')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='encounter',
            name='osteoporosis',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='encounter',
            name='symptom_side',
            field=models.CharField(blank=True, choices=[('none', 'No leg symptoms'), ('left', 'Left'), ('right', 'Right'), ('both', 'Both')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='imagingstudy',
            name='imaging_status',
            field=models.CharField(blank=True, choices=[('none', 'None yet'), ('available', 'Available')], db_default='', default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='discfinding',
            name='migration',
            field=models.CharField(blank=True, choices=[('none', 'None'), ('up_low', 'Up, low grade'), ('up_high', 'Up, high grade'), ('down_low', 'Down, low grade'), ('down_high', 'Down, high grade'), ('dorsal', 'Dorsal, behind the dural sac')], max_length=20),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='triage_flag',
            field=models.CharField(blank=True, choices=[('emergency', 'Emergency'), ('diagnose_first', 'Diagnose first'), ('urgent', 'Urgent'), ('refer', 'Refer')], editable=False, max_length=14),
        ),
        migrations.AddConstraint(
            model_name='discfinding',
            constraint=models.CheckConstraint(condition=models.Q(('migration__in', ['none', 'up_low', 'up_high', 'down_low', 'down_high', 'dorsal', ''])), name='disc_migration_allowed'),
        ),
        migrations.AddConstraint(
            model_name='discfinding',
            constraint=models.CheckConstraint(condition=models.Q(('slip_type__in', ['none', 'degenerative', 'isthmic', 'postoperative', ''])), name='disc_slip_type_allowed'),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(('triage_flag__in', ('', 'emergency', 'diagnose_first', 'urgent', 'refer'))), name='encounter_triage_flag_allowed'),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(('contract__in', (1, 2))), name='encounter_contract_known'),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(('symptom_side__in', ['none', 'left', 'right', 'both', ''])), name='encounter_symptom_side_allowed'),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(('injection_tried__in', ['no', 'helped', 'no_effect', ''])), name='encounter_injection_tried_allowed'),
        ),
        migrations.AddConstraint(
            model_name='imagingstudy',
            constraint=models.CheckConstraint(condition=models.Q(('imaging_status__in', ['none', 'available', ''])), name='imaging_imaging_status_allowed'),
        ),
        migrations.RunPython(put_up, remove),
    ]
