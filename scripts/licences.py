"""Write docs/licences.md anew: ``.venv/bin/python -m scripts.licences``.

The licence of each package that the application runs on, as the package states it.
"""

import json
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "treatments" / "reports" / "fonts"
FONTS_HEAD = """
## Fonts of the PDF reports

All are under the SIL Open Font License 1.1, which stands beside each in
`treatments/reports/fonts/`; together {total:.1f} MB. They are part of the repository:
an installation fetches none, and no font of the machine is used. `scripts/fonts.py`
makes them anew from these npm packages. A rare Chinese character or Korean syllable
that the bold file lacks is printed in the regular one, what no file has as its code.

| file | package | characters | size |
|---|---|---|---|
"""
HEAD = """# Licences

What Spine CDS runs on, with the licence that each package states of itself.

Spine CDS is under Apache-2.0; in `static/vendor/` Bootstrap, MIT, and htmx, 0BSD.
Written by `python -m scripts.licences`.

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
    return HEAD + "\n".join(rows) + "\n" + fonts()


def fonts() -> str:
    """The fonts of the reports, from what their script wrote down."""
    text = (FONTS / "sources.json").read_text(encoding="utf-8")
    sources = json.loads(text)
    rows = [
        f"| {name} | {source['package']} | {source['characters']:,} "
        f"| {source['bytes'] / 1e6:.2f} MB |"
        for name, source in sources.items()
    ]
    total = sum(source["bytes"] for source in sources.values()) / 1e6
    return FONTS_HEAD.format(total=total) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "licences.md").write_text(page(), encoding="utf-8")
