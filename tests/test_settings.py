"""Development needs nothing; production refuses to start without what it needs."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from spine_cds import environment

ROOT = Path(__file__).resolve().parent.parent
NAMES = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
PRODUCTION = {
    "SPINE_CDS_ENV": "production",
    "SECRET_KEY": "k3y-" * 16 + "0123456789abcdef",
    "ALLOWED_HOSTS": "spine.example, www.spine.example",
    "DATABASE_URL": "postgresql://app:s%40cret@db:5433/spine?sslmode=require",
    "REDIS_URL": "redis://queue:6379/0",
    "SPINE_CDS_TRUSTED_PROXY": "yes",
}
ASK = """
import json, sys
from django.conf import settings
print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]}, default=str))
"""


def python(*arguments: str, tmp_path: Path, **variables: str):
    """Run Python with those variables set, and no other setting of Spine CDS."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in NAMES and not name.startswith(("SPINE_CDS", "DJANGO"))
    }
    chosen = {"SPINE_CDS_DATA_DIR": str(tmp_path), **variables}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "spine_cds.settings", **chosen},
        capture_output=True,
        text=True,
        check=False,
    )


def ask(*names: str, tmp_path: Path, **variables: str) -> dict:
    run = python("-c", ASK, *names, tmp_path=tmp_path, **variables)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_development_needs_no_variable(tmp_path):
    names = ("DEBUG", "ALLOWED_HOSTS", "DATABASES", "EMBEDDED_WORKER", "SECRET_KEY")
    found = ask(*names, tmp_path=tmp_path)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "spine_cds.sqlite3")
    assert found["EMBEDDED_WORKER"] is True
    assert len(found["SECRET_KEY"]) >= 50


