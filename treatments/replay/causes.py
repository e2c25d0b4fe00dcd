"""Why one case moves: the rules that fire in one version and not in the other."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.engine import Evaluation, Option, Rule, Ruleset, evaluate
from treatments.engine.case import known_to
from treatments.engine.ruleset.enums import ON_LADDER, Disposition, Effect, OptionStatus
from treatments.presentation.case_summary import Item, fact_item, responsible_level
from treatments.presentation.vocabulary import vocabulary_of
from treatments.presentation.words import EFFECT_WORDS, STATUS_WORDS, TRIAGE_WORDS

OLD, NEW = "old", "new"
_ORDER = (
    "No rule decides otherwise: the order of the ladder or its last resort is another."
)
_UNREADABLE = "The {version} version cannot read the case: {errors}."
_CONFLICT = "In the {version} version rules exclude each other: {errors}."
_LAST = "is the last resort"


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule that speaks in one version alone. ``version`` says in which."""

    rule: str
    version: str
    about: str
    says: str
    rationale: str


@dataclass(frozen=True, slots=True)
class Shift:
    """A treatment whose standing differs, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What moved a case. ``findings`` are the facts that the rules named look at."""

    shifts: tuple[Shift, ...]
    causes: tuple[Cause, ...]
    otherwise: str
    findings: tuple[Item, ...]


def explain(document: Mapping[str, Any], old: Ruleset, new: Ruleset) -> Explanation:
    """Evaluate a case under both versions, and keep what differs and decides."""
    moved = _Move(document, old, new)
    # The last resort is what is left when the others have spoken.
    found = dict.fromkeys(moved.causes())
    causes = tuple(sorted(found, key=lambda cause: cause.says == _LAST))
    return Explanation(
        shifts=tuple(moved.shifts()),
        causes=causes,
        otherwise=moved.fault() or ("" if causes else _ORDER),
        findings=tuple(moved.findings(cause.rule for cause in causes)),
    )


