"""A zip from outside: opened only as far as it is small, plain and well-formed."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from treatments.engine.ruleset.errors import Code
from treatments.exchange.errors import (
    LARGE_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    ImportRefusedError,
    refusal,
)

_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def opened(data: bytes, filename: str) -> zipfile.ZipFile:
    """The archive, every member of which may be unpacked into memory.

    Raises:
        ImportRefusedError: it is broken, or a member is too large, encrypted, itself
            a zip, of an odd compression, or leads out of the archive.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise refusal(
            Code.UNREADABLE, filename, "is not a whole zip archive: save it again"
        ) from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise refusal(Code.TOO_LARGE, filename, f"holds more than {MAX_MEMBERS} files")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        size = MAX_UNPACKED_BYTES // 1024 // 1024
        raise refusal(Code.TOO_LARGE, filename, f"unpacks to more than {size} MiB")
    seen: set[str] = set()
    for member in members:
        place = f"{filename}, {member.filename!r}"
        reason = _wrong(member, seen)
        if reason:
            raise refusal(Code.UNSAFE, place, reason)
        if content(archive, member.filename, filename, limit=4).startswith(b"PK\3\4"):
            raise refusal(
                Code.UNSUPPORTED, place, "is a zip inside the zip: unpack it first"
            )
        seen.add(member.filename)
    return archive


def content(
    archive: zipfile.ZipFile, name: str, filename: str, limit: int = -1
) -> bytes:
    """A member's bytes, at most ``limit`` of them.

    Raises:
        ImportRefusedError: it is broken.
    """
    try:
        with archive.open(name) as member:
            return member.read(limit)
    except (*_BROKEN, KeyError) as error:
        raise refusal(
            Code.UNREADABLE, f"{filename}, {name!r}", "is broken: save it again"
        ) from error


def _wrong(member: zipfile.ZipInfo, seen: set[str]) -> str:
    name = member.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        return "leads out of the archive: keep to plain file names"
    if name in seen:
        return "stands twice in the archive"
    if member.flag_bits & 0x1:
        return "is encrypted: save it without a password"
    if member.compress_type not in _PLAIN:
        return "is compressed in a way that is not read: use plain zip"
    if member.file_size > max(MAX_RATIO * member.compress_size, LARGE_BYTES):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


__all__ = ["ImportRefusedError", "content", "opened"]
