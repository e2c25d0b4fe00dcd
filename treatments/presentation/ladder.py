"""The treatment ladder as a drawing: an evaluation in, coordinates out.

Pure: no database, no template, no clock. One portrait drawing serves a telephone and
a desk: its text is readable at 340 px of width and only grows from there. The least
invasive rung is at the foot, as on a real ladder.
"""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.engine import Ruleset
from treatments.engine.ruleset.enums import OptionStatus
from treatments.presentation.words import FAVOUR, STATUS_WORDS

#: What a step of several options calls each of them, where the code alone would not do.
SHORT_TITLES: Mapping[str, str] = {
    "CONS": "Conservative",
    "PERC_RF": "Radiofrequency",
    "ENDO_TF": "Transforaminal",
    "ENDO_IL": "Interlaminar",
    "MED": "Microendoscopic",
    "UBE": "Biportal",
    "DYNAMIC": "Elastic",
}

#: The code of a treatment and its status.
_Option = tuple[str, OptionStatus]

WIDTH = 360
PLANK_LEFT, PLANK_RIGHT = 6, 354
TEXT_LEFT = 50
TITLE_CHARACTERS = 30  # of 15 units of a wide semibold sans serif, within the plank
TITLE_LINE, WORD_LINE = 19, 18
PADDING = 12
CHIP_HEIGHT, CHIP_GAP, CHIPS_A_ROW = 28, 6, 2
GAP = 14  # between two planks: where the rails show
END = 30  # of rail above the top plank and below the bottom one


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text at its baseline."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """The upper left corner of a sign."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Chip:
    """One option of a rung that has several."""

    code: str
    status: OptionStatus
    x: float
    y: float
    width: float
    height: float
    sign: Point
    text: TextLine


@dataclass(frozen=True, slots=True)
class Plank:
    """One rung: its box, its sign, its title, and its options where it has several."""

    code: str
    status: OptionStatus
    is_advised: bool
    y: float
    height: float
    sign: Point
    title: tuple[TextLine, ...]
    word: TextLine
    chips: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template places; all numbers in units of the view box."""

    width: int
    height: float
    plank_left: float
    plank_width: float
    planks: tuple[Plank, ...]
    description: str

    @property
    def rail(self) -> float:
        """Length of a side rail."""
        return self.height - 12

    @property
    def foot(self) -> float:
        """Baseline of the words under the lowest plank."""
        return self.height - 8


def draw_ladder(options: Iterable[Mapping[str, Any]], ruleset: Ruleset) -> Drawing:
    """The drawing of an evaluation's `options` on a ruleset's rungs."""
    by_rung: dict[str, list[_Option]] = {}
    for option in options:
        by_rung.setdefault(option["rung"], []).append(
            (option["treatment"], OptionStatus(option["status"]))
        )
    rungs = [rung for rung in ruleset.rungs if rung.code in by_rung]
    planks: list[Plank] = []
    top: float = END
    for rung in reversed(rungs):
        plank = _plank(rung.code, rung.title, by_rung[rung.code], top)
        planks.append(plank)
        top = plank.y + plank.height + GAP
    return Drawing(
        width=WIDTH,
        height=top - GAP + END,
        plank_left=PLANK_LEFT,
        plank_width=PLANK_RIGHT - PLANK_LEFT,
        planks=tuple(planks),
        description=_description(rungs, by_rung, ruleset),
    )


def _plank(code: str, title: str, options: list[_Option], top: float) -> Plank:
    status = min((status for _, status in options), key=FAVOUR.index)
    # Wrapped by characters: an SVG text does not wrap, and no browser is at hand.
    lines = textwrap.wrap(title, TITLE_CHARACTERS) or [code]
    baseline = top + PADDING + 12
    titles = tuple(
        TextLine(TEXT_LEFT, baseline + TITLE_LINE * number, text)
        for number, text in enumerate(lines)
    )
    word = TextLine(TEXT_LEFT, titles[-1].y + WORD_LINE, STATUS_WORDS[status])
    chips = _chips(code, options, word.y + 9) if len(options) > 1 else ()
    bottom = chips[-1].y + CHIP_HEIGHT if chips else word.y + 3
    return Plank(
        code=code,
        status=status,
        is_advised=status is OptionStatus.RECOMMENDED,
        y=top,
        height=bottom + PADDING - top,
        sign=Point(PLANK_LEFT + 14, top + PADDING - 1),
        title=titles,
        word=word,
        chips=chips,
    )


def _chips(rung: str, options: list[_Option], top: float) -> tuple[Chip, ...]:
    room = PLANK_RIGHT - PADDING - TEXT_LEFT - CHIP_GAP * (CHIPS_A_ROW - 1)
    width = room // CHIPS_A_ROW
    chips = []
    for number, (code, status) in enumerate(options):
        row, column = divmod(number, CHIPS_A_ROW)
        x = TEXT_LEFT + column * (width + CHIP_GAP)
        y = top + row * (CHIP_HEIGHT + CHIP_GAP)
        sign = Point(x + 6, y + 6)
        text = TextLine(x + 27, y + CHIP_HEIGHT - 9, short_title(code, rung))
        chips.append(Chip(code, status, x, y, width, CHIP_HEIGHT, sign, text))
    return tuple(chips)


def short_title(code: str, rung: str) -> str:
    """What an option is called within its rung: PERC_PLASMA is "Plasma"."""
    return SHORT_TITLES.get(code) or code.removeprefix(f"{rung}_").capitalize()


def _description(
    rungs: Iterable[Any],
    by_rung: Mapping[str, list[_Option]],
    ruleset: Ruleset,
) -> str:
    """The drawing in one sentence a rung, from the foot to the top."""
    sentences = []
    for rung in rungs:
        statuses = ", ".join(
            f"{ruleset.treatments[code].title}: {STATUS_WORDS[status].lower()}"
            for code, status in by_rung[rung.code]
        )
        sentences.append(
            f"{rung.title} ({statuses})." if statuses else f"{rung.title}."
        )
    return "From the least to the most invasive: " + " ".join(sentences)
