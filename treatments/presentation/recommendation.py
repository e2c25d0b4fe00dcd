"""What a stored recommendation says, in words: one reading for pages and reports.

Everything comes from the row: the case and the evaluation as they were, and the
ruleset of that time. Nothing is evaluated again.
"""

import datetime
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from treatments.engine import Ruleset
from treatments.engine.evaluation.guarantees import (
    BLOCKS,
    CANNOT_CHANGE,
    COULD_CHANGE,
)
from treatments.engine.ruleset.enums import (
    Disposition,
    Effect,
    Indicator,
    OptionStatus,
    Urgency,
)
from treatments.presentation.case_summary import Item, Summary, case_summary, fact_item
from treatments.presentation.ladder import Drawing, draw_ladder
from treatments.presentation.next_steps import NextStep, conflict_steps, next_steps
from treatments.presentation.sensitivity import Sensitivity, WhyNot, read_exploration
from treatments.presentation.words import (
    ASSUMED_WORDS,
    EFFECT_WORDS,
    STATUS_WORDS,
    WEIGHT,
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
        return OptionStatus.UNDETERMINED if self.is_open else self.effect

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

    @property
    def is_advised(self) -> bool:
        """Whether it is the one option that is advised."""
        return self.status is OptionStatus.RECOMMENDED

    @property
    def word(self) -> str:
        """Its status in a word."""
        return STATUS_WORDS[self.status]


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


class Reader:
    """Turns rule ids into reasons, on one ruleset and as of one day."""

    def __init__(self, ruleset: Ruleset, today: datetime.date) -> None:
        self.ruleset = ruleset
        self.today = today

    def citations(self, ids: Iterable[str]) -> tuple[Citation, ...]:
        """The sources of these ids, in the order given."""
        sources = (self.ruleset.sources[source_id] for source_id in ids)
        return tuple(
            Citation(source.id, source.citation, source.to_be_verified)
            for source in sources
        )

    def reason(self, rule_id: str, waits_for: Iterable[Item] | None = None) -> Reason:
        """A rule as a reason; with ``waits_for`` it has not fired and might."""
        rule = self.ruleset.rules[rule_id]
        return Reason(
            rule=rule.id,
            text=rule.rationale,
            effect=_effect(rule.outputs.get("effect")),
            strength=rule.strength,
            certainty=rule.certainty,
            owner=rule.owner,
            review_by=rule.review_by,
            is_overdue=rule.review_by is not None and rule.review_by < self.today,
            citations=self.citations(rule.sources),
            told=str(rule.outputs.get("text", "")),
            is_open=waits_for is not None,
            waits_for=tuple(waits_for or ()),
        )

    def reasons(self, rule_ids: Iterable[str]) -> tuple[Reason, ...]:
        """The rules as reasons, the heaviest first."""
        found = (self.reason(rule_id) for rule_id in rule_ids)
        return tuple(sorted(found, key=lambda reason: WEIGHT.index(reason.effect)))

    def fired(self, matched: Iterable[str], kind: str) -> tuple[Reason, ...]:
        """The rules of one kind of table that fired, without the uneventful ones."""
        ids = {r.id for table in self.ruleset.tables_of(kind) for r in table.rules}
        return tuple(self.reason(rule_id) for rule_id in matched if rule_id in ids)

    def grounds(self, matched: Iterable[str]) -> tuple[Reason, ...]:
        """The derived findings that the triage rule which fired names."""
        matched = tuple(matched)
        rules = self.ruleset.rules
        named: set[str] = set()
        for table in self.ruleset.tables_of("triage"):
            for rule in table.rules:
                if rule.id in matched:
                    named |= set(rule.cells)
        return tuple(
            self.reason(rule_id)
            for rule_id in matched
            if rule_id in rules
            and rules[rule_id].table in self.ruleset.tables
            and self.ruleset.tables[rules[rule_id].table].output in named
        )

    def red_flags(
        self, matched: Iterable[str], facts: Mapping[str, Any]
    ) -> tuple[Item, ...]:
        """What was entered that speaks for the derived findings behind the triage.

        Every "yes" that their tables ask for, and values that make a rule hold.
        """
        found: dict[str, Item] = {}
        for ground in self.grounds(matched):
            table = self.ruleset.tables[self.ruleset.rules[ground.rule].table]
            holding = {
                name
                for rule in table.rules
                if all(
                    facts.get(name) is not None and cell.accepts(facts[name])
                    for name, cell in rule.cells.items()
                )
                for name in rule.cells
            }
            for name in table.inputs:
                value = facts.get(name)
                if value is True:
                    found[name] = fact_item(name)
                elif name in holding:
                    found[name] = fact_item(name, value)
        return tuple(found.values())

    def option(
        self, document: Mapping[str, Any], level: str, why_not: WhyNot | None = None
    ) -> TreatmentOption:
        """An option of the evaluation document, on the disc at ``level``."""
        treatment = self.ruleset.treatments[document["treatment"]]
        titles = {rung.code: rung.title for rung in self.ruleset.rungs}
        return TreatmentOption(
            code=treatment.code,
            title=treatment.title,
            rung=treatment.rung,
            rung_title=titles[treatment.rung],
            status=OptionStatus(document["status"]),
            summary=treatment.summary,
            advantages=treatment.advantages,
            disadvantages=treatment.disadvantages,
            sources=treatment.sources,
            reasons_for=self.reasons(document["reasons_for"]),
            reasons_against=self.reasons(document["reasons_against"]),
            undetermined=tuple(
                self.reason(
                    entry["rule"],
                    (fact_item(name, level=level) for name in entry["facts"]),
                )
                for entry in document["undetermined"]
            ),
            why_not=why_not,
        )

    def alert(self, document: Mapping[str, Any]) -> Alert:
        """An alert of the evaluation document."""
        return Alert(
            Indicator(document["indicator"]),
            document["text"],
            self.reason(document["rule"]),
        )


def _effect(output: Any) -> AnyEffect:
    """What the rule does to an option; "" for one that judges none."""
    return Effect(output) if output else ""


def read_advice(
    case: Mapping[str, Any],
    evaluation: Mapping[str, Any],
    ruleset: Ruleset,
    today: datetime.date,
) -> Advice:
    """Read a case document and its evaluation document (contract 1).

    `ruleset` must be the one that gave the evaluation; `today` marks overdue rules.
    """
    reader = Reader(ruleset, today)
    summary = case_summary(case, evaluation["assumed"], evaluation["missing"])
    level = summary.responsible_level
    explored = evaluation.get("exploration")
    exploration = explored and read_exploration(explored, evaluation, ruleset, level)
    reasons = exploration.why_not if exploration else {}
    options = tuple(
        reader.option(alert, level, reasons.get(alert["treatment"]))
        for alert in evaluation["options"]
    )
    matched = evaluation["matched_rules"]
    return Advice(
        disposition=Disposition(evaluation["disposition"]),
        urgency=Urgency(evaluation["urgency"]) if evaluation["urgency"] else "",
        recommended=next((o for o in options if o.is_advised), None),
        options=options,
        robust=evaluation["robust"],
        summary=summary,
        assumed=_assumed(evaluation, level),
        missing=_missing(evaluation, level),
        alerts=tuple(reader.alert(alert) for alert in evaluation["alerts"]),
        triage=reader.fired(matched, "triage"),
        urgency_reasons=reader.fired(matched, "urgency"),
        grounds=reader.grounds(matched),
        red_flags=reader.red_flags(matched, case.get("facts", {})),
        problems=tuple(_problem(alert) for alert in evaluation["errors"]),
        drawing=draw_ladder(evaluation["options"], ruleset) if options else None,
        version=ruleset.version,
        exploration=exploration,
        not_said={
            part["part"]: part["reason"] for part in evaluation.get("not_said", ())
        },
    )


def _assumed(evaluation: Mapping[str, Any], level: str) -> tuple[Item, ...]:
    """What is assumed, each with what its true value could do where that is not nil."""
    effects = {
        entry["fact"]: entry["effect"]
        for entry in evaluation["missing"]
        if entry.get("level") in (None, level)
    }
    items = []
    for entry in evaluation["assumed"]:
        item = fact_item(entry["fact"], entry["value"], level)
        effect = effects.get(item.name, CANNOT_CHANGE)
        items.append(replace(item, value=item.value + ASSUMED_WORDS[effect]))
    return tuple(items)


def _missing(evaluation: Mapping[str, Any], level: str) -> Missing:
    """The facts not known; one that is assumed is not among them.

    With the summary this is one count: what it names as not known is what is here.
    """
    assumed = {entry["fact"] for entry in evaluation["assumed"]}
    groups: dict[str | None, list[Item]] = {}
    for entry in evaluation["missing"]:
        if entry["fact"] in assumed and entry.get("level") in (None, level):
            continue
        item = fact_item(entry["fact"], level=entry.get("level") or level)
        groups.setdefault(entry["effect"], []).append(item)
    return Missing(
        blocks=tuple(groups.get(BLOCKS, ())),
        could_change=tuple(groups.get(COULD_CHANGE, ())),
        not_determined=tuple(groups.get(None, ())),
        cannot_change=tuple(groups.get(CANNOT_CHANGE, ())),
    )


def _problem(document: Mapping[str, Any]) -> CaseProblem:
    value = document.get("value")
    return CaseProblem(
        message=document["message"],
        path=str(document.get("path", "")),
        value="" if value is None else str(value),
    )
