"""The case form: three answers, ranges at the field, warnings, nothing lost."""

import json
from datetime import date

import pytest
from crispy_forms.utils import render_crispy_form

from patients.choices import Level
from patients.facts import CASE_FACTS, DISC_FACTS
from patients.forms import CaseEntry, PatientForm
from patients.models import Patient, today
from patients.services.cases import case_update
from spine_cds.audit.models import Event
from tests.patients.cases import findings, posted, sent

pytestmark = pytest.mark.django_db


def html(entry: CaseEntry) -> str:
    return render_crispy_form(entry.form)


def test_a_page_sent_as_it_was_opened_changes_nothing(case):
    entry = sent(case)
    assert entry.is_valid(), entry.errors
    assert entry.data_for_service() == findings()


def test_every_fact_can_be_entered(patient):
    page = html(CaseEntry(None, patient=patient))
    for name in CASE_FACTS:
        assert (f'name="{name}"' in page) == (name != "age_years")
    assert "born 1983-05-04" in page, "the age follows from it"
    for level in Level.values:
        for name in DISC_FACTS:
            assert f'name="{level}-{name}"' in page


def test_the_image_is_asked_for_first_of_its_section(patient):
    page = html(CaseEntry(None, patient=patient))
    section = page[page.index('id="section-imaging"') :]
    first = " ".join(section[section.index("<fieldset") :].split())
    assert first.startswith('<fieldset class="question" id="id_imaging_status"')
    assert "Is there an image?" in first[:300]
    assert "No image yet: nothing about discs is asked." in section
    assert page.count("question-of-image") == 4


@pytest.mark.parametrize(
    ("answer", "known"), [("yes", True), ("no", False), ("", None)]
)
def test_yes_no_and_not_known_are_three_answers(case, answer, known):
    entry = sent(case, bladder_dysfunction=answer)
    assert entry.is_valid()
    assert entry.data_for_service().facts.get("bladder_dysfunction") is known


def test_a_new_case_implies_nothing(patient):
    entry = CaseEntry(None, patient=patient)
    assert entry.stored.facts == {}
    assert entry.stored.discs == {}
    new = CaseEntry(posted(entry), patient=patient)
    assert new.is_valid()
    assert new.data_for_service().facts == {}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("leg_pain_nrs", "11", "Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", "-1", "Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", "six", "Enter a whole number. Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", "6.5", "Enter a whole number. Allowed: 0 to 10 NRS."),
        ("pain_pattern", "odd", "Allowed: Radicular, Discogenic, Claudicant, Mixed."),
        ("first_episode", "maybe", "Allowed: yes, no or not known."),
        ("weakest_mrc_grade", "6", "Allowed: 0 to 5 MRC."),
        ("L5-S1-translation_mm", "20.5", "Allowed: 0 to 20 mm."),
        ("L5-S1-translation_mm", "NaN", "Enter a number. Allowed: 0 to 20 mm."),
        ("L5-S1-translation_mm", "1.234", "Two decimal places at most."),
        ("occurred_on", "2999-01-01", "The encounter cannot be in the future."),
        ("occurred_on", "1980-01-01", "Before the birth date (1983-05-04)."),
        ("occurred_on", "", "Enter the date of the encounter."),
        ("responsible_level", "L6", None),
        ("revision", "", "This page is incomplete. Open the case again."),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(case, name, value, text):
    entry = sent(case, **{name: value})
    assert not entry.is_valid()
    assert list(entry.errors) == [name]
    assert text is None or entry.errors[name] == text


def test_all_refusals_come_at_once_and_nothing_typed_is_lost(case):
    typed = {
        "leg_pain_nrs": "eleven",
        "note": "As typed.",
        "L3-4-rotation_deg": "99",
        "L3-4-zone": "central",
    }
    entry = sent(case, **typed)
    assert set(entry.errors) == {"leg_pain_nrs", "L3-4-rotation_deg"}
    page = html(entry)
    assert 'value="eleven"' in page
    assert 'value="99"' in page
    assert "As typed." in page
    assert 'id="id_L3-4-zone_central" checked' in page
    assert 'href="#id_L3-4-rotation_deg"' in page


def test_what_was_typed_is_text_and_never_markup(case):
    page = html(sent(case, leg_pain_nrs='"><b>x', note="</textarea><b>x"))
    assert "<b>x" not in page


def test_a_decimal_comma_is_a_decimal_point(case):
    entry = sent(case, **{"L5-S1-translation_mm": "3,5"})
    assert entry.is_valid()
    assert entry.data_for_service().discs["L5-S1"]["translation_mm"] == 3.5


