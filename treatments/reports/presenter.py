"""The reading of a recommendation, `treatments.advice`, as printed values."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from treatments.engine import Ruleset
from treatments.engine.ruleset.enums import Disposition
from treatments.presentation import case_summary
from treatments.presentation import recommendation as read
from treatments.presentation.ladder import short_title
from treatments.presentation.sensitivity import Answer, WhyNot
from treatments.presentation.what_is_left import Selected
from treatments.presentation.words import STATUS_WORDS, WEIGHED
from treatments.reports.content import (
    PrintedAlert,
    PrintedChip,
    PrintedCitation,
    PrintedEntry,
    PrintedOption,
    PrintedReason,
    PrintedRung,
    PrintedSection,
    PrintedUnknowns,
)
from treatments.reports.resting import ON_ASSUMED, resting_on

#: Questions that a report prints; the page shows all.
ASKED_AT_MOST = 4


def _leads(answer: Answer) -> str:
    if answer.outlooks is None:
        return f"{answer.words}: not worked out"
    if not answer.is_named:
        return f"{answer.words}: {answer.count} outcomes left"
    return f"{answer.words}: " + " or ".join(o.title for o in answer.outlooks)


#: Where every option is looked at, and the report prints them all.
LOOKED_AT = (Disposition.LADDER, Disposition.REFER)


class ReportWords:
    """One reading in print. Labels are the ruleset's: they stand alone on paper."""

    def __init__(self, advice: read.Advice, ruleset: Ruleset) -> None:
        self._advice = advice
        self._ruleset = ruleset

    # --- What was entered, what is not known -----------------------------------------

    def sections(self) -> tuple[PrintedSection, ...]:
        """The clinical sections with an answer, as a note reads."""
        told = (self._section(section) for section in self._advice.summary.sections)
        return tuple(each for each in told if each.measured or each.yes or each.no)

    def _section(self, section: case_summary.NoteSection) -> PrintedSection:
        return PrintedSection(
            title=section.title,
            measured=tuple(map(self._entry, section.measured)),
            yes=self._labels(section.present, with_level=False),
            no=self._labels(section.absent, with_level=False),
        )

    def _entry(self, item: case_summary.Item) -> PrintedEntry:
        return PrintedEntry(self._label(item.name, item.label), item.value)

    def _labels(
        self, items: Iterable[case_summary.Item], *, with_level: bool = True
    ) -> tuple[str, ...]:
        here = self._advice.summary.responsible_level
        return tuple(
            self._label(item.name, item.label)
            + (
                f" ({item.level})"
                if with_level and item.level not in ("", here)
                else ""
            )
            for item in items
        )

    def _label(self, name: str, otherwise: str) -> str:
        fact = self._ruleset.facts.get(name)
        return (fact.label if fact else "") or otherwise

    def unknown(self) -> tuple[PrintedUnknowns, ...]:
        """What is not known, by what knowing it could do; the gravest first."""
        missing = self._advice.missing
        groups = (
            ("Needed before any answer can be given", missing.blocks, True),
            ("Could change the advice", missing.could_change, True),
            (self._not_worked_out(), missing.not_determined, True),
            ("Cannot change the advice", missing.cannot_change, False),
            ("Also not entered", self._unlisted(), False),
        )
        return tuple(
            PrintedUnknowns(title, self._labels(items), matters)
            for title, items, matters in groups
            if items
        )

    def _not_worked_out(self) -> str:
        reason = self._advice.not_said.get("missing")
        return "Effect on the advice not worked out" + (f". {reason}" if reason else "")

    def _unlisted(self) -> list[case_summary.Item]:
        """Open questions of the form that the evaluation did not come to speak of."""
        missing = self._advice.missing
        listed = {
            (item.name, item.level)
            for items in (
                missing.blocks,
                missing.could_change,
                missing.not_determined,
                missing.cannot_change,
            )
            for item in items
        }
        asked = (each.unknown for each in self._advice.summary.sections)
        return [
            item
            for items in asked
            for item in items
            if (item.name, item.level) not in listed
        ]

    def among(self) -> tuple[PrintedEntry, ...]:
        """The few options that are left, each with the answers that select it."""
        left = self._advice.left
        return tuple(
            PrintedEntry(one.title, self._selecting(one))
            for one in (left.among if left else ())
        )

    def _selecting(self, selected: Selected) -> str:
        ways = (
            " and ".join(f"{self._label(i.name, i.label)} is {i.value}" for i in one)
            for one in selected.alternatives
        )
        said = "; or if ".join(ways)
        return f"if {said}" if said else "no single answer selects it"

    def assumed(self) -> tuple[PrintedEntry, ...]:
        """What is assumed while it is not known."""
        return tuple(map(self._entry, self._advice.assumed))

    def assumed_because(self) -> tuple[PrintedEntry, ...]:
        """Why, where the rules give a reason for what is assumed."""
        return tuple(
            PrintedEntry(self._label(item.name, item.label), item.note)
            for item in self._advice.assumed_with_note
        )

    def to_ask(self) -> tuple[PrintedEntry, ...]:
        """The first open questions, each with where its answers lead; in short."""
        explored = self._advice.exploration
        questions = (explored.questions if explored else None) or ()
        return tuple(
            PrintedEntry(
                self._label(question.item.name, question.item.label),
                " · ".join(map(_leads, question.answers)),
            )
            for question in questions[:ASKED_AT_MOST]
        )

    def changes(self) -> tuple[PrintedEntry, ...]:
        """Single changes that can still come about, and where they would lead."""
        explored = self._advice.exploration
        found = explored.changes if explored else None
        if found is None:
            return ()
        return tuple(
            PrintedEntry(
                "; ".join(
                    f"{self._label(step.item.name, step.item.label)}: "
                    f"{step.before} → {step.after}"
                    for step in change.steps
                ),
                " · ".join(filter(None, (target.title, change.urgency))),
            )
            for target in (*found.can_change, *found.doubts)
            for change in target.changes
        )

    def derived(self, values: Mapping[str, Any]) -> tuple[PrintedEntry, ...]:
        """What the rules concluded on the way; null is said as not determined."""
        assumed = (item.name for item in self._advice.assumed)
        resting = resting_on(self._ruleset, assumed)
        return tuple(
            PrintedEntry(
                self._label(name, name.replace("_", " ").capitalize()),
                "not determined"
                if value is None
                else f"{value}{ON_ASSUMED if name in resting else ''}",
            )
            for name, value in values.items()
        )

    # --- What the rules said ---------------------------------------------------------

    def alerts(self) -> tuple[PrintedAlert, ...]:
        """The alerts; one that only repeats the triage is printed there."""
        triage = {reason.rule for reason in self._advice.triage}
        return tuple(
            PrintedAlert(alert.indicator, alert.text, alert.reason.rule)
            for alert in self._advice.alerts
            if alert.reason.rule not in triage or self._advice.disposition in LOOKED_AT
        )

    def grounds(self) -> tuple[PrintedReason, ...]:
        """The rules behind the triage, and the findings they rest on."""
        return tuple(map(_reason, (*self._advice.triage, *self._advice.grounds)))

    def advised(self) -> PrintedOption | None:
        """The option to consider first, if there is one."""
        advised = self._advice.recommended
        return self._option([advised]) if advised else None

    def referred(self) -> tuple[PrintedOption, ...]:
        """What a case is referred for, each with its reasons, the preferred first."""
        referral = self._advice.referral
        options = referral.options if referral else ()
        return tuple(self._option([each]) for each in options)

    def others(self) -> tuple[PrintedOption, ...]:
        """All but the first option; those of a rung with one fate stand together."""
        rest = [each for each in self._advice.options if not each.is_advised]
        return tuple(self._option(list(same)) for _, same in groupby(rest, key=_fate))

    def _option(self, same: list[read.TreatmentOption]) -> PrintedOption:
        first = same[0]
        weighed = first.status in WEIGHED
        waits = {
            item.name: item for rule in first.undetermined for item in rule.waits_for
        }
        return PrintedOption(
            titles=tuple(each.title for each in same),
            rung=first.rung_title,
            status=first.status,
            status_text=first.word,
            reasons=tuple(map(_reason, (*first.reasons_for, *first.reasons_against))),
            open_rules=tuple(each.rule for each in first.undetermined),
            open_facts=self._labels(waits.values()),
            advantages=first.advantages if weighed else (),
            disadvantages=first.disadvantages if weighed else (),
            why_not=_why_not(first),
        )

    def why_none(self) -> tuple[PrintedEntry, ...]:
        """Where no option is advised yet: what stands against each, or is not known."""
        told = (
            (each.why_not, each.title)
            for each in self._advice.options
            if each.why_not is not None
        )
        return tuple(
            PrintedEntry(", ".join(title for _, title in same), _in_words(why_not))
            for why_not, same in groupby(told, key=itemgetter(0))
        )

    def ladder(self) -> tuple[PrintedRung, ...]:
        """The drawing, from the lowest rung up."""
        grouped = groupby(self._advice.options, lambda option: option.rung)
        return tuple(_rung(list(same)) for _, same in grouped)

    def citations(self) -> tuple[PrintedCitation, ...]:
        """Each source that a printed reason names, once, B9 before B10."""
        advice = self._advice
        reasons = [*advice.triage, *advice.grounds]
        reasons += (alert.reason for alert in advice.alerts)
        if advice.disposition in LOOKED_AT:
            for each in advice.options:
                reasons += (*each.reasons_for, *each.reasons_against)
        named = {cited.id: cited for reason in reasons for cited in reason.citations}
        return tuple(
            PrintedCitation(cited.id, cited.text, cited.to_be_verified)
            for cited in sorted(named.values(), key=lambda cited: _natural(cited.id))
        )


