"""Pages that belong to no app: the CSRF refusal, and what went wrong with us."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

#: Away, full, locked, or read-only: it passes, and the request may be sent again.
_DATABASE_AWAY = (InterfaceError, InternalError, OperationalError)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page of a form that came from elsewhere, or after the session ended."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database cannot be used, else 500; neither page asks it anything.

    Django calls this while it handles the exception.
    """
    if isinstance(sys.exc_info()[1], _DATABASE_AWAY):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)
