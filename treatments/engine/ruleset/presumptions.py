"""What follows from known facts, and what is presumed of unknown ones, said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from .answers import Answer, surely_passes
from .decision_tables import DecisionTable, Rule
from .model import Ruleset
from .unary_tests import UnaryTests, Value
from .vocabulary import Fact

#: The computed fact that says whether an image has been read.
IMAGE_READ = "image_read"
#: Facts of the case that only an image answers, beside the group of the imaging.
_OF_IMAGES = frozenset({"clinical_imaging_concordance"})
#: The answer about the image, which is asked first of the imaging.
IMAGE_STATUS = "imaging_status"
#: The answer about the image that gives each value of the computed fact.
IMAGE_ANSWERS: Mapping[Value, str] = MappingProxyType(
    {"yes": "available", "no": "none"}
)

#: A value, or a test of the values that a partial presumption leaves.
Presumed: TypeAlias = Value | UnaryTests


def asked_name(name: str) -> str:
    """The fact that is asked where this one is open: a computed one is not asked."""
    return IMAGE_STATUS if name == IMAGE_READ else name


def applies(fact: Fact, known: Mapping[str, Answer]) -> bool:
    """Whether a fact can be asked about: without an image nothing of a disc can."""
    if known.get(IMAGE_READ) != "no":
        return True
    return not needs_image(fact)


def needs_image(fact: Fact) -> bool:
    """Whether only an image answers this fact."""
    if fact.scope == "disc" or fact.name in _OF_IMAGES:
        return True
    return (
        fact.scope == "case" and fact.group == "imaging" and fact.name != IMAGE_STATUS
    )


def computed_values(ruleset: Ruleset, known: Mapping[str, Answer]) -> dict[str, Value]:
    """The values that follow from known facts, for facts that are not known."""
    found: dict[str, Value] = {}
    for table, rule in _passing(ruleset, "computed", known):
        if table.output not in known:
            found.setdefault(table.output, rule.outputs["value"])
    return found


def presumed_values(
    ruleset: Ruleset, known: Mapping[str, Answer]
) -> dict[str, Presumed]:
    """What is presumed of every unknown fact of which something is, in the order of
    the vocabulary.

    A row of a presumption table counts only where its cells pass on *known* values,
    on all of them that a partial answer leaves; a presumption never rests on another,
    and none narrows a partial answer. Facts of a disc need a responsible level, and
    without an image nothing is presumed of what only an image shows.
    """
    conditional = conditional_values(ruleset, known)
    found: dict[str, Presumed] = {}
    for fact in ruleset.facts.values():
        if fact.name in known or (fact.scope == "disc" and "level" not in known):
            continue
        value = conditional.get(fact.name, fact.presumed)
        if value is not None and applies(fact, known):
            found[fact.name] = value
    return found


def conditional_values(
    ruleset: Ruleset, known: Mapping[str, Answer]
) -> dict[str, Presumed]:
    """What presumption tables give, be the facts themselves known or not."""
    found: dict[str, Presumed] = {}
    for table, rule in _passing(ruleset, "presumption", known):
        found.setdefault(table.output, rule.outputs["value"])
    return found


def follows_from_person(ruleset: Ruleset, known: Mapping[str, Answer]) -> set[str]:
    """The facts that are computed or presumed of this person, by age and sex alone."""
    facts = ruleset.facts
    return {
        table.output
        for kind in ("computed", "presumption")
        for table, rule in _passing(ruleset, kind, known)
        if rule.cells and all(facts[n].group == "patient" for n in rule.cells)
    }


def presuming_rules(ruleset: Ruleset, known: Mapping[str, Answer]) -> dict[str, Rule]:
    """The row that presumes each fact; none stands for a value of the vocabulary."""
    found: dict[str, Rule] = {}
    for table, rule in _passing(ruleset, "presumption", known):
        found.setdefault(table.output, rule)
    return found


def _passing(
    ruleset: Ruleset, kind: str, known: Mapping[str, Answer]
) -> Iterator[tuple[DecisionTable, Rule]]:
    """The rows of such tables whose cells all pass on what is known."""
    for table in ruleset.tables_of(kind):
        for rule in table.rules:
            is_met = all(
                name not in known
                if cell.unknown
                else name in known and surely_passes(cell, known[name])
                for name, cell in rule.cells.items()
            )
            if is_met:
                yield table, rule
