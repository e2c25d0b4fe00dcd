"""The suite over several processes (``-n``).

A file stays whole, because its tests share what its fixtures make; all tests of the
browser or of the worker are one group, and the process it goes to starts each once.
"""

from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_how_late)


def _how_late(item: pytest.Item) -> int:
    """What takes long goes first, so that no process waits for another at the end."""
    if any(item.iter_markers("browser")) or any(item.iter_markers("worker")):
        return 0
    return 1 if item.get_closest_marker("slow") else 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadGroupScheduling

    class FilesAndGroups(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return super()._split_scope(nodeid).partition("::")[0]

    return FilesAndGroups(config, log)
