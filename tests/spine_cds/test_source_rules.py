"""What the code itself must not do, whatever a page needs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.urls import URLPattern, URLResolver, get_resolver

from spine_cds.accounts.models import Role, User
from spine_cds.dates import IsoDateField, IsoDateTimeField

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("spine_cds", "patients", "treatments")
SOURCES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
#: Speaks with other systems, which have a token and no cookie.
INTEROP = ROOT / "spine_cds" / "interop"


def names(path: Path) -> Iterator[tuple[int, str]]:
    """Every name that a file imports, calls or mentions, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, ast.unparse(node)


def uses(forbidden: set[str], *, but: Path | None = None) -> list[str]:
    found = []
    for path in SOURCES:
        if but is not None and but in path.parents:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{line}: {name}"
            for line, name in names(path)
            if name in forbidden or name.rpartition(".")[2] in forbidden
        ]
    return found


def test_no_data_is_declared_to_be_markup():
    assert not uses({"mark_safe", "SafeString", "SafeText", "format_html"})
    wrong = re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off")
    assert not [str(p) for p in TEMPLATES if wrong.search(p.read_text("utf-8"))]


def test_no_data_is_ever_run():
    forbidden = {"eval", "exec", "pickle", "marshal", "shelve", "os.system"}
    assert not uses(forbidden)
    shells = [
        str(path)
        for path in SOURCES
        if re.search(r"shell\s*=\s*True|yaml\.load\(", path.read_text("utf-8"))
    ]
    assert not shells


def test_no_page_does_without_the_token():
    assert not uses({"csrf_exempt"}, but=INTEROP)


def test_nothing_is_asked_of_another_host():
    clients = {"urllib.request", "urlopen", "http.client", "requests", "httpx"}
    assert not uses(clients | {"aiohttp", "urllib3", "ftplib", "smtplib"}, but=INTEROP)


def test_no_query_is_put_together_from_text():
    """Raw SQL is written out in the code, and its values are parameters."""
    assert not uses({"RawSQL"})
    put_together = re.compile(r"\.(execute|raw)\(\s*f[\"']")
    assert not [str(p) for p in SOURCES if put_together.search(p.read_text("utf-8"))]


# --- Regular expressions --------------------------------------------------------------

_REPEATS = {"MAX_REPEAT", "MIN_REPEAT"}


def expressions() -> Iterator[tuple[str, str]]:
    """Every constant that is given to the module re, with its place."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).startswith("re.")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0].value


def grows(tree: object, inside: bool = False) -> bool:
    """Whether an endless repeat holds another: (a+)+ takes exponential time."""
    tree = getattr(tree, "data", tree)
    if not isinstance(tree, list | tuple):
        return False
    for item in tree:
        if not (isinstance(item, tuple) and len(item) == 2):
            if grows(item, inside):
                return True
            continue
        kind, value = item
        endless = str(kind) in _REPEATS and str(value[1]) == "MAXREPEAT"
        if endless and inside:
            return True
        if grows(value, inside or endless):
            return True
    return False


def is_slow(text: str) -> bool:
    """A repeat from nought at the very end always fits: nothing makes it try again."""
    items = re._parser.parse(text).data
    ends_free = items and str(items[-1][0]) in _REPEATS and items[-1][1][0] == 0
    return grows(items[:-1] if ends_free else items)


def test_the_search_for_exponential_expressions_finds_them():
    assert is_slow(r"(a+)+b")
    assert is_slow(r"(?:x|(?:ab*)*)$")
    assert not is_slow(r"^[a-z]+-\d{1,3}(?:,\d{3})*$")
    assert not is_slow(r"x(?:a+b)*")


def test_no_regular_expression_takes_exponential_time():
    found = list(expressions())
    assert found
    slow = [f"{at}: {text}" for at, text in found if is_slow(text)]
    assert not slow, "\n".join(slow)


# --- Addresses and forms --------------------------------------------------------------

#: What an administrator manages, and the rules: no patient is behind a number.
NUMBERED = re.compile(
    r"^(accounts/(users|teams|second-factor)|audit/users|rules|teams)/"
)


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def test_no_patient_is_behind_a_number_that_can_be_counted_up():
    counted = [path for path in addresses(get_resolver()) if "<int:" in path]
    assert counted
    assert not [path for path in counted if not NUMBERED.match(path)]


def test_no_address_takes_a_word_of_a_patient():
    free = [path for path in addresses(get_resolver()) if "<str:" in path]
    assert not [path for path in free if re.match(r"^(patients|cases|reports)/", path)]


@pytest.mark.django_db
def test_a_form_changes_nothing_that_it_does_not_show(client, admin, dr_surgeon, team):
    client.force_login(admin)
    sent = {
        "username": "new_person",
        "role": "surgeon",
        "teams": [team.pk],
        "is_active": "on",
        "password": "four unlikely words here",
        "own_password": "a-long-passphrase",
        "is_superuser": "on",
        "is_staff": "on",
        "session_generation": "7",
        "temporary_password_until": "",
        "id": str(dr_surgeon.pk),
    }
    client.post("/accounts/users/new/", sent)
    made = User.objects.get(username="new_person")
    assert (made.is_superuser, made.is_staff) == (False, False)
    assert (made.session_generation, made.has_temporary_password) == (0, True)
    assert made.pk != dr_surgeon.pk


@pytest.mark.django_db
def test_nobody_gives_themselves_a_role_or_a_team(client, dr_resident, other_team):
    client.force_login(dr_resident)
    sent = {
        "old_password": "a-long-passphrase",
        "new_password1": "four unlikely words here",
        "new_password2": "four unlikely words here",
        "role": "admin",
        "teams": [other_team.pk],
    }
    assert client.post("/accounts/password/", sent).status_code == 302
    dr_resident.refresh_from_db()
    assert dr_resident.role == Role.RESIDENT
    assert other_team not in dr_resident.teams.all()


def test_every_time_on_a_page_says_which_zone_it_is_of():
    """By the one filter that tells a moment, `moment`; no page says a zone itself."""
    silent = re.compile(r"\|(date|time):[\"'][^\"']*[GHgh]:?i|\|time\b|\bUTC\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in TEMPLATES
        for line in path.read_text("utf-8").splitlines()
        if silent.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_form_takes_dates_in_the_one_form_that_cannot_be_misread():
    """A field class of Django itself reads 02/03/1980 as the third of February."""
    bound = {
        "date": [f for f in form_fields() if isinstance(f, forms.DateField)],
        "moment": [f for f in form_fields() if isinstance(f, forms.DateTimeField)],
    }
    assert bound["date"]
    assert all(isinstance(f, IsoDateField) for f in bound["date"])
    assert bound["moment"]
    assert all(isinstance(f, IsoDateTimeField) for f in bound["moment"])


def form_fields() -> Iterator[forms.Field]:
    def below(kind: type) -> Iterator[type]:
        for form in kind.__subclasses__():
            yield form
            yield from below(form)

    for form in below(forms.BaseForm):
        if form.__module__.partition(".")[0] in PACKAGES:
            yield from getattr(form, "base_fields", {}).values()
