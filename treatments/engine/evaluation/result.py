"""The answer to one case, and its form in the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..asking.worth import Worth
from ..case import CONTRACT, UnknownFact
from ..ruleset.decision_tables import Rule
from ..ruleset.enums import Disposition, OptionStatus, Urgency
from ..ruleset.model import Ruleset
from ..ruleset.presumptions import Presumed
from ..ruleset.unary_tests import UnaryTests, Value
from ..search.targeted import ReachableOutcomes
from .remaining import Remaining

ENGINE_VERSION = "1.3.0"


@dataclass(frozen=True, slots=True)
class Option:
    """One treatment's place: its status and the rules that speak of it.

    ``treatment`` and ``rung`` are codes. ``reasons_for`` and ``reasons_against`` are
    ids of rules that hold; ``undetermined`` has those that wait, each with the names of
    the facts it waits for.
    """

    treatment: str
    rung: str
    status: OptionStatus
    reasons_for: tuple[str, ...] = ()
    reasons_against: tuple[str, ...] = ()
    undetermined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    reservations: str = "none"

    def to_document(self) -> dict[str, Any]:
        """The option as it stands in an evaluation document."""
        return {
            "treatment": self.treatment,
            "rung": self.rung,
            "status": self.status,
            "reasons_for": list(self.reasons_for),
            "reasons_against": list(self.reasons_against),
            "undetermined": [
                {"rule": rule, "facts": list(facts)}
                for rule, facts in self.undetermined
            ],
        }


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """Why a rule holds, fails or waits.

    ``state`` is Kleene's: true, false or undetermined. ``failed`` names the facts whose
    cells fail, ``unknown`` those whose cells are not determined.
    """

    rule: str
    state: Literal["true", "false", "undetermined"]
    failed: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer to one case; :meth:`to_document` gives the contract's form.

    ``recommended`` is a treatment code. ``robust`` is true where every completion of
    the unknown facts gives this outcome, None where that is not known. ``missing`` has
    each unknown fact with its effect: ``blocks``, ``could_change``, ``cannot_change``,
    or None. ``not_said`` has the reason for each part that is null. ``remaining``,
    ``worths``, ``next_question`` and ``asking``, all that is worth asking in its order,
    are for contract 2; :func:`.explore` starts from the worths and :attr:`reachable`.
    """

    ruleset: Ruleset
    case_id: str | None
    disposition: Disposition
    urgency: Urgency | None = None
    recommended: str | None = None
    robust: bool | None = None
    options: tuple[Option, ...] = ()
    missing: tuple[tuple[UnknownFact, str | None], ...] = ()
    assumed: Mapping[str, Presumed] = field(default_factory=dict)
    alerts: tuple[Mapping[str, str], ...] = ()
    derived: Mapping[str, Value | None] = field(default_factory=dict)
    matched_rules: tuple[str, ...] = ()
    errors: tuple[Mapping[str, str], ...] = ()
    not_said: tuple[Mapping[str, str], ...] = ()
    reaching: Callable[[], ReachableOutcomes] | None = field(
        default=None, repr=False, compare=False
    )
    contract: int = CONTRACT
    referral: Mapping[str, Any] | None = None
    remaining: Remaining | None = None
    worths: Mapping[int, Worth] = field(default_factory=dict, repr=False, compare=False)
    next_question: Mapping[str, Any] | None = None
    asking: tuple[UnknownFact, ...] = ()
    assumed_because: Mapping[str, Rule] = field(default_factory=dict, repr=False)
    tracing: Callable[[], Iterable[RuleTrace]] = field(
        default=tuple, repr=False, compare=False
    )

    @property
    def reachable(self) -> ReachableOutcomes | None:
        """The outcomes of the completions, where the responsible level is known."""
        return None if self.reaching is None else self.reaching()

    @property
    def trace(self) -> tuple[RuleTrace, ...]:
        """Every rule of the ruleset, worked out anew each time it is asked for."""
        return tuple(self.tracing())

    def to_document(self) -> dict[str, Any]:
        """The evaluation document, in the contract of the case document."""
        treatment = self.ruleset.treatments.get(self.recommended or "")
        return {
            "contract": self.contract,
            "case_id": self.case_id,
            "ruleset": {
                "id": self.ruleset.id,
                "version": self.ruleset.version,
                "sha256": self.ruleset.sha256,
            },
            "engine_version": ENGINE_VERSION,
            "disposition": self.disposition,
            "urgency": self.urgency,
            "recommended": treatment
            and {"rung": treatment.rung, "treatment": treatment.code},
            "robust": self.robust,
            "options": [self._option_document(option) for option in self.options],
            "missing": [
                {**unknown.to_document(), "effect": effect}
                for unknown, effect in self.missing
            ],
            "assumed": [self._assumed_document(*item) for item in self.assumed.items()],
            "alerts": [dict(alert) for alert in self.alerts],
            "derived": dict(self.derived),
            "matched_rules": list(self.matched_rules),
            "errors": [dict(error) for error in self.errors],
            "not_said": [dict(part) for part in self.not_said],
            **({} if self.referral is None else {"refer": dict(self.referral)}),
            **({} if self.remaining is None else self._left_document(self.remaining)),
        }

    def _left_document(self, left: Remaining) -> dict[str, Any]:
        """What only contract 2 says; a part that does not apply is null there."""
        refer = None if self.referral is None else dict(self.referral)
        question = None if self.next_question is None else dict(self.next_question)
        return {**left.to_document(), "next_question": question, "refer": refer}

    def _option_document(self, option: Option) -> dict[str, Any]:
        document = option.to_document()
        if self.contract > 1:
            document["reservations"] = option.reservations
        return document

    def _assumed_document(self, fact: str, value: Presumed) -> dict[str, Any]:
        """A plain value, or the test of a partial one and why it is presumed."""
        if not isinstance(value, UnaryTests):
            return {"fact": fact, "value": value}
        return {
            "fact": fact,
            "is": value.text,
            "note": self.assumed_because[fact].rationale,
        }
