"""What a request may be before anything reads it: first in the stack.

Its sender chooses the charset that it declares, and the libraries below decode with
whichever codec of Python is named: some take quadratic time, some fail. All our pages
send UTF-8, so nothing else is read. Of bodies, fields and names each has a bound, and a
narrow one where nobody is signed in.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

GetResponse = Callable[[HttpRequest], HttpResponseBase]

ALIVE = "/healthz"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: Of the head, in characters; gunicorn bounds each header by 8190 before.
LONGEST_CONTENT_TYPE = 300
LONGEST_QUERY = 4096
#: Of a form, in characters.
LONGEST_FIELD_NAME = 200
LONGEST_FILE_NAME = 255
LONGEST_FIELD = {True: 400_000, False: 10_000}
# What browsers and programs send with a form; of RFC 2231, with a charset for every
# parameter, nothing is left.
_CONTENT_TYPE = re.compile(
    r"[\w.+-]{1,80}/[\w.+-]{1,80}"
    r"(\s*;\s*(charset=\"?utf-?8\"?|boundary=(\"[^\"]{1,70}\"|[^\s;\"]{1,70}))){0,2}"
    r"\s*;?\s*",
    re.ASCII | re.IGNORECASE,
)


def head_refusal(head: Mapping[str, Any]) -> str:
    """The status line with which a request is refused by its head alone, or "".

    ``head`` is a WSGI environment.
    """
    content_type = str(head.get("CONTENT_TYPE") or "").strip()
    if len(content_type) > LONGEST_CONTENT_TYPE or not (
        content_type == "" or _CONTENT_TYPE.fullmatch(content_type)
    ):
        return "415 Unsupported Media Type"
    if len(str(head.get("QUERY_STRING", ""))) > LONGEST_QUERY:
        return "414 URI Too Long"
    return ""


class BoundedApplication:
    """The site behind the bounds of the head: for whatever serves WSGI."""

    def __init__(self, site: WSGIApplication) -> None:
        self.site = site

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        refused = head_refusal(environ)
        if refused:
            return _refuse(start_response, refused)
        # It is asked every few seconds, and looks at nothing: not even at a session.
        if environ.get("PATH_INFO") == ALIVE:
            environ.pop("HTTP_COOKIE", None)
        return self.site(environ, start_response)


def _refuse(start_response: StartResponse, status: str) -> list[bytes]:
    body = f"{status}\n".encode()
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, headers)
    return [body]


class BodyBoundsMiddleware:
    """Refuse a body that is too large, or that nobody can read, with a page.

    It stands behind the sessions: only who is signed in may send an import.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in _SAFE:
            status = body_refusal(request)
            if status:
                page = render_to_string(f"{status}.html")
                return HttpResponse(page, status=status)
        return self.get_response(request)


def body_refusal(request: HttpRequest) -> int:
    """413 for what is too much, 400 for what cannot be read, 0 for what may go on."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    # A file's bytes are stored and never decoded; all else counts against the memory.
    if not length.isascii() or not length.isdecimal():
        return 400
    is_long = int(length) > settings.LONGEST_BODY_WITHOUT_SIGN_IN
    if int(length) > settings.LONGEST_BODY or (is_long and not _is_signed_in(request)):
        return 413
    try:
        fields, files = request.POST.lists(), request.FILES.lists()
    except (LookupError, ValueError):  # a part of the form names a charset of its own
        return 400
    # Nobody is asked for a session whose fields fit the narrower bound.
    is_long = int(length) > LONGEST_FIELD[False]
    longest = LONGEST_FIELD[is_long and _is_signed_in(request)]
    names = (file.name or "" for _, group in files for file in group)
    return _form_refusal(fields, names, longest)


def _form_refusal(
    fields: Iterable[tuple[str, list[Any]]], files: Iterable[str], longest: int
) -> int:
    for name, values in fields:
        if len(name) > LONGEST_FIELD_NAME:
            return 400
        if any(len(value) > longest for value in values):
            return 413
    return 400 if any(len(name) > LONGEST_FILE_NAME for name in files) else 0


def _is_signed_in(request: HttpRequest) -> bool:
    return SESSION_KEY in request.session
