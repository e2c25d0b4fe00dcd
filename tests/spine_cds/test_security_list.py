"""The list of docs/security.md is whole, and speaks of tests that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, str, str]]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    return ROW.findall(text)


def test_each_of_the_sixty_items_has_its_row():
    assert [int(number) for number, *_ in rows()] == list(range(1, 61))


@pytest.mark.parametrize("row", rows(), ids=[number for number, *_ in rows()])
def test_an_item_is_open_or_held_by_tests_or_a_reason(row):
    _, what, how, held = row
    tests = re.findall(r"`([^`]+\.py)::(\w+)`", held)
    assert what.strip()
    assert tests or how.strip() or "**open**" in held
    for path, name in tests:
        file = ROOT / "tests" / path
        functions = {
            node.name
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        assert name in functions, f"{path} has no {name}"
