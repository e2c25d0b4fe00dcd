"""Everything a report prints, as plain values.

`freeze` makes a `ReportContext` of a recommendation's rows; the row `Report.content`
keeps it as JSON; `render` turns it into a PDF. Nothing here knows the database.
"""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PrintedEntry:
    """One labelled value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PrintedSection:
    """A clinical section of the case, as a note: values, then yes and no answers."""

    title: str
    measured: tuple[PrintedEntry, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedUnknowns:
    """Facts not known, by what they could do to the advice."""

    title: str
    labels: tuple[str, ...]
    matters: bool


@dataclass(frozen=True, slots=True)
class PrintedReason:
    """A rule that fired, in its own words; `effect` is empty outside eligibility."""

    effect: str
    text: str
    rule: str
    strength: str
    certainty: str
    sources: tuple[str, ...]
    overdue: str


@dataclass(frozen=True, slots=True)
class PrintedOption:
    """One treatment, or several of a rung that share status and reasons.

    `why_not` is empty for the first option, where the open rules say it already, and
    in reports that were made before there was one.
    """

    titles: tuple[str, ...]
    rung: str
    status: str
    status_text: str
    reasons: tuple[PrintedReason, ...]
    open_rules: tuple[str, ...]
    open_facts: tuple[str, ...]
    advantages: tuple[str, ...]
    disadvantages: tuple[str, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class PrintedChip:
    """One treatment in the drawing of the ladder."""

    title: str
    status: str
    word: str


@dataclass(frozen=True, slots=True)
class PrintedRung:
    """A rung of the drawing, with its treatments."""

    title: str
    chips: tuple[PrintedChip, ...]


@dataclass(frozen=True, slots=True)
class PrintedAlert:
    """What must not be missed, and the rule that says it."""

    indicator: str
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class PrintedCitation:
    """A source; ``to_be_verified`` where nobody has read it against its figure."""

    id: str
    text: str
    to_be_verified: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """A resident's review."""

    reviewer: str
    verdict: str
    reason: str
    note: str
    at: str
    disputes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedDecision:
    """What was decided, and why: it leads the report. `option` is empty where nothing
    is decided yet, and `kind` where nothing is recorded."""

    kind: str
    option: str
    waits: str
    reason: str
    disputes: tuple[str, ...]
    contradicts: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class PrintedEarlier:
    """The advice before, the decision on it, and what changed since."""

    version: str
    decision: PrintedDecision | None
    advice: str
    cause: str
    changes: tuple[PrintedEntry, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A JSON document that travels inside the PDF."""

    name: str
    description: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Header:
    """Who, what and when."""

    reference: str
    status: str
    status_text: str
    status_note: str
    queued_at: str
    printed_at: str
    requested_by: str
    team: str
    patient: str
    identifier: str
    birth_date: str
    sex: str
    case_version: str
    occurred_on: str
    evaluated_at: str
    responsible_level: str
    decider: str
    decision: str
    decision_note: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the advice rests on."""

    ruleset: str
    version: str
    sha256: str
    sign_off: str
    engine_version: str
    intended_use: str


@dataclass(frozen=True, slots=True)
class ReportContext:
    """All printed values. `disposition` chooses the first page.

    Without `decided` it is a report of before, in which the advice led: it prints as
    it did, to the same bytes.
    """

    header: Header
    disposition: str
    urgency: str
    urgency_text: str
    headline: str
    lead: str
    next_steps: tuple[str, ...]
    robust: str
    grounds: tuple[PrintedReason, ...]
    alerts: tuple[PrintedAlert, ...]
    problems: tuple[str, ...]
    rungs: tuple[PrintedRung, ...]
    ladder_text: str
    advised: PrintedOption | None
    options: tuple[PrintedOption, ...]
    sections: tuple[PrintedSection, ...]
    unknown: tuple[PrintedUnknowns, ...]
    assumed: tuple[PrintedEntry, ...]
    to_ask: tuple[PrintedEntry, ...]
    changes: tuple[PrintedEntry, ...]
    derived: tuple[PrintedEntry, ...]
    note: str
    reviews: tuple[Opinion, ...]
    citations: tuple[PrintedCitation, ...]
    provenance: Provenance
    substitutions: bool
    attachments: tuple[Attachment, ...]
    why_none: tuple[PrintedEntry, ...] = ()
    referred: tuple[PrintedOption, ...] = ()
    assumed_because: tuple[PrintedEntry, ...] = ()
    at_least: bool = False
    bounds: str = ""
    among: tuple[PrintedEntry, ...] = ()
    decided: PrintedDecision | None = None
    earlier: PrintedEarlier | None = None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON types, for `Report.content`."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> ReportContext:
        """The values of a stored report; older ones lack the newest fields.

        Raises:
            KeyError: a value is missing that has no default.
        """
        return _read(cls, document)


def _read(kind: Any, value: Any) -> Any:
    """Rebuild a dataclass from its JSON; a missing key without a default value is a
    KeyError."""
    if typing.get_origin(kind) is types.UnionType:
        kind = typing.get_args(kind)[0]
        return None if value is None else _read(kind, value)
    if typing.get_origin(kind) is tuple:
        item = typing.get_args(kind)[0]
        return tuple(_read(item, each) for each in value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        given = (f for f in fields(kind) if f.name in value or f.default is MISSING)
        return kind(**{f.name: _read(hints[f.name], value[f.name]) for f in given})
    return value
