"""The note: nothing that is unknown may look like a no."""

import pytest

from patients.facts import CASE_FACTS, DISC_FACTS
from treatments.engine import load_ruleset
from treatments.presentation.case_summary import (
    assumed_item,
    case_summary,
    fact_item,
    responsible_level,
)

RULESET = load_ruleset()
CASE = {
    "contract": 1,
    "responsible_level": "L4-5",
    "facts": {
        "sex": "female",
        "age_years": 43,
        "saddle_anaesthesia": False,
        "first_episode": True,
    },
    "discs": [
        {"level": "L3-4", "pfirrmann_grade": 3},
        {"level": "L4-5", "herniation_type": "extrusion", "contained": False},
    ],
}


def section(title: str, case=CASE, assumed=()):
    found = [s for s in case_summary(case, assumed).sections if s.title == title]
    assert len(found) == 1, title
    return found[0]


def names(items) -> set[str]:
    return {item.name for item in items}


def test_present_absent_and_measured_findings_are_kept_apart():
    assert names(section("Presentation").present) == {"first_episode"}
    assert names(section("Red flags").absent) == {"saddle_anaesthesia"}
    assert [(i.label, i.value) for i in section("Patient").measured] == [
        ("Sex", "Female"),
        ("Age", "43 years"),
    ]


def test_what_is_not_known_is_listed_as_such_and_nowhere_else():
    red_flags = section("Red flags")
    assert "bladder_dysfunction" in names(red_flags.unknown)
    assert "bladder_dysfunction" not in names(red_flags.absent)


@pytest.mark.parametrize(
    ("fact", "test", "words"),
    [
        ("annular_defect_width_mm", "< 6", "under 6 mm"),
        ("posterior_disc_height_mm", ">= 5", "5 mm or more"),
        ("pfirrmann_grade", "<= 4", "up to 4"),
        ("canal_compromise_percent", "< 33", "under 33 %"),
        ("odi_percent", "[21..40]", "21 to 40 %"),
    ],
)
def test_a_range_that_was_assumed_is_said_in_words(fact, test, words):
    entry = {"fact": fact, "is": test, "note": "Measured at operation."}
    item = assumed_item(entry, RULESET.facts, "L4-5")
    assert (item.value, item.note) == (words, "Measured at operation.")
    told = case_summary(CASE, [entry], vocabulary=RULESET.facts)
    assert (fact, words) in {
        (item.name, item.value) for part in told.sections for item in part.assumed
    }


def test_without_an_image_the_note_has_no_disc_and_misses_none():
    case = {"contract": 2, "facts": {"imaging_status": "none"}, "discs": []}
    with_one, without = case_summary(case, ()), case_summary(case, (), no_image=True)
    assert not [part for part in without.sections if part.title.startswith("Disc")]
    imaging = next(part for part in without.sections if part.title == "Imaging")
    assert [(item.label, item.value) for item in imaging.measured] == [
        ("Image of the lumbar spine", "None yet")
    ]
    assert imaging.unknown == ()
    # The age, crest and numbering, the agreement, and the level itself.
    assert with_one.unknown - without.unknown == 5


@pytest.mark.parametrize(("contract", "level"), [(1, "L4-5"), (2, "")])
def test_from_contract_2_on_a_level_is_guessed_from_nothing(contract, level):
    case = {**CASE, "contract": contract, "responsible_level": ""}
    assert responsible_level(case) == level
    settled = [{**CASE["discs"][0], "herniation_type": "none"}, CASE["discs"][1]]
    assert responsible_level({**case, "discs": settled}) == "L4-5"


@pytest.mark.parametrize(
    ("kinds", "level"),
    [
        ({"L4-5": {"one_of": ["protrusion", "extrusion"]}}, "L4-5"),
        ({"L4-5": {"one_of": ["none", "extrusion"]}}, ""),
        ({"L4-5": "extrusion", "L3-4": {"one_of": ["none", "bulge"]}}, ""),
        ({"L4-5": "extrusion", "L3-4": {"one_of": ["bulge", "protrusion"]}}, ""),
        ({"L4-5": {"one_of": ["bulge", "extrusion"]}, "L3-4": "none"}, "L4-5"),
    ],
)
def test_the_only_disc_that_is_surely_herniated_is_responsible(kinds, level):
    discs = [{"level": place, "herniation_type": kind} for place, kind in kinds.items()]
    assert responsible_level({"contract": 2, "facts": {}, "discs": discs}) == level


