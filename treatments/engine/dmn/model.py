"""A decision model as it was read: decisions, what they require, their logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..ruleset.errors import Problem
from .feel.run import Node
from .itemtypes import ItemType, Types


@dataclass(frozen=True, slots=True)
class InputData:
    """Something the asker gives."""

    name: str
    of: ItemType


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function of its parameters."""

    name: str
    parameters: tuple[tuple[str, ItemType], ...]
    body: Node | None
    knowledge: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DmnDecision:
    """A decision: its logic, and the names of what that may use.

    A decision without logic takes its value from the asker, as an input does.
    ``problems`` are why it cannot be evaluated, though the model could be read.
    """

    name: str
    logic: Node | None
    of: ItemType
    inputs: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A DMN model; ``order`` has every decision after those it requires."""

    name: str
    version: str
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, DmnDecision]
    knowledge: Mapping[str, Knowledge]
    types: Types
    order: tuple[str, ...]
    knowledge_order: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
