"""Sets of small numbers as one integer: bit ``n`` is set where ``n`` is a member.

Rules, regions and facts all stand in such sets: ``0b101`` is the set of 0 and 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_


def members(bits: int) -> Iterator[int]:
    """The numbers in a set, the lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def singletons(bits: int) -> Iterator[int]:
    """The numbers in a set, each as a set of its own, the lowest first."""
    while bits:
        low = bits & -bits
        yield low
        bits ^= low


def lowest(bits: int) -> int:
    """The lowest number in a set that is not empty."""
    return (bits & -bits).bit_length() - 1


def bit_set(numbers: Iterable[int]) -> int:
    """The set of these numbers."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def union(sets: Iterable[int]) -> int:
    """The numbers that are in one of the sets."""
    return reduce(or_, sets, 0)
