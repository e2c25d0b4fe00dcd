"""The engine's ranges and cells, in the words of the case form."""

import pytest

from treatments.engine import load_ruleset
from treatments.presentation.form_words import cell_words, range_words

FACTS = load_ruleset().facts


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pain_intolerable", "yes", "Yes"),
        ("pain_intolerable", "no or yes", "No or yes"),
        ("conservative_care_weeks", "6 or more", "6 weeks or more"),
        (
            "conservative_care_weeks",
            "under 6 or 52 or more",
            "under 6 or 52 weeks or more",
        ),
        ("translation_mm", "3 to under 4", "3 to under 4 mm"),
        ("translation_mm", "under 3 or 3 to under 4", "under 3 or 3 to under 4 mm"),
        ("herniation_type", "extrusion, sequestration", "Extrusion or Sequestration"),
        ("herniation_type", "none or bulge", "None or Bulge"),
        ("weakest_mrc_grade", "up to 3", "up to 3"),
        ("instability", "borderline", "borderline"),
        ("age_years", "what is not a range", "what is not a range"),
    ],
)
def test_a_range_is_said_in_the_words_of_the_form(name, text, words):
    assert range_words(FACTS[name], text) == words


@pytest.mark.parametrize(
    ("name", "cell", "words"),
    [
        ("annular_defect_width_mm", "[6..10]", "6 to 10 mm"),
        ("annular_defect_width_mm", "[4..6)", "4 to under 6 mm"),
        ("annular_defect_width_mm", "(4..6]", "over 4 to 6 mm"),
        ("canal_compromise_percent", "< 33", "under 33 %"),
        ("age_years", "<= 55", "up to 55 years"),
        ("contained", "true", "yes"),
        ("level", '"L5-S1"', "L5-S1"),
        ("instability", 'not("yes")', "not yes"),
        ("herniation_type", '"bulge","protrusion"', "bulge or protrusion"),
        (
            "herniation_type",
            'not("bulge","protrusion")',
            "neither bulge nor protrusion",
        ),
        ("same_level_recurrences", ">= 2", "2 or more"),
    ],
)
def test_a_cell_of_a_rule_is_said_in_words(name, cell, words):
    assert cell_words(FACTS[name], cell) == words
