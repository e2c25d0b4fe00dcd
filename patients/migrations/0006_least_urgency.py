"""Flags of the worklist for an urgency of which only the least is certain.

The guards come down and up again: SQLite copies a table to alter it, and the copy has
none.
"""

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

    dependencies = [("patients", "0005_partial_answers")]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.RemoveConstraint(
            model_name="encounter", name="encounter_triage_flag_allowed"
        ),
        migrations.AlterField(
            model_name="encounter",
            name="triage_flag",
            field=models.CharField(
                blank=True,
                choices=[
                    ("emergency", "Emergency"),
                    ("diagnose_first", "Diagnose first"),
                    ("urgent", "Urgent"),
                    ("early", "Early"),
                    ("refer", "Refer"),
                    ("least_urgent", "At least urgent"),
                    ("least_early", "At least early"),
                ],
                editable=False,
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "triage_flag__in",
                        (
                            "",
                            "emergency",
                            "diagnose_first",
                            "urgent",
                            "refer",
                            "early",
                            "least_urgent",
                            "least_early",
                        ),
                    )
                ),
                name="encounter_triage_flag_allowed",
            ),
        ),
        migrations.RunPython(put_up, remove),
    ]