def test_a_soft_warning_stands_at_its_field_and_does_not_block(case):
    entry = sent(case, symptom_duration_weeks="600")
    assert entry.is_valid()
    assert list(entry.soft_warnings) == ["symptom_duration_weeks"]
    assert "Is that what you meant?" in html(entry)


def test_an_age_that_is_sent_counts_for_nothing_beside_a_birth_date(case):
    entry = sent(case, age_years="30")
    assert entry.is_valid()
    assert "age_years" not in entry.data_for_service().facts
    assert "43 years on 2026-11-20, born 1983-05-04" in html(entry)


@pytest.mark.parametrize("born", [date(1906, 1, 1), date(2020, 1, 1), today()])
def test_a_draft_is_saved_whatever_the_birth_date(case, born):
    Patient.objects.filter(pk=case.patient_id).update(birth_date=born)
    case.patient.refresh_from_db()
    entry = sent(case, occurred_on=today().isoformat())
    assert entry.is_valid(), entry.errors
    assert "the rules are for 8 to 110 years" in html(entry)


def test_a_refused_answer_elsewhere_hides_no_warning(case):
    entry = sent(case, symptom_duration_weeks="600", leg_pain_nrs="eleven")
    assert list(entry.errors) == ["leg_pain_nrs"]
    assert list(entry.soft_warnings) == ["symptom_duration_weeks"]


def test_a_draft_shows_its_warnings_again(case, dr_surgeon):
    data = findings(facts={"post_void_residual_ml": 1900})
    saved = case_update(encounter=case, actor=dr_surgeon, data=data, revision=0)
    assert list(CaseEntry(None, saved).soft_warnings) == ["post_void_residual_ml"]


def test_a_man_is_not_asked_about_pregnancy_and_nothing_is_answered(case):
    Patient.objects.filter(pk=case.patient_id).update(sex="male")
    case.patient.refresh_from_db()
    assert 'name="pregnant"' not in html(CaseEntry(None, case))
    entry = sent(case)
    assert entry.is_valid()
    assert "pregnant" not in entry.data_for_service().facts


@pytest.mark.parametrize(("answer", "known"), [("yes", True), ("no", False)])
def test_an_answer_outlives_a_corrected_sex_and_is_shown_to_be_taken_back(
    case, dr_surgeon, answer, known
):
    saved = case_update(
        encounter=case,
        actor=dr_surgeon,
        data=sent(case, pregnant=answer).data_for_service(),
        revision=0,
    )
    saved.patient.sex = "male"
    page = html(CaseEntry(None, saved))
    assert f'id="id_pregnant_{answer}" checked' in page
    entry = sent(saved)
    assert entry.data_for_service().facts["pregnant"] is known
    assert ("pregnant" in entry.soft_warnings) == known
    assert "pregnant" not in sent(saved, pregnant="").data_for_service().facts


@pytest.mark.parametrize(
    ("age", "answer", "known"),
    [
        (55, "", None),
        (56, "", None),
        (56, "yes", True),
        (90, "no", False),
    ],
)
def test_pregnancy_past_its_age_is_what_was_said_and_nothing_else(
    case, age, answer, known
):
    case.patient.birth_date = date(2026 - age, 1, 1)
    entry = sent(case, pregnant=answer)
    assert entry.is_valid()
    assert entry.data_for_service().facts.get("pregnant") is known


def test_what_was_asked_together_is_kept_as_long_as_it_stands(case, dr_surgeon):
    names = (
        "bowel_dysfunction,saddle_anaesthesia,significant_trauma,nonsense,odi_percent"
    )
    entry = sent(
        case, bowel_dysfunction="no", significant_trauma="yes", asked_together=names
    )
    data = entry.data_for_service()
    assert data.asked_together == {"bowel_dysfunction", "saddle_anaesthesia"}
    saved = case_update(encounter=case, actor=dr_surgeon, data=data, revision=0)
    assert saved.asked_together == ["bowel_dysfunction", "saddle_anaesthesia"]
    again = CaseEntry(None, saved)
    assert 'value="bowel_dysfunction,saddle_anaesthesia"' in html(again)
    (event,) = Event.objects.filter(action="case.update")
    assert event.detail["asked_together"] == saved.asked_together
    taken_back = sent(saved, bowel_dysfunction="")
    assert taken_back.data_for_service().asked_together == {"saddle_anaesthesia"}


def test_the_drawn_spine_opens_the_disc_that_is_responsible(case):
    page = html(CaseEntry(None, case))
    assert 'id="show-L5-S1" checked' in page
    assert "✓ 4/22" in page