class _Move:
    """One case under both versions."""

    def __init__(self, document: Mapping[str, Any], old: Ruleset, new: Ruleset) -> None:
        self.document, self.old, self.new = document, old, new
        self.before = evaluate(known_to(old, document), old, effects=False)
        self.after = evaluate(known_to(new, document), new, effects=False)
        self.concerned = self._concerned()

    def _concerned(self) -> list[str]:
        """The treatments that decide: those advised, and those open in one version."""
        sides = (self.before, self.after)
        if any(side.disposition not in ON_LADDER for side in sides):
            return []
        before, after = _statuses(self.before), _statuses(self.after)
        advised = {side.recommended for side in sides}
        return [
            code
            for code in {**before, **after}
            if before.get(code) != after.get(code)
            and (
                code in advised
                or (
                    None in advised
                    and OptionStatus.UNDETERMINED in (before.get(code), after.get(code))
                )
            )
        ]

    def fault(self) -> str:
        """Where a version cannot answer at all, why."""
        for version, side in ((OLD, self.before), (NEW, self.after)):
            if side.errors:
                invalid = side.disposition is Disposition.INVALID
                words = _UNREADABLE if invalid else _CONFLICT
                told = "; ".join(f"{e['value']} {e['message']}" for e in side.errors)
                return words.format(version=version, errors=told)
        return ""

    def shifts(self) -> Iterator[Shift]:
        before, after = _statuses(self.before), _statuses(self.after)
        for code in self.concerned:
            yield Shift(
                self._title(code),
                _status_words(before.get(code)),
                _status_words(after.get(code)),
            )

    def causes(self) -> Iterator[Cause]:
        """Triage and urgency first, then the treatments, then what they derive from."""
        yield from self._single("triage")
        yield from self._single("urgency")
        for code in self.concerned:
            yield from self._of_treatment(code)
        yield from self._derived()

    def findings(self, rules: Iterable[str]) -> Iterator[Item]:
        """What the case says of the facts in the cells of these rules."""
        names: dict[str, None] = {}
        for rule_id in rules:
            for ruleset in (self.old, self.new):
                if rule_id in ruleset.rules:
                    names |= dict.fromkeys(ruleset.rules[rule_id].cells)
        facts = _facts(self.document) | {
            **dict(self.before.derived),
            **dict(self.after.derived),
        }
        for name in names:
            yield self._item(name, facts.get(name))

    # -- where they come from ---------------------------------------------------------

    def _single(self, kind: str) -> Iterator[Cause]:
        """Tables with one hit, where the hit is another rule or says another thing."""
        for version, ruleset, here, there in self._sides():
            elsewhere = self._other(version)
            for table in ruleset.tables_of(kind):
                for rule in table.rules:
                    if rule.id in here and not _same(rule, elsewhere, there):
                        yield _cause(rule, version, "", _call(rule, kind))

    def _of_treatment(self, code: str) -> Iterator[Cause]:
        for version, ruleset, evaluation, other in (
            (OLD, self.old, self.before, self.after),
            (NEW, self.new, self.after, self.before),
        ):
            here, there = _option(evaluation, code), _option(other, code)
            for rule_id in _rules(here):
                rule = ruleset.rules[rule_id]
                if not _same(rule, self._other(version), _rules(there)):
                    last = rule_id == ruleset.selection.last_resort.id
                    says = (
                        _LAST if last else EFFECT_WORDS[Effect(rule.outputs["effect"])]
                    )
                    yield _cause(rule, version, self._title(code), says)
            yield from self._waiting(version, ruleset, here, there, code)

    def _waiting(
        self,
        version: str,
        ruleset: Ruleset,
        here: Option | None,
        there: Option | None,
        code: str,
    ) -> Iterator[Cause]:
        """Rules that cannot be decided, in this version alone."""
        known = {rule for rule, _ in there.undetermined} if there else set()
        for rule_id, facts in here.undetermined if here else ():
            if rule_id not in known:
                labels = ", ".join(self._item(n).label.lower() for n in facts)
                says = f"is open: not known is {labels}"
                yield _cause(ruleset.rules[rule_id], version, self._title(code), says)

    def _derived(self) -> Iterator[Cause]:
        """Rules of derived facts whose value differs."""
        before, after = dict(self.before.derived), dict(self.after.derived)
        for version, ruleset, here, there in self._sides():
            mine = before if version == OLD else after
            for table in ruleset.tables_of("derived"):
                if before.get(table.output) == after.get(table.output):
                    continue
                value = self._item(table.output, mine.get(table.output))
                for rule in table.rules:
                    if rule.id in here and not _same(rule, self._other(version), there):
                        says = f"gives: {value.value or 'not determined'}"
                        yield _cause(rule, version, value.label, says)

    def _item(self, name: str, value: Any = None) -> Item:
        """A fact in the words of the new version, or of the old where that has none."""
        known = self.new if name in self.new.facts else self.old
        return fact_item(name, value, asked=vocabulary_of(known))

    def _sides(
        self,
    ) -> Iterator[tuple[str, Ruleset, Collection[str], Collection[str]]]:
        before, after = self.before.matched_rules, self.after.matched_rules
        yield OLD, self.old, before, after
        yield NEW, self.new, after, before

    def _other(self, version: str) -> Ruleset:
        return self.new if version == OLD else self.old

    def _title(self, code: str) -> str:
        treatment = self.new.treatments.get(code) or self.old.treatments[code]
        return treatment.title


def _status_words(status: OptionStatus | None) -> str:
    return STATUS_WORDS[status] if status else "Not in this version"


def _statuses(evaluation: Evaluation) -> dict[str, OptionStatus]:
    return {option.treatment: option.status for option in evaluation.options}


def _option(evaluation: Evaluation, code: str) -> Option | None:
    return next((o for o in evaluation.options if o.treatment == code), None)


def _rules(option: Option | None) -> tuple[str, ...]:
    return (*option.reasons_for, *option.reasons_against) if option else ()


def _same(rule: Rule, elsewhere: Ruleset, fired: Collection[str]) -> bool:
    """Whether the other version has the rule fire too, and say the same."""
    twin = elsewhere.rules.get(rule.id)
    return twin is not None and rule.id in fired and twin.outputs == rule.outputs


def _cause(rule: Rule, version: str, about: str, says: str) -> Cause:
    return Cause(rule.id, version, about, says, rule.rationale)


def _call(rule: Rule, kind: str) -> str:
    if kind == "triage":
        return TRIAGE_WORDS[Disposition(rule.outputs["disposition"])]
    return f"makes it {rule.outputs['urgency']}"


def _facts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a case, those of the responsible disc among them."""
    level = responsible_level(document)
    discs = {disc["level"]: disc for disc in document.get("discs", ())}
    return {**document.get("facts", {}), **discs.get(level, {}), "level": level}
