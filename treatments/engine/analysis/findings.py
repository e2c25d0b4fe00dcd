"""What an analysis says of a ruleset: findings, proofs, and the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES = (ERROR, WARNING, INFO)

#: What there is to find, and what it means.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "refused": "the loader refuses the document",
        "source_missing": "a rule cites nothing, or nothing that is verified",
        "gap": "cases that no rule of a single-hit table matches",
        "overlap": "rules that hold together and contradict under the hit policy",
        "conflict": "the same cells, and answers that exclude each other",
        "masked": "a rule that can never be the hit, or never fire",
        "duplicate": "the same cells and the same answer twice",
        "mergeable": "two rules that differ in one column and could be one",
        "never_matters": "a rule without which its table says the same of every case",
        "invariant": "an invariant that some case violates",
        "no_advice": "cases on the ladder for which no option has an indication",
        "unused_fact": "a fact that nothing looks at",
        "overdue": "a rule past its review date",
        "undecided": "a question that was given up within the budget",
    }
)

#: The kinds that depend on one table and the derived tables it rests on.
TABLE_KINDS = frozenset(
    {"gap", "overlap", "conflict", "masked", "duplicate", "mergeable"}
)

PROVED, VIOLATED, NOT_DECIDED = "proved", "violated", "not decided"


@dataclass(frozen=True, slots=True)
class Example:
    """A case document that shows the finding; ``facts`` are the ones that matter."""

    document: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``share`` is the exact part of the space where a gap is."""

    kind: str
    severity: str
    message: str
    table: str = ""
    rules: tuple[str, ...] = ()
    share: Fraction | None = None
    example: Example | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "severity": self.severity,
            "table": self.table,
            "rules": list(self.rules),
            "message": self.message,
            "share": None if self.share is None else float(self.share),
            "example": self.example and dict(self.example.document),
            "facts": self.example and dict(self.example.facts),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """How far an invariant is proved.

    ``complete``: over every complete case. ``partial``: over every case, whatever is
    not known. ``anywhere``: the same, whichever treatments are not on offer.
    """

    invariant: str
    title: str
    complete: str
    partial: str
    anywhere: str

    def to_document(self) -> dict[str, str]:
        return {
            "invariant": self.invariant,
            "title": self.title,
            "complete": self.complete,
            "partial": self.partial,
            "anywhere": self.anywhere,
        }


@dataclass(frozen=True, slots=True)
class Analysis:
    """All findings (no more than ``limit``), the proofs, and what was left out.

    ``pending`` names the kinds that a re-check of one rule did not look at again.
    """

    ruleset: str
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...] = ()
    left_out: int = 0
    pending: frozenset[str] = field(default_factory=frozenset)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    @property
    def is_sound(self) -> bool:
        return not self.counts[ERROR]

    def of(self, kind: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def limited(self, limit: int) -> Analysis:
        """The gravest findings, at most ``limit`` of them."""
        ranked = sorted(self.findings, key=lambda f: SEVERITIES.index(f.severity))
        return replace(
            self,
            findings=tuple(ranked[:limit]),
            left_out=self.left_out + max(len(ranked) - limit, 0),
        )

    def to_document(self) -> dict[str, Any]:
        return {
            "ruleset": self.ruleset,
            "sound": self.is_sound,
            "counts": dict(self.counts),
            "left_out": self.left_out,
            "pending": sorted(self.pending),
            "proofs": [proof.to_document() for proof in self.proofs],
            "findings": [finding.to_document() for finding in self.findings],
        }
