"""Entries that are in no case yet: whose they are, and what becomes of them."""

import uuid

import pytest
from django.urls import reverse

from patients.facts import SHIPPED
from patients.forms import CaseEntry
from patients.forms.autosave import kept_fields
from patients.models import Encounter, UnsavedEntry
from patients.services.cases import case_mark_entered_in_error, case_save
from patients.services.emergency import emergency_access_open
from spine_cds.audit.models import Event
from tests.patients.cases import findings, posted, sent

pytestmark = pytest.mark.django_db


def keep_url(patient) -> str:
    return reverse("patients:entry-keep", args=[patient.pk])


def page_of(patient, encounter=None, **changes: str) -> dict[str, str]:
    """What an open page sends after one change; each call is another page."""
    entry = CaseEntry(None, encounter, patient=patient)
    data = posted(entry, **changes).dict()
    of_page = ("kept_as", "continues")
    return {
        **data,
        **{name: entry.form.initial[name] for name in of_page},
        "kept_step": "1",
        "encounter": str(encounter.pk) if encounter else "",
    }


@pytest.fixture
def keep(sign_in, dr_surgeon, patient):
    """keep(encounter, leg_pain_nrs="9") -> what was sent; it is kept now."""

    def keep(encounter=None, *, by=dr_surgeon, **changes: str) -> dict[str, str]:
        data = page_of(patient, encounter, **changes)
        assert sign_in(by).post(keep_url(patient), data).status_code == 200
        return data

    return keep


def form_url(encounter, of) -> str:
    if encounter is None:
        return reverse("patients:case-create", args=[of.pk])
    return reverse("patients:case-edit", args=[encounter.pk])


def test_what_was_typed_comes_back_letter_by_letter(patient, client, keep):
    keep(leg_pain_nrs="x7", note=" <b>Night</b> shifts\n")
    page = client.get(UnsavedEntry.objects.get().get_absolute_url())
    form = page.context["entry"].form
    assert form.data["leg_pain_nrs"] == "x7"
    assert form.data["note"] == " <b>Night</b> shifts\n"
    assert "These are your entries from" in page.content.decode()


def test_every_question_of_the_form_is_kept(patient):
    asked = posted(CaseEntry(None, patient=patient)).keys()
    assert set(asked) - {"take_theirs"} <= set(kept_fields(SHIPPED))


def test_an_older_step_never_takes_the_place_of_a_newer_one(patient, client, keep):
    data = keep(leg_pain_nrs="9")
    for step, answer in (("5", "5"), ("3", "3"), ("5", "6")):
        sent_now = data | {"kept_step": step, "leg_pain_nrs": answer}
        assert client.post(keep_url(patient), sent_now).status_code == 200
    kept = UnsavedEntry.objects.get()
    assert (kept.step, kept.answers["leg_pain_nrs"]) == (5, "5")


def test_a_page_without_a_change_keeps_nothing(patient, dr_surgeon, sign_in):
    data = page_of(patient) | {"kept_step": "0"}
    assert sign_in(dr_surgeon).post(keep_url(patient), data).status_code == 200
    assert not UnsavedEntry.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"kept_as": "no id"},
        {"kept_as": ""},
        {"kept_step": "-1"},
        {"kept_step": "99999999999999999999"},
        {"kept_step": "x"},
        {"continues": "no id"},
        {"encounter": "no id"},
    ],
)
def test_a_page_that_makes_no_sense_is_refused(patient, dr_surgeon, sign_in, changes):
    answer = sign_in(dr_surgeon).post(keep_url(patient), page_of(patient) | changes)
    assert answer.status_code == 400
    assert not UnsavedEntry.objects.exists()


def test_a_nul_is_dropped_and_breaks_nothing(keep):
    keep(note="be\0fore")
    assert UnsavedEntry.objects.get().answers["note"] == "before"


def test_the_id_of_anothers_page_gives_nothing_away(
    patient, dr_surgeon, stranger, team, client, keep
):
    data = keep(leg_pain_nrs="9")
    stranger.teams.add(team)
    client.force_login(stranger)
    answer = client.post(keep_url(patient), data | {"kept_step": "2", "note": "mine"})
    assert answer.status_code == 409
    assert "note" not in UnsavedEntry.objects.get().answers
    taken_over = page_of(patient) | {"continues": data["kept_as"]}
    client.post(keep_url(patient), taken_over)
    assert UnsavedEntry.objects.filter(author=dr_surgeon).count() == 1


def test_entries_are_their_authors_alone(patient, stranger, team, client, keep):
    keep(leg_pain_nrs="9")
    entry = UnsavedEntry.objects.get()
    stranger.teams.add(team)
    client.force_login(stranger)
    for url in (reverse("patients:worklist"), form_url(None, patient)):
        assert "You have entries from" not in client.get(url).content.decode()
    page = client.get(entry.get_absolute_url())
    assert page.context["entry"].continued is None
    client.post(reverse("patients:entry-discard", args=[patient.pk, entry.pk]))
    assert UnsavedEntry.objects.filter(pk=entry.pk).exists()


