"""The shape of a tree in one table: ``python -m scripts.shape [CHECKOUT ...]``.

Standard library only; nothing of the checkout is imported or run. Several checkouts
stand side by side. Migrations, tests, vendored files, ``benchmarks/`` and ``scripts/``
are not counted as source.
"""

import argparse
import ast
import io
import math
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scripts.import_graph import (
    NOT_PRODUCT,
    Graph,
    as_graph,
    circles,
    import_graph,
    modules,
    product_files,
    room_arrows,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef

ENGINE = "treatments.engine"
#: Names that Django gives: they cannot but stand in many modules.
DJANGO_CLASSES = {"Meta", "Command", "Migration"}
TEMPLATE_LINE = 160

#: The modules whose public names others build on, by their words.
DOCUMENTED: dict[str, Callable[[list[str]], bool]] = {
    "engine": lambda words: words[:2] == ENGINE.split("."),
    "services": lambda words: "services" in words,
    "models": lambda words: "models" in words,
}


@dataclass
class Tree:
    """A checkout, read once."""

    root: Path

    @cached_property
    def modules(self) -> dict[str, Path]:
        return modules(self.root)

    @cached_property
    def texts(self) -> dict[str, str]:
        return {
            name: path.read_text(encoding="utf-8")
            for name, path in self.modules.items()
        }

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        return {name: ast.parse(text) for name, text in self.texts.items()}

    @cached_property
    def graph(self) -> Graph:
        return import_graph(self.modules)

    @cached_property
    def functions(self) -> list[tuple[str, Function]]:
        """Every function and method with its module, nested ones included."""
        return [
            (name, node)
            for name, tree in self.trees.items()
            for node in ast.walk(tree)
            if isinstance(node, Function)
        ]

    @cached_property
    def templates(self) -> list[list[str]]:
        """The lines of each template."""
        return [
            path.read_text(encoding="utf-8").splitlines()
            for path in product_files(self.root, ".html")
            if "templates" in path.parts
        ]

    @cached_property
    def file_lines(self) -> list[int]:
        return [len(text.splitlines()) for text in self.texts.values()]

    @cached_property
    def test_lines(self) -> int:
        """Python in test folders; hidden and vendored folders left out."""
        outside = NOT_PRODUCT - {"tests", "test", "testing"}
        count = 0
        for path in self.root.rglob("*.py"):
            folders = path.relative_to(self.root).parts[:-1]
            if any(f.startswith(".") or f in outside for f in folders):
                continue
            if NOT_PRODUCT.intersection(folders):
                count += len(path.read_text(encoding="utf-8").splitlines())
        return count


# -- counting --------------------------------------------------------------------------


def percentile(figures: Sequence[int], share: float) -> int:
    """The least figure that so great a share of the figures does not exceed."""
    if not figures:
        return 0
    return sorted(figures)[max(0, math.ceil(share * len(figures)) - 1)]


def spread(figures: Sequence[int]) -> str:
    """The 50th and 90th percentile and the largest."""
    largest = max(figures, default=0)
    return f"{percentile(figures, 0.5)} / {percentile(figures, 0.9)} / {largest}"


def part(count: int, whole: int) -> str:
    return f"{100 * count / whole:.1f} % of {whole}" if whole else "–"


def body_lines(function: Function) -> int:
    """From ``def`` to the end; decorators and docstring are not counted."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if has_docstring(function):
        text = function.body[0]
        lines -= (text.end_lineno or text.lineno) - text.lineno + 1
    return lines


def view_lines(tree: Tree) -> list[int]:
    """Lines of the functions of view modules whose first argument is ``request``."""
    return [
        body_lines(function)
        for name, function in tree.functions
        if any("views" in word for word in name.split("."))
        and function.args.args
        and function.args.args[0].arg == "request"
    ]


def homonyms(tree: Tree) -> tuple[dict[str, int], int]:
    """Class names that stand in two modules or more, and how many names there are."""
    counts: Counter[str] = Counter()
    for module in tree.trees.values():
        classes = (n.name for n in ast.walk(module) if isinstance(n, ast.ClassDef))
        counts.update(set(classes) - DJANGO_CLASSES)
    return {name: count for name, count in counts.items() if count > 1}, len(counts)


def variable_uses(tree: Tree, word: str) -> tuple[int, int]:
    """How often a word is a variable or an argument, and in how many files."""
    counts = [
        sum(
            (isinstance(node, ast.Name) and node.id == word)
            or (isinstance(node, ast.arg) and node.arg == word)
            for node in ast.walk(module)
        )
        for module in tree.trees.values()
    ]
    return sum(counts), sum(count > 0 for count in counts)


def public_definitions(body: Sequence[ast.stmt]) -> Iterator[Definition]:
    """Public functions, classes and methods; what is nested in a function is not."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            if node.name == "Meta":
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body)


