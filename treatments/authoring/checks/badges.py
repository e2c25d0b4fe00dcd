"""What the checks say, put where it is mended: badges on the rows of a table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.core.cache import cache

from treatments.authoring.checks.validation import LIMIT, fingerprint
from treatments.engine import Fact, Ruleset, evaluate
from treatments.engine.analysis import Analysis, Finding, check, recheck_table
from treatments.engine.analysis.findings import Example, GapBox
from treatments.engine.ruleset.terms import spoken
from treatments.engine.ruleset.unary_tests import Value

#: The kinds that make a badge, the gravest first, and how it begins.
LABELS: Mapping[str, str] = {
    "conflict": "contradicts",
    "overlap": "contradicts",
    "invariant": "breaks an invariant",
    "gap": "opens a gap",
    "cut_presumption": "cuts what is presumed by",
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
        """The rank of the kind: the gravest is 0."""
        return list(LABELS).index(self.kind)


@dataclass(frozen=True, slots=True)
class Badges:
    """The badges of a table: by rule, and those that no one rule is to blame for."""

    rows: Mapping[str, tuple[Badge, ...]]
    table: tuple[Badge, ...]
    findings: Mapping[str, Finding]

    def of(self, rule: str) -> tuple[Badge, ...]:
        """The badges of one rule; none for a rule without."""
        return self.rows.get(rule, ())


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One fact of an example patient, in words."""

    name: str
    label: str
    words: str


def badges_of(
    analysis: Analysis,
    ruleset: Ruleset,
    table: str,
    rows: Sequence[str],
    base: Ruleset | None,
) -> Badges:
    """The badges of one table. ``rows`` are its rules, those out of force too.

    ``base`` is the ruleset that the draft began with: who opened a gap or broke an
    invariant is told by what the example's rules were before.
    """
    found: dict[str, list[Badge]] = defaultdict(list)
    of_table: list[Badge] = []
    findings = {}
    blame = _Blame(ruleset, base, rows)
    for finding in analysis.findings:
        if finding.kind not in LABELS or finding.table not in (table, ""):
            continue
        blamed = blame.of(finding)
        findings[fingerprint(finding)] = finding
        for rule, others in blamed.items():
            found[rule].append(_badge(finding, others))
        if not blamed:
            of_table.append(_badge(finding))
    ranked = {
        rule: tuple(sorted(badges, key=lambda badge: badge.order))
        for rule, badges in found.items()
    }
    return Badges(ranked, tuple(of_table), findings)


def _badge(finding: Finding, others: Sequence[str] = ()) -> Badge:
    label = LABELS[finding.kind]
    if finding.kind == "masked" and not others:
        label = "can never hold"
    elif finding.kind == "invariant" and not finding.rules:
        label = f"breaks {finding.invariant}"
    elif finding.kind == "gap" and finding.share is not None:
        label = f"{label} ({percent(float(finding.share))})"
    named = " ".join([label, ", ".join(others)]).strip()
    return Badge(
        finding.kind, finding.severity, named, finding.message, fingerprint(finding)
    )


class _Blame:
    """Which rules a finding is shown at, and which others it names there."""

    def __init__(
        self, ruleset: Ruleset, base: Ruleset | None, rows: Sequence[str]
    ) -> None:
        self.ruleset, self.base, self.rows = ruleset, base, rows

    def of(self, finding: Finding) -> dict[str, Sequence[str]]:
        """Each rule that shows the finding, with the rules that it names there."""
        if finding.kind in ("gap", "invariant"):
            if self.base and fingerprint(finding) in _found_in(self.base):
                return {}
            return dict.fromkeys(self._moved(finding), ())
        if finding.kind == "masked":
            return {finding.rules[0]: finding.rules[1:]}
        return {
            rule: [other for other in finding.rules if other != rule]
            for rule in finding.rules
            if rule in self.rows
        }

    def _moved(self, finding: Finding) -> list[str]:
        """The rules changed since the base that spoke, or speak, of the example."""
        if self.base is None:
            return []
        spoke = self._held(self.base, finding)
        if finding.kind != "gap":
            spoke |= self._held(self.ruleset, finding)
        return [rule for rule in self.rows if rule in spoke and self._is_other(rule)]

    def _is_other(self, rule: str) -> bool:
        before = self.base.rules.get(rule) if self.base else None
        now = self.ruleset.rules.get(rule)
        if before is None or now is None:
            return before is not now
        return (before.cells, before.outputs) != (now.cells, now.outputs)

    @staticmethod
    def _held(ruleset: Ruleset, finding: Finding) -> set[str]:
        """The rules whose cells all hold in the finding's example."""
        if finding.example is None:
            return set()
        trace = evaluate(finding.example.document, ruleset, effects=False).trace
        return {one.rule for one in trace if one.state == "true"}


@lru_cache(maxsize=8)
def _found_in(base: Ruleset) -> frozenset[str]:
    """What was found in a version already: no edit of a draft is to blame for it."""
    return frozenset(fingerprint(f) for f in check(base, limit=LIMIT).findings)


# --- While it is typed --------------------------------------------------------------


def quick_badges(
    draft: object,
    ruleset: Ruleset,
    table: str,
    rows: Sequence[str],
    base: Ruleset | None,
) -> Badges:
    """The badges at once: the table looked at again, all else as last checked."""
    last: Analysis | None = cache.get(_key(draft))
    analysis = last or Analysis(ruleset.id, ())
    checked = recheck_table(analysis, ruleset, table)
    known = ruleset.rules.keys()
    standing = tuple(f for f in checked.findings if known >= set(f.rules))
    return badges_of(replace(checked, findings=standing), ruleset, table, rows, base)


def keep(draft: object, analysis: Analysis) -> None:
    """Remember the last full check of a draft."""
    cache.set(_key(draft), replace(analysis, tables={}), _KEEP_SECONDS)


def _key(draft: object) -> str:
    # The number counts the shapes of a kept analysis: an older one is not read.
    return f"draft-analysis:2:{draft}"


# --- The example patient ------------------------------------------------------------


def example_facts(
    example: Example | None, facts: Mapping[str, Fact]
) -> list[ShownFact]:
    """The facts that matter in an example, in words."""
    shown = example.facts if example else {}
    return [_shown(name, value, facts.get(name)) for name, value in shown.items()]


def _shown(name: str, value: Value, fact: Fact | None) -> ShownFact:
    words = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    unit = f" {fact.unit.strip('{}')}" if fact and fact.unit not in ("", "1") else ""
    label = fact.label if fact and fact.label else spoken(name)
    return ShownFact(name, label, spoken(words) + unit)


def box_of(finding: Finding, at: str) -> GapBox | None:
    """The part of a gap with this number, counted from 0; the first without one."""
    number = int(at) if at.isdigit() else 0
    return finding.boxes[number] if number < len(finding.boxes) else None


def percent(share: float) -> str:
    """A share of all cases, in words."""
    if share < 0.001:
        return "under 0.1 %"
    return f"{share * 100:.1f} %"
