"""What a new version of a ruleset changes: old outcome against new, case by case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..ruleset.model import Ruleset
from .columns import Columns
from .evaluate import OPEN, BatchOutcome, BatchResult, evaluate_batch


class Move(NamedTuple):
    """A cell of the matrix: so many ``cases`` went from ``old`` to ``new``."""

    old: BatchOutcome
    new: BatchOutcome
    cases: int
    example: int


@dataclass(frozen=True)
class VersionDifference:
    """``counts[i, j]`` cases went from ``outcomes[i]`` to ``outcomes[j]``.

    ``examples`` holds the first such case of each cell, -1 where there is none. An
    outcome with a part that is ``OPEN`` is for the exact evaluator to tell: ``open``
    are those cases, in either version.
    """

    outcomes: tuple[BatchOutcome, ...]
    counts: NDArray[np.int64]
    examples: NDArray[np.int64]
    open: NDArray[np.intp]

    @property
    def changed(self) -> int:
        """How many cases have another outcome, as far as the batch can tell."""
        return int(self.counts.sum() - np.trace(self.counts))

    def moves(self) -> Iterator[Move]:
        """The cells off the diagonal, the most frequent first."""
        counts = self.counts.copy()
        np.fill_diagonal(counts, 0)
        columns = counts.shape[1]
        for place in np.argsort(-counts, axis=None, kind="stable").tolist():
            old, new = divmod(place, columns)
            if not counts[old, new]:
                return
            yield Move(
                self.outcomes[old],
                self.outcomes[new],
                int(counts[old, new]),
                int(self.examples[old, new]),
            )


def version_difference(
    columns: Columns, old: Ruleset, new: Ruleset
) -> VersionDifference:
    """Ask both versions of a ruleset of the same cases, and count what moved.

    Raises:
        ValueError: a derived fact has more values than can be worked on.
    """
    places: dict[BatchOutcome, int] = {}
    one = _numbered(evaluate_batch(columns, old), places)
    other = _numbered(evaluate_batch(columns, new), places)
    outcomes, kinds = tuple(places), len(places)
    cells = one * np.int64(kinds) + other
    counts = np.bincount(cells, minlength=kinds * kinds)
    examples = np.full(kinds * kinds, -1, np.int64)
    backwards = np.arange(columns.size - 1, -1, -1)
    examples[cells[::-1]] = backwards  # of several cases the last written, the first
    is_open = np.array([OPEN in outcome for outcome in outcomes], np.bool_)
    return VersionDifference(
        outcomes,
        counts.reshape(kinds, kinds),
        examples.reshape(kinds, kinds),
        np.flatnonzero(is_open[one] | is_open[other])
        if kinds
        else np.zeros(0, np.intp),
    )


def _numbered(
    result: BatchResult, places: dict[BatchOutcome, int]
) -> NDArray[np.int64]:
    """Each case's outcome as its place among all that occur in either version."""
    size = int(result.outcomes.max(initial=-1)) + 1
    place_of = np.zeros(size, np.int64)
    for number in np.flatnonzero(np.bincount(result.outcomes)).tolist():
        place_of[number] = places.setdefault(result.outcome_of(number), len(places))
    return place_of[result.outcomes]
