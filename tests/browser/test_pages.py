"""Every page at both sizes: accessible, no wider than the phone, the console silent.

One row for each URL that answers GET with a page, for each role that it looks
different to. A new URL needs a row here, or a word in `NO_PAGE` why it is none.
"""

import copy
import uuid
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from patients.services.cases import case_mark_entered_in_error
from patients.services.emergency import emergency_access_open
from patients.services.merging import patients_merge
from spine_cds.accounts.models import Role, User
from spine_cds.checks import named_urls
from tests.fixtures_browser import AXE, AXE_TAGS, DESKTOP, PHONE
from treatments.authoring.document import edits
from treatments.authoring.drafts.services import draft_create, draft_edit
from treatments.management.demo_cases import CASES
from treatments.models import Report
from treatments.recommendations.services import comment_add, decision_record
from treatments.replay.services import replay_request
from treatments.replay.tasks import run_replay
from treatments.reports.services import report_cancel, report_request

NO_PAGE = {
    "audit:patient-export": "POST only",
    "audit:user-export": "POST only",
    "healthz": "a word for machines",
    "readyz": "words for machines",
    "metrics": "figures for machines",
    "accounts:logout": "POST only",
    "account_logout": "POST only",
    "accounts:sign-out-everywhere": "POST only",
    "accounts:user-unlock": "POST only",
    "accounts:session-extend": "POST only",
    "kept:words-discard": "POST only",
    "kept:words-keep": "POST only",
    "patients:entry-discard": "POST only",
    "patients:entry-keep": "POST only",
    "treatments:case-evaluate": "POST only",
    "treatments:case-preview": "POST only",
    "treatments:report-create": "POST only",
    "treatments:report-cancel": "POST only",
    "treatments:replay-cancel": "POST only",
    "treatments:replay-retry": "POST only",
    "treatments:report-download": "a PDF",
    "treatments:activation-withdraw": "POST only",
    "treatments:draft-export": "a file",
    "treatments:draft-merge": "POST only",
    "treatments:draft-publish": "POST only",
    "treatments:draft-redo": "POST only",
    "treatments:draft-return": "POST only",
    "treatments:draft-sign": "POST only",
    "treatments:draft-submit": "POST only",
    "treatments:draft-undo": "POST only",
    "treatments:finding-accept": "POST only",
    "treatments:grid-cell": "a part of the grid",
    "treatments:grid-checks": "a part of the grid",
    "treatments:grid-column": "POST only",
    "treatments:grid-paste": "POST only",
    "treatments:grid-row": "POST only",
    "treatments:grid-step": "POST only",
    "treatments:row-move": "POST only",
    "patients:merge-undo": "POST only",
    "treatments:signer-withdraw": "POST only",
    "treatments:version-export": "a file",
}
DRAFT_POSTS = ("merge", "publish", "redo", "return", "sign", "submit", "undo")
GRID_PARTS = ("cell", "checks", "column", "paste", "row", "step")
# Reached by steps only: tests/spine_cds/accounts/test_second_factor_pages.py.
SEEN_ELSEWHERE = {
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}
SURGEON, RESIDENT, ADMIN, NOBODY = "dr_surgeon", "dr_resident", "admin", "nobody"
# URL name, who looks at it, what its arguments name in the world (or a query).
PAGES = [
    ("accounts:login", NOBODY, None),
    ("account_login", NOBODY, None),
    ("accounts:account", SURGEON, None),
    ("mfa_index", SURGEON, None),
    ("accounts:password-change", SURGEON, None),
    ("accounts:user-list", ADMIN, None),
    ("accounts:user-list", ADMIN, "?q=zzz"),
    ("accounts:user-create", ADMIN, None),
    ("accounts:user-edit", ADMIN, "user"),
    ("accounts:second-factor-remove", ADMIN, "user"),
    ("accounts:team-list", ADMIN, None),
    ("accounts:team-create", ADMIN, None),
    ("accounts:team-edit", ADMIN, "team"),
    ("audit:trail-search", ADMIN, None),
    ("audit:patient-trail", ADMIN, "patient"),
    ("audit:patient-trail", ADMIN, "patient?since=2099-01-01"),
    ("audit:user-trail", ADMIN, "user"),
    ("patients:worklist", SURGEON, None),
    ("patients:worklist", RESIDENT, None),
    ("patients:case-start", SURGEON, None),
    ("patients:emergency-access", SURGEON, None),
    ("patients:emergency-list", ADMIN, None),
    ("patients:patient-detail", SURGEON, "patient"),
    ("patients:patient-detail", SURGEON, "patient without case"),
    ("patients:patient-detail", RESIDENT, "patient"),
    ("patients:patient-edit", SURGEON, "patient"),
    ("patients:patient-merge", SURGEON, "patient"),
    ("patients:patient-merge", SURGEON, "patient?with={other}"),
    ("patients:case-move", SURGEON, "draft"),
    ("patients:case-move", SURGEON, "draft?to={other}"),
    ("patients:case-reinstate", SURGEON, "in error"),
    ("patients:patient-detail", SURGEON, "merged"),
    ("patients:case-create", SURGEON, "patient"),
    ("patients:case-edit", SURGEON, "draft"),
    ("patients:case-edit", SURGEON, "evaluated"),
    ("patients:case-entered-in-error", SURGEON, "draft"),
    ("treatments:case-detail", RESIDENT, "draft"),
    ("treatments:case-history", SURGEON, "evaluated"),
    ("treatments:case-history", RESIDENT, "evaluated"),
    ("treatments:recommendation-detail", SURGEON, "ladder"),
    ("treatments:recommendation-detail", SURGEON, "decided"),
    ("treatments:recommendation-detail", SURGEON, "emergency"),
    ("treatments:recommendation-detail", SURGEON, "insufficient_data"),
    ("treatments:recommendation-detail", SURGEON, "out_of_scope"),
    ("treatments:recommendation-detail", SURGEON, "diagnose_first"),
    ("treatments:recommendation-detail", SURGEON, "refer"),
    ("treatments:recommendation-detail", SURGEON, "no image"),
    ("treatments:recommendation-detail", SURGEON, "wrong side"),
    ("treatments:recommendation-detail", RESIDENT, "ladder"),
    ("treatments:recommendation-detail", RESIDENT, "emergency"),
    ("treatments:decision-create", SURGEON, "ladder"),
    ("treatments:decision-create", SURGEON, "emergency"),
    ("treatments:review-create", RESIDENT, "ladder"),
    ("treatments:comment-create", RESIDENT, "ladder"),
    ("treatments:report-detail", SURGEON, "queued"),
    ("treatments:report-detail", SURGEON, "running"),
    ("treatments:report-detail", SURGEON, "done"),
    ("treatments:report-detail", RESIDENT, "failed"),
    ("treatments:report-detail", RESIDENT, "cancelled"),
    ("treatments:replay-create", ADMIN, None),
    ("treatments:replay-detail", ADMIN, "replay in the queue"),
    ("treatments:replay-detail", ADMIN, "replay"),
    ("treatments:ruleset-list", ADMIN, None),
    ("treatments:ruleset-list", SURGEON, None),
    ("treatments:ruleset-detail", ADMIN, "ruleset"),
    ("treatments:table-detail", ADMIN, "narrow table"),
    ("treatments:table-detail", ADMIN, "wide table"),
    ("treatments:table-detail", ADMIN, "wide table?columns=all"),
    ("treatments:source-list", ADMIN, "ruleset"),
    ("treatments:availability-edit", ADMIN, "team"),
    ("treatments:version-compare", ADMIN, None),
    ("treatments:version-restore", ADMIN, "ruleset"),
    ("treatments:signer-list", ADMIN, None),
    ("treatments:draft-create", ADMIN, "ruleset"),
    ("treatments:draft-import", ADMIN, None),
    ("treatments:draft-detail", ADMIN, "rules draft"),
    ("treatments:draft-describe", ADMIN, "rules draft"),
    ("treatments:draft-checks", ADMIN, "rules draft"),
    ("treatments:draft-difference", ADMIN, "rules draft"),
    ("treatments:draft-abandon", ADMIN, "rules draft"),
    ("treatments:section-detail", ADMIN, "draft list"),
    ("treatments:row-create", ADMIN, "draft list"),
    ("treatments:row-edit", ADMIN, "draft row"),
    ("treatments:single-edit", ADMIN, "draft text"),
    ("treatments:grid-detail", ADMIN, "draft table"),
    ("treatments:grid-detail", ADMIN, "draft table?cites=B07"),
    ("treatments:grid-rule", ADMIN, "draft rule"),
    ("treatments:grid-finding", ADMIN, "draft table"),
    ("treatments:trial-panel", ADMIN, "draft table"),
    ("treatments:trial-panel", ADMIN, "draft table?case=new"),
]


