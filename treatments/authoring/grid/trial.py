"""One case tried on a draft beside the live rules. Nothing is stored."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.authoring.checks.validation import golden_cases
from treatments.authoring.grid.partial_cells import cell_of, partial_of
from treatments.authoring.grid.sheet import Sheet
from treatments.engine import Evaluation, Fact, Ruleset, evaluate
from treatments.engine.case import known_to
from treatments.engine.ruleset.terms import spoken
from treatments.models import Recommendation
from treatments.presentation.case_summary import fact_item, responsible_level
from treatments.presentation.ladder import Drawing, draw_ladder
from treatments.presentation.vocabulary import UNITS, vocabulary_from

Document = Mapping[str, Any]
#: How the state of a rule is told, and the tone of its row in the grid.
STATES = {
    "true": ("hit", "holds"),
    "false": ("miss", "does not hold"),
    "undetermined": ("open", "undetermined"),
}
UNKNOWN = "-"
RECENT = 15


@dataclass(frozen=True, slots=True)
class TriedRule:
    """One rule of the table and the case: why it holds, fails or waits."""

    rule: str
    tone: str
    state: str
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def failed_words(self) -> list[str]:
        """The facts that make it fail, by their labels."""
        return [self.labels.get(name, spoken(name)) for name in self.failed]

    @property
    def unknown_words(self) -> list[str]:
        """The facts that it waits for, by their labels."""
        return [self.labels.get(name, spoken(name)) for name in self.unknown]


@dataclass(frozen=True, slots=True)
class TrialSide:
    """What one version of the rules says of the case."""

    title: str
    heading: str
    drawing: Drawing | None
    problem: str = ""
    standing: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A case on the draft and on the live rules, and on each rule of one table."""

    draft: TrialSide
    live: TrialSide
    lines: tuple[TriedRule, ...]

    @property
    def marks(self) -> dict[str, Any]:
        """For the grid: each rule's tone, and the columns that fail or are open."""
        return {
            line.rule: [line.tone, list(line.failed), list(line.unknown)]
            for line in self.lines
        }

    @property
    def sides(self) -> tuple[TrialSide, TrialSide]:
        """The draft, and beside it the live rules."""
        return self.draft, self.live

    @property
    def differs(self) -> bool:
        """Whether the advice itself is another one."""
        return self.draft.heading != self.live.heading

    @property
    def moves(self) -> bool:
        """Whether anything differs: an option's standing, or how soon it is."""
        return self.differs or self.draft.standing != self.live.standing


@dataclass(frozen=True, slots=True)
class TrialQuestion:
    """One fact that can be changed in an invented case; ``chosen`` is as written."""

    name: str
    label: str
    unit: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def try_case(sheet: Sheet, live: Ruleset | None, case: Document) -> Trial:
    """The case on both rulesets; a draft that cannot be read says so."""
    draft = sheet.document.reading.ruleset
    tried = _evaluated(draft, case)
    return Trial(
        draft=_side("This draft", draft, tried),
        live=_side("Live rules", live, _evaluated(live, case)),
        lines=tuple(_lines(sheet, draft, tried)) if draft and tried else (),
    )


def _evaluated(ruleset: Ruleset | None, case: Document) -> Evaluation | None:
    if ruleset is None:
        return None
    return evaluate(known_to(ruleset, case), ruleset, effects=False)


def _side(
    title: str, ruleset: Ruleset | None, evaluation: Evaluation | None
) -> TrialSide:
    if ruleset is None or evaluation is None:
        return TrialSide(title, "", None, "These rules cannot be read yet.")
    advice = evaluation.to_document()
    if advice["errors"]:
        problem = "; ".join(error["message"] for error in advice["errors"])
        return TrialSide(title, "", None, problem)
    advised = advice["recommended"]
    heading = (
        ruleset.treatments[advised["treatment"]].title
        if advised
        else Recommendation.Disposition(advice["disposition"]).label
    )
    drawing = draw_ladder(advice["options"], ruleset) if advice["options"] else None
    statuses = tuple((one["treatment"], one["status"]) for one in advice["options"])
    standing = (advice["disposition"], advice["urgency"], statuses)
    return TrialSide(title, heading, drawing, standing=standing)


def _lines(
    sheet: Sheet, ruleset: Ruleset, evaluation: Evaluation
) -> Iterator[TriedRule]:
    table = ruleset.tables.get(sheet.id)
    if table is None:
        return
    own = {rule.id for rule in table.rules}
    labels = {name: fact.label for name, fact in ruleset.facts.items() if fact.label}
    for one in evaluation.trace:
        if one.rule in own:
            tone, words = STATES.get(one.state, STATES["undetermined"])
            yield TriedRule(one.rule, tone, words, one.failed, one.unknown, labels)


