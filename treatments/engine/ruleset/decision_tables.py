"""The rows of a ruleset: decision tables, rules, treatments, sources."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .unary_tests import UnaryTests, Value

#: A computed table settles what follows from known facts; a presumption fills what is
#: unknown for the advice alone.
KINDS = (
    "computed",
    "presumption",
    "derived",
    "triage",
    "urgency",
    "eligibility",
    "alert",
)
SINGLE_HIT = ("UNIQUE", "FIRST", "PRIORITY", "ANY")
MULTIPLE_HIT = ("COLLECT", "RULE ORDER")
HIT_POLICIES = SINGLE_HIT + MULTIPLE_HIT

#: What the rules of each kind of table say, beside their grounds.
OUTPUTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "computed": ("value",),
        "presumption": ("value",),
        "derived": ("value",),
        "triage": ("disposition", "urgency", "text"),
        "urgency": ("urgency", "text"),
        "eligibility": ("treatments", "effect"),
        "alert": ("indicator", "text"),
    }
)
STRENGTHS = ("strong", "conditional")
CERTAINTIES = ("high", "moderate", "low", "very low")


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder."""

    code: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment, with what speaks for and against it in general."""

    code: str
    rung: str
    title: str
    summary: str
    advantages: tuple[str, ...]
    disadvantages: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A citation. ``confidence`` R means that it is still to be verified."""

    id: str
    topic: str
    citation: str
    confidence: str
    certainty: str
    note: str

    @property
    def to_be_verified(self) -> bool:
        """Whether nobody has held the citation against its source yet."""
        return "R" in self.confidence.split("/") or self.confidence == "V-cit"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a decision table; ``cells`` leaves out the ones that accept any."""

    id: str
    table: str
    cells: Mapping[str, UnaryTests]
    outputs: Mapping[str, Any]
    rationale: str
    sources: tuple[str, ...]
    strength: str
    certainty: str
    owner: str
    review_by: datetime.date | None


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A DMN decision table. ``output`` names the fact of a derived one."""

    id: str
    kind: str
    title: str
    description: str
    hit_policy: str
    inputs: tuple[str, ...]
    output: str
    rules: tuple[Rule, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what its rules say, as :data:`OUTPUTS` has them."""
        return OUTPUTS[self.kind]


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold in every case: when all of ``when``, then all of ``then``."""

    id: str
    title: str
    when: Mapping[str, UnaryTests]
    then: Mapping[str, UnaryTests]
    sources: tuple[str, ...]

    def holds(self, known: Mapping[str, Value | None]) -> bool:
        """Whether it holds for these values of facts and outcomes.

        A ``when`` over an unknown value does not apply; a ``then`` over None
        (no recommendation, say) holds where the test is a negation.
        """
        for name, cell in self.when.items():
            value = known.get(name)
            if value is None or not cell.accepts(value):
                return True
        for name, cell in self.then.items():
            value = known.get(name)
            if not (cell.negated if value is None else cell.accepts(value)):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Referral:
    """What is said where a case is referred: today, or as the urgency allows."""

    rule: Rule
    text: str
    urgent_text: str


@dataclass(frozen=True, slots=True)
class Selection:
    """How one option is chosen: the order of preference, and the last resort.

    Where ``refer`` is given a case for which nothing on offer fits is referred, if
    something that is not on offer does; ``bridge`` is a treatment that is chosen only
    when neither an operation nor a referral has a reason. Without them (rulesets of
    before) an option that is not on offer is passed over in silence.
    """

    order: tuple[str, ...]
    last_resort: Rule
    last_resort_treatment: str
    bridge: str = ""
    refer: Referral | None = None