@pytest.fixture
def world(rules, dr_resident, admin, team, a_case, advice_on, printer):
    """One of everything that has a page, each in the states that look different."""
    ladder = advice_on("Castillo")
    decided = advice_on("Schmidt")
    for recommendation in (ladder, decided):
        comment_add(
            recommendation=recommendation,
            actor=dr_resident,
            text="Please look at the CT.",
            submission_key=uuid.uuid4(),
        )
    decision_record(
        recommendation=decided,
        actor=decided.created_by,
        outcome="overridden",
        treatment="CONS",
        override_reason="disagree-with-rule",
        disputed_rules=["CONS-09"],
        note="Wants to wait for the summer.",
        submission_key=uuid.uuid4(),
    )
    tables = sorted(rules.ruleset.tables.values(), key=lambda t: len(t.inputs))
    draft = a_case("Moreau")
    _in_an_emergency(ladder.encounter.patient)
    in_error = case_mark_entered_in_error(
        encounter=a_case("Dubois"), actor=decided.created_by, reason="Entered twice."
    )
    twice = patients_merge(
        leading=decided.encounter.patient,
        merged=in_error.patient,
        actor=decided.created_by,
        reason="The same identity card.",
    )
    return {
        "in error": [in_error.pk],
        "merged": [twice.leading_id],
        "user": [dr_resident.pk],
        "team": [team.pk],
        "entry": [ladder.encounter.patient_id, uuid.uuid4()],
        "patient": [ladder.encounter.patient_id],
        "patient without case": [_without_case(a_case).pk],
        "draft": [draft.pk],
        "evaluated": [ladder.encounter_id],
        "ladder": [ladder.pk],
        "decided": [decided.pk],
        "emergency": [advice_on("Ivanova").pk],
        "insufficient_data": [advice_on("Kowalska").pk],
        "out_of_scope": [advice_on("Lindqvist").pk],
        "diagnose_first": [advice_on("Petrov").pk],
        "refer": [_referred(advice_on, rules, team).pk],
        "no image": [advice_on("Walsh").pk],
        "wrong side": [advice_on("Yilmaz").pk],
        "ruleset": [rules.pk],
        "narrow table": [rules.pk, tables[0].id],
        "wide table": [rules.pk, tables[-1].id],
        **_a_draft(rules, admin),
        **_reports(decided, printer),
        **_replays(rules, admin),
    }


