"""How a file is refused, and files that are to be: exports with a part changed."""

import io
import time
import tracemalloc
import zipfile
from contextlib import suppress

import pytest

from tests.treatments.exchange.test_round_trips import small
from treatments.exchange import ImportRefusedError, export, read

SECONDS = 10
MIB = 1024 * 1024
PEAK_MIB = 300


def traced(data: bytes, filename: str) -> int:
    """The most bytes that were held at once; tracing makes it three times as slow."""
    tracemalloc.start()
    try:
        with suppress(ImportRefusedError):
            read(data, filename)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def refused(data: bytes, filename: str) -> str:
    """What the refusal says; it came in time and without filling the memory."""
    start = time.perf_counter()
    with pytest.raises(ImportRefusedError) as refusal:
        read(data, filename)
    assert time.perf_counter() - start < SECONDS
    assert traced(data, filename) < PEAK_MIB * MIB
    assert 0 < len(refusal.value.problems) <= 100
    for problem in refusal.value.problems:
        assert problem.path
        assert problem.message
        assert len(str(problem)) < 800
    return str(refusal.value)


def zipped(members: dict[str, bytes], compression=zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {name: archive.read(name) for name in archive.namelist()}


def changed(name: str, member: str, content) -> bytes:
    """An export of the small ruleset with one file in it changed."""
    found = members(export(small(), name))
    found[member] = content(found[member]) if callable(content) else content
    return zipped(found, zipfile.ZIP_STORED)
