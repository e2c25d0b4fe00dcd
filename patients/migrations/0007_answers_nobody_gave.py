"""Take back the answers that nobody gave: the age, and "not pregnant".

The form of before wrote both, the second for every man and for whoever was over 55 and
had not answered. It outlived a corrected sex: whoever was once recorded as male is one
of them. Where the answer may have been given as well, nothing tells the two apart.

In a draft, and in entries that were not saved, the answer goes. A version that was
evaluated keeps in its columns what the advice was given on; it names what nobody was
asked, and the next version begins without it.
"""

import json

from django.conf import settings
from django.db import migrations, models

from spine_cds.audit import triggers

TABLES = [
    "patients_encounter",
    "patients_clinicalexamination",
    "patients_imagingstudy",
    "patients_discfinding",
]
#: The form of before wrote the answer above this age.
OLDEST_ASKED = 55
ROWS = 500


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection, TABLES)


def once_male(apps):
    """The ids of the patients who are or were recorded as male."""
    Event = apps.get_model("audit", "Event")
    corrected = Event.objects.filter(action="patient.update").order_by()
    ids = {
        event.patient_id
        for event in corrected.iterator(ROWS)
        if event.detail.get("before", {}).get("sex") == "male"
    }
    Patient = apps.get_model("patients", "Patient")
    now = Patient.objects.filter(sex="male").values_list("pk", flat=True)
    return ids | {str(pk) for pk in now}


def is_past_asking(age):
    """The rule of the form of before, by the age that stood in it."""
    return str(age or "").strip().isdecimal() and int(age) > OLDEST_ASKED


def repair_cases(apps, schema_editor):
    Encounter = apps.get_model("patients", "Encounter")
    male = once_male(apps)
    rows = Encounter.objects.order_by("pk")
    said_no = models.Q(pregnant=False)
    has_age = models.Q(state="draft", age_years__isnull=False)
    changed = []
    for encounter in rows.filter(said_no | has_age).iterator(chunk_size=ROWS):
        is_draft = encounter.state == "draft"
        written = encounter.pregnant is False and (
            str(encounter.patient_id) in male or is_past_asking(encounter.age_years)
        )
        if is_draft:
            encounter.age_years = None
            if written:
                encounter.pregnant = None
        elif written:
            encounter.not_asked = ["pregnant"]
        else:
            continue
        changed.append(encounter)
        if len(changed) == ROWS:
            _write(Encounter, changed)
            changed = []
    _write(Encounter, changed)


def _write(Encounter, rows):
    Encounter.objects.bulk_update(rows, ["age_years", "pregnant", "not_asked"])


def repair_entries(apps, schema_editor):
    UnsavedEntry = apps.get_model("patients", "UnsavedEntry")
    male = once_male(apps)
    for entry in UnsavedEntry.objects.iterator(ROWS):
        names = ["age_years"]
        written = str(entry.patient_id) in male or is_past_asking(
            entry.answers.get("age_years")
        )
        if entry.answers.get("pregnant") == "no" and written:
            names.append("pregnant")
        answers = {n: text for n, text in entry.answers.items() if n not in names}
        answers |= _loaded_without(answers, names)
        if answers != entry.answers:
            entry.answers = answers
            entry.save(update_fields=["answers"])


def _loaded_without(answers, names):
    """What the page was opened with: it says which answers its author left alone."""
    try:
        loaded = json.loads(answers.get("loaded", ""))
    except ValueError:
        return {}
    if not isinstance(loaded, dict):
        return {}
    kept = {name: value for name, value in loaded.items() if name not in names}
    return {"loaded": json.dumps(kept)}


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0003_chain'),
        ('patients', '0006_least_urgency'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.AddField(
            model_name='encounter',
            name='asked_together',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AddField(
            model_name='encounter',
            name='not_asked',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.RunPython(repair_cases, migrations.RunPython.noop),
        migrations.RunPython(repair_entries, migrations.RunPython.noop),
        migrations.RunPython(put_up, remove),
    ]
