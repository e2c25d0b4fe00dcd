"""House rules of the templates; the first two are what makes a strict CSP free."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
HTMX_EVAL = re.compile(r"^hx-(on|vals|vars)(:|$)")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


every_template = pytest.mark.parametrize("path", TEMPLATES, ids=map(name, TEMPLATES))


class InlineCode(HTMLParser):
    """Collects scripts, styles and event attributes that stand in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        for attribute, value in attrs:
            event = attribute.startswith("on")
            javascript = (value or "").strip().lower().startswith("javascript:")
            if attribute == "style" or event or javascript:
                self.found.append(f"<{tag} {attribute}>")
            evaluates = attribute.startswith("hx-on") or "js:" in (value or "")
            if HTMX_EVAL.match(attribute) and evaluates:
                self.found.append(f"<{tag} {attribute}>")


@every_template
def test_a_template_compiles(path):
    assert engines["django"].get_template(name(path))


@every_template
def test_a_template_has_no_inline_script_or_style(path):
    page = InlineCode()
    page.feed(path.read_text(encoding="utf-8"))
    assert not page.found


@every_template
def test_a_form_says_whose_page_it_is_on(path):
    """The tag writes both hidden fields; a field that is written out says half."""
    text = path.read_text(encoding="utf-8")
    assert 'name="csrfmiddlewaretoken"' not in text
    posted = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL)
    assert all("{% csrf_token %}" in form for form in posted)


@pytest.mark.parametrize(
    "page",
    [
        "<script>x</script>",
        "<style>a{}</style>",
        "<p style='color:red'>",
        "<p onclick='x()'>",
        "<a href='javascript:x'>",
        "<p hx-on:click='x()'>",
    ],
)
def test_the_search_for_inline_code_finds_it(page):
    search = InlineCode()
    search.feed(page)
    assert search.found


@every_template
def test_a_template_has_at_most_120_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120


@every_template
def test_a_template_has_no_line_over_160_characters(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 160] == []


@every_template
def test_a_template_loads_nothing_from_another_host(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|<link[^>]*href)=["'](?:https?:)?//""", text)


@every_template
def test_a_component_says_what_it_takes_and_gets_no_more(path):
    text = path.read_text(encoding="utf-8")
    if path.parent.name == "components":
        assert "{# Variables:" in "".join(text.splitlines()[:2])
    for include in re.findall(r"\{%\s*include[^%]*components/[^%]*%\}", text):
        assert re.search(r"\bonly\s*%\}$", include) or is_slice(include), include


def is_slice(include: str) -> bool:
    """A part of one page, kept apart for its length, says whose variables it takes."""
    component = re.search(r"""["']([^"']+)["']""", include)
    assert component, include
    text = (ROOT / "templates" / component[1]).read_text(encoding="utf-8")
    return "{# Variables: those of" in text


def locked() -> list[list[str]]:
    lock = ROOT / "static" / "vendor" / "vendor.lock"
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("entry", locked(), ids=lambda entry: entry[0])
def test_a_vendored_file_is_the_one_in_the_lock(entry):
    *_, path, digest = entry
    assert digest == "sha256-" + hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def test_every_vendored_file_is_in_the_lock():
    folders = (ROOT / "static" / "vendor", ROOT / "tests" / "vendor")
    there = {p for f in folders for p in f.iterdir() if p.name != "vendor.lock"}
    assert there == {ROOT / entry[-2] for entry in locked()}


@every_template
def test_a_form_in_an_included_part_gets_its_token(path):
    """`only` leaves the token of the page behind: without it the form is refused."""
    for part, given in re.findall(
        r'{% include "([^"]+)" with ([^%]*) only %}', path.read_text()
    ):
        included = ROOT / "templates" / part
        if included in TEMPLATES and "{% csrf_token %}" in included.read_text():
            assert "csrf_token=csrf_token" in given, part


#: What prints a person, a number or a team, as the last name of an expression.
PERSON = re.compile(
    r"\{\{ (?:[\w.]+\.)?(?:patient|user|person|username|identifier|numbers|reviewer"
    r"|author|actor|actor_name|team|team\.name|by|who|family_name|given_name|first_name|last_name"
    r"|(?!review_|described_|labelled_)[a-z]+_by)(?:\|[^}]*)? \}\}"
)
#: Where no element can stand; the id of a patient, not a name.
TEXT_ALONE = re.compile(
    r"<bdi>\{\{ [^}]* \}\}</bdi>|<option\b.*?</option>|<[a-zA-Z][^<>]*>"
    r"|\{% block title %\}.*?\{% endblock %\}|\{\{ line\.patient \}\}",
    re.DOTALL,
)


def bare_names(text: str) -> list[str]:
    return PERSON.findall(TEXT_ALONE.sub("", text))


@every_template
def test_a_name_keeps_its_direction_to_itself(path):
    """In `<bdi>`: an Arabic name must not turn the number or the date beside it."""
    assert bare_names(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("<h1>{{ patient }}</h1>", 1),
        ("by {{ row.case.updated_by }}, {{ case.updated_at }}", 1),
        ("{{ entry.patient.identifier|default:'none' }}", 1),
        ("<bdi>{{ patient }}</bdi> · {{ user.username }}", 1),
        ("<bdi>{{ patient }}</bdi> · <bdi>{{ user.username }}</bdi>", 0),
        ('<input value="{{ widget.username }}">', 0),
        ('{{ rule.review_by|date:"j M Y" }} {{ patient.birth_date }}', 0),
    ],
)
def test_the_search_for_bare_names_finds_them(text, bare):
    assert len(bare_names(text)) == bare
