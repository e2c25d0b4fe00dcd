"""Pages that belong to no app: what went wrong with us."""

import sys

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

#: Away, full, locked, or read-only: it passes, and the request may be sent again.
_DATABASE_AWAY = (InterfaceError, InternalError, OperationalError)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database cannot be used, else 500; neither page asks it anything.

    Django calls this while it handles the exception.
    """
    if isinstance(sys.exc_info()[1], _DATABASE_AWAY):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)
