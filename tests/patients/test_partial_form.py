"""Partial answers in the case form: asked, read, refused, kept, shown again."""

import uuid

import pytest
from crispy_forms.utils import render_crispy_form
from django.http import QueryDict
from django.urls import reverse

from patients.choices import Level
from patients.facts import CASE_FACTS, DISC_FACTS, SHIPPED
from patients.forms import CaseEntry
from patients.forms.autosave import kept_fields
from patients.models import UnsavedEntry
from patients.services.cases import case_create, case_save
from tests.patients.cases import findings, posted, sent

pytestmark = pytest.mark.django_db

FACTS = {
    "pain_pattern": {"one_of": ["radicular", "mixed"]},
    "symptom_duration_weeks": {"at_least": 13},
    "leg_pain_nrs": {"one_of": [6, 8]},
    "motor_deficit_days": {"at_least": 1, "at_most": 14},
    "weakest_mrc_grade": {"at_most": 4},
    "iliac_crest_height": {"one_of": ["mid", "high"]},
    "pregnant": False,
}
DISCS = {
    "L5-S1": {
        "herniation_type": {"one_of": ["protrusion", "extrusion", "sequestration"]},
        "slip_grade": {"at_least": 1, "at_most": 2},
        "modic_type": {"one_of": [1, 2]},
        "translation_mm": {"at_least": 3.5},
    }
}
KNOWN_IN_PART = {
    *("pain_pattern", "symptom_duration_weeks", "leg_pain_nrs", "motor_deficit_days"),
    *("weakest_mrc_grade", "iliac_crest_height", "L5-S1-herniation_type"),
    *("L5-S1-slip_grade", "L5-S1-modic_type", "L5-S1-translation_mm"),
}


def in_part(**changes):
    return findings(**{"facts": FACTS, "discs": DISCS, **changes})


@pytest.fixture
def partial(patient, dr_surgeon):
    """A draft of which much is known in part."""
    return case_create(patient=patient, actor=dr_surgeon, data=in_part())


def html(entry: CaseEntry) -> str:
    return render_crispy_form(entry.form)


def question(page: str, name: str) -> str:
    """The disclosure of one question."""
    place = page.index(f'name="{name}__')
    start = page.rindex("<details", 0, place)
    return page[start : page.index("</details>", place)]


def test_what_is_known_in_part_comes_back_as_it_was_entered(partial):
    entry = sent(partial)
    assert entry.is_valid(), entry.errors
    assert entry.data_for_service() == in_part()


@pytest.mark.parametrize(
    ("name", "fields", "answer"),
    [
        ("zone", {"one_of": "central,foraminal"}, {"one_of": ["central", "foraminal"]}),
        ("translation_mm", {"at_least": "3,5"}, {"at_least": 3.5}),
        ("canal_compromise_percent", {"at_most": "50"}, {"at_most": 50}),
        ("slip_grade", {"at_least": "4"}, {"at_least": 4}),
        ("modic_type", {"one_of": "1,2"}, {"one_of": [1, 2]}),
        ("zone", {"one_of": "central"}, "central"),
        ("zone", {"one_of": "central,central"}, "central"),
        ("zone", {"one_of": ",".join(DISC_FACTS["zone"].values)}, None),
        ("slip_grade", {"at_least": "1", "at_most": "1"}, 1),
        ("slip_grade", {"at_least": "0", "at_most": "5"}, None),
        ("zone", {"one_of": " "}, None),
        ("slip_grade", {"at_most": " "}, None),
    ],
)
def test_a_partial_answer_of_a_disc_is_read(case, name, fields, answer):
    data = posted(CaseEntry(None, case))
    for part, text in fields.items():
        texts = text.split(",") if part == "one_of" else [text]
        data.setlist(f"L4-5-{name}__{part}", texts)
    entry = CaseEntry(data, case)
    assert entry.is_valid(), entry.errors
    assert entry.data_for_service().discs["L4-5"].get(name) == answer


