"""A recommendation as its reader sees it: the parts, and what follows from them."""

import datetime
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from treatments.engine.ruleset.enums import (
    Disposition,
    Indicator,
    OptionStatus,
    Urgency,
)
from treatments.presentation.case_summary import (
    Item,
    Summary,
)
from treatments.presentation.ladder import Drawing
from treatments.presentation.next_steps import NextStep, conflict_steps, next_steps
from treatments.presentation.sensitivity import Sensitivity, WhyNot
from treatments.presentation.what_is_left import WhatIsLeft
from treatments.presentation.words import (
    EFFECT_SIGNS,
    EFFECT_WORDS,
    RESERVATION_WORDS,
    STATUS_WORDS,
    WOULD_WORDS,
    AnyEffect,
    AnyUrgency,
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A source; `to_be_verified` where nobody has read it against the figure yet."""

    id: str
    text: str
    to_be_verified: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule with everything that it rests on.

    `told` is what it says to the reader, where it does more than judge an option.
    An open rule has not fired, and might: `waits_for` names the facts that decide.
    """

    rule: str
    text: str
    effect: AnyEffect
    strength: str
    certainty: str
    owner: str
    review_by: datetime.date | None
    is_overdue: bool
    citations: tuple[Citation, ...]
    told: str
    is_open: bool
    waits_for: tuple[Item, ...]

    @property
    def state(self) -> OptionStatus | AnyEffect:
        """Which sign it has: that of its effect, or undetermined."""
        if self.is_open:
            return OptionStatus.UNDETERMINED
        return EFFECT_SIGNS.get(self.effect, self.effect)

    @property
    def effect_words(self) -> str:
        """What the rule does to the option, or would do if it held."""
        words = WOULD_WORDS if self.is_open else EFFECT_WORDS
        return words[self.effect] if self.effect else ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the rule tells the reader, a step a sentence."""
        return tuple(re.split(r"(?<=[.!?])\s+(?=[A-Z])", self.told))


@dataclass(frozen=True, slots=True)
class TreatmentOption:
    """A treatment in this case: its status, its reasons, and what it is."""

    code: str
    title: str
    rung: str
    rung_title: str
    status: OptionStatus
    summary: str
    advantages: tuple[str, ...]
    disadvantages: tuple[str, ...]
    sources: tuple[str, ...]
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    undetermined: tuple[Reason, ...]
    why_not: WhyNot | None = None
    reservations: str = ""

    @property
    def is_advised(self) -> bool:
        """Whether it is the one option that is advised."""
        return self.status is OptionStatus.RECOMMENDED

    @property
    def word(self) -> str:
        """Its status; a reservation that chooses between no operations is said so."""
        shared = RESERVATION_WORDS.get(self.reservations, "")
        word = STATUS_WORDS[self.status]
        is_shared = shared and self.status == OptionStatus.CAUTION
        return f"{word}, {shared}" if is_shared else word


@dataclass(frozen=True, slots=True)
class RungOptions:
    """A rung with its options; a rung of one option needs no heading of its own."""

    title: str
    options: tuple[TreatmentOption, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """What must not be missed, with the rule that says it."""

    indicator: Indicator
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class CaseProblem:
    """An error of the case document, at the fact it names where it names one."""

    message: str
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not known, by what knowing it could do to the advice."""

    blocks: tuple[Item, ...]
    could_change: tuple[Item, ...]
    not_determined: tuple[Item, ...]
    cannot_change: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class AdvisedReferral:
    """Where nothing on offer fits: what a centre could offer, and what is said."""

    options: tuple[TreatmentOption, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommendation, read."""

    disposition: Disposition
    urgency: AnyUrgency
    recommended: TreatmentOption | None
    options: tuple[TreatmentOption, ...]
    robust: bool | None
    summary: Summary
    assumed: tuple[Item, ...]
    missing: Missing
    alerts: tuple[Alert, ...]
    triage: tuple[Reason, ...]
    urgency_reasons: tuple[Reason, ...]
    grounds: tuple[Reason, ...]
    red_flags: tuple[Item, ...]
    problems: tuple[CaseProblem, ...]
    drawing: Drawing | None
    version: str
    exploration: Sensitivity | None = None
    not_said: Mapping[str, str] = field(default_factory=dict)
    referral: AdvisedReferral | None = None
    left: WhatIsLeft | None = None

    @property
    def is_at_least(self) -> bool:
        """Whether the urgency is the least that is certain, and it may be worse.

        An older evaluation says so only where no answer could be given.
        """
        if self.left is not None:
            return self.left.is_at_least
        is_open = self.disposition is Disposition.INSUFFICIENT_DATA
        return is_open and self.urgency not in ("", Urgency.ELECTIVE)

    @property
    def assumed_with_note(self) -> tuple[Item, ...]:
        """What is assumed for a reason that the rules give."""
        return tuple(item for item in self.assumed if item.note)

    @property
    def also_missing(self) -> Missing:
        """What is missing beside the questions that are asked in their order."""
        asked = self.exploration.asked if self.exploration else frozenset()
        groups = (
            tuple(item for item in group if (item.name, item.level) not in asked)
            for group in (
                self.missing.blocks,
                self.missing.could_change,
                self.missing.not_determined,
                self.missing.cannot_change,
            )
        )
        return Missing(*groups)

    @property
    def rungs(self) -> tuple[RungOptions, ...]:
        """The options by rung, from the least to the most invasive."""
        grouped = itertools.groupby(self.options, key=lambda o: o.rung_title)
        return tuple(RungOptions(title, tuple(found)) for title, found in grouped)

    @property
    def other_alerts(self) -> tuple[Alert, ...]:
        """The alerts that the page does not tell already, as its triage answer."""
        told = {reason.rule for reason in self.triage}
        return tuple(alert for alert in self.alerts if alert.reason.rule not in told)

    @property
    def is_conflict(self) -> bool:
        """The rules contradict each other: the entry is right, the tables are not."""
        return bool(self.problems) and self.disposition is not Disposition.INVALID

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What is to be considered now; nothing where there is a ladder."""
        if self.is_conflict:
            return conflict_steps(self.version)
        return next_steps(self.disposition, self.summary.responsible_level)