def test_the_drawn_spine_opens_the_disc_with_an_error(case):
    page = html(sent(case, **{"L1-2-rotation_deg": "99"}))
    assert 'id="show-L1-2" checked' in page
    assert 'id="show-L5-S1" checked' not in page


def test_completeness_counts_answers(case):
    page = html(CaseEntry(None, case))
    assert "<span data-answered>4</span>/<span data-total>12</span>" in page
    assert "<span data-answered>2</span>/5" in page  # discs


def saved_by_another(case, user, **changes: str):
    """Another user saves answers to the same draft; gives what is stored then."""
    entry = sent(case, **changes)
    assert entry.is_valid()
    return case_update(
        encounter=case, actor=user, data=entry.data_for_service(), revision=0
    )


def test_a_conflict_keeps_what_was_typed_and_shows_both(case, dr_surgeon):
    mine = sent(case, leg_pain_nrs="6")
    assert mine.is_valid()
    current = saved_by_another(case, dr_surgeon, leg_pain_nrs="9")
    entry = mine.against(current)
    (difference,) = entry.differences
    assert (difference.label, difference.mine, difference.theirs) == (
        "Leg pain (NRS)",
        "6 NRS",
        "9 NRS",
    )
    assert entry.form.data["leg_pain_nrs"] == "6"
    assert entry.untouched == frozenset()
    assert entry.is_valid()
    assert entry.revision == current.revision


def test_a_stale_answer_is_not_proposed_over_a_new_one(case, dr_surgeon):
    """The saddle was fine when this page was opened; a colleague found it is not."""
    mine = sent(case, leg_pain_nrs="6")
    assert mine.is_valid()
    current = saved_by_another(case, dr_surgeon, saddle_anaesthesia="yes")
    entry = mine.against(current)
    assert entry.untouched == {"saddle_anaesthesia"}
    assert 'value="saddle_anaesthesia" checked' in html(entry)
    assert 'value="leg_pain_nrs" checked' not in html(entry)


def test_fields_chosen_as_theirs_are_saved_as_stored(case, dr_surgeon):
    current = saved_by_another(
        case, dr_surgeon, leg_pain_nrs="9", **{"L5-S1-zone": "central"}
    )
    data = posted(CaseEntry(None, current), leg_pain_nrs="6", note="mine")
    data["L5-S1-zone"] = "foraminal"
    data.setlist("take_theirs", ["leg_pain_nrs", "L5-S1-zone"])
    entry = CaseEntry(data, current)
    assert entry.is_valid()
    chosen = entry.data_for_service()
    assert chosen.facts["leg_pain_nrs"] == 9
    assert chosen.discs["L5-S1"]["zone"] == "central"
    assert chosen.note == "mine"


@pytest.mark.parametrize("loaded", ["", "{", "[1]", json.dumps({"x": 1})])
def test_a_damaged_memory_of_the_page_proposes_nothing(case, dr_surgeon, loaded):
    mine = sent(case, leg_pain_nrs="6", loaded=loaded)
    assert mine.is_valid()
    current = saved_by_another(case, dr_surgeon, leg_pain_nrs="9")
    assert mine.against(current).untouched == frozenset()


def test_a_user_of_one_team_is_not_asked_for_it(dr_surgeon, team, other_team):
    assert PatientForm(dr_surgeon).fields["team"].widget.is_hidden
    dr_surgeon.teams.add(other_team)
    assert not PatientForm(dr_surgeon).fields["team"].widget.is_hidden


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, set()),
        ({"birth_date": "2999-01-01"}, {"birth_date"}),
        ({"birth_date": "1800-01-01"}, {"birth_date"}),
        ({"birth_date": "04.05.1983"}, {"birth_date"}),
        ({"identifier": " "}, {"identifier"}),
        ({"family_name": ""}, {"family_name"}),
        ({"sex": "x"}, {"sex"}),
        ({"identifier": "H-1001"}, {"__all__"}),
    ],
)
def test_a_patient_is_checked_before_it_is_entered(patient, team, changes, refused):
    data = {
        "team": team.pk,
        "identifier": "H-2",
        "family_name": "Lee",
        "birth_date": "1990-01-01",
    }
    form = PatientForm(patient.created_by, data | changes)
    assert set(form.errors) == refused


def test_a_patient_cannot_be_put_into_a_team_of_others(dr_surgeon, other_team):
    data = {
        "team": other_team.pk,
        "identifier": "H-2",
        "family_name": "Lee",
        "birth_date": date(1990, 1, 1),
    }
    assert set(PatientForm(dr_surgeon, data).errors) == {"team"}
