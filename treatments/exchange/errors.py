"""Why a file is not read, and how much of one is looked at."""

from __future__ import annotations

from collections.abc import Iterable

from treatments.engine.ruleset.errors import Code, Problem

MAX_UPLOAD_BYTES = 8 * 1024 * 1024
#: What a zip may hold altogether, unpacked; and how much a large file may shrink in it.
MAX_UNPACKED_BYTES = 32 * 1024 * 1024
LARGE_BYTES = 4 * 1024 * 1024
MAX_RATIO = 200
MAX_MEMBERS = 500
#: Rows of one table, its header not counted, and its columns.
MAX_ROWS = 5_000
MAX_COLUMNS = 400
MAX_PROBLEMS = 100


class ImportRefusedError(ValueError):
    """A file was refused; ``problems`` says where and what to do, and no more."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)[:MAX_PROBLEMS]
        super().__init__("\n".join(str(problem) for problem in self.problems))


def refusal(
    code: Code, place: str, message: str, value: str = ""
) -> ImportRefusedError:
    """The error that refuses a file for one reason; it is for the caller to raise.

    ``place`` says where in which file.
    """
    return ImportRefusedError([Problem(code, (place,), message, value)])
