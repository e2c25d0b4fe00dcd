"""What a stored recommendation says, in words: one reading for pages and reports.

Everything comes from the row: the case and the evaluation as they were, and the
ruleset of that time. Nothing is evaluated again.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from patients.facts import Vocabulary
from treatments.engine import Ruleset
from treatments.engine.evaluation.guarantees import (
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
from treatments.presentation.advice import (
    Advice,
    AdvisedReferral,
    Alert,
    CaseProblem,
    Citation,
    Missing,
    Reason,
    TreatmentOption,
)
from treatments.presentation.case_summary import (
    Item,
    assumed_item,
    case_summary,
    fact_item,
    of_the_image,
)
from treatments.presentation.ladder import draw_ladder
from treatments.presentation.sensitivity import WhyNot, read_exploration
from treatments.presentation.vocabulary import vocabulary_of
from treatments.presentation.what_is_left import WhatIsLeft, read_what_is_left
from treatments.presentation.words import (
    ASSUMED_WORDS,
    WEIGHT,
    AnyEffect,
    AnyUrgency,
)


class Reader:
    """Turns rule ids into reasons, on one ruleset and as of one day."""

    def __init__(self, ruleset: Ruleset, today: datetime.date) -> None:
        self.ruleset = ruleset
        self.asked = vocabulary_of(ruleset)
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
                    found[name] = fact_item(name, asked=self.asked)
                elif name in holding:
                    found[name] = fact_item(name, value, asked=self.asked)
        return tuple(found.values())

    def option(
        self,
        document: Mapping[str, Any],
        level: str,
        why_not: WhyNot | None = None,
        *,
        unasked: Collection[str] = (),
    ) -> TreatmentOption:
        """An option of the evaluation document, on the disc at ``level``.

        No rule is said to wait for a fact ``unasked``.
        """
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
                    (fact_item(n, level=level, asked=self.asked) for n in facts),
                )
                for entry in document["undetermined"]
                if (facts := [n for n in entry["facts"] if n not in unasked])
            ),
            why_not=why_not,
            reservations=document.get("reservations", ""),
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
    """Read a case document and its evaluation document, of either contract.

    `ruleset` must be the one that gave the evaluation; `today` marks overdue rules.
    """
    reader = Reader(ruleset, today)
    no_image = evaluation["derived"].get("image_read") == "no"
    summary = case_summary(
        case,
        evaluation["assumed"],
        evaluation["missing"],
        vocabulary=ruleset.facts,
        asked=reader.asked,
        no_image=no_image,
    )
    level = summary.responsible_level
    explored = evaluation.get("exploration")
    exploration = explored and read_exploration(explored, evaluation, ruleset, level)
    reasons = exploration.why_not if exploration else {}
    options = tuple(
        reader.option(
            option,
            level,
            reasons.get(option["treatment"]),
            unasked=of_the_image(reader.asked) if no_image else (),
        )
        for option in evaluation["options"]
    )
    matched = evaluation["matched_rules"]
    left = read_what_is_left(evaluation, ruleset, level)
    return Advice(
        disposition=Disposition(evaluation["disposition"]),
        urgency=_urgency(evaluation, left),
        recommended=next((o for o in options if o.is_advised), None),
        options=options,
        robust=evaluation["robust"],
        summary=summary,
        assumed=_assumed(evaluation, ruleset, level),
        missing=_missing(evaluation, reader.asked, level),
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
        referral=_referral(evaluation.get("refer"), options),
        left=left,
    )


def _urgency(evaluation: Mapping[str, Any], left: WhatIsLeft | None) -> AnyUrgency:
    """The urgency of every completion, else the least that is certain.

    That it can wait is not said where that is only the least of what is possible.
    """
    if evaluation["urgency"]:
        return Urgency(evaluation["urgency"])
    return left.floor if left and left.is_at_least else ""


def _referral(
    document: Mapping[str, Any] | None, options: Iterable[TreatmentOption]
) -> AdvisedReferral | None:
    """The options by the codes of a referral, in its order."""
    if document is None:
        return None
    by_code = {option.code: option for option in options}
    referred = tuple(by_code[code] for code in document["treatments"])
    return AdvisedReferral(referred, document["text"])


def _assumed(
    evaluation: Mapping[str, Any], ruleset: Ruleset, level: str
) -> tuple[Item, ...]:
    """What is assumed, each with what its true value could do where that is not nil."""
    effects = {
        entry["fact"]: entry["effect"]
        for entry in evaluation["missing"]
        if entry.get("level") in (None, level)
    }
    items = []
    for entry in evaluation["assumed"]:
        item = assumed_item(entry, ruleset.facts, level, asked=vocabulary_of(ruleset))
        effect = effects.get(item.name, CANNOT_CHANGE)
        items.append(replace(item, value=item.value + ASSUMED_WORDS[effect]))
    return tuple(items)


def _missing(evaluation: Mapping[str, Any], asked: Vocabulary, level: str) -> Missing:
    """The facts not known; one that is assumed is not among them.

    With the summary this is one count: what it names as not known is what is here.
    """
    assumed = {entry["fact"] for entry in evaluation["assumed"]}
    groups: dict[str | None, list[Item]] = {}
    for entry in evaluation["missing"]:
        if entry["fact"] in assumed and entry.get("level") in (None, level):
            continue
        at = entry.get("level") or level
        item = fact_item(entry["fact"], level=at, asked=asked)
        groups.setdefault(entry["effect"], []).append(item)
    # While the level is open nothing of a disc can be told: it is asked first.
    blocks = sorted(
        groups.get("blocks", ()), key=lambda item: item.name != "responsible_level"
    )
    return Missing(
        blocks=tuple(blocks),
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
