"""Draw who imports whom into docs/architecture.md: ``python -m scripts.architecture``.

Each picture is Mermaid text, which GitHub and most editors draw. A box is a room, an
arrow an import; the arrows that a longer way says already are left out of the picture
and stand in the table below it. ``--check`` changes nothing, and ends with 1 where the
page is out of date.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.import_graph import Arrows, Graph, as_graph, import_graph, modules, room

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
#: Django's wiring at the root of an app, which imports the rest: in no picture.
WIRING = re.compile(r"manage$|deploy\b|\w+\.(apps|celery|checks|settings|urls|wsgi)$")
BLOCK = re.compile(r"<!-- picture: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """The rooms below one package, or of the whole house."""

    within: str
    depth: int
    #: Packages that are one box here, whatever rooms they have.
    closed: tuple[str, ...] = ()

    def box(self, module: str) -> str | None:
        """The box that a module is in, by its short name; None: it has none here."""
        if WIRING.match(module) or not f"{module}.".startswith(self.within):
            return None
        for package in self.closed:
            if room(module, 1) == package:
                return package
        box = room(module, self.depth).removeprefix(self.within)
        return None if box in {"", "spine_cds", "treatments"} else box


PICTURES = {
    "house": Picture("", 2, closed=("patients",)),
    "engine": Picture("treatments.engine.", 3),
    "patients": Picture("patients.", 2),
    "authoring": Picture("treatments.authoring.", 3),
}


def arrows(graph: Graph, picture: Picture) -> Arrows:
    found: Arrows = {}
    for module, imported in graph.items():
        start = picture.box(module)
        for other in imported:
            end = picture.box(other)
            if start and end and start != end:
                found[start, end] = found.get((start, end), 0) + 1
    return found


def without_detours(graph: Graph) -> Graph:
    """The arrows that no longer way replaces: what leads where stays the same."""
    return {
        start: {
            end
            for end in ends
            if not any(end in _reached(graph, other) for other in ends - {end})
        }
        for start, ends in graph.items()
    }


def mermaid(graph: Graph) -> Iterator[str]:
    """The drawing, from what imports the most down to what imports nothing."""
    yield "```mermaid"
    yield "flowchart TD"
    for box in sorted(graph):
        yield f'    {_key(box)}["{box.removeprefix("treatments.")}"]'
    for start, ends in sorted(without_detours(graph).items()):
        for end in sorted(ends):
            yield f"    {_key(start)} --> {_key(end)}"
    yield "```"


def table(graph: Graph) -> Iterator[str]:
    yield "| room | imports |"
    yield "|---|---|"
    for start, ends in sorted(graph.items()):
        yield f"| {start} | {', '.join(sorted(ends)) or 'none of these'} |"


def block(name: str, graph: Graph) -> str:
    drawn = as_graph(arrows(graph, PICTURES[name]))
    lines = [
        f"<!-- picture: {name} -->",
        *mermaid(drawn),
        "<details><summary>Every arrow</summary>",
        "",
        *table(drawn),
        "",
        "</details>",
        "<!-- end -->",
    ]
    return "\n".join(lines)


def page(text: str, graph: Graph) -> str:
    """The page with each of its pictures drawn anew."""
    return BLOCK.sub(lambda found: block(found[1], graph), text)


def _key(box: str) -> str:
    return box.replace(".", "_")


def _reached(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for end in graph[ahead.pop()] - seen:
            seen.add(end)
            ahead.append(end)
    return seen


def main() -> int:
    before = PAGE.read_text(encoding="utf-8")
    after = page(before, import_graph(modules(ROOT)))
    if "--check" in sys.argv[1:]:
        if before != after:
            print("docs/architecture.md: run .venv/bin/python -m scripts.architecture")
        return int(before != after)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