def _a_draft(rules, admin):
    """A draft of the rules in which one rule was disabled."""
    draft = draft_create(title="A wider trial", base=rules, actor=admin)
    disabled = partial(
        edits.disable_rule, table="cons", rule_id="CONS-03", reason="Not here"
    )
    draft_edit(draft=draft, seen=0, edit=disabled, summary="CONS-03", actor=admin)
    return {
        "rules draft": [draft.pk],
        "draft list": [draft.pk, "sources"],
        "draft row": [draft.pk, "treatments", "CONS"],
        "draft text": [draft.pk, "selection"],
        "draft file": [draft.pk, "json"],
        "version file": [rules.pk, "json"],
        "activation": [rules.activations.get().pk],
        "draft table": [draft.pk, "cons"],
        "draft rule": [draft.pk, "cons", "CONS-01"],
    }


def _in_an_emergency(patient):
    """Somebody of another team has it open: the team and the administrator see it."""
    opened = emergency_access_open(
        user=User.objects.create_user("on_call", role=Role.SURGEON),
        identifier=patient.identifier,
        birth_date=patient.birth_date,
        reason="Sudden foot drop, on call tonight.",
    )
    assert len(opened) == 1


def _referred(advice_on, rules, team):
    """Advice at a hospital that does not operate; afterwards it does again."""
    for code in rules.ruleset.treatments:
        if code not in ("CONS", "INJECTION"):
            team.unavailable_treatments.create(treatment=code)
    recommendation = advice_on("Rossi")
    team.unavailable_treatments.all().delete()
    return recommendation


