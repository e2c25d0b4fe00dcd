"""A ``manage.py`` command as a shell calls it: in a process of its own, or in this one.

A process costs more than most commands do. One test of each command starts one; the
others have what that process would do done here: the arguments read, the streams
written as bytes, and the command's end turned into an exit code. A test without the
mark ``django_db`` has no database to reach in either way.
"""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryFile
from unittest import mock

from django.core.management import execute_from_command_line

ROOT = Path(__file__).resolve().parent.parent
ENCODING = {"encoding": "utf-8", "errors": "surrogateescape"}


def in_a_process(*arguments: object, text: str = "") -> CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
            "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
        },
        input=text.encode(**ENCODING),
        capture_output=True,
        timeout=120,
        check=False,
    )


def in_this_process(*arguments: object, text: str = "") -> CompletedProcess[bytes]:
    command = ["manage.py", *map(str, arguments)]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    code = 0
    with (
        TemporaryFile("w+", **ENCODING) as given,
        mock.patch.object(sys, "stdin", given),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        given.write(text)
        given.seek(0)
        try:
            execute_from_command_line(command)
        except SystemExit as end:
            code = int(end.code or 0)
    return CompletedProcess(command, code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    return stream.buffer.getvalue()
