"""The formats a ruleset is exported to and read from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from treatments.engine.ruleset.errors import Code, Problem, RulesetError
from treatments.engine.ruleset.text_patch import Difference, differences, same
from treatments.exchange import csv_zip, dmn, document_schema, strict_json, xlsx
from treatments.exchange.errors import MAX_UPLOAD_BYTES, ImportRefusedError, refusal

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what a file of it is called, and who writes and reads it.

    ``write(document, exact)`` gives the bytes, ``read(data, filename)`` a document of
    whatever shape; ``exact`` is what the format cannot say by itself.
    """

    name: str
    label: str
    suffix: str
    media_type: str
    write: Callable[[Document, Sequence[Difference]], bytes]
    read: Callable[[bytes, str], Any]


def _write_json(document: Document, _exact: Sequence[Difference]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _read_json(data: bytes, filename: str) -> Any:
    try:
        return strict_json.parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refusal(
            Code.UNREADABLE, f"{filename} line {line}", "is not UTF-8"
        ) from error
    except strict_json.JSONRefusedError as error:
        raise refusal(Code.UNREADABLE, filename, str(error)) from error


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        known.name: known
        for known in (
            Format(
                "csv",
                "CSV, a table a file, in a zip",
                ".zip",
                "application/zip",
                csv_zip.write,
                csv_zip.read,
            ),
            Format(
                "xlsx",
                "Excel workbook, a sheet a table",
                ".xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                xlsx.write,
                xlsx.read,
            ),
            Format(
                "dmn",
                "DMN 1.5",
                ".dmn",
                "application/xml",
                dmn.write,
                dmn.read,
            ),
            # The same, in the only name space that these open (dmn-js 17).
            Format(
                "dmn13",
                "DMN for Camunda Modeler and bpmn.io (name space of DMN 1.3)",
                ".dmn",
                "application/xml",
                dmn.write_for_modeler,
                dmn.read,
            ),
            Format(
                "json",
                "JSON, the document itself",
                ".json",
                "application/json",
                _write_json,
                _read_json,
            ),
        )
    }
)
_READERS = {
    ".zip": csv_zip.read,
    ".xlsx": xlsx.read,
    ".dmn": dmn.read,
    ".xml": dmn.read,
    ".json": _read_json,
}
_ADVICE = {
    ".csv": "is one table alone: send the whole folder, with ruleset.json, as a zip",
    ".xlsm": "may hold macros, which are never read: save it as .xlsx",
    ".xlsb": "may hold macros, which are never read: save it as .xlsx",
    ".xls": "is the old format of Excel: save it as .xlsx",
    ".ods": "is not read: save it as .xlsx",
}


def export(document: Document, format: str) -> bytes:  # noqa: A002 - the field's word
    """The document as a file of a format of :data:`FORMATS`; nothing is lost.

    The file is read back; what it does not say by itself is then told in it too.

    Raises:
        KeyError: there is no such format.
        RulesetError: the document has not the shape of a ruleset, or cannot be held.
    """
    chosen = FORMATS[format]
    problems = document_schema.malformed(document)
    if problems:
        raise RulesetError(problems)
    try:
        data = _lossless(document, chosen)
    except ImportRefusedError as error:
        raise RulesetError(list(error.problems)) from error
    return data


def _lossless(document: Document, chosen: Format) -> bytes:
    name = f"export{chosen.suffix}"
    data = chosen.write(document, ())
    lost = list(differences(chosen.read(data, name), document))
    if lost:
        data = chosen.write(document, lost)
        if not same(chosen.read(data, name), document):
            message = "cannot be held by this format without loss: choose another"
            at = (chosen.label,)
            problem = Problem(Code.LOSSY, at, message, "the ruleset")
            raise RulesetError([problem])
    return data


def read(data: bytes, filename: str, base: Document | None = None) -> dict[str, Any]:
    """The ruleset document that a file holds; its format is told by the file's name.

    A decision model of another tool has tables alone: they are put into a copy of
    ``base``, the ruleset whose facts they name.

    Raises:
        ImportRefusedError: the file cannot be read, or what it holds cannot be shown.
            Every problem says where it stands and what to do.
    """
    name = PurePath(filename.replace("\\", "/")).name[-100:] or "file"
    suffix = PurePath(name).suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None:
        unknown = f"is of no format that is read: {', '.join(_READERS)}"
        raise refusal(Code.UNSUPPORTED, name, _ADVICE.get(suffix, unknown))
    if len(data) > MAX_UPLOAD_BYTES:
        raise refusal(
            Code.TOO_LARGE,
            name,
            f"is larger than {MAX_UPLOAD_BYTES // 1024 // 1024} MiB",
        )
    if not data:
        raise refusal(Code.EMPTY, name, "is empty")
    document = dmn.read(data, name, base) if reader is dmn.read else reader(data, name)
    problems: list[Problem] = document_schema.problems(document)
    if problems:
        raise ImportRefusedError(problems)
    found: dict[str, Any] = document
    return found
