"""What kind of decision a choice is: it follows from the option, nobody picks it."""

from collections.abc import Mapping
from typing import Any

from treatments.engine.ruleset.enums import Disposition, OptionStatus
from treatments.models import Decision, Recommendation
from treatments.presentation.words import STATUS_WORDS, WEIGHED

Kind = Decision.Outcome

#: There is no ladder to choose from, but there is a pathway that can be accepted.
PATHWAYS = frozenset(
    {Disposition.EMERGENCY, Disposition.DIAGNOSE_FIRST, Disposition.REFER}
)


class DecisionKindError(ValueError):
    """The kind that is claimed is not what the option makes of it."""


def statuses_of(evaluation: Mapping[str, Any]) -> dict[str, OptionStatus]:
    """The status of each treatment, by its code."""
    return {o["treatment"]: OptionStatus(o["status"]) for o in evaluation["options"]}


def left_of(evaluation: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of the few options that are left, where none is advised."""
    return tuple(e["treatment"] for e in evaluation.get("recommended_among") or ())


def kind_of(evaluation: Mapping[str, Any], treatment: str) -> Decision.Outcome:
    """The kind of a decision for this treatment; "" is for none of the ladder.

    Accepted: the advised option, one of several that are left, or the pathway.
    Alternative: another that is suitable, with or without caution.
    Overridden: all else, since the rules speak against it or not for it.
    """
    disposition = evaluation["disposition"]
    if disposition in PATHWAYS:
        return Kind.OVERRIDDEN if treatment else Kind.ACCEPTED
    status = statuses_of(evaluation).get(treatment)
    if status is OptionStatus.RECOMMENDED:
        return Kind.ACCEPTED
    if disposition == Disposition.LADDER and treatment in left_of(evaluation):
        return Kind.ACCEPTED
    return Kind.ALTERNATIVE if status in WEIGHED else Kind.OVERRIDDEN


def contradiction(evaluation: Mapping[str, Any], outcome: str, treatment: str) -> str:
    """Why this kind cannot be that of this treatment; "" where it can.

    A pathway can be declined with no treatment in its place.
    """
    if outcome == Kind.DEFERRED:
        return "Deferred, and yet a treatment is named" if treatment else ""
    kind = kind_of(evaluation, treatment)
    declined = not treatment and outcome == Kind.OVERRIDDEN
    if outcome == kind or (declined and evaluation["disposition"] in PATHWAYS):
        return ""
    claimed = Kind(outcome).label
    if not treatment:
        return f"{claimed}, and yet no treatment of the ladder is named"
    status = statuses_of(evaluation).get(treatment)
    word = STATUS_WORDS[status].lower() if status else "not an option"
    return f"{claimed}, and yet the option is {word} here: that is {kind.label.lower()}"


def stored_contradiction(decision: Decision, advice: Recommendation) -> str:
    """The same of a decision that is stored."""
    evaluation = advice.evaluation_document
    return contradiction(evaluation, decision.outcome, decision.treatment)
