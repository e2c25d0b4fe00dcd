"""Who may import whom, and the other house rules that a machine can check."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("spine_cds", "patients", "treatments")

# Importer -> what it may import of this project besides itself; the longest prefix
# wins. Django's own wiring (apps, urls, celery, wsgi, migrations) is at the top.
#: Modules of functions that know nothing of this project.
PLAIN = ("spine_cds.dates", "spine_cds.folding")
LEAVES = ("spine_cds.audit", "spine_cds.accounts", "spine_cds.jobs", *PLAIN)
DOMAIN = ("patients", "treatments", *LEAVES)

#: The rooms of the engine, in the order a case meets them: each may use those above
#: it in its row, and nothing else.
ENGINE = {
    "ruleset": (),
    "case": ("ruleset",),
    "compiler": ("ruleset", "case"),
    "search": ("ruleset", "case", "compiler"),
    "batch": ("ruleset", "case", "compiler"),
    "asking": ("ruleset", "case", "compiler"),
    "evaluation": ("ruleset", "case", "compiler", "search", "asking"),
    "analysis": ("ruleset", "case", "compiler", "search", "evaluation"),
    "dmn": ("ruleset",),
}
#: The rooms of ``treatments``; all may use the engine, by its face or by a room.
TREATMENTS = {
    "models": ("patients", "spine_cds.accounts", "spine_cds.jobs", *PLAIN),
    "exchange": (),
    "presentation": ("models", "patients", *LEAVES),
    "rulebook": ("models", "exchange", "presentation", *LEAVES),
    "recommendations": ("models", "presentation", "rulebook", "patients", *LEAVES),
    "authoring": (
        *("models", "exchange", "presentation", "rulebook", "recommendations"),
        *("patients", *LEAVES),
    ),
    "replay": (
        *("models", "presentation", "recommendations", "authoring.drafts"),
        *("patients", *LEAVES),
    ),
    "reports": ("models", "presentation", "recommendations", "patients", *LEAVES),
    "reports.render": ("reports.content", "reports.glyphs"),
    "management": (
        *("models", "exchange", "rulebook", "recommendations", "reports"),
        *("patients", *LEAVES),
    ),
    "tasks": ("models", "replay", "reports", "spine_cds.jobs"),
    "urls": ("authoring", "recommendations", "replay", "reports", "rulebook"),
}
#: The rooms of the rule editor.
AUTHORING = {
    "document": (),
    "drafts": ("document",),
    "checks": ("document",),
    "grid": ("document", "drafts", "checks"),
    "versions": ("document", "drafts", "checks"),
    "views": ("document", "drafts", "checks", "grid", "versions"),
}
PATIENTS = {
    "choices": (),
    "nomenclature": (),
    "facts": ("choices",),
    "models": ("choices", "facts", *LEAVES),
    "person": ("choices", "facts", "models"),
    "findings": ("choices", "facts", "models", "person"),
    "plausibility": ("choices", "facts", "models", "person", "findings"),
    "services": ("choices", "facts", "models", "person", "findings", *LEAVES),
    "forms": (
        *("choices", "facts", "models", "person", "findings", "plausibility"),
        *("spine_cds.accounts", *PLAIN),
    ),
    "views": (
        *("choices", "facts", "models", "person", "findings", "forms", "services"),
        *LEAVES,
    ),
    "urls": ("views",),
    "apps": ("nomenclature",),
}


def rooms(
    app: str, table: dict[str, tuple[str, ...]], *also: str
) -> dict[str, tuple[str, ...]]:
    """A table of rooms with full names; what is no room of the app stands as it is."""

    def full(name: str) -> str:
        return f"{app}.{name}" if name.partition(".")[0] in table else name

    return {full(room): (*map(full, uses), *also) for room, uses in table.items()}


MAY_IMPORT = {
    "treatments.engine": tuple(f"treatments.engine.{room}" for room in ENGINE),
    **rooms("treatments.engine", ENGINE),
    **rooms("treatments", TREATMENTS, "treatments.engine"),
    **rooms(
        "treatments.authoring",
        AUTHORING,
        *rooms("treatments", TREATMENTS, "treatments.engine")["treatments.authoring"],
    ),
    "treatments.reports.render": (
        "treatments.reports.content",
        "treatments.reports.glyphs",
    ),
    "treatments.apps": ("patients.facts", "treatments.presentation"),
    "treatments": (),
    **rooms("patients", PATIENTS),
    "patients": (),
    **dict.fromkeys(PLAIN, ()),
    "spine_cds.templatetags": PLAIN,
    "spine_cds.audit": (),
    "spine_cds.accounts": ("spine_cds.audit", *PLAIN),
    "spine_cds.jobs": ("spine_cds.audit", "spine_cds.accounts"),
    "spine_cds.kept": ("spine_cds.audit", "spine_cds.accounts", *PLAIN),
    "spine_cds.interop": DOMAIN,
    "spine_cds.audit_pages": DOMAIN,
    "spine_cds.backup": DOMAIN,
    "spine_cds.operation": DOMAIN,
    "spine_cds.urls": (*DOMAIN, "spine_cds.error_pages", "spine_cds.operation"),
    "spine_cds.celery": (*DOMAIN, "spine_cds.operation"),
    "spine_cds.checks": DOMAIN,
    "spine_cds.apps": ("spine_cds.checks",),
    "spine_cds.wsgi": ("spine_cds.celery", "spine_cds.request_bounds"),
    "spine_cds.settings": (
        *("spine_cds.environment", "spine_cds.operation", "spine_cds.version"),
    ),
    "spine_cds": ("spine_cds.celery",),
}
# Modules that are nobody's business to import, but for those named.
TOPS = {
    "spine_cds.interop": (),
    "spine_cds.audit_pages": ("spine_cds.urls",),
    "spine_cds.backup": (),
    "spine_cds.kept": (),
    "spine_cds.operation": ("spine_cds.urls", "spine_cds.celery", "spine_cds.settings"),
    "spine_cds.urls": (),
    "spine_cds.settings": (),
    "spine_cds.celery": ("spine_cds", "spine_cds.wsgi"),
    "spine_cds.checks": ("spine_cds.apps",),
}


def covers(prefix: str, module: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


def longest(prefixes, module: str) -> str | None:
    return max((p for p in prefixes if covers(p, module)), key=len, default=None)


def sources() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), path


def imports(module: str, path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each import of this project, at any depth."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                stem = parts[: len(parts) - node.level + 1]
                base = ".".join([*stem, base]).rstrip(".")
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (
            (node.lineno, name) for name in names if name.partition(".")[0] in PACKAGES
        )


def breach(importer: str, imported: str) -> bool:
    """Whether ``importer`` may not import ``imported`` (a module or a name in one)."""
    own = longest(MAY_IMPORT, importer)
    if own is None:
        return True
    top = longest(TOPS, imported)
    if top and not covers(top, importer):
        return importer not in TOPS[top]
    target = longest([*MAY_IMPORT, *DOMAIN], imported)
    if target == own and own != "spine_cds":
        return False
    return longest([*MAY_IMPORT[own], own], imported) is None


def test_imports_follow_the_table():
    breaches = [
        f"{path.relative_to(ROOT)}:{line}: {module} imports {name}"
        for module, path in sources()
        for line, name in imports(module, path)
        if breach(module, name)
    ]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("importer", "imported", "forbidden"),
    [
        ("patients.views.cases", "treatments.models.Report", True),
        ("patients.views.cases", "spine_cds.accounts.models.User", False),
        ("patients.models.patient", "patients.services.cases", True),
        ("patients.models.patient", "spine_cds.celery.app", True),
        ("patients.forms.entry", "patients.views.cases", True),
        ("spine_cds.audit.services", "spine_cds.accounts.models", True),
        ("spine_cds.accounts.views", "patients.models.Patient", True),
        ("treatments.engine.ruleset.model", "treatments.models", True),
        ("treatments.engine.ruleset.model", "treatments.engine.case.Case", True),
        ("treatments.engine.case", "treatments.engine.ruleset.model", False),
        ("treatments.engine.search.targeted", "treatments.engine.evaluation", True),
        ("treatments.engine.evaluation.explore", "treatments.engine.search", False),
        ("treatments.engine.batch.columns", "treatments.engine.search", True),
        ("treatments.engine.dmn.logic", "treatments.engine.compiler", True),
        ("treatments.presentation.ladder", "treatments.recommendations.views", True),
        ("treatments.recommendations.views", "treatments.presentation.ladder", False),
        ("treatments.recommendations.views", "treatments.engine.evaluate", False),
        ("treatments.recommendations.views", "treatments.authoring.views", True),
        ("treatments.recommendations.views", "spine_cds.settings", True),
        ("treatments.authoring.grid.sheet", "treatments.authoring.views.grid", True),
        ("treatments.authoring.views.grid", "treatments.authoring.grid.sheet", False),
        ("treatments.authoring.grid.sheet", "treatments.engine.Fact", False),
        ("treatments.replay.views", "treatments.authoring.views.grid", True),
        ("treatments.reports.render", "treatments.models.Report", True),
        ("treatments.reports.render", "treatments.reports.content.Page", False),
    ],
)
def test_the_table_tells_good_imports_from_bad(importer, imported, forbidden):
    assert breach(importer, imported) is forbidden


def module_of(name: str, modules: set[str]) -> str | None:
    """The module that an imported name stands in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def test_modules_do_not_import_each_other_in_a_circle():
    """Not by way of others, and not for their types alone either."""
    paths = dict(sources())
    graph = {
        module: {
            found
            for _, name in imports(module, path)
            if (found := module_of(name, set(paths))) and not covers(found, module)
        }
        for module, path in paths.items()
    }
    # Raises a CycleError, which names the circle.
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


