"""Whatever is sent without a sign-in: an answer that is no fault of ours, and cheap.

FUZZ=40 tries twenty thousand.
"""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.budget import tries
from tests.fuzz.hostile import NASTY_TEXT
from tests.fuzz.summary import count
from tests.spine_cds.raw_requests import ask

#: Seconds of one request, whatever it is. The passwords of the suite cost nothing.
CPU = 0.25
PATHS = (
    *("/", "/accounts/login/", "/accounts/logout/", "/healthz", "/readyz", "/metrics"),
    *("/cases/new/", "/static/css/app.css", "/accounts/2fa/authenticate/", "/nowhere"),
    *("/patients/9/", "/static/../manage.py", "/%00", "/accounts/login", "//evil/"),
)
CODECS = ("utf-8", "punycode", "rot13", "zip", "idna", "utf-7", "utf-16", "x" * 60)
KINDS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
    "a/b",
)
PART = b"--b\r\nContent-Disposition: form-data; name=a"
IN_BASE64 = b"\r\nContent-Transfer-Encoding: base64\r\n\r\n=\r\n"
UNITS = (
    *(b"9", b"a=1&", b"&", b"%", b"%ff", b"\r\n", b"--b", b"--b\r\n", b"=", b"\xff"),
    *(b"\0", PART + b"\r\n\r\n1\r\n", PART + b"; filename=f\r\n\r\n1\r\n"),
    PART + IN_BASE64,
)
STARTS = (b"", b"--b\r\n", b"username=", b"password=1&username=", b"a=1&")
latin = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=60)
nasty = st.sampled_from([t for t in NASTY_TEXT if t.isascii() and t.isprintable()])
values = st.one_of(nasty, latin)


@st.composite
def content_types(draw) -> str:
    kind = draw(st.sampled_from(KINDS))
    parameters = draw(
        st.lists(
            st.one_of(
                st.just("boundary=b"),
                st.sampled_from(CODECS).map("charset={}".format),
                st.sampled_from(CODECS).map("charset*={}''999".format),
                values,
            ),
            max_size=3,
        )
    )
    return "; ".join([kind, *parameters])


@st.composite
def bodies(draw) -> bytes:
    """A form, a form of parts, or noise; now and then as large as is read."""
    unit = draw(st.sampled_from(UNITS))
    size = draw(st.sampled_from([1, 40, 1000, settings.LONGEST_BODY_WITHOUT_SIGN_IN]))
    start = draw(st.sampled_from(STARTS))
    noise = draw(st.binary(max_size=40))
    return (start + unit * (size // len(unit)) + noise)[:size]


@st.composite
def requests(draw) -> dict[str, object]:
    head = draw(
        st.dictionaries(
            st.sampled_from(
                [
                    *("HTTP_COOKIE", "HTTP_HOST", "HTTP_ACCEPT", "HTTP_REFERER"),
                    *("HTTP_ORIGIN", "HTTP_X_CSRFTOKEN", "HTTP_HX_REQUEST"),
                    *("HTTP_RANGE", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING"),
                    *("HTTP_X_FORWARDED_FOR", "HTTP_AUTHORIZATION", "REMOTE_ADDR"),
                ]
            ),
            values,
            max_size=4,
        )
    )
    if draw(st.booleans()):  # a token of the sender's own: past the first door
        token = "t" * 32
        head |= {"HTTP_COOKIE": f"csrftoken={token}", "HTTP_X_CSRFTOKEN": token}
        head.pop("HTTP_ORIGIN", None)
    return {
        "path": draw(st.sampled_from(PATHS)),
        "method": draw(st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS", "X"])),
        "query": draw(st.one_of(st.just(""), values)),
        "body": draw(bodies()),
        "CONTENT_TYPE": draw(content_types()),
        **head,
    }


@pytest.mark.django_db
@tries(500)
@given(requests())
def test_whatever_is_sent_without_a_sign_in_is_answered_and_cheap(request):
    answer = ask(**request)
    count("requests without a sign-in", 1, answer.cpu)
    # Without a live ruleset a site is not ready, and says so.
    is_ready = answer.status < 500 or request["path"] == "/readyz"
    assert answer.status >= 200, request
    assert answer.status != 500, request
    assert is_ready, request
    # Once may be the collector of garbage; what a request costs, it costs each time.
    costs = answer.cpu, *(ask(**request).cpu for _ in range(2 * (answer.cpu > CPU)))
    assert min(costs) < CPU, (costs, request)
