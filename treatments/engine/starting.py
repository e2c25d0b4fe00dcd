"""Where a case starts: the regions that computed facts leave open."""

from __future__ import annotations

from .case import NEIGHBOUR_MAXIMUM, Case, neighbour_values
from .program import Program


def computed_masks(program: Program, case: Case) -> dict[str, int]:
    """The regions that the worst neighbouring grade can still be in."""
    at = program.index.get(NEIGHBOUR_MAXIMUM)
    if at is None:
        return {}
    variable = program.variables[at]
    mask = 0
    for value in neighbour_values(variable.fact, case):
        mask |= variable.mask_of(value)
    return {NEIGHBOUR_MAXIMUM: mask}
