"""What an analysis says of a ruleset: findings, proofs, and the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from ..ruleset.decision_tables import DecisionTable

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
        "never_matters": "a rule without which no complete case is advised otherwise",
        "invariant": "an invariant that some case violates",
        "cut_presumption": "a rule that cuts through a value that is presumed in part",
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
class GapBox:
    """A part of a gap: ``cells`` are those of a row that would fill it.

    ``words`` say them in the words of the facts; ``share`` is its exact part of all
    cases (None: it was given up). ``without_value`` names derived facts that may have
    no value in it, which no cell can say: their own table has a gap.
    """

    cells: Mapping[str, str]
    words: str
    share: Fraction | None
    example: Example
    without_value: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """JSON values alone; ``share`` is a float, for reading."""
        return {
            "cells": dict(self.cells),
            "words": self.words,
            "share": None if self.share is None else float(self.share),
            "example": dict(self.example.document),
            "facts": dict(self.example.facts),
            "without_value": list(self.without_value),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    ``rules`` names the rule concerned first, then those that cause it: of a masked
    rule the rules that take its cases, of a duplicate or a conflict the earlier rule.
    Where two rules concern each other alike (overlap, mergeable) they stand in the
    order of the table. ``share`` is the exact part of the space where a gap is, and
    ``boxes`` are its parts, the largest first; ``is_whole`` is False where there are
    more of them than named. ``invariant`` is the id of the one that is violated, or
    was not decided.
    """

    kind: str
    severity: str
    message: str
    table: str = ""
    rules: tuple[str, ...] = ()
    share: Fraction | None = None
    example: Example | None = None
    boxes: tuple[GapBox, ...] = ()
    is_whole: bool = True
    invariant: str = ""

    def to_document(self) -> dict[str, Any]:
        """JSON values alone; the example is its case document and its facts."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "table": self.table,
            "rules": list(self.rules),
            "message": self.message,
            "share": None if self.share is None else float(self.share),
            "example": self.example and dict(self.example.document),
            "facts": self.example and dict(self.example.facts),
            "boxes": [box.to_document() for box in self.boxes],
            "is_whole": self.is_whole,
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
        """JSON values alone, by the names of the fields."""
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

    After a re-check of one table, ``pending`` names the kinds that were not looked at
    again, ``stale`` the tables that rest on the table and were not either, and
    ``opened`` are gaps of the table where there was none before. ``tables`` are the
    tables as analysed.
    """

    ruleset: str
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...] = ()
    left_out: int = 0
    pending: frozenset[str] = field(default_factory=frozenset)
    stale: frozenset[str] = field(default_factory=frozenset)
    opened: tuple[Finding, ...] = ()
    tables: Mapping[str, DecisionTable] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    @property
    def is_sound(self) -> bool:
        """Whether no finding is an error; warnings may remain."""
        return not self.counts[ERROR]

    def of(self, kind: str) -> tuple[Finding, ...]:
        """The findings of one kind of :data:`KINDS`."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def about(self, rule: str) -> tuple[Finding, ...]:
        """The findings that name a rule, whether it is concerned or a cause."""
        return tuple(finding for finding in self.findings if rule in finding.rules)

    def limited(self, limit: int) -> Analysis:
        """The gravest findings, at most ``limit`` of them."""
        ranked = sorted(self.findings, key=lambda f: SEVERITIES.index(f.severity))
        return replace(
            self,
            findings=tuple(ranked[:limit]),
            left_out=self.left_out + max(len(ranked) - limit, 0),
        )

    def to_document(self) -> dict[str, Any]:
        """JSON values alone; the tables as analysed are left out."""
        return {
            "ruleset": self.ruleset,
            "sound": self.is_sound,
            "counts": dict(self.counts),
            "left_out": self.left_out,
            "pending": sorted(self.pending),
            "stale": sorted(self.stale),
            "opened": [finding.to_document() for finding in self.opened],
            "proofs": [proof.to_document() for proof in self.proofs],
            "findings": [finding.to_document() for finding in self.findings],
        }
