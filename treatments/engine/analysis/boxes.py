"""Rules as boxes of regions: what they leave uncovered, exactly.

A box is one mask of regions for each column. "Does anything of this box escape these
rules?" is a search with unit propagation: a rule that is open in one column alone
takes its regions away from that column, so that a branch is only taken where every
rule is open in two. A column may have a region that no cell accepts, such as
"not known".

A worked example. The cells of a table cut the age into three regions, "under 18", "18
to 64" and "65 or more"; a deficit is there or not. A mask has a bit for each region,
the first region's bit on the right.

>>> young, adult, old = 0b001, 0b010, 0b100
>>> deficit, no_deficit = 0b01, 0b10
>>> AGE, DEFICIT = 0, 1

Rule 0 accepts everybody under 65, rule 1 the old who have a deficit. A cell is a column
with the regions that it accepts; rule 1 has one in both columns.

>>> under_65 = [(AGE, young | adult)]
>>> old_with_deficit = [(AGE, old), (DEFICIT, deficit)]
>>> table = Space([3, 2], [(0, under_65), (1, old_with_deficit)])
>>> states = iter(range(100))
>>> spend = lambda: next(states)

*Is there a gap?* That is: is there a box that neither rule touches? Rule 0 is open in
one column alone, so its regions go from it, and the old are left; then rule 1 is open
in one column alone too, and the deficit goes. No branch was taken, and what is left is
the witness: 65 or more, without a deficit.

>>> gap = table.uncovered(table.everything, table.rules, spend)
>>> gap.box == (old, no_deficit)
True

*Can rule 2, "an adult with a deficit", ever fire in a table of hit policy FIRST?* It
can where some case of its box escapes the rules before it. None does, and ``used``
names the rules that leave nothing: rule 0 alone (bit 0), so rule 2 is masked by it.

>>> masked = table.uncovered((adult, deficit), 0b011, spend)
>>> masked.box is None, bin(masked.used)
(True, '0b1')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..compiler.bitset import lowest, members

Box = tuple[int, ...]
Cells = Iterable[tuple[int, int]]
Spend = Callable[[], None]


class Uncovered(NamedTuple):
    """What a search found: a ``box`` that no rule touches, or the proof of none.

    ``used`` are the rules, as bits, that took part: where ``box`` is None, they alone
    leave nothing; there may be fewer that do.
    """

    box: Box | None
    used: int


class Space:
    """Columns of so many regions each, and rules by number, each a box in them.

    Rules are bit sets throughout: bit n is the rule with the number n.
    """

    def __init__(
        self, sizes: Sequence[int], rules: Iterable[tuple[int, Cells]]
    ) -> None:
        self.everything: Box = tuple((1 << size) - 1 for size in sizes)
        #: The columns that some rule tests.
        self.columns: list[int] = []
        self.rules = 0
        self.accepted: list[dict[int, int]] = [{} for _ in sizes]
        self._tested = [0 for _ in sizes]
        self._accepting = [[0] * size for size in sizes]
        #: By the regions left of a column: the rules that accept some, and all.
        self._known: list[dict[int, tuple[int, int]]] = [{} for _ in sizes]
        for number, cells in rules:
            self.add(number, cells)

    def add(self, number: int, cells: Cells) -> None:
        """One more rule; columns without a cell accept every region."""
        bit = 1 << number
        self.rules |= bit
        for at, accepted in cells:
            if not self._tested[at]:
                self.columns.append(at)
            self.accepted[at][number] = accepted
            self._tested[at] |= bit
            for region in members(accepted):
                self._accepting[at][region] |= bit
        for known in self._known:
            known.clear()

    def accepting(self, at: int, region: int) -> int:
        """The rules that accept a region of a column."""
        return self.rules & ~self._tested[at] | self._accepting[at][region]

    def tested(self, at: int) -> int:
        """The rules with a cell in a column."""
        return self._tested[at]

    def meeting(self, box: Box) -> int:
        """The rules that some case of the box satisfies."""
        found = self.rules
        for at in self.columns:
            found &= self._meets(at, box[at])
        return found

    def covering(self, box: Box) -> int:
        """The rules that every case of the box satisfies."""
        found = self.rules
        for at in self.columns:
            found &= self._covers(at, box[at])
        return found

    def uncovered(
        self,
        box: Box,
        rules: int,
        spend: Spend,
        *,
        greedy: bool = False,
    ) -> Uncovered:
        """A part of the box that none of the rules touches, if there is any.

        ``greedy`` looks first into the region that most rules leave out: sooner there
        where much escapes. ``spend`` is called for each branch, and may raise.
        """
        used = 0
        stack = [list(box)]
        while stack:
            masks = stack.pop()
            spend()
            alive, pairs, taken = self._propagated(masks, rules)
            used |= taken
            if alive == 0:
                return Uncovered(tuple(masks), 0)
            if alive > 0 and greedy:
                stack.extend(self._least(masks, alive))
                used |= alive
            elif alive > 0:
                number = lowest(pairs or alive)
                used |= 1 << number
                stack.extend(self._halves(masks, number))
        return Uncovered(None, used)

    def widened(self, box: Box, rules: int, within: Box | None = None) -> Box:
        """The box made as large as the rules leave room for, few columns cut."""
        whole = within or self.everything
        masks = list(box)
        order = sorted(self.columns, key=lambda at: self._tested[at].bit_count())
        for at in order:
            others = rules
            for other in self.columns:
                if other != at:
                    others &= self._meets(other, masks[other])
            taken = 0
            for number in members(others & self._tested[at]):
                taken |= self.accepted[at][number]
            if not others & ~self._tested[at]:
                masks[at] = whole[at] & ~taken
        return tuple(masks)

    def close(self, box: Box) -> None:
        """Nothing of the box counts as uncovered from now on.

        It becomes one more rule, with a number of its own above all others.
        """
        cells = enumerate(box)
        self.add(
            self.rules.bit_length(),
            [(at, mask) for at, mask in cells if mask != self.everything[at]],
        )

    # -- the search -----------------------------------------------------------------

    def _propagated(self, masks: list[int], rules: int) -> tuple[int, int, int]:
        """Narrow the masks to what the rules leave of them.

        Returns:
            the rules still in the way (-1: nothing is left), those of them that are
            open in two columns, and the rules that took something.
        """
        taken = 0
        while True:
            alive = none = rules
            one = two = 0
            narrow: list[tuple[int, int]] = []
            # Each rule is counted over the columns in which it is open: none, one or
            # two (which stands for more), each a bit set, so that a column moves all
            # its rules up by one in a few operations.
            for at in self.columns:
                mask = masks[at]
                met, full = self._known[at].get(mask) or self._look_up(at, mask)
                alive &= met
                if alive & ~full:
                    two = two & full | one & ~full
                    one = one & full | none & ~full
                    none &= full
                    narrow.append((at, full))
            none, one = none & alive, one & alive
            if none:
                return -1, 0, taken | none & -none
            if not one:
                return alive, two & alive, taken
            taken |= one
            for at, full in narrow:
                if one & ~full:
                    accepted = self.accepted[at]
                    for number in members(one & ~full):
                        masks[at] &= ~accepted[number]
                    if not masks[at]:
                        return -1, 0, taken

    def _halves(self, masks: list[int], number: int) -> list[list[int]]:
        """Within a rule's cell, and outside of it; the last is looked into first."""
        at = next(
            at for at in self.columns if not self._covers(at, masks[at]) >> number & 1
        )
        return _split(masks, at, masks[at] & ~self.accepted[at][number])

    def _least(self, masks: list[int], alive: int) -> list[list[int]]:
        """The region that the fewest rules accept apart from those beside it."""
        _, at, region = min(
            ((alive & self.accepting(at, region)).bit_count(), at, region)
            for at in self.columns
            if alive & ~self._covers(at, masks[at])
            for region in members(masks[at])
        )
        return _split(masks, at, 1 << region)

    def _meets(self, at: int, mask: int) -> int:
        """The rules that accept some of these regions."""
        return (self._known[at].get(mask) or self._look_up(at, mask))[0]

    def _covers(self, at: int, mask: int) -> int:
        """The rules that accept all of these regions."""
        return (self._known[at].get(mask) or self._look_up(at, mask))[1]

    def _look_up(self, at: int, mask: int) -> tuple[int, int]:
        any_, all_ = 0, self._tested[at]
        for region in members(mask):
            any_ |= self._accepting[at][region]
            all_ &= self._accepting[at][region]
        rest = self.rules & ~self._tested[at]
        found = self._known[at][mask] = any_ | rest, all_ | rest
        return found


def _split(masks: list[int], at: int, part: int) -> list[list[int]]:
    """What is left of a column beside a part of it, and the part."""
    halves = []
    for mask in (masks[at] & ~part, part):
        half = masks.copy()
        half[at] = mask
        halves.append(half)
    return halves