def panel(sheet: Sheet, live: Ruleset | None, case: Document) -> dict[str, Any]:
    """What the panel shows of a case, or the choice of one while it is empty."""
    found = try_case(sheet, live, case) if case else None
    return {
        "trial": found,
        "marks": json.dumps(found.marks) if found else "",
        "questions": questions(sheet, case) if case else (),
        "goldens": golden_cases(sheet.document.ruleset_id),
        "stored": recent_cases(),
    }


# --- The case -----------------------------------------------------------------------


def changed(
    case: Document, facts: Mapping[str, Fact], written: Mapping[str, str]
) -> dict[str, Any]:
    """The case with the facts of ``written``: each as it is written in a cell, "-"
    for one that is not known.

    A finding of a disc goes to the responsible one; without one, to L4-5.
    """
    found: dict[str, Any] = {"contract": 2, **case}
    found["facts"] = dict(case.get("facts", {}))
    found["discs"] = [dict(disc) for disc in case.get("discs", ())]
    level = responsible_level(case) or "L4-5"
    found["responsible_level"] = level
    disc = next((d for d in found["discs"] if d["level"] == level), None)
    if disc is None:
        disc = {"level": level}
        found["discs"].append(disc)
    for name, text in written.items():
        fact = facts.get(name)
        if fact is None or fact.scope not in ("case", "disc"):
            continue
        place = disc if fact.scope == "disc" else found["facts"]
        value = _value(fact, text)
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
    return found


def _value(fact: Fact, text: str) -> Any:
    if text == UNKNOWN or not text:
        return None
    if fact.type == "bool":
        return text == "true"
    if (partial := partial_of(text)) is not None:
        return partial
    if fact.type == "enum":
        return text
    try:
        return float(text) if fact.type == "decimal" else int(text)
    except ValueError:
        return text  # refused by the engine, in words


def questions(sheet: Sheet, case: Document) -> list[TrialQuestion]:
    """The facts that the table rests on, straight or through derived ones."""
    facts = sheet.document.facts
    level = responsible_level(case)
    discs = {disc["level"]: disc for disc in case.get("discs", ())}
    known = {**case.get("facts", {}), **discs.get(level, {})}
    return [
        _question(facts[name], known.get(name))
        for name in _rests_on(sheet, facts)
        if facts[name].scope in ("case", "disc")
    ]


def _rests_on(sheet: Sheet, facts: Mapping[str, Fact]) -> list[str]:
    parts = sheet.document.parts
    givers = {parts[f"tables/{t}"].get("output"): t for t in parts["tables"]}
    found: dict[str, None] = {}
    waiting = [sheet.id]
    seen = {sheet.id}
    while waiting:
        for name in parts[f"tables/{waiting.pop()}/inputs"]:
            fact = facts.get(name)
            giver = givers.get(name)
            if fact is not None and fact.scope != "derived":
                found[name] = None
            elif giver and giver not in seen:
                seen.add(giver)
                waiting.append(giver)
    return list(found)


def _question(fact: Fact, value: Any) -> TrialQuestion:
    options: tuple[tuple[str, str], ...] = ()
    if fact.type == "bool":
        options = (("true", "yes"), ("false", "no"))
    elif fact.type == "enum":
        options = tuple((v, spoken(v)) for v in fact.values)
    chosen = UNKNOWN if value is None else str(value)
    if isinstance(value, bool):
        chosen = "true" if value else "false"
    elif isinstance(value, dict):
        chosen = cell_of(value)
        if options:
            options = ((chosen, _words(fact, value)), *options)
    label = fact.label or fact.name.replace("_", " ")
    unit = UNITS.get(fact.unit, fact.unit)
    return TrialQuestion(fact.name, label, unit, options, chosen)


def _words(fact: Fact, value: Any) -> str:
    asked = vocabulary_from({fact.name: fact})
    return fact_item(fact.name, value, asked=asked).value


def recent_cases() -> list[tuple[str, str]]:
    """The newest stored cases, by id, level and what was advised; nobody's name."""
    rows = Recommendation.objects.order_by("-created_at").select_related("encounter")
    rows = rows.defer("evaluation_document")
    found: dict[uuid.UUID, str] = {}
    for row in rows[: RECENT * 3]:
        level = responsible_level(row.case_document)
        advised = row.recommended_treatment or row.get_disposition_display()
        uid = row.encounter.case_uid
        found.setdefault(uid, f"{uid.hex[:8]} · {level or 'no level'} · {advised}")
    return [(str(uid), title) for uid, title in list(found.items())[:RECENT]]