def _reason(reason: read.Reason) -> PrintedReason:
    overdue = (
        reason.review_by.isoformat() if reason.is_overdue and reason.review_by else ""
    )
    return PrintedReason(
        effect=reason.effect,
        text=reason.text,
        rule=reason.rule,
        strength=reason.strength,
        certainty=reason.certainty,
        sources=tuple(citation.id for citation in reason.citations),
        overdue=overdue,
    )


def _fate(option: read.TreatmentOption) -> tuple[Any, ...]:
    """Options of equal fate are told once; one that is weighed always stands alone."""
    if option.status in WEIGHED:
        return (option.code,)
    reasons = (option.reasons_for, option.reasons_against, option.undetermined)
    return (option.rung, option.status, reasons, option.why_not)


def _why_not(option: read.TreatmentOption) -> str:
    """In short; what stands in full below it is not told twice."""
    if option.why_not is None or option.undetermined:
        return ""
    below = {reason.text for reason in option.reasons_against}
    if option.why_not.texts and below.issuperset(option.why_not.texts):
        return f"{option.why_not.lead}, as below"
    return _in_words(option.why_not)


def _in_words(why_not: WhyNot) -> str:
    return why_not.lead + (": " if why_not.texts else "") + "; ".join(why_not.texts)


def _rung(options: list[read.TreatmentOption]) -> PrintedRung:
    alone = len(options) == 1
    return PrintedRung(
        options[0].rung_title,
        tuple(
            PrintedChip(
                each.title if alone else short_title(each.code, each.rung),
                each.status,
                STATUS_WORDS[each.status],
            )
            for each in options
        ),
    )


def _natural(text: str) -> list[tuple[int, str]]:
    parts = re.findall(r"\d+|\D+", text)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