def test_the_case_of_another_patient_is_not_found(
    patient, case, stranger, other_team, sign_in, dr_surgeon
):
    data = page_of(patient, case) | {"encounter": str(uuid.uuid4())}
    assert sign_in(dr_surgeon).post(keep_url(patient), data).status_code == 404


def test_saving_a_new_case_ends_its_entries(patient, client, keep):
    data = keep(leg_pain_nrs="9")
    client.post(form_url(None, patient), data)
    assert Encounter.objects.get().leg_pain_nrs == 9
    assert not UnsavedEntry.objects.exists()


def test_entries_of_another_page_stay_when_one_is_saved(patient, client, keep):
    keep(leg_pain_nrs="9")
    data = keep(leg_pain_nrs="4")
    client.post(form_url(None, patient), data)
    assert UnsavedEntry.objects.get().answers["leg_pain_nrs"] == "9"


def test_what_is_refused_stays_kept(patient, client, keep):
    data = keep(leg_pain_nrs="99")
    assert client.post(form_url(None, patient), data).status_code == 200
    assert UnsavedEntry.objects.get().answers["leg_pain_nrs"] == "99"


def test_continuing_on_a_new_page_takes_the_old_one_over(patient, client, keep):
    first = keep(leg_pain_nrs="9")
    page = client.get(UnsavedEntry.objects.get().get_absolute_url())
    data = page.context["entry"].data.dict() | {"kept_step": "1", "note": "more"}
    assert data["kept_as"] != first["kept_as"]
    client.post(keep_url(patient), data)
    kept = UnsavedEntry.objects.get()
    assert (kept.answers["leg_pain_nrs"], kept.answers["note"]) == ("9", "more")
    again = client.get(f"{form_url(None, patient)}?continue={first['kept_as']}")
    assert "You have entries from" in again.content.decode(), "an old address is fine"


def test_entries_of_a_draft_that_another_changed_are_shown_beside_theirs(
    case, dr_surgeon, client, keep
):
    keep(case, leg_pain_nrs="9")
    theirs = findings(facts={"leg_pain_nrs": 2, "back_pain_nrs": 3})
    case_save(encounter=case, actor=dr_surgeon, data=theirs, revision=0)
    page = client.get(UnsavedEntry.objects.get().get_absolute_url())
    entry = page.context["entry"]
    shown = {d.name: (d.mine, d.theirs) for d in entry.differences}
    assert shown["leg_pain_nrs"] == ("9 NRS", "2 NRS")
    assert "back_pain_nrs" in entry.untouched
    client.post(form_url(case, None), entry.data.dict() | {"take_theirs": "note"})
    assert Encounter.objects.get().leg_pain_nrs == 9
    assert not UnsavedEntry.objects.exists()


def test_entries_for_a_version_that_was_corrected_meanwhile_go_on_at_the_new_one(
    evaluated, dr_surgeon, client, keep
):
    keep(evaluated, leg_pain_nrs="9")
    entry = sent(evaluated, back_pain_nrs="1")
    newer = case_save(
        encounter=evaluated,
        actor=dr_surgeon,
        data=entry.data_for_service(),
        revision=evaluated.revision,
    )
    offered = client.get(form_url(newer, None)).content.decode()
    assert "You have entries from" in offered
    page = client.get(UnsavedEntry.objects.get().get_absolute_url())
    assert page.context["entry"].encounter == newer
    assert "leg_pain_nrs" in {d.name for d in page.context["entry"].differences}


def test_nothing_goes_on_in_a_case_that_was_taken_out_of_use(
    case, dr_surgeon, client, keep
):
    keep(case, leg_pain_nrs="9")
    case_mark_entered_in_error(encounter=case, actor=dr_surgeon, reason="Other.")
    worklist = client.get(reverse("patients:worklist")).content.decode()
    assert "You have entries from" not in worklist


def test_who_may_no_longer_see_the_patient_is_offered_nothing(
    patient, dr_surgeon, client, keep
):
    keep(leg_pain_nrs="9")
    dr_surgeon.teams.clear()
    client.force_login(dr_surgeon)
    worklist = client.get(reverse("patients:worklist")).content.decode()
    assert "You have entries from" not in worklist
    assert client.get(form_url(None, patient)).status_code == 404


def test_one_on_call_keeps_entries_too(patient, stranger, keep):
    emergency_access_open(
        user=stranger,
        identifier=patient.identifier,
        birth_date=patient.birth_date,
        reason="Sudden foot drop.",
    )
    keep(by=stranger, leg_pain_nrs="9")
    assert UnsavedEntry.objects.get().author == stranger


def test_discarding_twice_is_once(patient, client, keep):
    keep(leg_pain_nrs="9")
    entry = UnsavedEntry.objects.get()
    url = reverse("patients:entry-discard", args=[patient.pk, entry.pk])
    for _ in range(2):
        assert client.post(url, {"then": "form"}).url == form_url(None, patient)
    assert Event.objects.filter(action="case.entry_discard").count() == 1


def test_the_trail_says_that_entries_were_kept_and_not_what(patient, client, keep):
    data = keep(note="Works night shifts.")
    client.post(keep_url(patient), data | {"kept_step": "2", "note": "Or not."})
    event = Event.objects.get(action="case.entry_keep")
    assert event.patient_id == str(patient.pk)
    assert event.detail == {}
