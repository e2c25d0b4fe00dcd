"""Who may open what: a row for each URL, a column for each kind of visitor.

A URL without a row fails. Not of your team: 404. Of your team, but not for your role:
403. Not signed in: the sign-in page. A new URL needs a row here, and nothing else.
"""

import uuid
from datetime import date
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.findings import CaseFindings
from patients.services.cases import case_create
from patients.services.emergency import emergency_access_open
from patients.services.merging import patients_merge
from patients.services.patients import patient_create
from spine_cds.accounts.models import Role, User
from spine_cds.audit.models import Event
from spine_cds.checks import named_urls
from treatments.authoring.drafts.services import draft_create
from treatments.models import RulesetVersion
from treatments.recommendations.services import case_evaluate
from treatments.replay.services import replay_request
from treatments.reports.services import report_request

YES, ROLE, HIDDEN, SIGN_IN = "allowed", "403", "404", "sign-in"
# Of the patient's team; the administrator; a surgeon and a resident of another team,
# and another surgeon of theirs who has opened the patient in an emergency.
VISITORS = (
    "nobody",
    "dr_surgeon",
    "dr_resident",
    "admin",
    "stranger",
    "strange_resident",
    "on_call",
)

# URL name, method, the object its argument names: then a cell for each visitor.
PUBLIC = (YES, YES, YES, YES, YES, YES, YES)
EVERYONE = (SIGN_IN, YES, YES, YES, YES, YES, YES)
ADMINS = (SIGN_IN, ROLE, ROLE, YES, ROLE, ROLE, ROLE)
CLINICIANS = (SIGN_IN, YES, YES, ROLE, YES, YES, YES)
SURGEONS = (SIGN_IN, YES, ROLE, ROLE, YES, ROLE, YES)
THE_TEAM = (SIGN_IN, YES, YES, ROLE, HIDDEN, HIDDEN, YES)
ITS_SURGEONS = (SIGN_IN, YES, ROLE, ROLE, HIDDEN, ROLE, YES)
ITS_RESIDENTS = (SIGN_IN, ROLE, YES, ROLE, ROLE, HIDDEN, ROLE)
OWN_SURGEONS = (SIGN_IN, YES, ROLE, ROLE, HIDDEN, ROLE, HIDDEN)
# The page between the password and the second factor sends everybody else away.
SECOND_STEP = PUBLIC
# Nobody in this world has a second factor yet.
NOT_SET_UP = (SIGN_IN, *[HIDDEN] * 6)
TABLE = [
    ("healthz", "get", None, PUBLIC),
    ("readyz", "get", None, PUBLIC),
    # Without its token there is no such page.
    ("metrics", "get", None, (HIDDEN,) * len(VISITORS)),
    ("accounts:login", "get", None, PUBLIC),
    ("accounts:logout", "post", None, PUBLIC),
    ("accounts:session-extend", "post", None, EVERYONE),
    ("accounts:account", "get", None, EVERYONE),
    ("accounts:sign-out-everywhere", "post", None, EVERYONE),
    ("accounts:password-change", "get", None, EVERYONE),
    ("account_login", "get", None, PUBLIC),
    ("account_logout", "post", None, PUBLIC),
    ("account_reauthenticate", "get", None, EVERYONE),
    ("mfa_index", "get", None, EVERYONE),
    ("mfa_authenticate", "get", None, SECOND_STEP),
    ("mfa_activate_totp", "get", None, EVERYONE),
    ("mfa_deactivate_totp", "get", None, NOT_SET_UP),
    ("mfa_view_recovery_codes", "get", None, NOT_SET_UP),
    ("mfa_generate_recovery_codes", "get", None, EVERYONE),
    ("mfa_add_webauthn", "get", None, EVERYONE),
    ("mfa_remove_webauthn", "get", "key", EVERYONE),  # asks for the password first
    ("mfa_list_webauthn", "get", None, EVERYONE),
    ("kept:words-keep", "post", None, EVERYONE),
    ("kept:words-discard", "post", "unsent words", EVERYONE),
    ("audit:trail-search", "get", None, ADMINS),
    ("audit:patient-trail", "get", "patient", ADMINS),
    ("audit:patient-export", "post", "patient", ADMINS),
    ("audit:user-trail", "get", "user", ADMINS),
    ("audit:user-export", "post", "user", ADMINS),
    ("accounts:user-list", "get", None, ADMINS),
    ("accounts:user-create", "get", None, ADMINS),
    ("accounts:user-edit", "get", "user", ADMINS),
    ("accounts:user-unlock", "post", "user", ADMINS),
    ("accounts:second-factor-remove", "get", "user", ADMINS),
    ("accounts:team-list", "get", None, ADMINS),
    ("accounts:team-create", "get", None, ADMINS),
    ("accounts:team-edit", "get", "team", ADMINS),
    ("patients:worklist", "get", None, EVERYONE),  # sends administrators on
    ("patients:case-start", "get", None, SURGEONS),
    ("patients:emergency-access", "get", None, CLINICIANS),
    ("patients:emergency-list", "get", None, ADMINS),
    ("patients:patient-detail", "get", "patient", THE_TEAM),
    ("patients:patient-edit", "get", "patient", OWN_SURGEONS),
    ("patients:patient-merge", "get", "patient", OWN_SURGEONS),
    ("patients:merge-undo", "post", "merge", OWN_SURGEONS),
    ("patients:case-move", "get", "draft", OWN_SURGEONS),
    ("patients:case-reinstate", "get", "draft", OWN_SURGEONS),
    ("patients:case-create", "get", "patient", ITS_SURGEONS),
    ("patients:entry-keep", "post", "patient", ITS_SURGEONS),
    ("patients:entry-discard", "post", "unsaved entry", ITS_SURGEONS),
    ("patients:case-edit", "get", "draft", ITS_SURGEONS),
    ("patients:case-entered-in-error", "get", "draft", ITS_SURGEONS),
    ("treatments:case-detail", "get", "encounter", THE_TEAM),
    ("treatments:case-evaluate", "post", "draft", ITS_SURGEONS),
    ("treatments:case-preview", "post", "patient", ITS_SURGEONS),
    ("treatments:case-history", "get", "encounter", THE_TEAM),
    ("treatments:recommendation-detail", "get", "recommendation", THE_TEAM),
    ("treatments:decision-create", "get", "recommendation", ITS_SURGEONS),
    ("treatments:review-create", "get", "recommendation", ITS_RESIDENTS),
    ("treatments:comment-create", "get", "recommendation", THE_TEAM),
    ("treatments:report-create", "post", "recommendation", THE_TEAM),
    ("treatments:report-detail", "get", "report", THE_TEAM),
    ("treatments:report-cancel", "post", "report", THE_TEAM),
    ("treatments:report-download", "get", "report", THE_TEAM),
    ("treatments:replay-create", "get", None, ADMINS),
    ("treatments:replay-detail", "get", "replay", ADMINS),
    ("treatments:replay-cancel", "post", "replay", ADMINS),
    ("treatments:replay-retry", "post", "replay", ADMINS),
    ("treatments:ruleset-list", "get", None, EVERYONE),
    ("treatments:ruleset-detail", "get", "ruleset", EVERYONE),
    ("treatments:table-detail", "get", "table", EVERYONE),
    ("treatments:source-list", "get", "ruleset", EVERYONE),
    ("treatments:availability-edit", "get", "team", ADMINS),
    ("treatments:version-compare", "get", None, ADMINS),
    ("treatments:version-restore", "get", "ruleset", ADMINS),
    ("treatments:version-export", "get", "ruleset file", EVERYONE),
    ("treatments:activation-withdraw", "post", "activation", ADMINS),
    ("treatments:signer-list", "get", None, ADMINS),
    ("treatments:signer-withdraw", "post", "user", ADMINS),
    ("treatments:draft-create", "get", "ruleset", ADMINS),
    ("treatments:draft-import", "get", None, ADMINS),
    ("treatments:draft-detail", "get", "ruleset draft", ADMINS),
    ("treatments:draft-describe", "get", "ruleset draft", ADMINS),
    ("treatments:draft-checks", "get", "ruleset draft", ADMINS),
    ("treatments:finding-accept", "post", "ruleset draft", ADMINS),
    ("treatments:draft-difference", "get", "ruleset draft", ADMINS),
    ("treatments:draft-submit", "post", "ruleset draft", ADMINS),
    ("treatments:draft-return", "post", "ruleset draft", ADMINS),
    ("treatments:draft-sign", "post", "ruleset draft", ADMINS),
    ("treatments:draft-publish", "post", "ruleset draft", ADMINS),
    ("treatments:draft-merge", "post", "ruleset draft", ADMINS),
    ("treatments:draft-abandon", "get", "ruleset draft", ADMINS),
    ("treatments:draft-undo", "post", "ruleset draft", ADMINS),
    ("treatments:draft-redo", "post", "ruleset draft", ADMINS),
    ("treatments:draft-export", "get", "draft file", ADMINS),
    ("treatments:section-detail", "get", "draft list", ADMINS),
    ("treatments:row-create", "get", "draft list", ADMINS),
    ("treatments:row-edit", "get", "draft row", ADMINS),
    ("treatments:row-move", "post", "draft row", ADMINS),
    ("treatments:single-edit", "get", "draft text", ADMINS),
    ("treatments:trial-panel", "get", "draft table", ADMINS),
    ("treatments:grid-detail", "get", "draft table", ADMINS),
    ("treatments:grid-rule", "get", "draft rule", ADMINS),
    ("treatments:grid-cell", "get", "draft table", ADMINS),
    ("treatments:grid-row", "post", "draft table", ADMINS),
    ("treatments:grid-column", "post", "draft table", ADMINS),
    ("treatments:grid-step", "post", "draft table", ADMINS),
    ("treatments:grid-paste", "post", "draft table", ADMINS),
    ("treatments:grid-checks", "get", "draft table", ADMINS),
    ("treatments:grid-finding", "get", "draft table", ADMINS),
]


