"""Rules that never matter: without one, no complete case is advised otherwise.

The advice is the disposition, the urgency, the status of every option on the ladder,
and the alerts; of a presumption table, the values presumed. A rule without which a
table of one answer has a gap matters; one that changes only the words in which the same
is said does not.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from functools import partial

from ..compiler.bitset import bit_set, members
from ..compiler.program import Program
from ..ruleset.enums import Effect
from ..search.completions import Base
from .findings import Finding
from .row_checks import TableCheck
from .rule_ablation import differs, said_of
from .satisfiability import Pattern, everything, find
from .table_scope import Allowance, Part, ladder_patterns
from .witnesses import ordinary


class MatterCheck(TableCheck):
    """The rules of one table that never matter; ``skip`` are those known to be idle."""

    def __init__(
        self,
        whole: Program,
        part: Part,
        allowance: Allowance,
        skip: Collection[str] = (),
    ) -> None:
        super().__init__(part, allowance)
        self.whole, self.skip = whole, skip
        self.usual = ordinary(whole)

    def findings(self) -> Iterator[Finding]:
        for number in self.part.numbers:
            if self.part.rule(number).id not in self.skip:
                yield from self._tried(self._never_matters, number)

    def _never_matters(self, number: int) -> Iterator[Finding]:
        if self._matters(number):
            return
        ids = self._ids(number)
        message = f"Without {ids[0]} no complete case is advised otherwise."
        if self.part.presumes:
            message = f"Without {ids[0]} the same is presumed of every case."
        goal = Pattern(all_of=1 << number)
        yield from self._shown("never_matters", message, ids, goal)

    def _matters(self, number: int) -> bool:
        kind = self.table.kind
        if kind == "eligibility":
            return self._decides_a_status(number)
        found = (self._find(goal) is not None for goal in self._other_hits(number))
        if not any(found):
            return False
        if kind not in ("urgency", "derived") or self._leaves_a_gap(number):
            return True
        if kind == "urgency":
            return self._decides_the_urgency(number)
        return self._is_seen(number)

    # -- tables of which one row answers ----------------------------------------------

    def _other_hits(self, number: int) -> Iterator[Pattern]:
        """It is the hit, and what would be instead says otherwise."""
        hit = self.part.hit
        assert hit is not None  # noqa: S101
        after = hit.rules[hit.rules.index(number) + 1 :] if hit.ranked else hit.rules
        possible = self._meeting(number)
        own = self.part.is_hit(number)
        answer = self.part.answer(number)
        before = 0
        for other in after:
            if other == number or not possible >> other & 1:
                continue
            if self.part.answer(other) != answer:
                yield own & Pattern(all_of=1 << other, none_of=before)
            before |= 1 << other
        if not self.part.presumes or answer != self._without_any():
            yield own & Pattern(none_of=before)

    def _without_any(self) -> Hashable:
        """What is presumed where no row holds, as the answer of a rule."""
        fact = self.part.ruleset.facts[self.table.output]
        return frozenset({"value": fact.presumed}.items())

    def _leaves_a_gap(self, number: int) -> bool:
        """Whether some case has no row without it."""
        others = self.part.rules & ~(1 << number)
        return self._find(Pattern(1 << number, others)) is not None

    def _decides_the_urgency(self, number: int) -> bool:
        """Whether it does so for a case on the ladder."""
        ladders = [
            ladder
            for ladder in ladder_patterns(self.whole)
            if any(
                self.whole.rules[n].outputs["urgency"] == "-"
                for n in members(ladder.all_of)
            )
        ]
        return any(
            self._find_whole(ladder & self._numbered(goal)) is not None
            for goal in self._other_hits(number)
            for ladder in ladders
        )

    def _is_seen(self, number: int) -> bool:
        """Whether the derived value without it leads to anything else."""
        place = self.whole.numbers[self.part.rule(number).id]
        at = self.whole.index[self.table.output]
        regions = self.whole.step_of[at].regions
        values = regions[place]
        for other in members(self._meeting(number) & self.part.rules):
            values |= regions[self.whole.numbers[self.part.rule(other).id]]
        for said in said_of(self.whole, self.table.output, values):
            ask = partial(differs, self.whole, place, said, prefer=self.usual)
            if self.allowance.ask(ask) is not None:
                return True
        return False

    # -- eligibility ----------------------------------------------------------------

    def _decides_a_status(self, number: int) -> bool:
        """Whether some case on the ladder has a status by this rule alone."""
        rule = self.part.rule(number)
        goals = (
            ladder & self._only_ground(self.whole.numbers[rule.id], code)
            for code in rule.outputs["treatments"]
            for ladder in ladder_patterns(self.whole)
        )
        return any(self._find_whole(goal) is not None for goal in goals)

    def _only_ground(self, number: int, code: str) -> Pattern:
        """No other rule gives the treatment the status that this one does."""
        effects = self.whole.effects[code]
        rule = 1 << number
        effect = self.whole.rules[number].outputs["effect"]
        against = effects.contraindicated
        if effect == Effect.CONTRAINDICATED:
            return Pattern(rule, against & ~rule)
        if effect == Effect.UNSUITABLE:
            return Pattern(rule, against | effects.unsuitable & ~rule)
        against |= effects.unsuitable
        if effect == Effect.INDICATED:
            return Pattern(rule, against | effects.indicated & ~rule)
        return Pattern(rule, against | effects.caution & ~rule, effects.indicated)

    # -- the whole ruleset ------------------------------------------------------------

    def _numbered(self, goal: Pattern) -> Pattern:
        """A pattern of the part in the numbers of the whole ruleset."""
        return Pattern(
            self._whole_bits(goal.all_of),
            self._whole_bits(goal.none_of),
            self._whole_bits(goal.any_of),
        )

    def _whole_bits(self, rules: int) -> int:
        return bit_set(self.whole.numbers[self.part.rule(n).id] for n in members(rules))

    def _find_whole(self, goal: Pattern) -> Base | None:
        base = list(everything(self.whole))
        for number in members(goal.all_of):
            for at, accepted in self.whole.cells[number]:
                if at < len(base):
                    base[at] &= accepted
        if not all(base):
            return None
        ask = partial(find, self.whole, goal, base, prefer=self.usual)
        return self.allowance.ask(ask)
