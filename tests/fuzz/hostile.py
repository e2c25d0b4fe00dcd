"""Values that break programs, and documents with such values in odd places."""

import copy
import math
from typing import Any

from hypothesis import strategies as st

NASTY_TEXT = [
    *("", " ", "\0", "\ud800", "\u202e", "\ufeff", "null", "NaN", "-0", "1e999", "∞"),
    *("1" * 5000, "[" * 3000, "{" * 3000, "../../etc/passwd", "<script>x</script>"),
    *("' OR 1=1 --", "{{ 7*7 }}", "%s%n", "=1+1", "٣", "½", "1_000", "0x10", "1,5"),
    *("yes", "no", "true", "None", "-1", "99999999999999999999", "2026-02-30"),
    *("9999-12-31", "0001-01-01", "2026-11-21T00:00", "é" * 500, "a" * 5000),
]
text = st.one_of(st.sampled_from(NASTY_TEXT), st.text(max_size=20))
numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 2**63, -(2**200), 1e308]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, text)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(text, inner, max_size=4)
    ),
    max_leaves=12,
)


def _places(document: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value of a document."""
    keys: Any = ()
    if isinstance(document, dict):
        keys = list(document)
    elif isinstance(document, list):
        keys = range(len(document))
    found = [place] if place else []
    for key in keys:
        found += _places(document[key], (*place, key))
    return found


def _fits(holder: Any, key: Any) -> bool:
    """Whether what stands there now still has such a place."""
    if isinstance(holder, list):
        return isinstance(key, int) and key < len(holder)
    return isinstance(holder, dict) and isinstance(key, str)


class Mutations:
    """mutations.of(draw): a copy of a good document, changed in one to four places."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.places = _places(document)

    def of(self, draw: st.DrawFn) -> Any:
        changed = copy.deepcopy(self.document)
        for _ in range(draw(st.integers(1, 4))):
            self._change(draw, changed, draw(st.sampled_from(self.places)))
        return changed

    def _change(self, draw: st.DrawFn, changed: Any, place: tuple[Any, ...]) -> None:
        holder = changed
        for key in place[:-1]:
            try:
                holder = holder[key]
            except (KeyError, IndexError, TypeError):
                return  # gone with an earlier change
        key, way = place[-1], draw(st.integers(0, 3))
        if not _fits(holder, key):
            return
        if way == 0:
            holder.pop(key, *(() if isinstance(holder, list) else (None,)))
        elif way == 1 and isinstance(holder, dict):
            holder[draw(text)] = draw(anything)
        elif way == 2:
            # A value from elsewhere in the document: well formed, and out of place.
            holder[key] = self._borrowed(draw)
        else:
            holder[key] = draw(anything)

    def _borrowed(self, draw: st.DrawFn) -> Any:
        value = self.document
        for key in draw(st.sampled_from(self.places)):
            value = value[key]
        return copy.deepcopy(value)
