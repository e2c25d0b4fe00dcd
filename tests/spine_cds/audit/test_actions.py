"""One vocabulary of audit actions: each has words, and nothing else is recorded."""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from patients.services.cases import PROGRESS
from spine_cds.audit.actions import AuditAction, action_words
from treatments.models import DraftChange, Replay, Report

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("spine_cds", "patients", "treatments")
VOCABULARY = ROOT / "spine_cds" / "audit" / "actions.py"


def trees() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and path != VOCABULARY:
                text = path.read_text(encoding="utf-8")
                yield str(path.relative_to(ROOT)), ast.parse(text)


def names_an_action(value: ast.expr, function: ast.FunctionDef) -> bool:
    """`AuditAction.X`, `AuditAction(…)`, or a parameter that is typed so."""
    if isinstance(value, ast.Name):
        arguments = (*function.args.args, *function.args.kwonlyargs)
        typed = {a.arg: ast.unparse(a.annotation) for a in arguments if a.annotation}
        return typed.get(value.id) == "AuditAction"
    named = value.func if isinstance(value, ast.Call) else value
    return ast.unparse(named).partition(".")[0] == "AuditAction"


def records(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "record":
                    yield function, node


def test_every_action_has_words_of_its_own():
    by_name = {a.name.replace("_", " ").title() for a in AuditAction}  # Django's own
    labels = [str(action.label) for action in AuditAction]
    assert not by_name.intersection(labels)
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", action) for action in AuditAction)


def test_nothing_is_recorded_but_an_action_of_the_vocabulary():
    found, wrong = 0, []
    for path, tree in trees():
        for function, call in records(tree):
            found += 1
            (action,) = (k.value for k in call.keywords if k.arg == "action")
            if not names_an_action(action, function):
                wrong.append(f"{path}:{call.lineno}: {ast.unparse(action)}")
    assert found > 30
    assert not wrong, "\n".join(wrong)


def test_no_action_is_spelled_outside_the_vocabulary():
    known = set(AuditAction.values)
    wrong = [
        f"{path}:{node.lineno}: {node.value}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in known
    ]
    assert not wrong, "\n".join(wrong)


def composed() -> dict[str, list[str]]:
    """Actions whose second word comes from elsewhere, by where they come from."""
    templates = Path(find_spec("allauth").origin).parent / "mfa"
    text = "\n".join(p.read_text() for p in sorted(templates.rglob("flows.py")))
    return {
        "how far a case has come": [f"case.{state}" for state in PROGRESS[1:]],
        "kinds of a change": [f"draft.{kind}" for kind in DraftChange.Kind.values],
        "ends of a job": [
            f"{job.kind}.{verb}"
            for job in (Report, Replay)
            for verb in (job.done_verb, "fail", "cancel", "retry")
        ],
        "second factor": [
            f"user.{change}" for change in re.findall(r'"mfa/email/(\w+)"', text)
        ],
    }


@pytest.mark.parametrize(("of", "actions"), composed().items())
def test_every_action_that_is_composed_is_in_the_vocabulary(of, actions):
    assert actions, of
    assert set(actions) <= set(AuditAction.values)


def test_every_action_of_the_vocabulary_is_recorded_somewhere():
    named = {
        node.attr
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "AuditAction"
    }
    named |= {AuditAction(a).name for actions in composed().values() for a in actions}
    assert named == set(AuditAction.names)


def test_an_action_of_another_version_is_shown_as_it_is_spelled():
    assert action_words("case.read") == "Case read"
    assert action_words("case.looked_at") == "Case: looked at"