@pytest.fixture
def world(
    db,
    team,
    dr_surgeon,
    dr_resident,
    admin,
    stranger,
    other_team,
    django_capture_on_commit_callbacks,
):
    """One of everything a URL can name, all of the team of dr_surgeon."""
    call_command("load_ruleset", verbosity=0)
    ruleset = RulesetVersion.objects.get()
    patient = patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="H-1",
        family_name="Doe",
        birth_date=date(1980, 1, 1),
    )
    encounter, draft = (_case(patient, dr_surgeon) for _ in range(2))
    twice = patient_create(actor=dr_surgeon, team=team, family_name="Doe")
    merge = patients_merge(
        leading=patient, merged=twice, actor=dr_surgeon, reason="One identity card"
    )
    writing = draft_create(title="A wider trial", base=ruleset, actor=admin)
    with django_capture_on_commit_callbacks(execute=True):
        recommendation = case_evaluate(encounter=encounter, actor=dr_surgeon)
        report = report_request(
            recommendation=recommendation, actor=dr_surgeon, request_key=uuid.uuid4()
        )
    return SimpleNamespace(
        people={
            "dr_surgeon": dr_surgeon,
            "dr_resident": dr_resident,
            "admin": admin,
            "stranger": stranger,
            "strange_resident": _of(other_team, "strange_resident", Role.RESIDENT),
            "on_call": _on_call(other_team, patient),
        },
        arguments={
            None: [],
            "user": [dr_resident.pk],
            "team": [team.pk],
            "key": [1],
            "patient": [patient.pk],
            "merge": [patient.pk, merge.pk],
            "unsaved entry": [patient.pk, uuid.uuid4()],
            "unsent words": [uuid.uuid4()],
            "draft": [draft.pk],
            "encounter": [encounter.pk],
            "recommendation": [recommendation.pk],
            "report": [report.pk],
            "replay": [_replay(ruleset, admin).pk],
            "ruleset": [ruleset.pk],
            "table": [ruleset.pk, next(iter(ruleset.ruleset.tables))],
            "ruleset file": [ruleset.pk, "json"],
            "activation": [ruleset.activations.get().pk],
            "ruleset draft": [writing.pk],
            "draft file": [writing.pk, "csv"],
            "draft list": [writing.pk, "sources"],
            "draft row": [writing.pk, "sources", "B01"],
            "draft text": [writing.pk, "selection"],
            "draft table": [writing.pk, "cons"],
            "draft rule": [writing.pk, "cons", "CONS-01"],
        },
    )


