"""The case form and all that it talks to, over HTTP: no input is a server error."""

import uuid
from contextlib import contextmanager

import pytest
from django.conf import settings as site_settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from patients.facts import SHIPPED
from patients.forms import CaseEntry
from patients.forms.autosave import kept_fields
from patients.models import Encounter, Patient, UnsavedEntry
from tests.fuzz.budget import bounded, tries
from tests.fuzz.hostile import NASTY_TEXT
from tests.patients.cases import posted
from treatments.engine import load_ruleset
from treatments.rulebook.services import ruleset_load

pytestmark = pytest.mark.django_db
OF_THE_PAGE = ("kept_as", "kept_step", "continues", "encounter", "take_theirs")
#: Any text that can be sent: a lone surrogate has no bytes.
sendable = st.one_of(
    st.sampled_from([text for text in NASTY_TEXT if "\ud800" not in text]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.integers(-5, 120).map(str),
    st.uuids().map(str),
)
FIELDS = (*kept_fields(SHIPPED), *OF_THE_PAGE)


def field_at(place: int) -> str:
    """By its place: a list of a thousand names is more than a failure should print."""
    return FIELDS[place]


changes = st.dictionaries(
    st.integers(0, len(FIELDS) - 1).map(field_at), sendable, max_size=8
)
#: What a person would enter, so that some of it is taken.
sensible = st.fixed_dictionaries(
    {},
    optional={
        "leg_pain_nrs": st.integers(0, 10).map(str),
        "surgery_accepted": st.sampled_from(["yes", "no", ""]),
        "L5-S1-zone": st.sampled_from(["central", "subarticular", ""]),
        "note": st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    },
)


@pytest.fixture
def surgeon(monkeypatch, sign_in, dr_surgeon):
    """Signed in; more is sent here in a minute than by anybody."""
    monkeypatch.setattr(site_settings, "UNSAFE_REQUESTS_A_MINUTE", {})
    ruleset_load(ruleset=load_ruleset())
    return sign_in(dr_surgeon)


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def page_of(patient, encounter=None) -> dict[str, str]:
    """All that the form sends when it is opened now and sent as it is."""
    entry = CaseEntry(None, encounter, patient=patient)
    of_page = {name: entry.form.initial.get(name, "") for name in OF_THE_PAGE}
    of_page["encounter"] = str(encounter.pk) if encounter else ""
    return {**posted(entry).dict(), **of_page, "kept_step": "1"}


def send(client, url: str, data: dict[str, str]):
    """The client raises what the server did not catch."""
    with bounded("requests of the case form"):
        answer = client.post(url, data)
    assert answer.status_code < 500
    return answer


@given(data=st.data())
@tries(40)
def test_no_form_makes_a_server_error(surgeon, patient, case, data):
    urls = {
        reverse("patients:case-create", args=[patient.pk]): page_of(patient),
        reverse("patients:case-edit", args=[case.pk]): page_of(patient, case),
        reverse("patients:entry-keep", args=[patient.pk]): page_of(patient, case),
        reverse("treatments:case-preview", args=[patient.pk]): page_of(patient),
        reverse("patients:case-start"): {},
        reverse("patients:patient-edit", args=[patient.pk]): {},
        reverse("patients:emergency-access"): {},
        reverse("patients:worklist"): {},
    }
    url = data.draw(st.sampled_from(sorted(urls)))
    sent = urls[url] or dict.fromkeys(OF_A_PERSON, "")
    names = st.sampled_from(sorted(sent))
    hostile = st.dictionaries(names, sendable, min_size=1, max_size=8)
    with undone():
        send(surgeon, url, {**sent, **data.draw(hostile)})


OF_A_PERSON = (
    *("team", "identifier", "family_name", "given_name", "birth_date", "sex"),
    *("revision", "loaded", "find", "q", "state", "reason"),
)


@given(wanted=sendable)
@tries(20)
def test_no_address_of_a_page_makes_a_server_error(surgeon, patient, case, wanted):
    for url in (
        reverse("patients:case-create", args=[patient.pk]),
        reverse("patients:case-edit", args=[case.pk]),
        reverse("patients:worklist"),
    ):
        with undone(), bounded("addresses"):
            answer = surgeon.get(url, {"continue": wanted, "page": wanted})
        assert answer.status_code < 500


has_pages = precondition(lambda self: self.pages)
has_cases = precondition(lambda self: Encounter.objects.exists())
has_kept = precondition(lambda self: UnsavedEntry.objects.exists())


class Editing(RuleBasedStateMachine):
    """One patient, any number of open pages, each saved, kept or left at any time.

    `accepted` holds what the server said it had saved: by case, the note of its newest
    version. A test gives the class its `client` and `patient`.
    """

    client: Client
    patient: Patient

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.pages: list[tuple[str, dict[str, str]]] = []
        self.accepted: dict[uuid.UUID, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def page(self, data) -> tuple[str, dict[str, str]]:
        return self.pages[data.draw(st.integers(0, len(self.pages) - 1))]

    def one_of(self, data, rows):
        return data.draw(st.sampled_from(list(rows)))

    @initialize()
    def begins(self) -> None:
        self.opens_a_new_case()

    @rule()
    def opens_a_new_case(self) -> None:
        url = reverse("patients:case-create", args=[self.patient.pk])
        self.pages.append((url, page_of(self.patient)))

    @has_cases
    @rule(data=st.data())
    def opens_a_case(self, data) -> None:
        cases = Encounter.objects.with_findings().order_by("created_at")
        case = self.one_of(data, cases)
        url = reverse("patients:case-edit", args=[case.pk])
        self.pages.append((url, page_of(self.patient, case)))

    @has_pages
    @rule(data=st.data(), typed=st.one_of(changes, sensible, sensible))
    def types(self, data, typed) -> None:
        self.page(data)[1].update(typed)

    @has_pages
    @rule(data=st.data(), typed=sensible, step=st.integers(1, 3).map(str))
    def keeps(self, data, typed, step) -> None:
        page = {**self.page(data)[1], **typed, "kept_step": step}
        url = reverse("patients:entry-keep", args=[self.patient.pk])
        send(self.client, url, page)

    @has_pages
    @rule(data=st.data(), then=st.sampled_from(["stay", "evaluate"]))
    def saves(self, data, then) -> None:
        url, page = self.page(data)
        answer = send(self.client, url, {**page, "then": then})
        if answer.status_code not in {302, 307}:
            return
        saved = Encounter.objects.get(pk=answer.url.split("/")[2])
        assert saved.note.split() == page.get("note", "").split()
        self.accepted[saved.case_uid] = saved.note
        if answer.status_code == 307:
            send(self.client, answer.url, {})

    @has_kept
    @rule(data=st.data())
    def continues(self, data) -> None:
        entry = self.one_of(data, UnsavedEntry.objects.order_by("pk"))
        answer = self.client.get(entry.get_absolute_url())
        assert answer.status_code in {200, 302}
        if answer.status_code == 200 and answer.context["entry"].continued:
            shown = answer.context["entry"]
            self.pages.append((shown.action, shown.data.dict()))

    @has_kept
    @rule(data=st.data())
    def discards(self, data) -> None:
        entry = self.one_of(data, UnsavedEntry.objects.order_by("pk"))
        where = [self.patient.pk, entry.pk]
        url = reverse("patients:entry-discard", args=where)
        send(self.client, url, {"then": "form"})

    @has_cases
    @rule(data=st.data(), reason=sendable)
    def marks_as_entered_in_error(self, data, reason) -> None:
        case = self.one_of(data, Encounter.objects.order_by("created_at"))
        url = reverse("patients:case-entered-in-error", args=[case.pk])
        send(self.client, url, {"reason": reason})

    @invariant()
    def every_case_has_one_version_that_stands(self) -> None:
        standing = list(Encounter.objects.current().values_list("case_uid", flat=True))
        assert sorted(standing) == sorted(
            set(Encounter.objects.values_list("case_uid", flat=True))
        )

    @invariant()
    def what_was_accepted_is_there(self) -> None:
        stored = dict(Encounter.objects.current().values_list("case_uid", "note"))
        for case_uid, note in self.accepted.items():
            assert stored[case_uid] == note


def test_whatever_is_opened_kept_saved_and_left_what_was_accepted_is_there(
    surgeon, patient
):
    machine = type("Now", (Editing,), {"client": surgeon, "patient": patient})
    steps = settings(tries(4), stateful_step_count=15)
    run_state_machine_as_test(machine, settings=steps)
