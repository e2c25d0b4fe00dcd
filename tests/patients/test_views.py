"""The pages: who may do what, what is recorded, and where a form leads."""

import uuid

import pytest
from django.urls import reverse

from patients.findings import CaseFindings
from patients.forms import CaseEntry
from patients.models import Encounter, Patient, UnsavedEntry
from patients.services.autosave import entry_keep
from patients.services.cases import (
    case_advance,
    case_create,
    case_evaluated,
    case_update,
)
from spine_cds.audit.models import Event
from tests.patients.cases import findings, posted, sent

pytestmark = pytest.mark.django_db
WORKLIST = reverse("patients:worklist")


def edit_url(encounter) -> str:
    return reverse("patients:case-edit", args=[encounter.pk])


def answers(encounter, **changes: str) -> dict[str, str]:
    return sent(encounter, **changes).data.dict()


def actions() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("action", flat=True))


# --- Worklist ---------------------------------------------------------------------


@pytest.fixture
def many(patient, dr_surgeon):
    for _ in range(51):
        case_create(patient=patient, actor=dr_surgeon, data=findings(discs={}))


def test_the_worklist_shows_fifty_in_at_most_nine_queries(
    many, dr_surgeon, sign_in, django_assert_max_num_queries
):
    client = sign_in(dr_surgeon)
    client.get(WORKLIST)
    # Two chain the audit line, one looks for entries that were not saved.
    with django_assert_max_num_queries(9):
        page = client.get(WORKLIST)
    assert page.content.decode().count("<tr>") == 50 + 1
    second = client.get(WORKLIST, {"page": 2}).content.decode()
    assert second.count("<tr>") == 1 + 1


def test_the_worklist_shows_who_where_and_when(case, dr_resident, sign_in):
    page = sign_in(dr_resident).get(WORKLIST).content.decode()
    for text in ("Müller, Ana", "H-1001", "43, female", "L5-S1", "Draft", "Sam Ode"):
        assert text in page
    assert "New case</a>" not in page


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("emergency", "Emergency"),
        ("diagnose_first", "Diagnose first"),
        ("urgent", "Urgent"),
    ],
)
def test_what_must_not_wait_is_told_on_the_worklist_and_the_patients_page(
    case, dr_surgeon, sign_in, flag, words
):
    badge = f'<span class="case-triage case-triage-{flag}">{words}</span>'
    client = sign_in(dr_surgeon)
    pages = WORKLIST, case.patient.get_absolute_url()
    assert all("case-triage" not in client.get(page).text for page in pages)
    case_evaluated(encounter=case, actor=dr_surgeon, triage_flag=flag)
    assert all(badge in client.get(page).text for page in pages)


def test_reading_the_worklist_is_recorded(case, dr_surgeon, sign_in):
    sign_in(dr_surgeon).get(WORKLIST)
    assert Event.objects.get(action="worklist.read").detail == {"cases": 1}


