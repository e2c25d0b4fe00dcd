"""FEEL's own functions by name: all that are declared."""

from __future__ import annotations

from . import list_functions, scalar_functions, temporal_functions
from .declaring import FUNCTIONS

__all__ = ["FUNCTIONS", "list_functions", "scalar_functions", "temporal_functions"]
