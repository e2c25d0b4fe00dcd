"""The outcome of one case and no more: for the many that a batch leaves open."""

from __future__ import annotations

from .advice import Outcome
from .case import CaseReader
from .presumptions import presumed_values
from .program import program_of
from .ruleset import Ruleset
from .settling import Settled
from .starting import computed_masks


def settled_outcome(document: object, ruleset: Ruleset) -> Outcome:
    """What ``evaluate`` says of a case without conflicting rules, several times sooner.

    A batch tells the cases with a conflict by itself: they are never open.

    Raises:
        ValueError: the document has errors.
    """
    case = CaseReader(ruleset).read(document)
    if case is None:
        raise ValueError("not a case document")
    program = program_of(ruleset)
    known = {**presumed_values(ruleset, case.known), **case.known}
    base = tuple(program.masks(known, computed_masks(program, case)))
    return Settled(program, case, base).outcome