def _of(team, username: str, role: Role) -> User:
    user = User.objects.create_user(username, password="a-long-passphrase", role=role)
    user.teams.add(team)
    return user


def _on_call(team, patient) -> User:
    user = _of(team, "on_call", Role.SURGEON)
    emergency_access_open(
        user=user,
        identifier=patient.identifier,
        birth_date=patient.birth_date,
        reason="Sudden foot drop at night.",
    )
    return user


def _replay(ruleset, admin):
    return replay_request(
        old=ruleset,
        new_document=ruleset.document,
        new_title="The same",
        actor=admin,
        submission_key=uuid.uuid4(),
    )


def _case(patient, surgeon):
    findings = CaseFindings(
        occurred_on=date(2026, 11, 20),
        facts={"age_years": 43, "symptom_duration_weeks": 14},
        discs={"L5-S1": {"herniation_type": "extrusion"}},
        responsible_level="L5-S1",
        note="",
    )
    return case_create(patient=patient, actor=surgeon, data=findings)


def answered(answer) -> str:
    """The answer as the table puts it; a fault or a wrong method is none of them."""
    if answer.status_code in {302, 303}:
        return SIGN_IN if answer.url.startswith("/accounts/login/?next=") else YES
    meanings = {200: YES, 204: YES, 400: YES, 422: YES, 403: ROLE, 404: HIDDEN}
    return meanings.get(answer.status_code, str(answer.status_code))


