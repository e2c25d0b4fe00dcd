"""The drawing: every rung, its state, and room for its words."""

import itertools

import pytest

from treatments.engine import load_ruleset
from treatments.presentation.ladder import (
    CHIP_HEIGHT,
    PLANK_LEFT,
    PLANK_RIGHT,
    WIDTH,
    draw_ladder,
    short_title,
)
from treatments.presentation.words import FAVOUR, STATUS_WORDS

RULESET = load_ruleset()


def options(**statuses: str) -> list[dict[str, str]]:
    return [
        {
            "treatment": code,
            "rung": treatment.rung,
            "status": statuses.get(code, "not_indicated"),
        }
        for code, treatment in RULESET.treatments.items()
    ]


def planks(**statuses: str):
    drawing = draw_ladder(options(**statuses), RULESET)
    return {plank.code: plank for plank in drawing.planks}


def test_every_rung_is_drawn_with_the_least_invasive_at_the_foot():
    drawn = [plank.code for plank in draw_ladder(options(), RULESET).planks]
    assert drawn == [rung.code for rung in reversed(RULESET.rungs)]


def test_every_option_of_a_rung_with_several_has_its_own_chip():
    drawn = {chip.code for plank in planks().values() for chip in plank.chips}
    sole = {"MED_SUTURE", "MINI_OPEN"}
    assert drawn == set(RULESET.treatments) - sole


def test_the_advised_rung_is_marked_and_no_other():
    drawn = planks(ENDO_TF="recommended", MED="suitable")
    assert [code for code in drawn if drawn[code].is_advised] == ["ENDO"]
    assert drawn["ENDO"].word.text == "Advised"
    assert drawn["MED"].status == "suitable"


@pytest.mark.parametrize(("better", "worse"), list(itertools.pairwise(FAVOUR)))
def test_a_rung_takes_the_most_favourable_state_of_its_options(better, worse):
    assert planks(ENDO_TF=worse, ENDO_IL=better)["ENDO"].status == better


@pytest.mark.parametrize("status", STATUS_WORDS)
def test_every_state_is_said_in_a_word_beside_its_sign(status):
    drawn = planks(MED=status, UBE=status)["MED"]
    assert drawn.word.text == STATUS_WORDS[status]


def test_planks_do_not_overlap_and_stay_within_the_drawing():
    drawing = draw_ladder(options(), RULESET)
    for upper, lower in itertools.pairwise(drawing.planks):
        assert upper.y + upper.height < lower.y
    last = drawing.planks[-1]
    assert last.y + last.height < drawing.foot < drawing.height


def test_chips_lie_within_their_plank_and_beside_one_another():
    plank = planks()["PERC"]
    for chip in plank.chips:
        assert plank.y < chip.y
        assert chip.y + CHIP_HEIGHT < plank.y + plank.height
        assert chip.x > PLANK_LEFT
        assert chip.x + chip.width < PLANK_RIGHT < WIDTH
    places = {(chip.x, chip.y) for chip in plank.chips}
    assert len(places) == len(plank.chips) == 6


@pytest.mark.parametrize("rung", ["CONS", "MED"])
def test_a_rung_of_two_has_a_chip_for_each(rung):
    plank = planks()[rung]
    assert len(plank.chips) == 2
    assert plank.chips[-1].y + CHIP_HEIGHT < plank.y + plank.height
    assert plank.chips[0].x + plank.chips[0].width < plank.chips[1].x


def test_a_long_title_wraps_instead_of_leaving_the_plank():
    lines = planks()["MED_SUTURE"].title
    assert len(lines) == 2
    assert " ".join(line.text for line in lines) == (
        "Microendoscopic discectomy with annulus suture"
    )


def test_the_description_names_every_option_with_its_state():
    text = draw_ladder(options(MED="caution"), RULESET).description
    for treatment in RULESET.treatments.values():
        assert treatment.title in text
    assert "Microendoscopic discectomy: with caution" in text


@pytest.mark.parametrize(
    ("code", "rung", "title"),
    [
        ("PERC_PLASMA", "PERC", "Plasma"),
        ("PERC_RF", "PERC", "Radiofrequency"),
        ("ENDO_IL", "ENDO", "Interlaminar"),
        ("HYBRID", "FIXATION", "Hybrid"),
        ("CONS", "CONS", "Conservative"),
        ("INJECTION", "CONS", "Injection"),
        ("MED", "MED", "Microendoscopic"),
        ("UBE", "MED", "Biportal"),
    ],
)
def test_a_chip_has_a_short_title(code, rung, title):
    assert short_title(code, rung) == title


def test_the_drawing_depends_on_nothing_but_its_arguments():
    assert draw_ladder(options(), RULESET) == draw_ladder(options(), RULESET)
