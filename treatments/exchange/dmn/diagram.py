"""Where each input and decision is drawn: what it needs stands below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from .names import Ids

WIDTH, HEIGHT = 180, 60
INPUT_HEIGHT = 45
ACROSS, DOWN = 220, 160
#: Facts and decisions side by side in one row of the drawing.
PER_ROW = 12

Place = tuple[int, int, int]
#: The elements that a decision needs, each with the id of the requirement.
Needs = Mapping[str, str]


def diagram(
    root: Element, inputs: Sequence[str], needs: Mapping[str, Needs], ids: Ids
) -> None:
    """Add the drawing of a requirements graph; ``needs`` is by decision."""
    drawing = SubElement(root, "dmndi:DMNDI")
    held = SubElement(drawing, "dmndi:DMNDiagram", {"id": ids.make("diagram", "1")})
    places = _places(inputs, needs)
    for name, (x, y, height) in places.items():
        own = ids.make("shape", name)
        shape = SubElement(held, "dmndi:DMNShape", {"id": own, "dmnElementRef": name})
        size = {"height": str(height), "width": str(WIDTH), "x": str(x), "y": str(y)}
        SubElement(shape, "dc:Bounds", size)
    for name, needed in needs.items():
        for need, ref in needed.items():
            _edge(held, ref, places[need], places[name], ids)


def _edge(held: Element, ref: str, start: Place, end: Place, ids: Ids) -> None:
    own = ids.make("edge", ref)
    edge = SubElement(held, "dmndi:DMNEdge", {"id": own, "dmnElementRef": ref})
    middle = WIDTH // 2
    for x, y in (
        (start[0] + middle, start[1]),
        (end[0] + middle, end[1] + end[2]),
    ):
        SubElement(edge, "di:waypoint", {"x": str(x), "y": str(y)})


def _places(inputs: Sequence[str], needs: Mapping[str, Needs]) -> dict[str, Place]:
    level_of = _levels(needs)
    levels: list[list[str]] = [[] for _ in range(max(level_of.values(), default=0))]
    for name, level in level_of.items():
        levels[level - 1].append(name)
    rows = [
        row[start : start + PER_ROW]
        for row in (*reversed(levels), list(inputs))
        for start in range(0, len(row), PER_ROW)
    ]
    drawn = set(inputs)
    return {
        name: (
            60 + ACROSS * column,
            60 + DOWN * number,
            INPUT_HEIGHT if name in drawn else HEIGHT,
        )
        for number, row in enumerate(rows)
        for column, name in enumerate(row)
    }


def _levels(needs: Mapping[str, Needs]) -> dict[str, int]:
    """How many decisions stand one on another up to each; a circle ends somewhere."""
    levels = dict.fromkeys(needs, 1)
    for _ in needs:
        raised = {
            name: 1 + max((levels[n] for n in needed if n in levels), default=0)
            for name, needed in needs.items()
        }
        raised = {name: min(level, len(needs)) for name, level in raised.items()}
        if raised == levels:
            break
        levels = raised
    return levels