class Visit(NamedTuple):
    """A cell of the table, its answer, and how much that asked of the database."""

    name: str
    method: str
    visitor: str
    expected: str
    answer: str
    queries: int

    @property
    def where(self) -> str:
        return f"{self.name} by {self.visitor}"


def cells(world, method=None, *, refused=False):
    """Visit each cell, or those that refuse the visitor. Nothing that is done stays."""
    for name, usual, of, expected in TABLE:
        url = reverse(name, args=world.arguments[of])
        for visitor, cell in zip(VISITORS, expected, strict=True):
            if refused and cell == YES:
                continue
            with transaction.atomic():
                client = Client(raise_request_exception=False)
                if visitor in world.people:
                    client.force_login(world.people[visitor])
                with CaptureQueriesContext(connection) as asked:
                    answer = answered(getattr(client, method or usual)(url))
                transaction.set_rollback(True)
            yield Visit(name, method or usual, visitor, cell, answer, len(asked))


@pytest.fixture(scope="module")
def seen() -> list[Visit]:
    return []


@pytest.fixture
def visits(request, seen):
    """Each cell of the table, visited once for all that is asked of it."""
    if not seen:
        seen += cells(request.getfixturevalue("world"))
    return seen


def test_each_visitor_gets_what_the_table_says(visits):
    wrong = [
        f"{visit.where}: {visit.answer}, not {visit.expected}"
        for visit in visits
        if visit.answer != visit.expected
    ]
    assert not wrong, "\n".join(wrong)


def test_a_write_is_refused_to_those_who_may_not_open_the_page(world):
    """GET and POST of a page stand behind one guard."""
    wrong = [
        f"POST {visit.where}: {visit.answer}, not {visit.expected}"
        for visit in cells(world, "post", refused=True)
        if visit.answer not in {visit.expected, "405"}
    ]
    assert not wrong, "\n".join(wrong)


def test_every_url_has_a_row_and_every_row_a_url():
    assert sorted(name for name, _ in named_urls()) == sorted(row[0] for row in TABLE)


@pytest.mark.parametrize("name", ["case-detail", "recommendation-detail"])
def test_what_does_not_exist_looks_like_what_is_hidden(client, dr_surgeon, name):
    client.force_login(dr_surgeon)
    answer = client.get(reverse(f"treatments:{name}", args=[uuid.uuid4()]))
    assert answer.status_code == 404
    assert b"it belongs to a team that you are not in" in answer.content


#: What a page is about, where it shows something of a patient.
OF_A_PATIENT = ("patient", "draft", "encounter", "recommendation", "report")


@pytest.mark.parametrize("who", ["dr_surgeon", "dr_resident"])
def test_every_page_of_a_patient_leaves_its_reading_on_record(world, who):
    patient = world.arguments["patient"][0]
    client = Client()
    client.force_login(world.people[who])
    silent = []
    for name, method, of, expected in TABLE:
        allowed = expected[VISITORS.index(who)] == YES
        if of not in OF_A_PATIENT or method != "get" or not allowed:
            continue
        before = Event.objects.of_patient(patient).count()
        answer = client.get(reverse(name, args=world.arguments[of]))
        is_silent = Event.objects.of_patient(patient).count() == before
        if is_silent and answer.status_code == 200:
            silent.append(name)
    assert not silent


#: What a page may ask the database, with the session and the audit line; most ask ten.
QUERIES_AT_MOST = 30


def test_no_page_asks_the_database_without_end(visits):
    greedy = [
        f"{visit.where}: {visit.queries}"
        for visit in visits
        if visit.method == "get" and visit.queries > QUERIES_AT_MOST
    ]
    assert not greedy
