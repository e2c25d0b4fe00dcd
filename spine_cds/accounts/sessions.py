"""Sessions that end: after a quarter of an hour idle, and after half a day at most."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_BEGAN = "session_began"
_ACTIVE = "session_active"
# Writing the session at each request would cost every page a database write.
_TOUCH_SECONDS = 60


class SessionEndMiddleware:
    """Sign the user out when the idle or the absolute limit has passed.

    A page that polls by itself (an htmx GET) is not a person at the keyboard, so it
    does not keep the session alive.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._end_or_touch(request)
        response = self.get_response(request)
        return _whole_page_redirect(request, response)

    def _end_or_touch(self, request: HttpRequest) -> None:
        now = int(time.time())
        session = request.session
        began = session.setdefault(_BEGAN, now)
        active = session.setdefault(_ACTIVE, now)
        if (
            now - began >= settings.SESSION_COOKIE_AGE
            or now - active >= settings.SESSION_IDLE_SECONDS
        ):
            logout(request)
        elif now - active >= _TOUCH_SECONDS and not _is_poll(request):
            session[_ACTIVE] = now


def _is_poll(request: HttpRequest) -> bool:
    return request.method == "GET" and "HX-Request" in request.headers


def _whole_page_redirect(
    request: HttpRequest, response: HttpResponseBase
) -> HttpResponseBase:
    """Make htmx leave the page, not swap the sign-in form into a fragment of it."""
    if (
        "HX-Request" in request.headers
        and response.status_code == 302
        and not request.user.is_authenticated
    ):
        response.headers["HX-Redirect"] = response.headers["Location"]
        del response.headers["Location"]
        response.status_code = 200
    return response


def session_limits(request: HttpRequest) -> dict[str, int]:
    """For the page's own clock, which warns before the session ends."""
    return {"session_idle_seconds": settings.SESSION_IDLE_SECONDS}
