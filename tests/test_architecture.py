"""Who may import whom, and the other house rules that a machine can check."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("spine_cds", "patients", "treatments")

# Importer -> what it may import of this project besides itself; the longest prefix
# wins. Django's own wiring (apps, urls, celery, wsgi, migrations) is at the top.
LEAVES = ("spine_cds.audit", "spine_cds.accounts", "spine_cds.jobs")
DOMAIN = ("patients", "treatments", *LEAVES)
MAY_IMPORT = {
    "treatments.engine": (),
    "spine_cds.audit": (),
    "spine_cds.accounts": ("spine_cds.audit",),
    "spine_cds.jobs": ("spine_cds.audit", "spine_cds.accounts"),
    "patients": LEAVES,
    "treatments": ("patients", *LEAVES),
    "treatments.reports.render": ("treatments.reports.context",),
    "spine_cds.interop": DOMAIN,
    "spine_cds.audit.pages": DOMAIN,
    "spine_cds.backup": DOMAIN,
    "spine_cds.operation": DOMAIN,
    "spine_cds.urls": (*DOMAIN, "spine_cds.pages", "spine_cds.operation"),
    "spine_cds.celery": (*DOMAIN, "spine_cds.operation"),
    "spine_cds.checks": DOMAIN,
    "spine_cds.apps": ("spine_cds.checks",),
    "spine_cds.wsgi": ("spine_cds.celery",),
    "spine_cds.settings": ("spine_cds.environment", "spine_cds.operation"),
    "spine_cds": ("spine_cds.celery",),
}
# Modules that are nobody's business to import, but for those named.
TOPS = {
    "spine_cds.interop": (),
    "spine_cds.audit.pages": ("spine_cds.urls",),
    "spine_cds.backup": (),
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
    if own == "treatments" and covers("treatments", imported):
        return False
    allowed = longest([*MAY_IMPORT[own], own], imported)
    return allowed is None


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
        ("patients.views", "treatments.models.Report", True),
        ("patients.views", "spine_cds.accounts.models.User", False),
        ("spine_cds.audit.services", "spine_cds.accounts.models", True),
        ("treatments.engine.tables", "treatments.models", True),
        ("treatments.engine.tables", "treatments.engine.sfeel", False),
        ("treatments.views.cases", "treatments.engine.evaluate", False),
        ("treatments.views.cases", "spine_cds.settings", True),
        ("treatments.reports.render", "treatments.models.Report", True),
        ("treatments.reports.render", "treatments.reports.context.Page", False),
        ("patients.models", "spine_cds.celery.app", True),
        ("spine_cds.accounts.views", "patients.models.Patient", True),
    ],
)
def test_the_table_tells_good_imports_from_bad(importer, imported, forbidden):
    assert breach(importer, imported) is forbidden


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
    names = {"django", "celery", "redis", "psycopg2", "kombu", "typst"}

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
