"""What of a draft can be evaluated: its ruleset, and the problems that stand in it.

A draft holds what was typed, also where it is wrong. A rule with a bad cell or output
is left out of the trial; one that lacks only its grounds takes part. Both are named.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.authoring.document.columns import CHOICES, fact_of
from treatments.engine import Problem, Ruleset, RulesetError, document_hash
from treatments.engine.ruleset.csv_folder import GROUNDS
from treatments.engine.ruleset.decision_tables import CERTAINTIES, STRENGTHS
from treatments.engine.ruleset.errors import Code, shown
from treatments.engine.ruleset.words_reader import ANY
from treatments.presentation.vocabulary import unaskable

#: Grounds of a rule that has none yet, for the trial alone.
_PLACEHOLDERS: Mapping[str, Any] = {
    "rationale": "(no rationale yet)",
    "sources": [],
    "strength": "conditional",
    "certainty": "very low",
    "review_by": "9999-12-31",
}
_UNSTATED = "(none)"
#: How a message shows a text that is empty.
_BLANK = shown("")
#: Drafts read lately, by the hash of their content.
_KEPT = 8
_readings: dict[str, "DraftReading"] = {}


@dataclass(frozen=True, slots=True)
class DraftProblem:
    """One problem, with the place in the grid where it is mended.

    ``field`` is a fact's name for a cell, else the name of an output or of one of the
    grounds; ``table`` and ``rule`` are empty where it belongs to no rule.
    """

    table: str
    rule: str
    field: str
    problem: Problem

    @property
    def is_of_grounds(self) -> bool:
        return self.field in GROUNDS

    @property
    def message(self) -> str:
        """As the list of all problems has it: what is empty is called missing."""
        is_blank = self.problem.value == _BLANK
        match self.problem.code, self.field:
            case Code.EMPTY, "rationale":
                return "missing; say in words why"
            case Code.MISSING, "sources":
                return "missing; cite at least one"
            case Code.BAD_DATE, _ if is_blank:
                return "missing; a date as 2027-11-30"
            case Code.NOT_ALLOWED, field if is_blank and field in CHOICES:
                choices = [choice for choice in CHOICES[field] if choice != ANY]
                return f"missing; one of {', '.join(choices)}"
        return str(self)

    def __str__(self) -> str:
        return f"{self.problem.value} {self.problem.message}".strip()


@dataclass(frozen=True, slots=True)
class DraftReading:
    """A draft read: ``ruleset`` is None where no rule could be tried at all.

    ``left_out`` names the rules that the trial does without.
    """

    ruleset: Ruleset | None
    problems: tuple[DraftProblem, ...]
    left_out: frozenset[str]

    def of_rule(self, rule: str) -> list[DraftProblem]:
        return [p for p in self.problems if p.rule == rule]

    @property
    def elsewhere(self) -> list[DraftProblem]:
        """Problems that belong to no rule."""
        return [p for p in self.problems if not p.rule]


def read_draft(document: Mapping[str, Any]) -> DraftReading:
    """Read a draft's document as far as it can be read."""
    sha256 = document_hash(document)
    known = _readings.get(sha256)
    if known is None:
        if len(_readings) >= _KEPT:
            _readings.pop(next(iter(_readings)), None)
        known = _readings[sha256] = _read(document)
    return known


def _read(document: Mapping[str, Any]) -> DraftReading:
    try:
        ruleset = Ruleset.from_document(document)
        return DraftReading(ruleset, tuple(_for_the_house(document)), frozenset())
    except RulesetError as refusal:
        located = (_located(problem) for problem in refusal.problems)
        problems = (*located, *_for_the_house(document))
    left_out = frozenset(p.rule for p in problems if p.rule and not p.is_of_grounds)
    try:
        ruleset = Ruleset.from_document(_mended(document, left_out))
    except RulesetError:
        return DraftReading(None, problems, left_out)
    return DraftReading(ruleset, problems, left_out)


def _for_the_house(document: Mapping[str, Any]) -> Iterator[DraftProblem]:
    """What the engine can do without, and the house cannot."""
    yield from _without_owner(document)
    yield from _unaskable(document)


def _unaskable(document: Mapping[str, Any]) -> Iterator[DraftProblem]:
    """Facts that no form can ask: a rule on one could never fire."""
    for row in document.get("facts", ()):
        fact = fact_of(row)
        if fact is not None:
            at = ("facts", fact.name)
            for why in unaskable(fact):
                yield _located(Problem(Code.NOT_ALLOWED, at, why, fact.name))


def _without_owner(document: Mapping[str, Any]) -> Iterator[DraftProblem]:
    """Rules that nobody answers for."""
    for table in document.get("tables", ()):
        for rule in table.get("rules", ()):
            if not str(rule.get("owner") or "").strip():
                at = ("tables", table["id"], "rules", rule["id"], "owner")
                message = "missing; say who answers for the rule"
                yield _located(Problem(Code.MISSING, at, message))


def _located(problem: Problem) -> DraftProblem:
    match problem.at:
        case ("tables", table, "rules", rule, *inside):
            # What is wrong with the id itself belongs to the whole row.
            field = "" if inside in ([], ["id"]) else str(inside[-1])
            return DraftProblem(str(table), str(rule), field, problem)
    return DraftProblem("", "", "", problem)


def _mended(document: Mapping[str, Any], left_out: Iterable[str]) -> dict[str, Any]:
    """The document with bad rules out of force, and missing grounds said to miss."""
    known = {source.get("id") for source in document.get("sources", ())}
    cited = [next(iter(sorted(filter(None, known))), _UNSTATED)]
    names = frozenset(left_out)

    def mended(rule: Mapping[str, Any]) -> dict[str, Any]:
        if rule.get("id") in names:
            return {**rule, "disabled": rule.get("disabled") or "cannot be read"}
        grounds = {**_PLACEHOLDERS, "sources": cited}
        problems = _grounds_missing(rule, known)
        return {**rule, **{name: grounds[name] for name in problems}}

    tables = [
        {**table, "rules": [mended(rule) for rule in table.get("rules", ())]}
        for table in document.get("tables", ())
    ]
    return {**document, "tables": tables}


def _grounds_missing(rule: Mapping[str, Any], known: set[Any]) -> list[str]:
    sources = rule.get("sources") or []
    bad = {
        "rationale": not rule.get("rationale"),
        "sources": not sources or not set(sources) <= known,
        "strength": rule.get("strength") not in STRENGTHS,
        "certainty": rule.get("certainty") not in CERTAINTIES,
        "review_by": not _is_date(rule.get("review_by")),
    }
    return [name for name, is_bad in bad.items() if is_bad]


def _is_date(text: Any) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except (TypeError, ValueError):
        return False
    return True