def test_what_is_known_in_part_is_a_finding_in_words_and_not_unknown():
    facts = {"symptom_duration_weeks": {"at_least": 13}}
    disc = {"level": "L4-5", "herniation_type": {"one_of": ["protrusion", "extrusion"]}}
    case = {"contract": 2, "facts": facts, "discs": [disc]}
    told = section("Presentation", case)
    assert [(i.label, i.value) for i in told.measured] == [
        ("Duration of symptoms", "13 weeks or more")
    ]
    assert "symptom_duration_weeks" not in names(told.unknown)
    found = section("Disc L4-5, responsible", case)
    assert [item.value for item in found.measured] == ["protrusion or extrusion"]
    nothing = {**case, "facts": {}, "discs": [{**disc, "herniation_type": "extrusion"}]}
    assert case_summary(case, ()).known == case_summary(nothing, ()).known + 1


def test_what_was_assumed_stands_apart_with_its_value():
    assumed = [{"fact": "translation_mm", "value": 0}]
    disc = section("Disc L4-5, responsible", assumed=assumed)
    assert [(i.label, i.value) for i in disc.assumed] == [
        (DISC_FACTS["translation_mm"].label, "0 mm")
    ]
    assert "translation_mm" not in names(disc.unknown)


def test_a_neighbouring_disc_shows_only_what_was_said_of_it():
    neighbour = section("Disc L3-4", assumed=[{"fact": "translation_mm", "value": 0}])
    assert names(neighbour.measured) == {"pfirrmann_grade"}
    assert neighbour.unknown == neighbour.assumed == ()


def test_the_responsible_disc_is_listed_in_full_even_when_nothing_is_known():
    case = {"responsible_level": "L5-S1", "facts": {}, "discs": []}
    disc = section("Disc L5-S1, responsible", case)
    assert names(disc.unknown) == set(DISC_FACTS)


def test_every_fact_is_counted_once():
    summary = case_summary(CASE, [{"fact": "translation_mm", "value": 0}])
    told = summary.known + summary.assumed + summary.unknown
    neighbours = 1
    assert told == len(CASE_FACTS) + 1 + len(DISC_FACTS) + neighbours


@pytest.mark.parametrize(
    ("discs", "level"),
    [
        ([], ""),
        ([{"level": "L4-5", "herniation_type": "bulge"}], "L4-5"),
        ([{"level": "L4-5", "herniation_type": "none"}], ""),
        ([{"level": "L4-5"}], ""),
        (
            [
                {"level": "L4-5", "herniation_type": "bulge"},
                {"level": "L5-S1", "herniation_type": "none"},
            ],
            "L4-5",
        ),
        (
            [
                {"level": "L4-5", "herniation_type": "bulge"},
                {"level": "L5-S1", "herniation_type": "bulge"},
            ],
            "",
        ),
    ],
)
def test_the_responsible_level_is_the_only_herniated_disc(discs, level):
    assert responsible_level({"discs": discs}) == level


def test_a_case_without_a_level_says_so():
    assert case_summary({"facts": {}}, []).responsible_level == ""


def test_red_flags_that_were_found_are_named():
    case = {"facts": {"bladder_dysfunction": True, "saddle_anaesthesia": False}}
    assert names(case_summary(case, []).red_flags) == {"bladder_dysfunction"}


def test_a_fact_leads_to_its_field_in_the_form():
    assert fact_item("odi_percent", level="L4-5").anchor == "id_odi_percent"
    assert fact_item("zone", level="L4-5").anchor == "id_L4-5-zone"
    assert fact_item("level").anchor == "id_responsible_level"


@pytest.mark.parametrize("name", ["responsible_level", "neighbour_pfirrmann_max"])
def test_what_no_section_holds_still_has_words(name):
    assert "_" not in fact_item(name).label
