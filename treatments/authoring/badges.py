"""What the checks say, put where it is mended: badges on the rows of a table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache

from treatments.authoring.checks import fingerprint
from treatments.authoring.controls import in_words, spoken
from treatments.engine import Fact, Ruleset, evaluate
from treatments.engine.analysis import Analysis, Finding, recheck
from treatments.engine.analysis.findings import TABLE_KINDS
from treatments.engine.sfeel import Value

#: The kinds that make a badge, the gravest first, and how it begins.
LABELS: Mapping[str, str] = {
    "conflict": "contradicts",
    "overlap": "contradicts",
    "invariant": "breaks an invariant",
    "gap": "opens a gap",
    "masked": "masked by",
    "duplicate": "duplicates",
    "never_matters": "changes nothing",
    "mergeable": "could merge with",
}
_KEEP_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Badge:
    """One finding as one row sees it: "contradicts CONS-04"."""

    kind: str
    severity: str
    label: str
    message: str
    fingerprint: str

    @property
    def order(self) -> int:
        return list(LABELS).index(self.kind)


@dataclass(frozen=True, slots=True)
class Badges:
    """The badges of a table: by rule, and those that no one rule is to blame for.

    ``is_behind`` while the full check has not looked at the content yet.
    """

    rows: Mapping[str, tuple[Badge, ...]]
    table: tuple[Badge, ...]
    findings: Mapping[str, Finding]
    is_behind: bool = False

    def of(self, rule: str) -> tuple[Badge, ...]:
        return self.rows.get(rule, ())


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One fact of an example patient, in words."""

    name: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class FoundGap:
    """The cells of the rule that would close a gap, and their words."""

    cells: Mapping[str, str]
    words: tuple[ShownFact, ...]


def badges_of(
    analysis: Analysis, ruleset: Ruleset, table: str, base: Ruleset | None
) -> Badges:
    """The badges of one table.

    ``base`` is the ruleset that the draft began with: who opened a gap or broke an
    invariant is told by what the example's rules were before.
    """
    rows: dict[str, list[Badge]] = defaultdict(list)
    of_table: list[Badge] = []
    findings = {}
    blame = _Blame(ruleset, base, table)
    for finding in analysis.findings:
        if finding.kind not in LABELS or finding.table not in (table, ""):
            continue
        blamed = blame.of(finding)
        findings[fingerprint(finding)] = finding
        for rule, others in blamed.items():
            rows[rule].append(_badge(finding, others))
        if not blamed:
            of_table.append(_badge(finding))
    ranked = {
        rule: tuple(sorted(found, key=lambda badge: badge.order))
        for rule, found in rows.items()
    }
    return Badges(ranked, tuple(of_table), findings, bool(analysis.pending))


def _badge(finding: Finding, others: Sequence[str] = ()) -> Badge:
    label = LABELS[finding.kind]
    if finding.kind == "masked" and not others:
        label = "can never hold"
    elif finding.kind == "invariant" and not finding.rules:
        label = f"breaks {finding.message.partition(' ')[0]}"
    elif finding.kind == "gap" and finding.share is not None:
        label = f"{label} ({_percent(float(finding.share))})"
    named = " ".join([label, ", ".join(others)]).strip()
    return Badge(
        finding.kind, finding.severity, named, finding.message, fingerprint(finding)
    )


def _percent(share: float) -> str:
    return "under 0.1 %" if share < 0.001 else f"{share:.1%}".replace("%", " %")


