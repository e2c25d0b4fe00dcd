"""The words of the engine's closed lists are whole, and stand in one table."""

import ast
from pathlib import Path

import pytest

from patients.models import Encounter
from treatments.engine.compiler.possible_outcomes import shown_status
from treatments.engine.ruleset.enums import (
    DISPOSITIONS,
    Disposition,
    Effect,
    Indicator,
    OptionStatus,
    Urgency,
)
from treatments.models import Recommendation
from treatments.presentation import words

ROOT = Path(__file__).resolve().parents[3]
ROOMS = [
    "patients",
    "spine_cds",
    *(f"treatments/{room}" for room in ("models", "presentation", "recommendations")),
    *(f"treatments/{room}" for room in ("rulebook", "replay", "reports", "management")),
]


#: A shared reservation is shown as a caution.
SHOWN_STATUSES = {shown_status(status) for status in OptionStatus}


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (words.STATUS_WORDS, SHOWN_STATUSES),
        (words.FAVOUR, SHOWN_STATUSES),
        (words.EFFECT_WORDS, Effect),
        (words.WOULD_WORDS, Effect),
        (words.WEIGHT, (*Effect, "")),
        (words.DISPOSITION_WORDS, Disposition),
        (words.PREVIEW_HEADINGS, Disposition),
        (words.REPORT_HEADINGS, Disposition),
        (words.DISPOSITION_SIGNS, Disposition),
        (words.TRIAGE_WORDS, DISPOSITIONS),
    ],
)
def test_every_member_has_its_words(table, members):
    assert set(table) == set(members)
    assert len(table) == len(members)


def test_the_database_knows_the_same_dispositions():
    assert set(Recommendation.Disposition.values) == set(Disposition)
    (known,) = (
        constraint
        for constraint in Recommendation._meta.constraints
        if constraint.name == "recommendation_disposition_known"
    )
    assert dict(known.condition.children)["disposition__in"] == tuple(
        Recommendation.Disposition.values
    )


def test_the_worklist_flags_what_the_engine_can_answer():
    least = {f"least_{urgency}" for urgency in Urgency}
    assert set(Encounter.TriageFlag.values) <= {*Disposition, *Urgency, *least}


def compared(tree: ast.Module) -> list[ast.Constant]:
    """Literals that something is compared with, by an operator or a match."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                found += getattr(side, "elts", [side])
        elif isinstance(node, ast.MatchValue):
            found.append(node.value)
    return [node for node in found if isinstance(node, ast.Constant)]


def test_no_member_is_compared_as_a_literal():
    """Of a name the type checker finds a typo; of a literal nobody does."""
    members = {*Disposition, *Urgency, *OptionStatus, *Effect, *Indicator}
    # As the reason of a "why not" it is another word.
    others = {"sensitivity.py": {"unavailable"}}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
        for node in compared(ast.parse(path.read_text(encoding="utf-8")))
        if node.value in members - others.get(path.name, set())
    ]
    assert not wrong, "\n".join(wrong)