@pytest.mark.parametrize(
    ("name", "fields", "says"),
    [
        ("leg_pain_nrs", {"": "7", "at_least": "6"}, "Answered exactly and in part: "),
        ("pain_pattern", {"": "mixed", "one_of": "mixed"}, "Answered exactly and in"),
        (
            "leg_pain_nrs",
            {"at_least": "8", "at_most": "3"},
            "“At least” 8 NRS is above “at most” 3 NRS: exchange them, or leave one",
        ),
        ("leg_pain_nrs", {"at_least": "11"}, "At least: Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", {"at_most": "many"}, "At most: Enter a whole number."),
        (
            "leg_pain_nrs",
            {"at_least": "x", "at_most": "99"},
            "At least: Enter a whole number. Allowed: 0 to 10 NRS. At most: Allowed: ",
        ),
        ("leg_pain_nrs", {"one_of": "6,x"}, "Allowed: 0 to 10 NRS."),
        (
            "leg_pain_nrs",
            {"one_of": "6,7", "at_most": "9"},
            "Tick answers or give limits, not both.",
        ),
        ("pain_pattern", {"one_of": "radicular,odd"}, "Allowed: Radicular, "),
        ("pain_pattern", {"at_least": "1"}, "Choose several answers."),
        ("weakest_mrc_grade", {"at_least": "6"}, "At least: Allowed: 0 to 5 MRC."),
        ("L5-S1-rotation_deg", {"at_least": "1.234"}, "At least: Two decimal places"),
        ("L5-S1-rotation_deg", {"at_least": "NaN"}, "At least: Enter a number."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(case, name, fields, says):
    empty = dict.fromkeys(("leg_pain_nrs", "pain_pattern", "weakest_mrc_grade"), "")
    typed = {f"{name}__{part}" if part else name: t for part, t in fields.items()}
    entry = sent(case, **{**empty, **typed})
    assert not entry.is_valid()
    assert list(entry.errors) == [name]
    assert entry.errors[name].startswith(says)
    page = html(entry)
    assert f'href="#id_{name}"' in page
    assert f'id="id_{name}_error"' in page


def test_of_an_answer_that_is_refused_nothing_typed_is_lost(case):
    typed = {
        "leg_pain_nrs": "about 7",
        "leg_pain_nrs__at_least": "six",
        "leg_pain_nrs__at_most": "<8",
        "L3-4-zone": "central",
    }
    data = posted(CaseEntry(None, case), **typed)
    data.setlist("L3-4-zone__one_of", ["central", "foraminal"])
    entry = CaseEntry(data, case)
    assert set(entry.errors) == {"leg_pain_nrs", "L3-4-zone"}
    page = html(entry)
    for value in ("about 7", "six", "&lt;8"):
        assert f'value="{value}"' in page
    assert 'id="id_L3-4-zone_central" checked' in page
    assert question(page, "L3-4-zone").count(" checked") == 2


def test_a_field_with_an_exact_and_a_partial_answer_that_are_wrong_has_one_error(case):
    entry = sent(case, leg_pain_nrs="eleven", leg_pain_nrs__at_least="12")
    assert list(entry.errors) == ["leg_pain_nrs"]
    assert entry.data_so_far().facts.get("leg_pain_nrs") is None


def test_the_disclosure_opens_by_itself_where_it_holds_an_answer(partial, patient):
    page = html(CaseEntry(None, partial))
    assert page.count('<details class="partial" open>') == len(KNOWN_IN_PART)
    for name in KNOWN_IN_PART:
        assert question(page, name).startswith('<details class="partial" open>')
    assert '<details class="partial" open>' not in html(
        CaseEntry(None, patient=patient)
    )


def test_each_choice_of_three_and_each_number_can_be_answered_in_part(patient):
    page = html(CaseEntry(None, patient=patient))
    for name, fact in CASE_FACTS.items():
        has_one = f'name="{name}__' in page
        assert has_one == fact.can_be_partial, name
    for level in Level.values:
        for name, fact in DISC_FACTS.items():
            assert (f'name="{level}-{name}__' in page) == fact.can_be_partial, name


def test_a_part_of_an_answer_counts_as_an_answer(partial):
    page = html(CaseEntry(None, partial))
    assert "✓ 4/22" in page
    assert "type known in part" in page


def test_single_numbers_that_were_entered_elsewhere_can_be_seen_and_unticked(partial):
    shown = question(html(CaseEntry(None, partial)), "leg_pain_nrs")
    assert 'value="6"' in shown
    assert shown.count(" checked") == 2
    data = posted(CaseEntry(None, partial))
    data.setlist("leg_pain_nrs__one_of", ["8"])
    assert CaseEntry(data, partial).data_so_far().facts["leg_pain_nrs"] == 8


def test_the_preview_has_what_is_known_in_part(partial):
    entry = CaseEntry(posted(CaseEntry(None, partial)), partial)
    assert entry.data_so_far().facts == FACTS
    assert entry.data_so_far().discs == DISCS


def test_everything_typed_in_part_is_kept_beside_the_case_and_comes_back(
    partial, patient, dr_surgeon, sign_in
):
    data = posted(CaseEntry(None, partial))
    data.setlist("pain_pattern__one_of", ["discogenic", "claudicant", "mixed"])
    data["leg_pain_nrs__at_least"] = "x"
    for name, text in (
        ("encounter", str(partial.pk)),
        ("kept_as", str(uuid.uuid4())),
        ("kept_step", "1"),
    ):
        data[name] = text
    client = sign_in(dr_surgeon)
    keep = reverse("patients:entry-keep", args=[patient.pk])
    answer = client.post(keep, data.urlencode(), "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert set(data) - {"encounter", "kept_as", "kept_step"} <= set(
        kept_fields(SHIPPED)
    )
    page = client.get(UnsavedEntry.objects.get().get_absolute_url())
    entry = page.context["entry"]
    shown = question(page.content.decode(), "pain_pattern")
    assert shown.count(" checked") == 3
    assert 'value="x"' in question(page.content.decode(), "leg_pain_nrs")
    assert list(entry.errors) == ["leg_pain_nrs"]
    again = entry.data_so_far()
    assert again.facts["pain_pattern"] == {
        "one_of": ["discogenic", "claudicant", "mixed"]
    }
    assert again.discs == DISCS


def test_a_conflict_shows_both_in_words_and_theirs_is_taken_whole(partial, dr_surgeon):
    mine = sent(partial, leg_pain_nrs__one_of="", leg_pain_nrs__at_least="6")
    theirs = sent(partial, leg_pain_nrs__one_of="", leg_pain_nrs="9")
    assert mine.is_valid()
    assert theirs.is_valid()
    current = case_save(
        encounter=partial, actor=dr_surgeon, data=theirs.data_for_service(), revision=0
    )
    entry = mine.against(current)
    (difference,) = entry.differences
    assert (difference.mine, difference.theirs) == ("6 NRS or more", "9 NRS")
    assert entry.untouched == frozenset()
    data = QueryDict(mutable=True)
    data.update(entry.data)
    data.setlist("take_theirs", ["leg_pain_nrs"])
    chosen = CaseEntry(data, current)
    assert chosen.is_valid(), chosen.errors
    assert chosen.data_for_service().facts["leg_pain_nrs"] == 9


def test_a_part_that_this_user_left_alone_is_taken_from_the_other(partial, dr_surgeon):
    mine = sent(partial, back_pain_nrs="3")
    theirs = sent(partial, pain_pattern__one_of="radicular,discogenic")
    assert mine.is_valid()
    assert theirs.is_valid()
    current = case_save(
        encounter=partial, actor=dr_surgeon, data=theirs.data_for_service(), revision=0
    )
    assert mine.against(current).untouched == {"pain_pattern"}


def test_what_is_typed_into_a_limit_is_text_and_never_markup(case):
    page = html(
        sent(
            case,
            leg_pain_nrs="",
            leg_pain_nrs__at_least='"><b>x',
            leg_pain_nrs__one_of="<b>x",
        )
    )
    assert "<b>x" not in page


def test_a_list_that_no_form_can_send_costs_no_more_than_a_long_one() -> None:
    """Of 200,000 codes no more are looked at than an answer may have, and one."""
    from patients.forms.partial import MOST_VALUES, _codes

    assert len(_codes(",".join(map(str, range(200_000))))) == MOST_VALUES + 1
