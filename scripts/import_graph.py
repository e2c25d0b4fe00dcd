"""Which module of a tree imports which: read from the source, nothing is run.

``scripts.shape`` counts the arrows, ``scripts.architecture`` draws them.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

Graph = dict[str, set[str]]
Arrows = dict[tuple[str, str], int]

#: Folders that hold none of the product's own code.
NOT_PRODUCT = {
    *("tests", "test", "testing", "migrations", "vendor", "_vendor", "node_modules"),
    *("benchmarks", "scripts", "docs", "build", "dist", "var", "staticfiles"),
}


def product_files(root: Path, suffix: str = ".py") -> Iterator[Path]:
    """The files of a checkout that are its own, sorted, no hidden folder entered."""
    for path in sorted(root.rglob(f"*{suffix}")):
        folders = path.relative_to(root).parts[:-1]
        hidden = any(folder.startswith(".") for folder in folders)
        if not hidden and not NOT_PRODUCT.intersection(folders):
            yield path


def modules(root: Path) -> dict[str, Path]:
    """Each product module of a checkout by its dotted name."""
    found = {}
    for path in product_files(root):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[0] == "src":
            parts = parts[1:]
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def import_graph(of: Mapping[str, Path]) -> Graph:
    """Each module with the modules it imports: at any depth, for types alone too."""
    return {name: set(_imported(name, path, of)) - {name} for name, path in of.items()}


def room_arrows(graph: Graph, depth: int, within: str = "") -> Arrows:
    """The arrows between rooms, each with the number of imports it stands for.

    A room is the first ``depth`` names of a module: ``treatments.reports`` with 2. A
    module loose in a folder above that is a room of its own.

    Args:
        within: Only this package and what is below it are looked at.
    """
    found: Arrows = {}
    for module, imported in graph.items():
        for other in imported:
            if not all(_is_in(name, within) for name in (module, other)):
                continue
            arrow = room(module, depth), room(other, depth)
            if arrow[0] != arrow[1]:
                found[arrow] = found.get(arrow, 0) + 1
    return found


def room(module: str, depth: int) -> str:
    return ".".join(module.split(".")[:depth])


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules of which each one leads to each other one by imports."""
    reached = {start: _reachable(graph, start) for start in graph}
    groups = {
        tuple(sorted(o for o in reached[start] if start in reached.get(o, ())))
        for start in graph
        if start in reached[start]
    }
    return [list(group) for group in sorted(groups)]


def as_graph(arrows: Arrows) -> Graph:
    graph: Graph = {}
    for start, end in arrows:
        graph.setdefault(start, set()).add(end)
        graph.setdefault(end, set())
    return graph


def _is_in(module: str, package: str) -> bool:
    return not package or f"{module}.".startswith(f"{package}.")


def _reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        module = ahead.pop()
        if module not in seen:
            seen.add(module)
            ahead += graph.get(module, ())
    return seen


def _imported(name: str, path: Path, of: Mapping[str, Path]) -> Iterator[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in of)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                stem = parts[: len(parts) - node.level + 1]
                base = ".".join([*stem, base]).rstrip(".")
            for alias in node.names:
                full = f"{base}.{alias.name}"
                if full in of:
                    yield full
                elif base in of:
                    yield base
