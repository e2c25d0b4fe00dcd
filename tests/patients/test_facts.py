"""The declared facts are those of the vocabulary, no more and no fewer."""

import csv
from pathlib import Path

import pytest

from patients.choices import Herniation, Level, Sex
from patients.facts import CASE_FACTS, DISC_FACTS, facts_of
from patients.models import (
    ClinicalExamination,
    DiscFinding,
    Encounter,
    HerniationType,
    ImagingStudy,
)

ROOT = Path(__file__).resolve().parents[2]
RULESET = ROOT / "treatments" / "rulesets" / "lumbar_disc_herniation"
with (RULESET / "facts.csv").open(encoding="utf-8", newline="") as file:
    VOCABULARY = {
        row["name"]: row
        for row in csv.DictReader(file)
        if row["scope"] in ("case", "disc")
    }
# A patient's sex and a disc's level are columns of their rows, not answers of the form.
ENTERED_ELSEWHERE = {"sex": Sex, "level": Level}
DECLARED = CASE_FACTS | DISC_FACTS
UNITS = {
    "a": "years",
    "wk": "weeks",
    "mo": "months",
    "d": "days",
    "{score}": "NRS",
    "deg": "°",
    "1": "",
    "{MRC}": "MRC",
    "{grade}": "grade",
    "{type}": "type",
    "{Meyerding}": "Meyerding",
}


def test_every_fact_of_the_vocabulary_can_be_entered_and_no_other():
    assert set(DECLARED) == set(VOCABULARY) - set(ENTERED_ELSEWHERE)
    assert set(DISC_FACTS) | {"level"} == {
        name for name, row in VOCABULARY.items() if row["scope"] == "disc"
    }


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_a_fact_has_the_type_range_and_unit_of_the_vocabulary(name):
    fact, row = DECLARED[name], VOCABULARY[name]
    assert fact.kind == row["type"]
    if fact.kind == "enum":
        assert "|".join(fact.values) == row["values"]
    elif fact.kind != "bool":
        assert [fact.minimum, fact.maximum] == [
            int(row["minimum"]),
            int(row["maximum"]),
        ]
        assert fact.unit == UNITS.get(row["unit"], row["unit"])
    assert fact.essential == (row["essential"] == "yes")


@pytest.mark.parametrize("name", sorted(ENTERED_ELSEWHERE))
def test_sex_and_level_have_the_values_of_the_vocabulary(name):
    values = VOCABULARY[name]["values"].split("|")
    assert ENTERED_ELSEWHERE[name].values == values


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_a_fact_is_called_and_doubted_as_the_vocabulary_has_it(name):
    """One name on every page, and one idea of what looks like a slip."""
    fact, row = DECLARED[name], VOCABULARY[name]
    assert fact.label == row["label"]
    lowest, highest = row["plausible_min"], row["plausible_max"]
    expected = None
    if lowest or highest:
        expected = (float(lowest or fact.minimum), float(highest or fact.maximum))
    assert fact.plausible == expected


@pytest.mark.parametrize(
    ("model", "facts"),
    [
        (Encounter, facts_of("encounter")),
        (ClinicalExamination, facts_of("examination")),
        (ImagingStudy, facts_of("imaging")),
        (DiscFinding, tuple(DISC_FACTS.values())),
    ],
)
def test_every_fact_is_a_column_that_may_be_unknown(model, facts):
    for fact in facts:
        column = model._meta.get_field(fact.name)
        assert column.blank
        assert column.null or fact.kind == "enum"


def test_what_says_nothing_without_an_image_is_known():
    """Beside the discs themselves: nobody is asked for it while there is no image."""
    assert {name for name, fact in CASE_FACTS.items() if fact.needs_image} == {
        "clinical_imaging_concordance",
        "mri_age_months",
        "iliac_crest_height",
        "numbering_anomaly",
    }
    assert facts_of("imaging")[0].name == "imaging_status"


def test_unknown_is_said_in_words():
    assert DECLARED["pregnant"].words(None) == "not known"
    assert DECLARED["zone"].words("") == "not known"
    assert DECLARED["leg_pain_nrs"].words(0) == "0 NRS"
    assert DECLARED["first_episode"].words(False) == "No"
    assert DECLARED["slip_grade"].words(2) == "II"


@pytest.mark.django_db
def test_the_reference_table_holds_the_codes_of_the_herniation_types():
    assert list(HerniationType.objects.values_list("code", flat=True)) == (
        Herniation.values
    )
    assert not HerniationType.objects.filter(definition="").exists()
