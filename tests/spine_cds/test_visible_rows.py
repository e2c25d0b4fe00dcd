"""Rows of patients are read through ``visible_to``, or by one of the ways listed here.

What is asked of the manager of a model (``Patient.objects…``) is looked at in all
modules but the models, which define it, and the services, which get their rows from a
view: a service is handed an encounter, it does not look for one.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("spine_cds", "patients", "treatments")
#: Models whose rows belong to a patient.
OF_PATIENTS = {
    *("Patient", "EmergencyAccess", "Encounter", "UnsavedEntry"),
    *("ClinicalExamination", "ImagingStudy", "DiscFinding"),
    *("Recommendation", "Decision", "Review", "Comment", "Report"),
    "KeptWords",
}
#: Querysets that hold the user's own and no others; the second leaves out patients
#: opened in an emergency, the third is of one author.
GUARDS = {"visible_to", "in_teams_of", "of"}
NOT_LOOKED_AT = {"models", "services", "migrations", "management"}

#: The ways past it, by module and function; each with the reason why it may be.
WAYS_PAST = {
    "patients.views.patients.patient_edit": "the row that the guard has let through",
    "patients.views.worklist._unsaved": "the user's own, of patients visible to them",
    "patients.views.emergency.emergency_list": "administrators; ids and reasons alone",
    "patients.forms.patient.PatientForm.sent_before": "made by this user themselves",
    "patients.forms.entry.CaseEntry.continuing": "of a case that is handed in",
    "spine_cds.audit_pages.views._patients": "administrators; ids and teams alone",
    "spine_cds.audit_pages.views.patient_trail": "administrators; the id alone",
    "spine_cds.audit_pages.views.patient_export": "administrators; the id alone",
    "spine_cds.operation.metrics.SiteCollector._evaluations": "counts alone",
    "treatments.authoring.checks.case_matching.case_named": "rule makers; no name",
    "treatments.authoring.grid.trial.recent_cases": "rule makers; no name or number",
    "treatments.recommendations.case_views.case_history": "of a case let through",
    "treatments.recommendations.standing": "of a case let through",
    "treatments.recommendations.statements.earlier_of": "of a case let through",
    "treatments.recommendations.site_prior._newest_cases": "counts alone",
    "treatments.recommendations.verification": "a command of the operator",
    "treatments.replay.cases": "a worker; who reads a replay sees no name or number",
    "treatments.reports.verification": "a command of the operator",
}


def queries(module: str, tree: ast.AST, within: str = "") -> Iterator[tuple[str, str]]:
    """Function and first queryset method of each question to a manager."""
    for node in ast.iter_child_nodes(tree):
        scope = within
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            scope = f"{within}.{node.name}"
        if isinstance(node, ast.Attribute):
            words = ast.unparse(node).split(".")
            if len(words) == 3 and words[1] == "objects" and words[0] in OF_PATIENTS:
                yield f"{module}{scope}", words[2]
        yield from queries(module, node, scope)


def unguarded() -> set[str]:
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            words = path.relative_to(ROOT).with_suffix("").parts
            if not NOT_LOOKED_AT.intersection(words):
                module = ".".join(words)
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found |= {
                    w for w, asked in queries(module, tree) if asked not in GUARDS
                }
    return found


def test_rows_of_patients_are_read_through_visible_to_or_by_a_listed_way():
    surprises = [
        where
        for where in sorted(unguarded())
        if not any(f"{where}.".startswith(f"{way}.") for way in WAYS_PAST)
    ]
    assert not surprises


def test_no_way_is_listed_that_nobody_takes():
    found = unguarded()
    assert not [
        way
        for way in WAYS_PAST
        if not any(f"{w}.".startswith(f"{way}.") for w in found)
    ]


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("def page(r):\n  return Patient.objects.get(pk=1)", ["get"]),
        ("def page(r):\n  return Patient.objects.visible_to(r.user).get()", []),
        ("def page(r):\n  return User.objects.get(pk=1)", []),
        ("class Form:\n  rows = Encounter.objects.all()", ["all"]),
    ],
)
def test_a_question_without_a_guard_is_seen(source, asked):
    found = queries("m", ast.parse(source))
    assert [method for _, method in found if method not in GUARDS] == asked
