"""What the page of a replay shows: the matrix in words, and the moved cases."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from treatments.engine import Ruleset
from treatments.engine.ruleset.enums import ON_LADDER, Disposition, Urgency
from treatments.models import Replay, ReplayMove
from treatments.presentation.case_summary import responsible_level
from treatments.presentation.words import DISPOSITION_WORDS, AnyUrgency
from treatments.replay.causes import Explanation, explain
from treatments.replay.comparison import outcome_of

MOVES_A_PAGE = 25
#: From the least urgent to be seen to what stops the ladder.
_DISPOSITIONS = tuple(DISPOSITION_WORDS)
_URGENCIES = (*reversed(Urgency), None)


@dataclass(frozen=True, slots=True)
class AdviceLabel:
    """One advice in words; ``tone`` says which colours it has."""

    code: str
    text: str
    urgency: AnyUrgency
    tone: Disposition


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """So many cases went from the advice of the row to that of the column."""

    old: AdviceLabel
    new: AdviceLabel
    cases: int

    @property
    def stays(self) -> bool:
        """Whether both versions advise the same here."""
        return self.old.code == self.new.code


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """The cases of one advice of the old version, by that of the new one."""

    old: AdviceLabel
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Only advice that some case leaves or comes to; the rest is counted."""

    columns: tuple[AdviceLabel, ...]
    rows: tuple[MatrixRow, ...]
    cases: int
    moved: int
    #: The cells off the diagonal, the most frequent first.
    moves: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class MovedCase:
    """A case that moves, without its patient."""

    case_uid: str
    level: str
    old: AdviceLabel
    new: AdviceLabel
    why: Explanation


class Words:
    """Advice in the words of both versions."""

    def __init__(self, old: Ruleset, new: Ruleset) -> None:
        self.treatments = {**old.treatments, **new.treatments}
        order = {code: place for place, code in enumerate(new.selection.order)}
        self.order = {c: order.get(c, len(order)) for c in self.treatments}

    def advice(self, code: str) -> AdviceLabel:
        """The words of an advice code, from the newer version that knows them."""
        disposition, urgency, treatment = outcome_of(code)
        if treatment:
            known = self.treatments.get(treatment)
            return AdviceLabel(
                code,
                known.title if known else treatment,
                urgency or "",
                Disposition.LADDER,
            )
        label = DISPOSITION_WORDS[disposition]
        # Elsewhere the urgency follows from the answer itself.
        is_open = disposition in ON_LADDER
        shown: AnyUrgency = (urgency or "") if is_open else ""
        return AdviceLabel(code, label, shown, disposition)

    def place(self, code: str) -> tuple[int, int, int]:
        """Where an advice stands: up the ladder, then what is no ladder."""
        disposition, urgency, treatment = outcome_of(code)
        return (
            _DISPOSITIONS.index(disposition),
            self.order.get(treatment or "", -1),
            _URGENCIES.index(urgency),
        )


def matrix_of(replay: Replay, words: Words) -> Matrix:
    """The matrix of a replay that is done."""
    counts = {(old, new): count for old, new, count in replay.matrix or ()}
    moving = {pair: n for pair, n in counts.items() if pair[0] != pair[1]}
    rows = sorted({old for old, _ in moving}, key=words.place)
    columns = sorted({new for _, new in moving} | set(rows), key=words.place)
    labels = {code: words.advice(code) for code in columns}
    return Matrix(
        columns=tuple(labels[code] for code in columns),
        rows=tuple(
            MatrixRow(
                labels[old],
                tuple(
                    MatrixCell(labels[old], labels[new], counts.get((old, new), 0))
                    for new in columns
                ),
            )
            for old in rows
        ),
        cases=sum(counts.values()),
        moved=sum(moving.values()),
        moves=tuple(
            MatrixCell(labels[old], labels[new], count)
            for (old, new), count in Counter(moving).most_common()
        ),
    )


def moves_page(
    replay: Replay, cell: Mapping[str, str], number: str
) -> Page[ReplayMove]:
    """The moved cases of one cell, or of all where none is named."""
    moves = replay.moves.select_related("recommendation").only(
        *("replay", "case_uid", "old_advice", "new_advice", "case_document"),
        "recommendation__case_document",
    )
    if cell.get("old") and cell.get("new"):
        moves = moves.between(cell["old"], cell["new"])
    return Paginator(moves, MOVES_A_PAGE).get_page(number)


def explained(
    moves: Iterable[ReplayMove], words: Words, old: Ruleset, new: Ruleset
) -> list[MovedCase]:
    """The moved cases of a page, each with the rules that moved it."""
    return [_moved(move, words, old, new) for move in moves]


def _moved(move: ReplayMove, words: Words, old: Ruleset, new: Ruleset) -> MovedCase:
    document: Any = (
        move.recommendation.case_document if move.recommendation else move.case_document
    )
    return MovedCase(
        case_uid=str(move.case_uid),
        level=responsible_level(document),
        old=words.advice(move.old_advice),
        new=words.advice(move.new_advice),
        why=explain(document, old, new),
    )
