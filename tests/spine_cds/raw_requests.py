"""Requests as they come from the wire, through the WSGI application."""

import io
import time
from dataclasses import dataclass, field

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from spine_cds.wsgi import application


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cpu: float = 0.0


def ask(path="/", *, method="GET", body=b"", query="", **head: str) -> Answer:
    """One raw request, and what it cost this thread."""
    answer = Answer()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
        "CONTENT_LENGTH": str(len(body)),
        **head,
    }

    def start_response(status, headers, exc_info=None) -> None:
        answer.status, answer.headers = int(status[:3]), dict(headers)

    # As Django's own test client: the connection is in the midst of a transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    began = time.thread_time()
    try:
        given = application(environ, start_response)
        answer.body = b"".join(given)
        getattr(given, "close", lambda: None)()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    answer.cpu = time.thread_time() - began
    return answer