def has_docstring(definition: Definition) -> bool:
    return ast.get_docstring(definition, clean=False) is not None


def docstrings(tree: Tree, is_counted: Callable[[list[str]], bool]) -> str:
    """The share of public definitions that have one, in the modules that count."""
    found = [
        has_docstring(node)
        for name, module in tree.trees.items()
        if is_counted(name.split("."))
        for node in public_definitions(module.body)
    ]
    return part(sum(found), len(found))


def function_docstrings(tree: Tree) -> str:
    """The same of functions alone, in engine, services and models, nested ones too."""
    found = [
        has_docstring(function)
        for name, function in tree.functions
        if any(counts(name.split(".")) for counts in DOCUMENTED.values())
        and not function.name.startswith("_")
    ]
    return part(sum(found), len(found))


def comment_and_code_lines(text: str) -> tuple[int, int]:
    """Lines with a comment, and lines with code (no blank line, no docstring)."""
    comments, code = set(), set()
    skipped = {
        *(tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
        *(tokenize.ENDMARKER, tokenize.ENCODING),
    }
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        lines = range(token.start[0], token.end[0] + 1)
        alone = before in {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
        if token.type == tokenize.COMMENT:
            comments.update(lines)
        elif token.type not in skipped and not (
            token.type == tokenize.STRING and alone
        ):
            code.update(lines)
        if token.type not in {tokenize.COMMENT, tokenize.NL}:
            before = token.type
    return len(comments), len(code)


def comment_share(tree: Tree) -> str:
    counts = [comment_and_code_lines(text) for text in tree.texts.values()]
    return part(sum(c for c, _ in counts), sum(code for _, code in counts))


def loose_modules(tree: Tree, package: str) -> int:
    """Modules at the root of a package, its ``__init__`` not counted."""
    return sum(
        name.rpartition(".")[0] == package and path.name != "__init__.py"
        for name, path in tree.modules.items()
    )


def back_arrows(tree: Tree, depth: int, within: str = "") -> int:
    """Arrows between rooms of one app that lie on a circle: one of each goes back."""
    arrows = {
        arrow: count
        for arrow, count in room_arrows(tree.graph, depth, within).items()
        if arrow[0].split(".")[0] == arrow[1].split(".")[0]
    }
    on_one = [set(circle) for circle in circles(as_graph(arrows))]
    return sum(any({a, b} <= circle for circle in on_one) for a, b in arrows)


def files_of(tree: Tree, suffix: str) -> str:
    lines = [
        len(path.read_text(encoding="utf-8").splitlines())
        for path in product_files(tree.root, suffix)
    ]
    return f"{len(lines)}, longest {max(lines, default=0)}"


# -- the table -------------------------------------------------------------------------


def source_rows(tree: Tree) -> Iterator[tuple[str, str]]:
    src = sum(tree.file_lines)
    bodies = [body_lines(function) for _, function in tree.functions]
    typed = sum(function.returns is not None for _, function in tree.functions)
    views = view_lines(tree)
    yield "source lines", f"{src}"
    yield "tests : source", f"{tree.test_lines / max(src, 1):.2f}"
    yield "lines of a file, p50 / p90 / max", spread(tree.file_lines)
    yield "lines of a function, p50 / p90 / max", spread(bodies)
    yield "functions over 60 lines", f"{sum(lines > 60 for lines in bodies)}"
    yield "views, and lines at p90", f"{len(views)}, {percentile(views, 0.9)}"
    over = sum(lines > 25 for lines in views), sum(lines > 60 for lines in views)
    yield "views over 25 / over 60 lines", f"{over[0]} / {over[1]}"
    yield "functions with a return type", part(typed, len(bodies))


def page_rows(tree: Tree) -> Iterator[tuple[str, str]]:
    lines = [len(template) for template in tree.templates]
    wide = [len(line) for template in tree.templates for line in template]
    yield "templates, lines p50 / p90 / max", spread(lines)
    over = sum(width > TEMPLATE_LINE for width in wide)
    yield f"template lines over {TEMPLATE_LINE} signs", part(over, len(wide))
    yield "longest template line", f"{max(wide, default=0)}"
    yield "JavaScript files", files_of(tree, ".js")
    yield "CSS files", files_of(tree, ".css")


def import_rows(tree: Tree) -> Iterator[tuple[str, str]]:
    found = circles(tree.graph)
    yield "arrows between rooms, whole tree", f"{len(room_arrows(tree.graph, 2))}"
    for app in ("patients", "treatments"):
        arrows = room_arrows(tree.graph, 2, app)
        yield f"arrows between rooms of {app}/", f"{len(arrows)}"
    engine = room_arrows(tree.graph, 3, ENGINE)
    yield "arrows between rooms of the engine", f"{len(engine)}"
    yield "back up inside an app, whole tree", f"{back_arrows(tree, 2)}"
    yield "back up inside the engine", f"{back_arrows(tree, 3, ENGINE)}"
    yield "circles of modules (types included)", f"{len(found)}"
    yield "modules in a circle", f"{sum(map(len, found))}"
    yield "loose modules in treatments/", f"{loose_modules(tree, 'treatments')}"
    yield "loose modules in treatments/engine/", f"{loose_modules(tree, ENGINE)}"


def word_rows(tree: Tree) -> Iterator[tuple[str, str]]:
    shared, names = homonyms(tree)
    uses, files = variable_uses(tree, "said")
    yield "class names in two modules or more", f"{len(shared)} of {names}"
    yield "`said` as a variable", f"{uses} in {files} files"
    for name, counts in DOCUMENTED.items():
        yield f"docstrings, {name}", docstrings(tree, counts)
    yield "docstrings of their functions alone", function_docstrings(tree)
    yield "comment lines to code lines", comment_share(tree)


def rows(tree: Tree) -> dict[str, str]:
    """Every row of the table: what is counted, and the figure."""
    groups = (source_rows, page_rows, import_rows, word_rows)
    return {label: figure for group in groups for label, figure in group(tree)}


def table(trees: Sequence[Tree]) -> str:
    columns = [rows(tree) for tree in trees]
    lines = [
        "| | " + " | ".join(tree.root.resolve().name for tree in trees) + " |",
        "|---" * (len(trees) + 1) + "|",
    ]
    lines += [
        f"| {label} | " + " | ".join(column[label] for column in columns) + " |"
        for label in columns[0]
    ]
    return "\n".join(lines)


HOW = """
Counted so: a function from `def` to its end, without docstring and decorators. A view
is a function of a module or folder of views that takes `request`. A room is a folder
below an app (`treatments.reports`), or a module loose beside them; a package's own
`__init__` is one too. Of the engine, the rooms are those below it; in the whole tree it
is one room. An arrow joins two rooms, however many imports it stands for; it goes back
up where it lies on a circle of rooms. Circles count imports for types alone and those
inside functions. Django's Meta and Command are no class names here. Docstrings are
those of public functions, methods and classes; the last line of them counts functions
and methods only, and nested functions too."""


def main() -> None:
    options = argparse.ArgumentParser(description="Print the shape of a tree.")
    options.add_argument("checkouts", nargs="*", type=Path, default=[Path.cwd()])
    print(table([Tree(path) for path in options.parse_args().checkouts]))
    print(HOW)


if __name__ == "__main__":
    main()
