"""Rules over columns: look-ups, ANDs and lowest bits, a slice of cases at a time.

A look-up for each column gives the bit sets of the rules that a code surely and
possibly satisfies; their AND is Kleene's conjunction of every rule for every case.
Where no code in use is open, one bit set is both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiler.bit_grid import Grid, grid_of
from ..compiler.regions import Variable
from ..ruleset.answers import AnswerSet, fits
from .columns import Codes, EncodedColumn

#: Cases in a slice: what is worked on stays in the processor's cache.
SLICE = 32_768

Flags = NDArray[np.bool_]
Words = NDArray[np.unsignedinteger[Any]]
#: Two arrays, of the rules that surely and possibly hold; the same one where no rule
#: is open.
Truths = tuple[Words, Words]
_TYPES = (np.uint8, np.uint16, np.uint32, np.uint64)


class ColumnMasks(NamedTuple):
    """A column as rules see it.

    ``masks`` has for each code the mask of the regions that it leaves, ``used`` are the
    codes that occur.
    """

    masks: Sequence[int]
    used: Sequence[int]


class RuleWord:
    """At most 64 rules over given columns, a bit a rule.

    ``determined`` is true where no code in use leaves a rule undetermined.
    """

    def __init__(self, grid: Grid, sources: Sequence[ColumnMasks]) -> None:
        self.type = next(t for t in _TYPES if grid.rules <= 8 * np.dtype(t).itemsize)
        self.sure = self.possible = (1 << grid.rules) - 1
        self._determined: list[tuple[int, Words]] = []
        self._open: list[tuple[int, Words, Words]] = []
        for at, tests in enumerate(grid.tests):
            if tests:
                self._add(at, grid, sources[at])
        self.determined = not self._open and self.sure == self.possible

    def _add(self, at: int, grid: Grid, source: ColumnMasks) -> None:
        of_mask = {mask: grid.bits(at, mask) for mask in set(source.masks)}
        bits = [of_mask[mask] for mask in source.masks]
        in_use = {bits[code] for code in source.used}
        if len(in_use) == 1:
            ((sure, possible),) = in_use
            self.sure &= sure
            self.possible &= possible
            return
        sure_of: Words = np.array([sure for sure, _ in bits], self.type)
        if all(sure == possible for sure, possible in in_use):
            self._determined.append((at, sure_of))
        else:
            possible_of: Words = np.array([possible for _, possible in bits], self.type)
            self._open.append((at, sure_of, possible_of))

    def truths(self, codes: Sequence[Codes], size: int) -> Truths:
        """The truth of the rules for ``size`` cases, an array element a case.

        ``codes`` has for each variable an array of ``size`` codes.
        """
        sure: Words = np.full(size, self.possible, self.type)
        found = np.empty_like(sure)
        for at, bits in self._determined:
            np.take(bits, codes[at], out=found, mode="clip")
            sure &= found
        if self.determined:
            return sure, sure
        possible = sure.copy()
        sure &= self.type(self.sure)
        for at, sure_of, possible_of in self._open:
            np.take(sure_of, codes[at], out=found, mode="clip")
            sure &= found
            np.take(possible_of, codes[at], out=found, mode="clip")
            possible &= found
        return sure, possible


class RuleWords:
    """Rules over given columns, in order of rank, as words of ``width`` bits."""

    def __init__(
        self,
        rules: Sequence[Iterable[tuple[int, int]]],
        sources: Sequence[ColumnMasks],
        width: int = 64,
    ) -> None:
        self.width = width
        self.words = [
            RuleWord(grid_of(rules[start : start + width], len(sources)), sources)
            for start in range(0, len(rules), width)
        ]
        self.determined = all(word.determined for word in self.words)
        #: Whether one of the rules always holds.
        self.total = any(word.sure for word in self.words)

    def truths(self, codes: Sequence[Codes], size: int) -> list[Truths]:
        """The truth of the rules for ``size`` cases, word by word."""
        return [word.truths(codes, size) for word in self.words]

    def possible_hits(self, truths: Sequence[Truths], *, ranked: bool) -> list[Words]:
        """The rules that may be the hit, see ``SingleHit.possible_hits``.

        ``truths`` and the answer are word by word, an array element a case.
        """
        found = []
        decided: Flags | None = None
        for sure, possible in truths:
            low = sure & -sure
            may = (
                low
                if sure is possible
                else possible & (low | (low - low.dtype.type(1)))
            )
            if decided is not None:
                may = np.where(decided, low.dtype.type(0), may)
            found.append(may)
            holds = sure != 0
            decided = holds if decided is None else decided | holds
        if not ranked and not self.determined and decided is not None:
            return self._only_sure(truths, decided, found)
        return found

    @staticmethod
    def _only_sure(
        truths: Sequence[Truths], decided: Flags, found: Sequence[Words]
    ) -> list[Words]:
        """Without a rank a rule that surely holds leaves no other."""
        return [
            np.where(decided, may & sure, may)
            for may, (sure, _) in zip(found, truths, strict=True)
        ]

    def places(self, numbers: Iterable[int]) -> list[tuple[int, int]]:
        """Rules, by their place in the order of rank, as words and bits of them."""
        bits: dict[int, int] = {}
        for number in numbers:
            word, bit = divmod(number, self.width)
            bits[word] = bits.get(word, 0) | 1 << bit
        return list(bits.items())


def any_of(words: Sequence[Words], places: Iterable[tuple[int, int]]) -> Flags:
    """In which cases one of the rules at ``places`` is in the bit sets.

    ``words`` holds an array for each word; the answer has a flag for each case.
    """
    found: Flags | None = None
    for word, bits in places:
        flags = (words[word] & words[word].dtype.type(bits)) != 0
        found = flags if found is None else found | flags
    return np.zeros(words[0].shape, np.bool_) if found is None else found


def slices(size: int) -> Iterator[slice]:
    """``size`` cases in slices of ``SLICE``, the last one shorter."""
    for start in range(0, size, SLICE):
        yield slice(start, min(start + SLICE, size))


def column_masks(var: Variable, column: EncodedColumn) -> ColumnMasks:
    """The regions that each statement of a column leaves; nothing is presumed."""
    return ColumnMasks(
        [statement_mask(var, statement) for statement in column.statements], column.used
    )


def statement_mask(var: Variable, statement: Any) -> int:
    """The mask of the regions left by an answer, by one of several, or by none known.

    A value that this ruleset's fact does not allow leaves every region: such a case is
    marked as invalid elsewhere.
    """
    if statement is None or statement == ():
        return var.everything
    if isinstance(statement, AnswerSet):
        known = fits(var.fact, statement)
        return var.touched(statement) if known else var.everything
    mask = 0
    for value in statement if isinstance(statement, tuple) else (statement,):
        read = var.fact.read(value)
        mask |= 0 if read is None else var.mask_of(read)
    return mask or var.everything
