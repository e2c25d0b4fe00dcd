"""What every answer tells the browser to refuse, under the settings of production."""

import json
import os
import subprocess
import sys
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.spine_cds.observatory import directives, grade, score

ROOT = Path(__file__).resolve().parents[2]
_PRODUCTION = {
    "SPINE_CDS_ENV": "production",
    "SECRET_KEY": "k3y-" * 16 + "0123456789abcdef",
    "ALLOWED_HOSTS": "spine.example",
    "DATABASE_URL": "postgresql://app:secret@db:5432/spine",
    "REDIS_URL": "redis://queue:6379/0",
    "SPINE_CDS_TRUSTED_PROXY": "yes",
}
_NAMES = (
    "SECURE_SSL_REDIRECT",
    "SECURE_REDIRECT_EXEMPT",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_REFERRER_POLICY",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SAMESITE",
    "SECOND_FACTOR_ROLES",
)
_ASK = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))
"""


@pytest.fixture(scope="session")
def settings_of_production() -> dict[str, object]:
    """As the process reads them that serves a hospital."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith("SPINE_CDS")}
    run = subprocess.run(
        [sys.executable, "-c", _ASK, *_NAMES],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "spine_cds.settings", **_PRODUCTION},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


@pytest.fixture
def production(settings, settings_of_production, db) -> Client:
    """A browser before the proxy, which ends TLS."""
    for name, value in settings_of_production.items():
        setattr(settings, name, value)
    settings.ALLOWED_HOSTS = ["testserver"]
    return Client(headers={"x-forwarded-proto": "https"})


def test_production_asks_administrators_for_a_second_factor(
    production, admin, settings
):
    assert settings.SECOND_FACTOR_ROLES == ["admin"]
    production.force_login(admin)
    assert production.get("/rules/").url == reverse("mfa_index")


def body(answer) -> str:
    """All of it; a file is closed once it has been read to its end."""
    content = b"".join(answer) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


PATHS = {
    "the sign-in": "/accounts/login/",
    "a page": "/rules/",
    "the account": "/accounts/me/",
    "not found": "/nowhere/",
    "not for the role": "/accounts/users/",
    "a wrong method": "/accounts/session/",
    "a style sheet": "/static/css/app.css",
    "the health check": "/healthz",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_every_answer_gets_the_top_grade_of_the_observatory(
    production, dr_surgeon, path
):
    if path != PATHS["the sign-in"]:
        production.force_login(dr_surgeon)
    answer = production.get(path)
    assert answer.status_code in {200, 403, 404, 405}
    points = score(answer.headers, answer.cookies, body(answer))
    assert grade(points) == "A+", points
    assert points >= 120


def test_the_cookies_of_a_session_are_secure_and_of_this_host(production, dr_surgeon):
    page = production.get("/accounts/login/")
    right = {"username": "dr_surgeon", "password": "a-long-passphrase"}
    answer = production.post("/accounts/login/", right)
    cookies = SimpleCookie()
    cookies.load({**page.cookies, **answer.cookies})
    assert {"__Host-sessionid", "__Host-csrftoken"} == set(answer.cookies)
    for cookie in answer.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
    assert score(answer.headers, answer.cookies) == 125


def test_plain_http_is_sent_to_https_first_of_all(production):
    answer = production.get("/rules/?a=b", headers={"x-forwarded-proto": "http"})
    assert answer.status_code == 301
    assert answer.url == "https://testserver/rules/?a=b"
    assert not answer.cookies


def test_the_browser_remembers_https_for_a_year(production):
    header = production.get("/accounts/login/").headers["Strict-Transport-Security"]
    assert header == "max-age=31536000; includeSubDomains; preload"


def test_the_content_policy_allows_nothing_by_default(production):
    header = production.get("/accounts/login/").headers["Content-Security-Policy"]
    found = directives(header)
    assert found["default-src"] == ["'none'"]
    for name in ("base-uri", "frame-ancestors"):
        assert found[name] == ["'none'"]
    for name in ("script-src", "style-src", "connect-src", "form-action"):
        assert found[name] == ["'self'"]
    assert "unsafe" not in header
    assert "http" not in header


def test_the_device_is_off_but_for_a_security_key(production):
    header = production.get("/accounts/login/").headers["Permissions-Policy"]
    policy = dict(part.split("=") for part in header.split(", "))
    allowed = {name for name, value in policy.items() if value != "()"}
    assert allowed == {"publickey-credentials-create", "publickey-credentials-get"}
    assert all(policy[name] == "(self)" for name in allowed)
    for name in ("camera", "microphone", "geolocation", "usb", "payment", "serial"):
        assert policy[name] == "()"


def test_other_sites_are_kept_apart(production):
    headers = production.get("/accounts/login/").headers
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_no_other_site_may_read_an_answer(production, dr_surgeon):
    production.force_login(dr_surgeon)
    for path in PATHS.values():
        answer = production.get(path, headers={"origin": "https://evil.example"})
        assert not [n for n in answer.headers if n.startswith("Access-Control")]
        body(answer)


def test_nothing_behind_the_sign_in_is_kept_by_the_browser(production, dr_surgeon):
    production.force_login(dr_surgeon)
    for path in ("/", "/rules/", "/accounts/me/", "/nowhere/"):
        assert production.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("broken", "worse"),
    [
        ({"Content-Security-Policy": "default-src * 'unsafe-inline'"}, 80),
        ({"Strict-Transport-Security": "max-age=60"}, 115),
        ({"X-Content-Type-Options": ""}, 120),
        ({"Access-Control-Allow-Origin": "*"}, 50),
    ],
)
def test_the_score_tells_good_answers_from_bad(production, broken, worse):
    answer = production.get("/accounts/login/")
    assert score({**answer.headers, **broken}, answer.cookies) <= worse


# --- The same for whatever a browser sends --------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_unsafe_method_needs_the_token(dr_surgeon, method):
    client = Client(enforce_csrf_checks=True)
    client.force_login(dr_surgeon)
    for name in ("accounts:session-extend", "accounts:sign-out-everywhere"):
        assert getattr(client, method)(reverse(name)).status_code == 403


def test_a_body_beyond_the_limit_is_refused(client, dr_surgeon, settings):
    client.force_login(dr_surgeon)
    sent = {"note": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    assert client.post("/accounts/password/", sent).status_code == 400
    many = {f"f{number}": "" for number in range(1001)}
    assert client.post("/accounts/password/", many).status_code == 400
