"""What the documents say of the code is so: names, paths, pictures, versions."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from scripts import architecture
from scripts.import_graph import import_graph, modules
from spine_cds.version import released_version

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*DOCS, *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING"))]
SOURCES = [
    ROOT / name
    for name in (
        *("patients", "treatments", "spine_cds"),
        *("benchmarks", "deploy", "scripts", "tests"),
    )
]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))


CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


every_page = pytest.mark.parametrize("path", PAGES, ids=map(short, PAGES))


def links(path: Path) -> set[Path]:
    """The files of this project that a page links to."""
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text_of(path))
    return {
        (path.parent / target).resolve()
        for target in targets
        if not target.startswith(("http", "mailto"))
    }


# --- Pictures -------------------------------------------------------------------------


def test_the_pictures_of_the_architecture_are_those_of_the_imports():
    """Out of date? ``.venv/bin/python -m scripts.architecture`` draws them anew."""
    before = text_of(architecture.PAGE)
    assert before == architecture.page(before, import_graph(modules(ROOT)))


def test_a_new_import_makes_the_pictures_old():
    graph = import_graph(modules(ROOT))
    graph["treatments.engine.ruleset.model"].add("treatments.engine.search.targeted")
    before = text_of(architecture.PAGE)
    assert before != architecture.page(before, graph)


def test_an_arrow_that_a_longer_way_says_is_left_out():
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert architecture.without_detours(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}


# --- Links and paths ------------------------------------------------------------------


@every_page
def test_every_link_leads_somewhere(path):
    assert not [str(target) for target in links(path) if not target.exists()]


def test_every_document_is_found_from_the_readme():
    """By a link of the README, or of a page that the README links to."""
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen:
            seen.add(page)
            ahead += [other for other in links(page) if other.suffix == ".md"]
    missing = [short(path) for path in [*DOCS, *PAGES] if path not in seen]
    assert not missing
    direct = links(ROOT / "README.md")
    assert not [short(p) for p in (ROOT / "docs").glob("*.md") if p not in direct]


@every_page
def test_every_module_that_a_page_names_exists(path):
    """``treatments/engine/case.py`` or, below an app, ``compose.py``."""
    named = set(re.findall(r"`([\w/]+\.py)", text_of(path)))
    known = [f"/{short(file)}" for folder in SOURCES for file in folder.rglob("*.py")]
    known += [f"/{file.name}" for file in ROOT.glob("*.py")]
    assert not [n for n in named if not any(k.endswith(f"/{n}") for k in known)]


@every_page
def test_every_folder_that_a_page_names_exists(path):
    apps = r"`((?:patients|treatments|spine_cds|deploy|benchmarks|scripts)/[\w/]*)[`/]"
    named = {name.rstrip("/") for name in re.findall(apps, text_of(path))}
    assert not [name for name in named if not (ROOT / name).exists()]


# --- Words ----------------------------------------------------------------------------


def glossary_names() -> list[str]:
    rows = re.findall(
        r"^\|[^|]+\|[^|]+\| (`.+`) \|$", text_of(ROOT / "docs/glossary.md"), re.M
    )
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def looked_up(name: str) -> object:
    """The module, class, function or constant of a dotted name."""
    parts = name.split(".")
    if parts[0] not in {"patients", "spine_cds"}:
        parts.insert(0, "treatments")
    for count in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found
    raise AssertionError(name)


@pytest.mark.parametrize("name", glossary_names())
def test_a_name_of_the_glossary_stands_in_the_code(name):
    assert looked_up(name) is not None


def test_each_row_of_the_glossary_has_a_name_in_the_code():
    page = text_of(ROOT / "docs/glossary.md")
    rows = [r for r in re.findall(r"^\|.+\|$", page, re.M) if not r.startswith("|-")]
    heads = page.count("| term | what it means | in the code |")
    named = re.findall(r"^\|[^|]+\|[^|]+\| `.+` \|$", page, re.M)
    assert len(rows) - heads == len(named) > 60


# --- Versions -------------------------------------------------------------------------


def test_the_version_is_read_from_the_changelog_and_packaged_as_such(settings):
    newest = re.search(r"^## (\d+\.\d+\.\d+) – \d{4}-\d\d-\d\d$", CHANGES, re.M)
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    assert settings.VERSION == newest[1] == project["version"]


@pytest.mark.django_db
def test_the_foot_of_a_page_names_the_version(client, settings):
    assert f"Spine CDS {settings.VERSION}</p>" in client.get("/", follow=True).text


def test_what_is_not_released_yet_is_no_version(tmp_path):
    page = tmp_path / "CHANGELOG.md"
    page.write_text("# Changes\n\n## Unreleased\n\n- New.\n\n## 2.10.3 – 2027-01-31\n")
    assert released_version(page) == "2.10.3"


@pytest.mark.parametrize("text", ["", "## Unreleased\n", "### 1.0.0\n", None])
def test_without_a_release_nothing_starts(tmp_path, text):
    page = tmp_path / "CHANGELOG.md"
    if text is not None:
        page.write_text(text)
    with pytest.raises(ImproperlyConfigured, match=r"CHANGELOG\.md"):
        released_version(page)


# --- Habits ---------------------------------------------------------------------------


def test_the_first_line_for_whoever_joins_is_make_quick():
    assert text_of(ROOT / "CONTRIBUTING.md").splitlines()[0].startswith("`make quick`")


def test_every_hook_before_a_commit_is_a_pinned_tool_of_this_checkout():
    """So that hooks and lint cannot differ, and no network is asked."""
    written = yaml.safe_load(text_of(ROOT / ".pre-commit-config.yaml"))
    assert [repo["repo"] for repo in written["repos"]] == ["local"]
    for hook in written["repos"][0]["hooks"]:
        assert hook["entry"].startswith(".venv/bin/")
        assert hook["language"] == "system"


# --- Decisions ------------------------------------------------------------------------


def test_decisions_are_numbered_from_one_without_a_gap():
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert len(DECISIONS) >= 6


@pytest.mark.parametrize("path", DECISIONS, ids=map(short, DECISIONS))
def test_a_decision_says_why_what_it_costs_and_what_else_there_was(path):
    text = text_of(path)
    assert text.startswith(f"# {path.name[:4]}: ")
    heads = re.findall(r"^## (.+)$", text, re.M)
    assert heads == ["Context", "Decision", "Consequences", "Alternatives"]
    assert len(text.splitlines()) < 50