def test_development_keeps_its_generated_secret_to_the_owner(tmp_path):
    first = ask("SECRET_KEY", tmp_path=tmp_path)
    assert ask("SECRET_KEY", tmp_path=tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_development_answers_on_loopback_only_whatever_is_set(tmp_path):
    found = ask("ALLOWED_HOSTS", tmp_path=tmp_path, ALLOWED_HOSTS="spine.example")
    assert "spine.example" not in found["ALLOWED_HOSTS"]


def test_development_takes_real_services_when_they_are_given(tmp_path):
    found = ask(
        "DATABASES",
        "CELERY_BROKER_URL",
        "EMBEDDED_WORKER",
        tmp_path=tmp_path,
        DATABASE_URL=PRODUCTION["DATABASE_URL"],
        REDIS_URL=PRODUCTION["REDIS_URL"],
    )
    assert found["DATABASES"]["default"]["HOST"] == "db"
    assert found["CELERY_BROKER_URL"] == PRODUCTION["REDIS_URL"]
    assert found["EMBEDDED_WORKER"] is False


def test_an_empty_variable_counts_as_unset(tmp_path):
    empty = dict.fromkeys(NAMES - {"SPINE_CDS_DATA_DIR"}, "")
    found = ask("ENVIRONMENT", "EMBEDDED_WORKER", tmp_path=tmp_path, **empty)
    assert found == {"ENVIRONMENT": "development", "EMBEDDED_WORKER": True}


REQUIRED = ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"]


@pytest.mark.parametrize("missing", REQUIRED)
def test_production_names_what_is_missing(tmp_path, missing):
    variables = {**PRODUCTION, missing: ""}
    run = python("manage.py", "check", tmp_path=tmp_path, **variables)
    assert run.returncode != 0
    assert f"  {missing}: " in run.stderr
    others = set(REQUIRED) - {missing}
    assert not any(f"  {name}: " in run.stderr for name in others)


def test_production_names_all_that_is_missing_at_once(tmp_path):
    run = python("manage.py", "check", tmp_path=tmp_path, SPINE_CDS_ENV="production")
    assert all(f"  {name}: " in run.stderr for name in REQUIRED)


def test_production_takes_each_secret_from_a_file(tmp_path):
    variables = {"SPINE_CDS_ENV": "production"}
    for name in REQUIRED:
        path = tmp_path / name.lower()
        path.write_text(PRODUCTION[name] + "\n")
        variables[f"{name}_FILE"] = str(path)
    found = ask("SECRET_KEY", "ALLOWED_HOSTS", tmp_path=tmp_path, **variables)
    assert found["SECRET_KEY"] == PRODUCTION["SECRET_KEY"]
    assert found["ALLOWED_HOSTS"] == ["spine.example", "www.spine.example"]


def test_production_refuses_sqlite(tmp_path):
    variables = {**PRODUCTION, "DATABASE_URL": "sqlite:///db.sqlite3"}
    run = python("manage.py", "check", tmp_path=tmp_path, **variables)
    assert "DATABASE_URL must begin with postgresql://" in run.stderr


def test_production_never_shows_debug_pages(tmp_path):
    variables = {**PRODUCTION, "SPINE_CDS_DEBUG": "yes"}
    assert ask("DEBUG", tmp_path=tmp_path, **variables) == {"DEBUG": False}


def test_production_passes_the_deployment_check(tmp_path):
    run = python(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        tmp_path=tmp_path,
        **PRODUCTION,
    )
    assert run.returncode == 0, run.stderr


def test_the_deployment_check_refuses_development(tmp_path):
    run = python("manage.py", "check", "--deploy", tmp_path=tmp_path)
    assert run.returncode != 0
    assert "spine_cds.E001" in run.stderr


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    """The folder of static files as production serves it."""
    tmp_path = tmp_path_factory.mktemp("collected")
    run = python(
        *("manage.py", "collectstatic", "--noinput", "--verbosity", "0"),
        tmp_path=tmp_path,
        **{**PRODUCTION, "SPINE_CDS_STATIC_ROOT": str(tmp_path / "static")},
    )
    assert run.returncode == 0, run.stderr
    return tmp_path / "static"


def test_every_static_file_can_be_collected(collected):
    """The manifest refuses a style sheet that names a file which is not there."""
    assert (collected / "staticfiles.json").exists()


def test_modules_import_each_other_under_their_hashed_names(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    begun = ("js/grid.js", "js/keep.js")
    todo, seen = [collected / paths[name] for name in begun], set()
    while todo:
        module = todo.pop()
        seen.add(str(module.relative_to(collected)))
        text = module.read_text(encoding="utf-8")
        # Whatever stands behind `from` or `import`, in any form: none may be missed.
        for name in re.findall(r"""(?:\bfrom|\bimport)\s*\(?\s*["'`]([^"'`]+)""", text):
            imported = (module.parent / name).resolve()
            assert str(imported.relative_to(collected)) in paths.values(), name
            todo.extend({imported} - {collected / path for path in seen})
    modules = {
        path for name, path in paths.items() if name.startswith(("js/grid", "js/keep"))
    }
    assert seen == modules
    assert len(modules) > 14


def test_an_unknown_mode_is_refused(tmp_path):
    run = python("manage.py", "check", tmp_path=tmp_path, SPINE_CDS_ENV="prod")
    assert "must be development or production" in run.stderr


def test_every_setting_is_in_the_example_file_and_none_is_invented():
    code = [(ROOT / "spine_cds" / f).read_text() for f in ("settings.py", "checks.py")]
    read = r'(?:environment\.(?:text|flag|listing|zone)|environ\.get)\(\s*"([A-Z_]+)"'
    assert set(re.findall(read, "\n".join(code))) == NAMES


def test_a_database_url_is_read_in_full():
    found = environment.postgresql(PRODUCTION["DATABASE_URL"])
    assert (found["USER"], found["PASSWORD"]) == ("app", "s@cret")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db", "5433", "spine")
    assert found["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize("host", ["?host=/run/pg", "%2Frun%2Fpg/"])
def test_a_database_url_may_name_a_socket_folder(host):
    url = {"?": f"postgres://app@/db{host}", "%": f"postgres://app@{host}db"}[host[0]]
    found = environment.postgresql(url)
    assert (found["HOST"], found["NAME"]) == ("/run/pg", "db")


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch):
    monkeypatch.setenv("SPINE_CDS_DEBUG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="must be yes or no"):
        environment.flag("SPINE_CDS_DEBUG")


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nowhere"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE names"):
        environment.text("SECRET_KEY")


@pytest.mark.django_db
def test_every_answer_carries_the_security_headers(client):
    headers = client.get("/accounts/login/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_static_files_may_be_cached(client):
    answer = client.get("/static/css/app.css")
    assert answer.status_code == 200
    assert "no-store" not in answer.headers["Cache-Control"]
    answer.close()


def test_sign_in_is_the_default():
    wanted = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    assert wanted in settings.MIDDLEWARE


@pytest.mark.django_db
def test_the_health_check_needs_no_sign_in(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
