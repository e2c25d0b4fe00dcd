"""The reading of a recommendation, `treatments.advice`, as printed values."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from treatments import advice as read
from treatments import summary
from treatments.engine import Ruleset
from treatments.ladder import STATUS_WORDS, short_title
from treatments.reports.context import (
    Chip,
    Citation,
    Entry,
    Option,
    Reason,
    Rung,
    Section,
    Unknown,
)

# With these the reader weighs the option: its pros and cons are printed.
WEIGHED = frozenset({"recommended", "suitable", "caution"})


def reason(said: read.Reason) -> Reason:
    """One rule in its own words; what it waits for makes it an open one."""
    waits = ", ".join(item.label for item in said.waits_for)
    return Reason(
        effect="open" if waits else said.effect,
        text=f"{said.text} Not known: {waits}." if waits else said.text,
        rule=said.rule,
        strength=said.strength,
        certainty=said.certainty,
        sources=tuple(citation.id for citation in said.citations),
        overdue=said.review_by.isoformat()
        if said.is_overdue and said.review_by
        else "",
    )


def option(same: list[read.Option]) -> Option:
    """One option, or several that share everything that would be printed."""
    first = same[0]
    weighed = first.status in WEIGHED
    return Option(
        titles=tuple(each.title for each in same),
        rung=first.rung_title,
        status=first.status,
        status_text=first.word,
        reasons=tuple(
            reason(said)
            for said in (
                *first.reasons_for,
                *first.reasons_against,
                *first.undetermined,
            )
        ),
        advantages=first.advantages if weighed else (),
        disadvantages=first.disadvantages if weighed else (),
    )


def other_options(options: Iterable[read.Option]) -> tuple[Option, ...]:
    """All but the first option; those of a rung with one fate stand together."""
    rest = [each for each in options if not each.is_advised]
    return tuple(option(list(same)) for _, same in groupby(rest, key=_fate))


def _fate(said: read.Option) -> tuple[Any, ...]:
    if said.status in WEIGHED:
        return (said.code,)
    reasons = (said.reasons_for, said.reasons_against, said.undetermined)
    return (said.rung, said.status, reasons)


def ladder(options: Iterable[read.Option], ruleset: Ruleset) -> tuple[Rung, ...]:
    """The drawing, from the lowest rung up; a rung names each of its options."""
    by_rung = {code: list(same) for code, same in groupby(options, lambda o: o.rung)}
    return tuple(
        Rung(rung.title, tuple(_chip(each, by_rung[rung.code]) for each in options_of))
        for rung in ruleset.rungs
        if (options_of := by_rung.get(rung.code))
    )


def _chip(said: read.Option, beside: list[read.Option]) -> Chip:
    alone = len(beside) == 1
    title = said.title if alone else short_title(said.code, said.rung)
    return Chip(title, said.status, STATUS_WORDS[said.status])


def section(said: summary.Section) -> Section:
    return Section(
        title=said.title,
        measured=tuple(map(entry, said.measured)),
        present=_labels(said.present),
        absent=_labels(said.absent),
        assumed=tuple(map(entry, said.assumed)),
        unknown=_labels(said.unknown),
    )


def entry(said: summary.Item) -> Entry:
    return Entry(said.label, said.value)


def _labels(items: Iterable[summary.Item]) -> tuple[str, ...]:
    return tuple(
        f"{item.label} ({item.level})" if item.level else item.label for item in items
    )


def unknown(missing: read.Missing) -> tuple[Unknown, ...]:
    """What is not known, by what knowing it could do; the gravest first."""
    groups = (
        ("Needed before any answer can be given", missing.blocks, True),
        ("Could change the advice", missing.could_change, True),
        ("Effect on the advice not worked out", missing.not_determined, True),
        ("Cannot change the advice, whatever it is", missing.cannot_change, False),
    )
    return tuple(
        Unknown(title, _labels(items), matters)
        for title, items, matters in groups
        if items
    )


def derived(values: Mapping[str, Any], ruleset: Ruleset) -> tuple[Entry, ...]:
    """What the rules concluded on the way; null is said as not determined."""
    return tuple(
        Entry(_title(name, ruleset), _conclusion(value))
        for name, value in values.items()
    )


def _title(name: str, ruleset: Ruleset) -> str:
    fact = ruleset.facts.get(name)
    return (fact.label if fact else "") or name.replace("_", " ").capitalize()


def _conclusion(value: Any) -> str:
    return "Not determined" if value is None else str(value).capitalize()


def citations(advice: read.Advice) -> tuple[Citation, ...]:
    """Each source that a printed reason names, once, B9 before B10."""
    reasons = [
        *advice.triage,
        *advice.grounds,
        *(alert.reason for alert in advice.alerts),
    ]
    if advice.disposition == "ladder":
        for each in advice.options:
            reasons += (*each.reasons_for, *each.reasons_against, *each.undetermined)
    named = {cited.id: cited for said in reasons for cited in said.citations}
    return tuple(
        Citation(cited.id, cited.text, cited.to_be_verified)
        for cited in sorted(named.values(), key=lambda cited: _natural(cited.id))
    )


def _natural(text: str) -> list[tuple[int, str]]:
    parts = re.findall(r"\d+|\D+", text)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
