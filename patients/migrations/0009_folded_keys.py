"""Names and numbers folded anew: what people type is what they find.

Pure functions of the row; here as they are today, for a row keeps what was computed.
The guard comes down first: SQLite copies a table to alter it.
"""

from django.db import migrations, models

from spine_cds.audit import triggers
from patients.models.search import number_key, search_key

ROWS = 1000
TABLES = ["patients_patient"]


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection, TABLES)


def fold(apps, schema_editor):
    Patient = apps.get_model("patients", "Patient")
    rows = Patient.objects.order_by("pk").only(
        "family_name", "given_name", "identifier"
    )
    changed = []
    for patient in rows.iterator(chunk_size=ROWS):
        patient.search_key = search_key(
            patient.family_name, patient.given_name, patient.identifier
        )
        patient.number_key = number_key(patient.identifier)
        changed.append(patient)
        if len(changed) == ROWS:
            _write(Patient, changed)
            changed = []
    _write(Patient, changed)


def _write(Patient, rows):
    Patient.objects.bulk_update(rows, ["search_key", "number_key"])


class Migration(migrations.Migration):
    dependencies = [("patients", "0008_unknown_and_merged")]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.AlterField(
            model_name="patient",
            name="search_key",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="patient",
            name="number_key",
            field=models.TextField(blank=True, db_default="", editable=False),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["number_key"], name="patient_by_number"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["birth_date"], name="patient_by_birth_date"),
        ),
        migrations.RunPython(put_up, remove),
    ]
