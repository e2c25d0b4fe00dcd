"""A case with findings, and the pieces to vary it."""

from datetime import date

from django.http import QueryDict

from patients.choices import Level
from patients.findings import CaseFindings
from patients.forms import CaseEntry
from patients.forms.partial import field_names

FACTS = {
    "symptom_duration_weeks": 14,
    "leg_pain_nrs": 7,
    "first_episode": True,
    "pain_pattern": "radicular",
    "saddle_anaesthesia": False,
    "weakest_mrc_grade": 4,
    "mri_age_months": 2,
    "surgery_accepted": True,
}
DISCS = {
    "L4-5": {"herniation_type": "bulge", "pfirrmann_grade": 4},
    "L5-S1": {
        "herniation_type": "extrusion",
        "contained": False,
        "zone": "subarticular",
        "translation_mm": 1.5,
    },
}


def findings(**changes) -> CaseFindings:
    values = {
        "occurred_on": date(2026, 11, 20),
        "facts": FACTS,
        "discs": DISCS,
        "responsible_level": "L5-S1",
        "note": "",
    }
    return CaseFindings(**values | changes)


def posted(entry: CaseEntry, **changes: str) -> QueryDict:
    """What a browser would send of a page that shows this entry, after changes."""
    data, asked = QueryDict(mutable=True), entry.vocabulary
    initial = entry.form.initial
    for name in entry.form.fields:
        data[name] = initial.get(name, "")
    of_discs = [f"{level}-{name}" for level in Level.values for name in asked.disc]
    for name in (*asked.case, *of_discs):
        own, one_of, *bounds = field_names(name)
        for field in (own, *bounds):
            data[field] = initial.get(field, "")
        if initial.get(one_of):  # ticked boxes, each sent by itself
            data.setlist(one_of, initial[one_of].split(","))
    for name, value in changes.items():
        data[name] = value
    return data


def sent(encounter, **changes: str) -> CaseEntry:
    return CaseEntry(posted(CaseEntry(None, encounter), **changes), encounter)