class _Blame:
    """Which rules a finding is shown at, and which others it names there."""

    def __init__(self, ruleset: Ruleset, base: Ruleset | None, table: str) -> None:
        self.ruleset, self.base, self.table = ruleset, base, table
        rules = ruleset.tables[table].rules if table in ruleset.tables else ()
        self.own = {rule.id: rule for rule in rules}

    def of(self, finding: Finding) -> dict[str, Sequence[str]]:
        if finding.kind in ("gap", "invariant"):
            return dict.fromkeys(self._moved(finding), ())
        if finding.kind == "masked":
            rule = finding.rules[0]
            return {rule: finding.rules[1:] or self._before(rule, finding)}
        return {
            rule: [other for other in finding.rules if other != rule]
            for rule in finding.rules
            if rule in self.own
        }

    def _before(self, rule: str, finding: Finding) -> Sequence[str]:
        """The rule above that takes the example of a masked one."""
        above = list(self.own)[: list(self.own).index(rule)]
        held = self._held(self.ruleset, finding)
        return [other for other in above if other in held][:1]

    def _moved(self, finding: Finding) -> list[str]:
        """The rules changed since the base that speak otherwise of the example."""
        if finding.kind == "gap" and finding.rules:
            return [rule for rule in finding.rules if rule in self.own]
        if self.base is None:
            return []
        held = self._held(self.ruleset, finding) ^ self._held(self.base, finding)
        return [
            rule
            for rule, now in self.own.items()
            if rule in held or finding.kind == "invariant"
            if self._is_other(rule, now) and self._speaks(rule, finding, held)
        ]

    def _speaks(self, rule: str, finding: Finding, held: set[str]) -> bool:
        return rule in held or rule in self._held(self.ruleset, finding)

    def _is_other(self, rule: str, now: Any) -> bool:
        before = self.base.rules.get(rule) if self.base else None
        return before is None or (before.cells, before.outputs) != (
            now.cells,
            now.outputs,
        )

    @staticmethod
    def _held(ruleset: Ruleset, finding: Finding) -> set[str]:
        """The rules whose cells all hold in the finding's example."""
        if finding.example is None:
            return set()
        trace = evaluate(finding.example.document, ruleset, effects=False).trace
        return {one.rule for one in trace if one.state == "true"}


# --- While it is typed --------------------------------------------------------------


def quick_badges(
    draft: object, ruleset: Ruleset, table: str, base: Ruleset | None
) -> Badges:
    """The badges at once: the table looked at again, all else as last checked."""
    last: Analysis | None = cache.get(_key(draft))
    analysis = last or Analysis(ruleset.id, ())
    rules = ruleset.tables[table].rules if table in ruleset.tables else ()
    if rules:
        kept = tuple(f for f in analysis.findings if f.table in (table, ""))
        analysis = recheck(replace(analysis, findings=kept), ruleset, rules[0].id)
    known = {rule.id for rule in rules}
    fresh = tuple(
        f
        for f in analysis.findings
        if f.kind in TABLE_KINDS or f.table == "" or known.issuperset(f.rules)
    )
    return badges_of(replace(analysis, findings=fresh), ruleset, table, base)


def keep(draft: object, analysis: Analysis) -> None:
    """Remember the last full check of a draft."""
    cache.set(_key(draft), analysis, _KEEP_SECONDS)


def _key(draft: object) -> str:
    return f"draft-analysis:{draft}"


# --- The example patient ------------------------------------------------------------


def example_facts(finding: Finding, facts: Mapping[str, Fact]) -> list[ShownFact]:
    """The facts that matter in a finding's example, in words."""
    shown = finding.example.facts if finding.example else {}
    return [_shown(name, value, facts.get(name)) for name, value in shown.items()]


def _shown(name: str, value: Value, fact: Fact | None) -> ShownFact:
    words = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    unit = f" {fact.unit}" if fact and fact.unit not in ("", "1") else ""
    label = fact.label if fact and fact.label else spoken(name)
    return ShownFact(name, label, spoken(words) + unit)


def gap_of(finding: Finding, facts: Mapping[str, Fact]) -> FoundGap | None:
    """The cells that close a gap: its whole box where it is known, else its example."""
    if finding.kind != "gap":
        return None
    cells = dict(getattr(finding, "cells", None) or _point(finding))
    words = tuple(
        ShownFact(name, facts[name].label or spoken(name), in_words(facts[name], text))
        for name, text in cells.items()
        if name in facts
    )
    return FoundGap(cells, words)


def _point(finding: Finding) -> Iterable[tuple[str, str]]:
    for name, value in (finding.example.facts if finding.example else {}).items():
        if isinstance(value, bool):
            yield name, str(value).lower()
        else:
            yield name, f'"{value}"' if isinstance(value, str) else str(value)
