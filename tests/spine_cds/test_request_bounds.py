"""What a request may be before anything reads it: through the WSGI application."""

import io

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from spine_cds.request_bounds import BodyBoundsMiddleware, head_refusal
from tests.spine_cds.raw_requests import ask

pytestmark = pytest.mark.django_db

#: Codecs of Python that are no UTF-8: slow ones, ones of bytes, ones that fail.
CODECS = (
    *("punycode", "idna", "rot13", "rot_13", "hex", "base64", "zip", "zlib", "bz2"),
    *("uu", "quopri", "utf-7", "utf-16", "utf-32", "unicode_escape", "latin-1"),
    *("raw_unicode_escape", "mbcs", "undefined", "ascii", "cp037", "utf-8-sig", "x"),
)
FORM = "application/x-www-form-urlencoded"
CPU_SECONDS = 0.25


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


# --- The head -----------------------------------------------------------------------


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=b; charset={}", FORM + ';charset="{}"']
)
def test_no_charset_but_utf_8_is_read(method, codec, kind):
    body = multipart(
        b'Content-Disposition: form-data; name="a"\r\n\r\n' + b"9" * 200000
    )
    answer = ask(
        "/accounts/login/", method=method, body=body, CONTENT_TYPE=kind.format(codec)
    )
    assert answer.status == 415
    assert answer.cpu < CPU_SECONDS


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html; charset*=zip''a",
        "text/html; charset*0=puny; charset*1=code",
        "text/html; boundary*=punycode''999",
        "multipart/form-data; boundary=b; (comment) charset=punycode",
        "multipart/form-data; boundary=b; CHARSET = 'punycode'",
        'multipart/form-data; x="; charset=utf-8"; charset=punycode',
        "multipart/form-data; boundary=" + "b" * 200,
        "a" * 500 + "/b",
        "multipart/form-data" + ";" * 200,
        "ünknown/x",
        "no kind at all",
    ],
)
def test_a_content_type_that_is_no_plain_one_is_refused(content_type):
    assert ask(method="POST", CONTENT_TYPE=content_type).status == 415


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        FORM,
        FORM + "; charset=UTF-8",
        FORM + ';charset="utf-8"',
        "multipart/form-data; boundary=----WebKitFormBoundaryAb0'()+_,-./:=?",
        'multipart/form-data; boundary="a b"; charset=utf8',
        "multipart/form-data; charset=utf-8; boundary=b;",
        "text/plain;charset=UTF-8",
        "application/vnd.oasis.opendocument+xml",
    ],
)
def test_what_browsers_and_programs_send_goes_on(content_type):
    assert head_refusal({"CONTENT_TYPE": content_type}) == ""


def test_a_query_has_a_bound():
    assert ask("/accounts/login/", query="q=" + "a" * 5000).status == 414
    assert ask("/accounts/login/", query="next=/" + "a" * 3000).status == 200


def test_alive_looks_at_nothing_not_even_at_a_session(dr_surgeon):
    client = Client()
    client.force_login(dr_surgeon)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    with CaptureQueriesContext(connection) as queries:
        answer = ask("/healthz", HTTP_COOKIE=cookie)
    assert (answer.status, answer.body) == (200, b'{"status": "ok"}')
    assert not queries.captured_queries


# --- The body -----------------------------------------------------------------------


def test_a_large_body_is_for_who_is_signed_in(client, dr_surgeon):
    large = {"note": "x" * (settings.LONGEST_BODY_WITHOUT_SIGN_IN + 1)}
    answer = client.post("/accounts/login/", large)
    assert answer.status_code == 413
    assert b"Nothing of it was saved" in answer.content
    client.force_login(dr_surgeon)
    assert client.post("/accounts/password/", large).status_code != 413


def test_a_field_has_a_bound_and_a_narrow_one_without_a_sign_in(client, dr_surgeon):
    long, endless = {"username": "x" * 10_001}, {"username": "x" * 400_001}
    assert client.post("/accounts/login/", long).status_code == 413
    client.force_login(dr_surgeon)
    assert client.post("/accounts/password/", long).status_code != 413
    assert client.post("/accounts/password/", endless).status_code == 413


def test_a_name_has_a_bound(client):
    assert client.post("/accounts/login/", {"n" * 201: "x"}).status_code == 400
    named = io.BytesIO(b"x")
    named.name = "f" * 300  # Django cuts it to 255 by itself
    assert client.post("/accounts/login/", {"file": named}).status_code != 500


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "12, 12", "0x10", "99999999999"])
def test_a_length_is_a_number_within_the_bound(length):
    answer = ask("/accounts/login/", method="POST", CONTENT_LENGTH=length)
    assert answer.status in (400, 413)


DISPOSITION = b"Content-Disposition: form-data; "


@pytest.mark.parametrize(
    "head",
    [
        b"name*=zip''a",
        b"name=\"a\"; filename*=rot13''a",
        b"name*=punycode''999",
        b"name*=x-none''a",
        b'name="a"\r\nContent-Type: text/plain; charset=zip',
        b'name="a"; filename="f"\r\nContent-Type: text/plain; charset*=hex\'\'zz',
        b'name="a"\r\nContent-Transfer-Encoding: base64',
        b"\xff\xfe",
    ],
)
def test_a_part_with_a_charset_of_its_own_is_no_fault_of_ours(head):
    answer = ask(
        "/accounts/login/",
        method="POST",
        body=multipart(DISPOSITION + head + b"\r\n\r\n=9="),
        CONTENT_TYPE="multipart/form-data; boundary=b",
    )
    assert answer.status in (400, 403)


def test_the_bounds_stand_before_whatever_reads_a_body():
    stack = settings.MIDDLEWARE
    own = f"{BodyBoundsMiddleware.__module__}.{BodyBoundsMiddleware.__qualname__}"
    assert stack.index(own) < stack.index("django.middleware.csrf.CsrfViewMiddleware")
