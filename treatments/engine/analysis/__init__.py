"""A ruleset analysed: proved over every case, not sampled.

``check`` finds what is wrong in the tables and proves the invariants; ``recheck``
looks at one edited rule again. Pure, like the engine: no clock, standard library only.
"""

from .checking import check, check_document, recheck
from .findings import KINDS, Analysis, Example, Finding, Proof

__all__ = [
    "KINDS",
    "Analysis",
    "Example",
    "Finding",
    "Proof",
    "check",
    "check_document",
    "recheck",
]
