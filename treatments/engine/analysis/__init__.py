"""A ruleset analysed: proved over every case, not sampled.

``check`` finds what is wrong in the tables and proves the invariants; ``recheck``
looks at the table of one edited rule again, ``recheck_table``
at one table. Pure, like the engine: no clock, standard library only.

How a question is put and answered, from the outside in:

- ``check`` asks every question; an ``Allowance`` hands out the states it may cost.
- ``row_checks`` and ``redundant_rules`` ask of one table (a ``TableScope``); ``gaps``
  names what its rows leave out; ``invariants`` asks of the whole ruleset.
- Where a table tests stated facts alone, its rows are boxes: ``boxes`` finds what they
  leave uncovered, ``decision_diagram`` measures it. A worked example is in ``boxes``.
- Elsewhere ``satisfiability`` searches for a witness, a case that meets a goal, and
  ``coverage`` measures how many cases meet it.
- ``witnesses`` turns what was found into a case document that a clinician can read.
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
