"""A ruleset analysed: proved over every case, not sampled.

``check`` finds what is wrong in the tables and proves the invariants; ``recheck``
looks at one edited rule again, ``recheck_table`` at
one table. Pure, like the engine: no clock, standard library only.
"""

from .check import check, check_document, recheck, recheck_table
from .findings import KINDS, Analysis, Example, Finding, GapBox, Proof

__all__ = [
    "KINDS",
    "Analysis",
    "Example",
    "Finding",
    "GapBox",
    "Proof",
    "check",
    "check_document",
    "recheck",
    "recheck_table",
]