def _without_case(a_case):
    encounter = a_case("Abbott")
    patient = encounter.patient
    patient.pk, patient.identifier = uuid.uuid4(), "H-0"
    patient.save(force_insert=True)
    return patient


def _reports(recommendation, printer) -> dict[str, list[uuid.UUID]]:
    """A report in each state of its job."""
    made = {}
    for state in ("done", "failed", "running", "cancelled", "queued"):
        report = report_request(
            recommendation=recommendation,
            actor=recommendation.created_by,
            request_key=uuid.uuid4(),
        )
        made[state] = [report.pk]
        if state == "cancelled":
            assert report_cancel(report=report, actor=report.requested_by)
        elif state != "queued":
            printer.takes_it()
        if state == "done":
            printer.is_done()
        if state == "failed":
            printer.gives_up()
        assert Report.objects.get(pk=report.pk).state == state
    return made


def _replays(rules, admin) -> dict[str, list[uuid.UUID]]:
    """One that is done, with every case moved, and one that waits."""
    document = copy.deepcopy(rules.document)
    document["tables"] = [
        {**table, "rules": table["rules"][:1]} if table["kind"] == "triage" else table
        for table in document["tables"]
    ]
    made = {}
    for name, step in (("replay", run_replay), ("replay in the queue", None)):
        replay = replay_request(
            old=rules,
            new_document=document,
            new_title="Draft: one triage rule",
            actor=admin,
            submission_key=uuid.uuid4(),
        )
        made[name] = [replay.pk]
        if step:
            step()
    return made


def address(name: str, of: str | None, world) -> str:
    key, _, query = (of or "").partition("?")
    url = reverse(name, args=world[key] if key else [])
    query = query.format(other=world["patient without case"][0])
    return f"{url}?{query}" if query else url


_UNFOLD = """
for (const folded of document.querySelectorAll("details")) folded.open = true;
// At its end, nothing of the page is behind a bar that sticks to the window.
scrollTo(0, document.documentElement.scrollHeight);
"""
_RUN = "async (rules) => (await axe.run({ runOnly: rules })).violations"


def problems_of(page) -> list[str]:
    """What axe and the width say at both sizes, with all unfolded that can be."""
    problems = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        page.evaluate(_UNFOLD)
        where = f"{page.url} at {size['width']} px"
        problems += [
            f"{where}: {breach['help']}: {node['html'][:200]}"
            for breach in page.evaluate(_RUN, AXE_TAGS)
            for node in breach["nodes"]
        ]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            problems.append(f"{where}: scrolls sideways, {width} px wide")
    return problems


@pytest.mark.parametrize("who", [NOBODY, SURGEON, RESIDENT, ADMIN])
def test_every_page_is_accessible_fits_and_is_silent(open_page, request, world, who):
    user = None if who == NOBODY else request.getfixturevalue(who)
    paths = [address(name, of, world) for name, by, of in PAGES if by == who]
    page = open_page(user, "/accounts/password/")
    problems = []
    for path in paths:
        assert page.goto(path).status == 200
        assert page.url.endswith(path), f"{path} led to {page.url}"
        if page.locator("#preview").count():  # it fills itself
            expect(page.locator("#preview-line")).not_to_be_empty()
        problems += problems_of(page)
    assert not problems, "\n".join(problems)


def test_every_url_has_a_row_or_is_said_to_be_no_page():
    rows = {name for name, _, _ in PAGES} | set(NO_PAGE) | SEEN_ELSEWHERE
    assert {name for name, _ in named_urls()} == rows


