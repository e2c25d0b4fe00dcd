"""Boxes against every point of a small space."""

from __future__ import annotations

import doctest
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from treatments.engine.analysis import boxes
from treatments.engine.analysis.boxes import Box, Space
from treatments.engine.analysis.decision_diagram import DecisionDiagram

SIZES = (3, 2, 4, 2)
POINTS = list(product(*(range(size) for size in SIZES)))
WEIGHTS = [
    [Fraction(1, 2), Fraction(1, 2), Fraction(0)],
    [Fraction(1, 3), Fraction(2, 3)],
    [Fraction(1, 4)] * 4,
    [Fraction(0), Fraction(1)],
]
cells = st.dictionaries(st.integers(0, 3), st.integers(0, 15), max_size=4).map(
    lambda row: [(at, mask & ((1 << SIZES[at]) - 1)) for at, mask in row.items()]
)
tables = st.lists(cells, min_size=1, max_size=7)


def test_the_worked_example_beside_the_code_is_true() -> None:
    outcome = doctest.testmod(boxes)
    assert outcome.attempted
    assert not outcome.failed


def spend() -> None:
    """No budget."""


def holds(row: list[tuple[int, int]], point: tuple[int, ...]) -> bool:
    return all(mask >> point[at] & 1 for at, mask in row)


def inside(box: Box, point: tuple[int, ...]) -> bool:
    return all(mask >> region & 1 for mask, region in zip(box, point, strict=True))


def space_of(rows: list[list[tuple[int, int]]]) -> Space:
    return Space(SIZES, list(enumerate(rows)))


@settings(max_examples=200, deadline=None)
@given(tables, cells, st.booleans())
def test_what_escapes_does_and_what_is_used_is_enough_where_nothing_does(
    rows: list[list[tuple[int, int]]], within: list[tuple[int, int]], greedy: bool
) -> None:
    space = space_of(rows)
    masks = dict(within)
    box = tuple(masks.get(at, whole) for at, whole in enumerate(space.everything))
    points = [p for p in POINTS if inside(box, p)]
    free = [p for p in points if not any(holds(row, p) for row in rows)]
    escape = space.uncovered(box, space.rules, spend, greedy=greedy)
    if escape.box is None:
        used = [row for n, row in enumerate(rows) if escape.used >> n & 1]
        assert not free
        assert all(any(holds(row, p) for row in used) for p in points)
    elif all(box):
        assert all(escape.box)
        assert {p for p in POINTS if inside(escape.box, p)} <= set(free)


@settings(max_examples=200, deadline=None)
@given(tables)
def test_the_boxes_of_a_diagram_are_maximal_and_all_that_is_left(
    rows: list[list[tuple[int, int]]],
) -> None:
    space, open_ = space_of(rows), space_of(rows)
    free = {p for p in POINTS if not any(holds(row, p) for row in rows)}
    diagram = DecisionDiagram(space, WEIGHTS, spend)
    found: set[tuple[int, ...]] = set()
    while (box := diagram.uncovered(open_)) is not None:
        wide = open_.widened(box, space.rules)
        held = {p for p in POINTS if inside(wide, p)}
        assert {p for p in POINTS if inside(box, p)} <= held <= free
        assert held - found
        for at, region in product(range(len(SIZES)), range(max(SIZES))):
            if region < SIZES[at] and not wide[at] >> region & 1:
                wider = (*wide[:at], wide[at] | 1 << region, *wide[at + 1 :])
                assert not {p for p in POINTS if inside(wider, p)} <= free
        found |= held
        open_.close(wide)
    assert found == free


@settings(max_examples=200, deadline=None)
@given(tables)
def test_the_share_of_a_diagram_is_exact(rows: list[list[tuple[int, int]]]) -> None:
    free = [p for p in POINTS if not any(holds(row, p) for row in rows)]
    whole = Fraction(0)
    for point in free:
        part = Fraction(1)
        for at, region in enumerate(point):
            part *= WEIGHTS[at][region]
        whole += part
    assert DecisionDiagram(space_of(rows), WEIGHTS, spend).share() == whole
