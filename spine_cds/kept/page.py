"""Whose page it is: each form says, signed, who was signed in when it was shown.

The token against forgery cannot say it: a script may renew it, and it is the same for
whoever signs in next in that browser.
"""

import uuid
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject

FIELD = "page_of"
HEADER = "X-Page-Of"
_SALT = "spine_cds.kept.page"


class Page(NamedTuple):
    """One showing of a page: to whom, which time, and at which address."""

    owner: int
    key: uuid.UUID
    path: str

    @property
    def token(self) -> str:
        """What its forms carry."""
        return signing.dumps((self.owner, self.key.hex, self.path), salt=_SALT)


def read(token: str) -> Page | None:
    """The page that a token speaks of; None where it is forged, or too old."""
    try:
        owner, key, path = signing.loads(
            token, salt=_SALT, max_age=settings.PAGE_TOKEN_AGE
        )
    except signing.BadSignature:
        return None
    return Page(owner, uuid.UUID(key), path)


def sent_with(request: HttpRequest) -> Page | None:
    """The page that a request comes from, as far as it says."""
    token = request.headers.get(HEADER, "")
    if not token and request.method == "POST":
        token = request.POST.get(FIELD, "")
    return read(token) if token else None


def shown_page(request: HttpRequest) -> Page:
    """The page that is the answer: what it comes from, where that is this person's.

    A form that comes back with its errors, and a part of a page, are of the page that
    they began on: what was kept of it stays its own.
    """
    page: Page | None = getattr(request, "_page", None)
    if page is None:
        sent = sent_with(request)
        mine = sent is not None and sent.owner == request.user.pk
        page = sent if sent and mine else _new_page(request)
        request._page = page  # type: ignore[attr-defined]
    return page


def _new_page(request: HttpRequest) -> Page:
    return Page(request.user.pk or 0, uuid.uuid4(), request.path)


class PageToken(str):
    """The token against forgery, with the page's own beside it (empty for nobody).

    In one word, because it goes wherever the other goes: into each form, by the tag
    `csrf_token`, and into each part of a page.
    """

    page = ""


def page_token(request: HttpRequest) -> dict[str, Any]:
    """Context processor: takes the place of Django's own `csrf_token`."""

    def token() -> PageToken:
        word = PageToken(get_token(request))
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            word.page = shown_page(request).token
        return word

    return {"csrf_token": SimpleLazyObject(token)}
