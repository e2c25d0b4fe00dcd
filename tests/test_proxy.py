"""The shipped proxy as a real nginx reads it: what it lets through, and how much."""

import http.client
import time
from collections import Counter

import pytest

from tests.services import nginx

pytestmark = pytest.mark.skipif(bool(nginx.why_not()), reason=nginx.why_not())


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    with nginx.running(tmp_path_factory.mktemp("nginx")) as address:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                ask(address)
            except ConnectionRefusedError:
                time.sleep(0.02)
            else:
                break
        yield address


def ask(address, path="/", body=None, **headers) -> int:
    connection = http.client.HTTPConnection(address, timeout=10)
    method = "GET" if body is None else "POST"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, named)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/x-www-form-urlencoded", 200),
        ("application/x-www-form-urlencoded; charset=UTF-8", 200),
        ("multipart/form-data; boundary=----WebKitFormBoundaryAb0", 200),
        ('multipart/form-data; boundary="a b"; charset=utf8', 200),
        ("text/plain;charset=UTF-8", 200),
        ("multipart/form-data; boundary=b; charset=punycode", 415),
        ("multipart/form-data; boundary=b; CHARSET = zip", 415),
        ("text/html; charset*=rot13''a", 415),
        ("text/html; charset*0=puny; charset*1=code", 415),
        ("multipart/form-data; boundary=" + "b" * 200, 415),
    ],
)
def test_no_charset_but_utf_8_comes_through(proxy, content_type, status):
    assert ask(proxy, body=b"a=1", Content_Type=content_type) == status
    assert ask(proxy, Content_Type=content_type) == status


def test_a_body_and_a_head_have_their_bounds(proxy):
    form = "application/x-www-form-urlencoded"
    assert ask(proxy, body=b"a" * 9_500_000, Content_Type=form) == 413
    assert ask(proxy, Cookie="a" * 9_000) == 400
    assert ask(proxy, path="/?" + "a" * 9_000) == 414


def test_the_figures_are_for_the_machines_inside(proxy):
    assert ask(proxy, path="/metrics") == 404


def test_a_program_that_guesses_is_slowed_and_the_rest_goes_on(proxy):
    answers = Counter(ask(proxy, path="/accounts/login/") for _ in range(120))
    assert answers[200] >= 60
    assert answers[429] >= 20
    assert ask(proxy, path="/") == 200