def test_what_is_said_to_be_no_page_is_none(world, dr_surgeon, admin):
    clients = Client(), Client()
    for client, user in zip(clients, (dr_surgeon, admin), strict=True):
        client.force_login(user)
    of = {
        "accounts:user-unlock": "user",
        "audit:patient-export": "patient",
        "audit:user-export": "user",
        "treatments:case-evaluate": "draft",
        "treatments:case-preview": "patient",
        "patients:entry-discard": "entry",
        "patients:merge-undo": "entry",
        "patients:entry-keep": "patient",
        "kept:words-discard": "patient",
        "treatments:report-create": "ladder",
        "treatments:report-cancel": "done",
        "treatments:replay-cancel": "replay",
        "treatments:replay-retry": "replay",
        "treatments:report-download": "done",
        "treatments:activation-withdraw": "activation",
        "treatments:draft-export": "draft file",
        "treatments:version-export": "version file",
        "treatments:row-move": "draft row",
        "treatments:signer-withdraw": "user",
        **{f"treatments:draft-{name}": "rules draft" for name in DRAFT_POSTS},
        "treatments:finding-accept": "rules draft",
        **{f"treatments:grid-{name}": "draft table" for name in GRID_PARTS},
    }
    for name in NO_PAGE:
        answers = [one.get(address(name, of.get(name), world)) for one in clients]
        answer = next(a for a in answers if a.status_code != 403)
        goes_on = answer.status_code in {302, 405}
        assert goes_on or b"<html" not in answer.content, name


# --- What a page looks like after something was done on it ---------------------------


@pytest.fixture
def surgeon(as_person, dr_surgeon):
    refused = ("status of 422",)
    return lambda path: as_person(dr_surgeon, path, expect=refused)


def _refused(person):
    person.types("Leg pain (NRS)", "80")
    person.click("Save draft")
    person.reads("Nothing is saved yet")


def _unusual(person):
    person.types("Duration of symptoms", "600")
    person.click("Save draft")
    person.reads("Unusual")


def _alarming(person):
    person.section("Red flags").picks("Saddle anaesthesia", "Yes")
    person.reads("Red flag: ")


def _no_match(person):
    person.page.get_by_label("Name, number, birth date or level").fill("zzz")
    person.reads("No case matches")


def _found(person):
    known = person.section("Known patient")
    known.area.get_by_label("Name, hospital number or birth date").fill("cas")
    person.reads("Castillo, Inés")


def _patient_refused(person):
    person.click("Enter patient and go to the case")
    person.reads("This field is required.")


def _likely(person):
    new = person.section("New patient").area
    new.get_by_label("Hospital number").fill("Another-1")
    new.get_by_label("Family name").fill("Castillo")
    new.get_by_label("Given name").fill("Ines")
    age = next(case.age for case in CASES if case.family_name == "Castillo")
    new.get_by_label("Birth date").fill(f"{timezone.localdate().year - age}-01-01")
    person.click("Enter patient and go to the case")
    person.reads("Is it one of these?")


def _decision_refused(person):
    person.page.get_by_label("What was decided").select_option("CONS")
    person.signs()
    person.click("Record the decision")
    person.reads("An override needs a reason.")


AFTERWARDS = {
    "a value refused": ("patients:case-edit", "draft", _refused),
    "a value unusual": ("patients:case-edit", "draft", _unusual),
    "a red flag beside the form": ("patients:case-edit", "draft", _alarming),
    "no case found": ("patients:worklist", None, _no_match),
    "a patient found": ("patients:case-start", None, _found),
    "a patient refused": ("patients:case-start", None, _patient_refused),
    "a patient entered twice": ("patients:case-start", None, _likely),
    "a decision refused": (
        "treatments:recommendation-detail",
        "ladder",
        _decision_refused,
    ),
}


@pytest.mark.parametrize("after", AFTERWARDS)
def test_a_page_is_as_good_afterwards(surgeon, world, after):
    name, of, act = AFTERWARDS[after]
    person = surgeon(address(name, of, world))
    act(person)
    problems = problems_of(person.page)
    assert not problems, "\n".join(problems)


def test_a_refused_sign_in_is_as_good(as_person):
    person = as_person(None, "/accounts/login/")
    person.types("Username", "nobody")
    person.page.get_by_label("Password").fill("nothing-that-is-right")
    person.click("Sign in")
    person.reads("Please enter a correct")
    problems = problems_of(person.page)
    assert not problems, "\n".join(problems)
