"""Write docs/licences.md anew: ``.venv/bin/python -m scripts.licences``.

The licence of each package that the application runs on, as the package states it.
"""

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Licences

What Spine CDS runs on, with the licence that each package states of itself.

Spine CDS is under Apache-2.0; in `static/vendor/` Bootstrap, MIT, and htmx, 0BSD. Fonts
of the reports have theirs beside them. Written by `python -m scripts.licences`.

| package | version | licence |
|---|---|---|
"""


def pins() -> dict[str, str]:
    """Each pinned run-time package and its version."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, re.M))


def licence(name: str) -> str:
    """In one line: the expression, else the classifiers, else the first words."""
    package = metadata.metadata(name)
    if package.get("License-Expression"):
        return str(package["License-Expression"])
    kinds = [
        kind.rpartition(" :: ")[2]
        for kind in package.get_all("Classifier", [])
        if kind.startswith("License :: ")
    ]
    words = (package.get("License") or "").strip().split("\n")[0][:80]
    return ", ".join(kinds) or words


def page() -> str:
    rows = [
        f"| {name} | {version} | {licence(name)} |" for name, version in pins().items()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "licences.md").write_text(page(), encoding="utf-8")