def test_no_loose_module_stands_at_the_root_of_an_app():
    """Each line has a room; what is left at the root is Django's own wiring."""
    roots = {
        "treatments": {"__init__", "apps", "tasks", "urls"},
        "treatments/engine": {"__init__", "case"},
        "treatments/authoring": {"__init__"},
    }
    for root, known in roots.items():
        assert {path.stem for path in (ROOT / root).glob("*.py")} == known


def test_no_import_hides_in_a_function_to_dodge_a_cycle():
    """But AppConfig.ready, where Django wants it, and heavy third-party modules."""
    hidden = []
    for module, path in sources():
        top_level = {
            line
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if not isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        hidden += [
            f"{path.relative_to(ROOT)}:{line}: {name}"
            for line, name in imports(module, path)
            if line not in top_level and path.name != "apps.py"
        ]
    assert not hidden, "\n".join(hidden)


BLOCKED_RUN = """
import sys

class Block:
    names = {"django", "celery", "redis", "psycopg2", "kombu", "typst", "numpy"}

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
from treatments.engine import evaluate, load_ruleset

evaluation = evaluate({"contract": 1, "facts": {"age_years": 43}}, load_ruleset())
print(evaluation.to_document()["disposition"])
"""


def test_the_engine_runs_without_django_or_any_service():
    run = subprocess.run(
        [sys.executable, "-I", "-c", f"sys_path = {str(ROOT)!r}\n" + _with_path()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "insufficient_data"


def test_numpy_is_for_many_cases_at_once_and_the_engine_says_where():
    engine = ROOT / "treatments" / "engine"
    using = {
        path
        for path in engine.rglob("*.py")
        if "import numpy" in path.read_text(encoding="utf-8")
    }
    assert {path.parent.name for path in using} == {"batch"}
    face = ast.get_docstring(ast.parse((engine / "__init__.py").read_text())) or ""
    assert not [path.stem for path in using if f"``{path.stem}``" not in face]


def _with_path() -> str:
    return "import sys\nsys.path.insert(0, sys_path)\n" + BLOCKED_RUN


def calls(path: Path) -> Iterator[ast.Call]:
    """Method calls, but those on super(): a task class may refine the method."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if not (isinstance(owner, ast.Call) and ast.unparse(owner) == "super()"):
                yield node


def test_tasks_are_rung_on_commit_and_with_keywords_only():
    """Inside a transaction a bare .delay() would be worked on before it is written."""
    wrong = []
    for _, path in sources():
        for call in calls(path):
            method = call.func.attr
            bare = method in {"delay", "apply_async", "send_task"}
            if bare or (method == "delay_on_commit" and call.args):
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno}: .{method}()")
    assert not wrong, "\n".join(wrong)


def test_there_are_no_signals():
    """A write's side effect stands in its service, where it is read."""
    names = {"receiver", "post_save", "pre_save", "post_delete", "m2m_changed"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for _, path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and any(alias.name in names for alias in node.names)
    ]
    assert not wrong, "\n".join(wrong)


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def body_lines(function: ast.FunctionDef) -> int:
    """Lines from ``def`` to the end, decorators and docstring not counted."""
    last = function.end_lineno or function.lineno
    lines = last - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        text = function.body[0]
        lines -= (text.end_lineno or text.lineno) - text.lineno + 1
    return lines


def is_view(function: ast.FunctionDef) -> bool:
    arguments = function.args.args
    return bool(arguments) and arguments[0].arg == "request"


def test_views_are_functions_of_25_lines_at_most():
    long = [
        f"{path.relative_to(ROOT)}: {function.name} has {body_lines(function)} lines"
        for _, path in sources()
        if path.stem == "views" or path.parent.name == "views"
        for function in functions(path)
        if is_view(function) and body_lines(function) > 25
    ]
    assert not long, "\n".join(long)


def test_functions_stay_below_60_lines_and_files_below_450():
    long = [
        f"{path.relative_to(ROOT)}: {function.name} has {body_lines(function)} lines"
        for _, path in sources()
        for function in functions(path)
        if body_lines(function) > 60
    ]
    long += [
        f"{path.relative_to(ROOT)} has {count} lines"
        for _, path in sources()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450
    ]
    assert not long, "\n".join(long)


def test_no_file_has_a_name_that_says_nothing():
    empty = {"utils", "helpers", "helper", "manager", "managers", "handler", "misc"}
    assert not [str(p) for _, p in sources() if p.stem in empty]


#: Class names that stand in two modules all the same: ten at the most, each with the
#: reason why no better name was found.
SHARED_CLASS_NAMES: dict[str, str] = {
    "Command": "Django finds the class of a management command by this name",
}


def test_a_class_name_stands_in_one_module():
    """A reader who meets a name knows which class it is.

    A class inside another is named with it: `Report.Status`, `Review.Verdict`, `Meta`.
    """
    places: dict[str, list[str]] = {}
    for _, path in sources():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    shared = {name: found for name, found in places.items() if len(found) > 1}
    assert len(SHARED_CLASS_NAMES) <= 10
    assert SHARED_CLASS_NAMES.keys() <= shared.keys(), "no longer shared"
    assert not {n: f for n, f in shared.items() if n not in SHARED_CLASS_NAMES}
