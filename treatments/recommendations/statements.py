"""What people decided and said about advice, read for page and report."""

from collections.abc import Iterable
from dataclasses import dataclass

from treatments.engine import Ruleset
from treatments.models import Decision, Recommendation, Review
from treatments.presentation.disputes import SpokenRule, disputed
from treatments.recommendations.kinds import (
    Kind,
    contradiction,
    kind_of,
    stored_contradiction,
)
from treatments.recommendations.what_changed import WhatChanged, what_changed


@dataclass(frozen=True, slots=True)
class ReadDecision:
    """A decision with its words. `contradicts` is said where it is not empty."""

    row: Decision
    option: str
    disputes: tuple[SpokenRule, ...]
    contradicts: str

    @property
    def waits(self) -> str:
        """Until when or what for it was deferred; "" where neither was said."""
        until, what = self.row.deferred_until, self.row.deferred_for
        parts = (f"until {until:%Y-%m-%d}" if until else "", what and f"for {what}")
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class ReadReview:
    """A review with the rules that it disputes."""

    row: Review
    disputes: tuple[SpokenRule, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The advice that came before, what was decided on it, and what changed since.

    `kind` is what the same choice is on the advice of today; "" where there is nothing
    to keep: it was deferred, or accepted a pathway that is no longer advised.
    """

    advice: Recommendation
    decision: ReadDecision | None
    changed: WhatChanged
    kind: str

    @property
    def kind_words(self) -> str:
        """`kind` in a word."""
        return str(Kind(self.kind).label).lower() if self.kind else ""

    @property
    def is_other_kind(self) -> bool:
        """Whether the same choice would be another kind of decision today."""
        if self.decision is None or not self.kind:
            return False
        return self.kind != self.decision.row.outcome


def read_decision(decision: Decision, advice: Recommendation) -> ReadDecision:
    """One decision on some advice, under the rules of that advice."""
    ruleset = advice.ruleset.ruleset
    return ReadDecision(
        decision,
        _option(decision, ruleset),
        disputed(decision.disputed_rules, ruleset),
        stored_contradiction(decision, advice),
    )


def read_reviews(reviews: Iterable[Review], ruleset: Ruleset) -> list[ReadReview]:
    """The reviews in the order given."""
    return [ReadReview(r, disputed(r.disputed_rules, ruleset)) for r in reviews]


def earlier_of(recommendation: Recommendation) -> Earlier | None:
    """What came before this advice on its case: that which was decided on last, else
    that which was given last; None where this is the first.
    """
    encounter = recommendation.encounter
    before = Recommendation.objects.earlier_than(
        encounter.case_uid, encounter.version, recommendation.created_at
    )
    advice = before.select_related("encounter", "ruleset").defer("ruleset__document")
    decided = advice.filter(decisions__isnull=False).first()
    found = decided or advice.first()
    if found is None:
        return None
    decision = found.decisions.select_related("decided_by").first() if decided else None
    return Earlier(
        advice=found,
        decision=read_decision(decision, found) if decision else None,
        changed=what_changed(found, recommendation),
        kind=_kind_today(decision, recommendation) if decision else "",
    )


def _option(decision: Decision, ruleset: Ruleset) -> str:
    """What is done, in words; "" where nothing is decided yet."""
    if decision.treatment:
        treatment = ruleset.treatments.get(decision.treatment)
        return treatment.title if treatment else decision.treatment
    words = {
        Kind.ACCEPTED: "The pathway that is advised",
        Kind.OVERRIDDEN: "No treatment of the ladder",
    }
    return words.get(Kind(decision.outcome), "")


def _kind_today(decision: Decision, advice: Recommendation) -> str:
    """The kind of the same choice on other advice; "" where it is none there."""
    if decision.outcome == Kind.DEFERRED:
        return ""
    evaluation = advice.evaluation_document
    if decision.treatment:
        return str(kind_of(evaluation, decision.treatment))
    kind = str(decision.outcome)
    return "" if contradiction(evaluation, kind, "") else kind