def test_a_search_stays_out_of_urls_and_is_remembered(case, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    answer = client.post(WORKLIST, {"q": "nobody", "state": ""})
    assert (answer.status_code, answer.url) == (302, WORKLIST)
    assert "No case matches" in client.get(WORKLIST).content.decode()
    client.post(WORKLIST, {"q": "müll"})
    assert "Müller" in client.get(WORKLIST).content.decode()


def test_a_search_is_of_ones_own_session(case, dr_surgeon, dr_resident, client):
    client.force_login(dr_surgeon)
    client.post(WORKLIST, {"q": "nobody"})
    client.force_login(dr_resident)
    assert "Müller" in client.get(WORKLIST).content.decode()


def test_htmx_gets_the_list_alone(case, dr_surgeon, sign_in):
    answer = sign_in(dr_surgeon).post(
        WORKLIST, {"q": "ana"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert "Müller" in page
    assert "<html" not in page


def test_the_worklist_is_filtered_by_state(evaluated, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    client.post(WORKLIST, {"state": "draft"})
    assert "No case matches" in client.get(WORKLIST).content.decode()
    client.post(WORKLIST, {"state": "evaluated"})
    assert "Müller" in client.get(WORKLIST).content.decode()


def test_an_unknown_state_filters_nothing(case, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    client.post(WORKLIST, {"state": "superseded"})
    assert "Müller" in client.get(WORKLIST).content.decode()


def test_an_empty_worklist_says_what_to_do(dr_surgeon, sign_in):
    page = sign_in(dr_surgeon).get(WORKLIST).content.decode()
    assert "No cases yet" in page


def test_others_see_nothing_of_the_team(case, stranger, admin, client):
    client.force_login(stranger)
    assert "Müller" not in client.get(WORKLIST).content.decode()
    client.force_login(admin)
    assert client.get(WORKLIST).url == reverse("treatments:ruleset-list")


# --- Patients ---------------------------------------------------------------------

START = reverse("patients:case-start")


def test_a_known_patient_is_found_for_a_new_case(patient, dr_surgeon, sign_in):
    page = sign_in(dr_surgeon).post(START, {"find": "ana"}).content.decode()
    assert reverse("patients:case-create", args=[patient.pk]) in page
    found = Event.objects.get(action="patient.search").detail
    assert found == {"patients": [str(patient.pk)]}


def test_a_patient_of_another_team_is_not_found(patient, stranger, sign_in):
    page = sign_in(stranger).post(START, {"find": "ana"}).content.decode()
    assert "No patient of your team matches" in page
    assert "Müller" not in page


def test_a_new_patient_leads_to_the_case_form(dr_surgeon, team, sign_in):
    answer = sign_in(dr_surgeon).post(
        START,
        {
            "team": team.pk,
            "identifier": "H-2",
            "family_name": "Lee",
            "birth_date": "1990-01-01",
            "sex": "male",
        },
    )
    patient = Patient.objects.get()
    assert answer.url == reverse("patients:case-create", args=[patient.pk])
    assert actions() == ["patient.create"]


def test_a_refused_patient_keeps_what_was_typed(dr_surgeon, team, sign_in):
    page = sign_in(dr_surgeon).post(
        START, {"team": team.pk, "family_name": "Lee", "birth_date": "never"}
    )
    assert 'value="Lee"' in page.content.decode()
    assert not Patient.objects.exists()


def test_the_patient_page_shows_every_version(evaluated, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    client.post(edit_url(evaluated), answers(evaluated, note="corrected"))
    page = client.get(evaluated.patient.get_absolute_url()).content.decode()
    assert "Version 2" in page
    assert "Superseded" in page
    assert "patient.read" in actions()


def test_a_patients_details_can_be_corrected(patient, dr_surgeon, team, sign_in):
    url = reverse("patients:patient-edit", args=[patient.pk])
    sign_in(dr_surgeon).post(
        url,
        {
            "revision": patient.revision,
            "team": team.pk,
            "identifier": "H-1001",
            "family_name": "Möller",
            "given_name": "Ana",
            "birth_date": "1983-05-04",
            "sex": "female",
        },
    )
    patient.refresh_from_db()
    assert patient.family_name == "Möller"
    event = Event.objects.get(action="patient.update")
    assert event.detail == {"changed": ["family_name"]}


# --- Entering a case --------------------------------------------------------------


def a_new_case(patient, **changes: str) -> dict[str, str]:
    return posted(CaseEntry(None, patient=patient), **changes).dict()


def test_a_new_case_is_saved_as_a_draft_with_any_gap(patient, dr_surgeon, sign_in):
    url = reverse("patients:case-create", args=[patient.pk])
    answer = sign_in(dr_surgeon).post(url, a_new_case(patient, leg_pain_nrs="7"))
    case = Encounter.objects.get()
    assert answer.url == edit_url(case)
    assert (case.state, case.leg_pain_nrs, case.back_pain_nrs) == ("draft", 7, None)


def test_a_new_case_sent_twice_is_one_case(patient, dr_surgeon, sign_in):
    url = reverse("patients:case-create", args=[patient.pk])
    client, data = sign_in(dr_surgeon), a_new_case(patient, leg_pain_nrs="7")
    first, second = (client.post(url, data) for _ in range(2))
    assert first.url == second.url
    assert Encounter.objects.count() == 1


def test_saved_gone_back_to_and_saved_again_is_one_draft(patient, dr_surgeon, sign_in):
    """The browser may show the page as it was, or ask for it anew."""
    url = reverse("patients:case-create", args=[patient.pk])
    client, data = sign_in(dr_surgeon), a_new_case(patient, leg_pain_nrs="7")
    client.post(url, data)
    draft = Encounter.objects.get()
    assert client.post(url, data | {"leg_pain_nrs": "8"}).url == edit_url(draft)
    assert Encounter.objects.get().leg_pain_nrs == 8
    page = client.get(url).content.decode()
    assert edit_url(draft) in page
    assert 'id="case-form"' not in page


def test_a_draft_that_another_changed_since_is_shown_beside_ones_own(
    patient, dr_surgeon, sign_in
):
    url = reverse("patients:case-create", args=[patient.pk])
    client, data = sign_in(dr_surgeon), a_new_case(patient, leg_pain_nrs="7")
    client.post(url, data)
    draft = Encounter.objects.get()
    client.post(edit_url(draft), answers(draft, leg_pain_nrs="9"))
    page = client.post(url, data | {"leg_pain_nrs": "8"}).content.decode()
    assert "saved this case while you were editing" in page
    assert f'action="{edit_url(draft)}"' in page
    assert Encounter.objects.get().leg_pain_nrs == 9


def test_of_two_windows_the_second_makes_another_case_knowingly(
    patient, dr_surgeon, sign_in
):
    url = reverse("patients:case-create", args=[patient.pk])
    client = sign_in(dr_surgeon)
    client.get(url)
    first, second = (a_new_case(patient, leg_pain_nrs=n) for n in "78")
    client.post(url, first)
    draft = Encounter.objects.get()
    page = client.post(url, second).content.decode()
    assert f'<a href="{edit_url(draft)}">Continue that draft</a>' in page
    assert 'value="8"' in page, "what was typed stands in the form"
    assert Encounter.objects.get() == draft
    client.post(url, second)
    assert patient.encounters.count() == 2


@pytest.mark.parametrize("what", ["draft", "entries"])
def test_what_is_open_of_a_patient_is_offered_before_a_new_case(
    patient, dr_surgeon, sign_in, what
):
    url = reverse("patients:case-create", args=[patient.pk])
    client = sign_in(dr_surgeon)
    if what == "draft":
        client.post(url, a_new_case(patient, leg_pain_nrs="7"))
        going_on = edit_url(Encounter.objects.get())
    else:
        entry = keeps(patient, dr_surgeon, leg_pain_nrs="7")
        going_on = entry.get_absolute_url()
    page = client.get(url).content.decode()
    assert f'href="{going_on}"' in page
    assert 'id="case-form"' not in page
    assert page.index(going_on) < page.index("Start another case")
    assert b'id="case-form"' in client.get(f"{url}?another=yes").content


def test_without_anything_open_a_new_case_begins_at_once(case, dr_surgeon, sign_in):
    """What was evaluated is not open, nor are entries of another case."""
    case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    keeps(case.patient, dr_surgeon, case, leg_pain_nrs="7")
    url = reverse("patients:case-create", args=[case.patient_id])
    assert b'id="case-form"' in sign_in(dr_surgeon).get(url).content


def test_the_patient_s_page_says_that_entries_are_kept(
    patient, dr_surgeon, dr_resident, sign_in
):
    client = sign_in(dr_surgeon)
    assert b"No case yet" in client.get(patient.get_absolute_url()).content
    entry = keeps(patient, dr_surgeon, leg_pain_nrs="7")
    page = client.get(patient.get_absolute_url()).content.decode()
    assert "No case yet" not in page
    assert entry.get_absolute_url() in page
    discard = reverse("patients:entry-discard", args=[patient.pk, entry.pk])
    assert discard in page
    other = sign_in(dr_resident).get(patient.get_absolute_url()).content.decode()
    assert "You have entries" not in other
    answer = sign_in(dr_surgeon).post(discard, {"then": "patient"})
    assert answer.url == patient.get_absolute_url()


def keeps(patient, author, encounter=None, **typed: str) -> UnsavedEntry:
    page = uuid.uuid4()
    entry_keep(
        author=author,
        patient=patient,
        encounter=encounter,
        page=page,
        step=1,
        answers=typed,
    )
    return UnsavedEntry.objects.get(pk=page)


def test_evaluate_saves_and_posts_on(case, dr_surgeon, sign_in):
    data = answers(case, leg_pain_nrs="9") | {"then": "evaluate"}
    answer = sign_in(dr_surgeon).post(edit_url(case), data)
    assert answer.status_code == 307
    assert answer.url == reverse("treatments:case-evaluate", args=[case.pk])
    case.refresh_from_db()
    assert case.leg_pain_nrs == 9


def test_a_refused_answer_saves_nothing_and_evaluates_nothing(
    case, dr_surgeon, sign_in
):
    data = answers(case, leg_pain_nrs="11", note="typed") | {"then": "evaluate"}
    page = sign_in(dr_surgeon).post(edit_url(case), data)
    assert page.status_code == 200
    assert "Allowed: 0 to 10 NRS." in page.content.decode()
    assert "typed" in page.content.decode()
    case.refresh_from_db()
    assert case.leg_pain_nrs == 7
    assert case.revision == 0


def test_two_surgeons_with_the_same_draft(case, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    mine = answers(case, leg_pain_nrs="6")
    case_update(
        encounter=case, actor=dr_surgeon, data=findings(note="theirs"), revision=0
    )
    page = client.post(edit_url(case), mine).content.decode()
    assert "saved this case while you were editing" in page
    assert 'value="6"' in page
    assert Encounter.objects.get().leg_pain_nrs == 7

    knowingly = mine | {"revision": "1", "take_theirs": "note"}
    client.post(edit_url(case), knowingly)
    stored = Encounter.objects.get()
    assert (stored.leg_pain_nrs, stored.note) == (6, "theirs")


def test_correcting_an_evaluated_case_makes_the_next_version(
    evaluated, dr_surgeon, sign_in
):
    client = sign_in(dr_surgeon)
    page = client.get(edit_url(evaluated)).content.decode()
    assert "saved as version 2" in page
    answer = client.post(edit_url(evaluated), answers(evaluated, note="corrected"))
    new = Encounter.objects.current().get()
    assert answer.url == edit_url(new)
    assert (new.version, new.note) == (2, "corrected")
    evaluated.refresh_from_db()
    assert CaseFindings.of(evaluated) == findings()


def test_a_superseded_version_is_not_edited(evaluated, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    client.post(edit_url(evaluated), answers(evaluated, note="corrected"))
    assert client.get(edit_url(evaluated)).url == evaluated.patient.get_absolute_url()
    late = client.post(edit_url(evaluated), answers(evaluated, note="late"))
    assert "saved this case while you were editing" in late.content.decode()
    assert Encounter.objects.count() == 2


def test_opening_a_case_is_recorded(case, dr_surgeon, sign_in):
    sign_in(dr_surgeon).get(edit_url(case))
    event = Event.objects.get(action="case.read")
    assert (event.patient_id, event.case_uid) == (
        str(case.patient_id),
        str(case.case_uid),
    )


def test_the_case_form_takes_at_most_ten_queries(
    case, dr_surgeon, sign_in, django_assert_max_num_queries
):
    client = sign_in(dr_surgeon)
    client.get(edit_url(case))
    with django_assert_max_num_queries(10):
        client.get(edit_url(case))


def test_entered_in_error_asks_for_a_reason_first(case, dr_surgeon, sign_in):
    client = sign_in(dr_surgeon)
    url = reverse("patients:case-entered-in-error", args=[case.pk])
    client.post(url, {"reason": " "})
    case.refresh_from_db()
    assert case.state == "draft"
    client.post(url, {"reason": "Other patient."})
    case.refresh_from_db()
    assert (case.state, case.error_reason) == ("entered_in_error", "Other patient.")
    assert "Müller" not in client.get(WORKLIST).content.decode()


def test_what_was_typed_for_a_case_marked_meanwhile_is_shown_again(
    case, dr_surgeon, sign_in
):
    client = sign_in(dr_surgeon)
    data = answers(case, note="typed in vain")
    url = reverse("patients:case-entered-in-error", args=[case.pk])
    client.post(url, {"reason": "Other patient."})
    page = client.post(edit_url(case), data).content.decode()
    assert "can no longer be changed" in page
    assert "typed in vain" in page


@pytest.mark.parametrize("name", ["case-create", "patient-edit"])
def test_an_unknown_patient_is_not_found(dr_surgeon, sign_in, name):
    url = reverse(f"patients:{name}", args=[uuid.uuid4()])
    assert sign_in(dr_surgeon).get(url).status_code == 404
