"""How much is tried, and what each input may cost.

A modest number within the suite; FUZZ=100 tries a hundred times as many.
"""

import os
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, settings

from tests.fuzz.summary import TRIED, count

TIMES = int(os.environ.get("FUZZ", "1"))
#: Far above what any input needs on a busy machine; a runaway passes it soon.
SECONDS = 20.0
MEGABYTES = 256


def tries(examples: int) -> settings:
    """Decorates a test: that many inputs, times FUZZ."""
    # Not shrunk: that would send one bad input to the site some hundred times more.
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


@contextmanager
def bounded(what: str) -> Iterator[None]:
    """Count one input, and hold it to its time and its memory."""
    began = time.perf_counter()
    # Tracing costs several times what is traced: one input in fifty tells enough.
    traced = TRIED.get(what, 0) % 50 == 0
    if traced:
        tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1] / 2**20 if traced else 0
    finally:
        if traced:
            tracemalloc.stop()
    took = time.perf_counter() - began
    count(what, 1, took)
    assert took < SECONDS, f"{what}: {took:.1f} s"
    assert peak < MEGABYTES, f"{what}: {peak:.0f} MB"
