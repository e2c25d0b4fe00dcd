"""What scripts/shape counts, over a tree of a few lines."""

from pathlib import Path

import pytest

from scripts.import_graph import circles, room_arrows
from scripts.shape import Tree, percentile, rows, table

FILES = {
    "treatments/__init__.py": "",
    "treatments/loose.py": "from treatments.reports.views import page\n",
    "treatments/engine/__init__.py": "from .ruleset.cells import Cell\n",
    "treatments/engine/ruleset/cells.py": '''
        class Cell:
            """A cell."""

            class Meta: ...

            def accepts(self, said): return said
    ''',
    "treatments/engine/search/first.py": '''
        from ..ruleset.cells import Cell

        def first(cells: list[Cell]) -> Cell:
            """The first."""
            # Why it is the first.
            return cells[0]
    ''',
    "treatments/reports/views.py": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from treatments.reports.render import Cell

        def page(request):
            said = 1
            return said
    """,
    "treatments/reports/render.py": """
        from treatments.reports.views import page

        class Cell: ...
    """,
    "treatments/reports/services.py": "import treatments.loose\ndef send(): ...\n",
    "treatments/migrations/0001.py": "class Cell: ...\n" * 50,
    "tests/test_it.py": "x = 1\n" * 9,
    "templates/page.html": f"one\n{'x' * 161}\n",
    "static/vendor/big.js": "x\n" * 1000,
    "static/grid.js": "x\n" * 7,
    ".venv/lib/other.py": "class Cell: ...\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.split("\n")
        path.write_text("\n".join(line.removeprefix(" " * 8) for line in lines))
    return Tree(tmp_path)


def test_migrations_tests_and_vendored_files_are_no_source(tree):
    assert set(tree.modules) == {
        *("treatments", "treatments.loose", "treatments.engine"),
        *("treatments.engine.ruleset.cells", "treatments.engine.search.first"),
        *("treatments.reports.views", "treatments.reports.render"),
        "treatments.reports.services",
    }
    assert tree.test_lines == 9
    assert rows(tree)["JavaScript files"] == "1, longest 7"


def test_arrows_join_rooms_and_circles_count_imports_for_types(tree):
    assert room_arrows(tree.graph, 2) == {
        ("treatments.loose", "treatments.reports"): 1,
        ("treatments.reports", "treatments.loose"): 1,
    }
    assert room_arrows(tree.graph, 3, "treatments.engine") == {
        ("treatments.engine", "treatments.engine.ruleset"): 1,
        ("treatments.engine.search", "treatments.engine.ruleset"): 1,
    }
    assert circles(tree.graph) == [
        ["treatments.reports.render", "treatments.reports.views"]
    ]
    found = rows(tree)
    assert found["back up inside an app, whole tree"] == "2"
    assert found["back up inside the engine"] == "0"
    assert found["loose modules in treatments/"] == "1"


def test_words_docstrings_and_comments_are_counted(tree):
    found = rows(tree)
    assert found["class names in two modules or more"] == "1 of 1"
    assert found["`said` as a variable"] == "4 in 2 files"
    assert found["docstrings, engine"] == "66.7 % of 3"
    assert found["docstrings, services"] == "0.0 % of 1"
    assert found["docstrings of their functions alone"] == "33.3 % of 3"
    assert found["comment lines to code lines"] == "5.6 % of 18"


def test_functions_views_and_templates_are_measured(tree):
    found = rows(tree)
    assert found["lines of a function, p50 / p90 / max"] == "1 / 3 / 3"
    assert found["views, and lines at p90"] == "1, 3"
    assert found["views over 25 / over 60 lines"] == "0 / 0"
    assert found["functions with a return type"] == "25.0 % of 4"
    assert found["template lines over 160 signs"] == "50.0 % of 2"


@pytest.mark.parametrize(("share", "figure"), [(0.5, 5), (0.9, 9), (1, 10), (0.01, 1)])
def test_a_percentile_is_one_of_the_figures(share, figure):
    assert percentile(range(1, 11), share) == figure


def test_trees_stand_side_by_side(tree):
    head, _, first, *_ = table([tree, tree]).splitlines()
    assert head.count(tree.root.name) == 2
    assert first.count("|") == 4
