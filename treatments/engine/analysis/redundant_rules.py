"""Rules that never matter: without one, no complete case is advised otherwise.

The advice is the disposition, the urgency, the status of every option on the ladder (a
shared reservation is told from one of its own), and the alerts. A referral and the
bridge hang on these statuses alone. Of a presumption table it is the values presumed,
of a computed one those computed. A rule without which a
single-hit table has a gap matters; one that changes only the words of an answer does
not.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from functools import partial

from ..compiler.bitset import bit_set, members
from ..compiler.program import Program
from ..ruleset.enums import Effect
from ..search.completions import Base, BudgetSpentError
from .findings import Finding
from .row_checks import TableCheck
from .rule_ablation import affected_statements, differing_case
from .satisfiability import Pattern, everything, find_witness
from .table_scope import Allowance, TableScope, ladder_patterns
from .witnesses import ordinary

_STATES_OF_A_GLANCE = 60


class RedundancyCheck(TableCheck):
    """The rules of one table that never matter.

    ``whole`` is the ruleset with all its tables, on which the advice depends; ``scope``
    is the table alone. Rules with an id in ``skip`` are not asked about.
    """

    def __init__(
        self,
        whole: Program,
        scope: TableScope,
        allowance: Allowance,
        skip: Collection[str] = (),
    ) -> None:
        super().__init__(scope, allowance)
        self.whole, self.skip = whole, skip
        self.usual = ordinary(whole)

    def findings(self) -> Iterator[Finding]:
        """A finding for each rule that never matters, with a case in which it holds."""
        for number in self.scope.numbers:
            if self.scope.rule(number).id not in self.skip:
                yield from self._tried(self._never_matters, number)

    def _never_matters(self, number: int) -> Iterator[Finding]:
        if self._matters(number):
            return
        ids = self._ids(number)
        message = f"Without {ids[0]} no complete case is advised otherwise."
        if self.scope.presumes:
            verb = "computed" if self.table.kind == "computed" else "presumed"
            message = f"Without {ids[0]} the same is {verb} of every case."
        goal = Pattern(all_of=1 << number)
        yield from self._shown("never_matters", message, ids, goal)

    def _matters(self, number: int) -> bool:
        kind = self.table.kind
        if kind == "eligibility":
            return self._decides_a_status(number)
        found = (self._witness(goal) is not None for goal in self._other_hits(number))
        if not any(found):
            return False
        if kind not in ("urgency", "derived") or self._leaves_a_gap(number):
            return True
        if kind == "urgency":
            return self._decides_the_urgency(number)
        return self._is_seen(number)

    # -- single-hit tables ------------------------------------------------------------

    def _other_hits(self, number: int) -> Iterator[Pattern]:
        """It is the hit, and the rule that would be the hit instead answers otherwise.

        One goal for each such rule, and one for a case without any other hit.
        """
        hit = self.scope.hit
        assert hit is not None  # noqa: S101
        after = hit.rules[hit.rules.index(number) + 1 :] if hit.ranked else hit.rules
        possible = self._meeting(number)
        own = self.scope.is_hit(number)
        answer = self.scope.answer(number)
        before = 0
        for other in after:
            if other == number or not possible >> other & 1:
                continue
            if self.scope.answer(other) != answer:
                yield own & Pattern(all_of=1 << other, none_of=before)
            before |= 1 << other
        if not self.scope.presumes or answer != self._without_any():
            yield own & Pattern(none_of=before)

    def _without_any(self) -> Hashable:
        """What is presumed where no row holds, as the answer of a rule.

        Nothing is computed there.
        """
        fact = self.scope.ruleset.facts[self.table.output]
        value = fact.presumed if self.table.kind == "presumption" else None
        return frozenset({"value": value}.items())

    def _leaves_a_gap(self, number: int) -> bool:
        """Whether some case has no row without it."""
        others = self.scope.rules & ~(1 << number)
        return self._witness(Pattern(1 << number, others)) is not None

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
            self._witness_in_whole(ladder & self._numbered(goal)) is not None
            for goal in self._other_hits(number)
            for ladder in ladders
        )

    def _is_seen(self, number: int) -> bool:
        """Whether the derived value without it leads to anything else."""
        place = self.whole.numbers[self.scope.rule(number).id]
        at = self.whole.index[self.table.output]
        regions = self.whole.step_of[at].regions
        values = regions[place]
        for other in members(self._meeting(number) & self.scope.rules):
            values |= regions[self.whole.numbers[self.scope.rule(other).id]]
        statements = affected_statements(self.whole, self.table.output, values)
        asks = [
            partial(differing_case, self.whole, place, statement, prefer=self.usual)
            for statement in statements
        ]
        # Most rules are seen in a few states of one statement; a proof that another
        # statement never differs takes thousands. So each is glanced at first.
        open_asks = []
        for ask in asks:
            try:
                if self.allowance.ask(ask, at_most=_STATES_OF_A_GLANCE) is not None:
                    return True
            except BudgetSpentError:
                open_asks.append(ask)
        return any(self.allowance.ask(ask) is not None for ask in open_asks)

    # -- eligibility ----------------------------------------------------------------

    def _decides_a_status(self, number: int) -> bool:
        """Whether some case on the ladder has a status by this rule alone."""
        rule = self.scope.rule(number)
        goals = (
            ladder & self._only_ground(self.whole.numbers[rule.id], code)
            for code in rule.outputs["treatments"]
            for ladder in ladder_patterns(self.whole)
        )
        return any(self._witness_in_whole(goal) is not None for goal in goals)

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
        against |= effects.caution & ~rule
        if effect == Effect.SHARED_CAUTION:
            against |= effects.shared_caution & ~rule
        return Pattern(rule, against, effects.indicated)

    # -- the whole ruleset ------------------------------------------------------------

    def _numbered(self, goal: Pattern) -> Pattern:
        """A pattern of the table alone in the numbers of the whole ruleset."""
        return Pattern(
            self._whole_bits(goal.all_of),
            self._whole_bits(goal.none_of),
            self._whole_bits(goal.any_of),
        )

    def _whole_bits(self, rules: int) -> int:
        return bit_set(
            self.whole.numbers[self.scope.rule(n).id] for n in members(rules)
        )

    def _witness_in_whole(self, goal: Pattern) -> Base | None:
        base = list(everything(self.whole))
        for number in members(goal.all_of):
            for at, accepted in self.whole.cells[number]:
                if at < len(base):
                    base[at] &= accepted
        if not all(base):
            return None
        ask = partial(find_witness, self.whole, goal, base, prefer=self.usual)
        return self.allowance.ask(ask)
