"""From the elements of a decision's logic to nodes that can be asked for a value.

What cannot be read is noted as a problem, with its line, and stands as null: the
decision it belongs to is then never evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from ..ruleset.errors import Code, Problem, shown
from .boxed import BoxedContext, Invocation, Relation, Typed
from .errors import DmnError
from .feel.lexer import FeelError, Names, normal
from .feel.nodes import ConstantNode, ListNode
from .feel.parser import parse_expression, parse_tests
from .feel.run import Node
from .feel.unary_tests import FeelTests
from .itemtypes import BUILT_IN, ItemType, Types
from .markup import Element
from .model import InputData
from .table import (
    AGGREGATIONS,
    HIT_POLICIES,
    DmnRule,
    DmnTable,
    InputClause,
    OutputClause,
)

MAX_EXPRESSIONS = 1_500_000  # characters of all expressions of a model together
MAX_NAME = 300
MAX_PROBLEMS = 100  # told of one decision

_EXPRESSIONS = (
    *("literalExpression", "decisionTable", "context", "invocation", "list"),
    *("relation", "functionDefinition", "conditional", "filter", "for"),
    *("some", "every"),
)
_NOTHING = ConstantNode(None)
_ANY = ItemType("Any")
_SIMPLE = {name: ItemType(name, kind=kind) for name, kind in BUILT_IN.items()}
_RANKED = ("PRIORITY", "OUTPUT ORDER")

Parsed = TypeVar("Parsed")


def own_name(element: Element) -> str:
    """The name an element gives itself.

    Raises:
        DmnError: the name is longer than is allowed.
    """
    name = normal(element.get("name"))
    if len(name) > MAX_NAME:
        message = f"a name is longer than {MAX_NAME} characters"
        at = (f"line {element.line}",)
        raise DmnError([Problem(Code.TOO_LARGE, at, message, shown(name))])
    return name


def text_of(element: Element | None) -> str:
    """The expression written in an element's ``text``."""
    found = element.first("text") if element is not None else None
    return found.text if found is not None else ""


@dataclass(slots=True)
class LogicReader:
    """Reads the logic of one decision after the other; ``owner`` says which.

    ``members`` are the names that may follow a dot anywhere in the model.
    """

    types: Types
    members: Names
    language: str = ""
    owner: str = ""
    problems: list[Problem] = field(default_factory=list)
    read: int = 0
    result: ItemType = field(default_factory=lambda: _ANY)
    free: set[str] | None = None
    asked: dict[str, ItemType] = field(default_factory=dict)

    def start(self, owner: str, *, free: bool = False) -> None:
        """Begin with another owner; ``free``, names need not be declared."""
        self.owner, self.problems = owner, []
        self.free = set() if free else None

    def undeclared(self) -> list[InputData]:
        """What the logic of this owner asks for, though nothing declares it."""
        return [
            InputData(name, self.asked.get(name, _ANY))
            for name in sorted(self.free or ())
        ]

    def note(self, element: Element, message: str, value: str = "") -> None:
        """Note a problem of the owner, at the line of an element."""
        if len(self.problems) >= MAX_PROBLEMS:
            return
        at = (f"line {element.line}: {self.owner}",)
        told = shown(value) if value else ""
        self.problems.append(Problem(Code.UNSUPPORTED, at, message, told))

    # Types

    def type_named(self, reference: str, element: Element) -> ItemType:
        """The type a ``typeRef`` means; any, with a problem, where there is none."""
        name = normal(reference)
        if name in self.types.defined:
            return self.types.defined[name]
        short = name.rpartition(":")[2]
        if short in _SIMPLE:
            return _SIMPLE[short]
        if short in self.types.defined:
            return self.types.defined[short]
        if name:
            self.note(element, "is no type of this model", name)
        return _ANY

    # Expressions

    def expression(self, text: str, element: Element, names: Names) -> Node:
        """The expression of a text; null, with a problem, where it cannot be read."""
        parsed = self._parsed(parse_expression, "the expression", text, element, names)
        return _NOTHING if parsed is None else parsed

    def tests(self, element: Element | None, names: Names) -> FeelTests | None:
        """The unary tests in an element, if it is there and has any."""
        text = text_of(element)
        if element is None or not text.strip():
            return None
        return self._parsed(parse_tests, "the cell", text, element, names)

    def _parsed(
        self,
        parse: Callable[[str, Names, Names, set[str] | None], Parsed],
        what: str,
        text: str,
        element: Element,
        names: Names,
    ) -> Parsed | None:
        """What a text stands for; None, with a problem, where it cannot be read."""
        self._count(text, element)
        if not self._is_feel(element):
            return None
        try:
            return parse(text, names, self.members, self.free)
        except FeelError as error:
            self.note(element, f"{what} {error}", text.strip())
            return None

    def _count(self, text: str, element: Element) -> None:
        self.read += len(text)
        if self.read > MAX_EXPRESSIONS:
            message = f"the expressions have more than {MAX_EXPRESSIONS:,} characters"
            at = (f"line {element.line}",)
            raise DmnError([Problem(Code.TOO_LARGE, at, message)])

    def _is_feel(self, element: Element) -> bool:
        language = element.get("expressionLanguage") or self.language
        known = not language or "feel" in language.lower()
        if not known:
            self.note(element, "is an expression language other than FEEL", language)
        return known

    # Boxed expressions

    def logic(self, holder: Element, names: Names) -> Node | None:
        """The expression that an element holds; None if it holds none."""
        element = holder.first(*_EXPRESSIONS)
        return None if element is None else self._boxed(element, names)

    def decided(self, holder: Element, names: Names, of: ItemType) -> Node | None:
        """The logic of a decision whose result is of a type."""
        self.result = of
        return self.logic(holder, names)

    def _boxed(self, element: Element, names: Names) -> Node:
        if element.name == "decisionTable":
            return self._table(element, names)
        self.result = _ANY
        if element.name == "literalExpression":
            return self._literal(element, names)
        if element.name == "context":
            return self._context(element, names)
        if element.name == "invocation":
            return self._invocation(element, names)
        if element.name == "list":
            return ListNode(tuple(self._boxed_in(element, names)))
        if element.name == "relation":
            return self._relation(element, names)
        self.note(element, "is no expression that is read here", element.name)
        return _NOTHING

    def _literal(self, element: Element, names: Names) -> Node:
        node = self.expression(text_of(element), element, names)
        if not element.get("typeRef"):
            return node
        of = self.type_named(element.get("typeRef"), element)
        return Typed(self.owner, node, of, self.types)

    def _boxed_in(self, element: Element, names: Names) -> Iterator[Node]:
        for child in element.all(*_EXPRESSIONS):
            yield self._boxed(child, names)

    def _context(self, element: Element, names: Names) -> Node:
        inner = Names(names.known)
        entries: list[tuple[str, Node]] = []
        result = None
        for entry in element.all("contextEntry"):
            variable = entry.first("variable")
            node = self.logic(entry, inner)
            if node is None:
                self.note(entry, "a context entry is empty")
                node = _NOTHING
            if variable is None:
                result = node
                continue
            name = own_name(variable)
            of = self.type_named(variable.get("typeRef"), variable)
            where = f"{self.owner}: {name!r}"
            entries.append((name, Typed(where, node, of, self.types)))
            inner.add(name)
        return BoxedContext(tuple(entries), result)

    def _invocation(self, element: Element, names: Names) -> Node:
        bindings = []
        for binding in element.all("binding"):
            parameter = binding.first("parameter")
            node = self.logic(binding, names)
            if parameter is None or node is None:
                self.note(binding, "a binding has no parameter or no expression")
                continue
            bindings.append((own_name(parameter), node))
        return Invocation(self.logic(element, names) or _NOTHING, tuple(bindings))

    def _relation(self, element: Element, names: Names) -> Node:
        columns = tuple(own_name(column) for column in element.all("column"))
        rows = []
        for row in element.all("row"):
            cells = tuple(self._boxed_in(row, names))
            if len(cells) == len(columns):
                rows.append(cells)
            else:
                self.note(row, f"a row has {len(cells)} cells, not {len(columns)}")
        return Relation(columns, tuple(rows))

    # Decision tables

    def _table(self, element: Element, names: Names) -> Node:
        policy = element.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES:
            self.note(element, "is no hit policy", policy)
        inputs = tuple(self._input(clause, names) for clause in element.all("input"))
        outputs = self._outputs(element, names, ranked=policy in _RANKED)
        table = DmnTable(
            f"line {element.line}: {self.owner}",
            policy,
            self._aggregation(element, policy, len(outputs)),
            inputs,
            outputs,
            tuple(self._rules(element, inputs, outputs, names)),
            self.types,
        )
        if not table.outputs:
            self.note(element, "the table has no output")
        return table

    def _aggregation(self, element: Element, policy: str, outputs: int) -> str:
        aggregation = element.get("aggregation")
        if not aggregation:
            return ""
        if aggregation not in AGGREGATIONS:
            self.note(element, "is no aggregation", aggregation)
        elif policy != "COLLECT":
            self.note(element, f"an aggregation does not go with {policy}", aggregation)
        elif outputs > 1:
            self.note(element, "an aggregation is defined for one output", aggregation)
        return aggregation

    def _input(self, clause: Element, names: Names) -> InputClause:
        asked = clause.first("inputExpression")
        if asked is None:
            self.note(clause, "an input has no expression")
            asked = clause
        text = text_of(asked)
        of = self.type_named(asked.get("typeRef"), asked)
        self.asked.setdefault(normal(text), of)
        return InputClause(
            normal(clause.get("label") or text),
            self.expression(text, asked, names),
            of,
            self.tests(clause.first("inputValues"), names),
        )

    def _outputs(
        self, element: Element, names: Names, *, ranked: bool
    ) -> tuple[OutputClause, ...]:
        clauses = list(element.all("output"))
        outputs = tuple(self._output(one, names, ranked=ranked) for one in clauses)
        labels = [clause.name for clause in outputs]
        if len(outputs) > 1 and (len(set(labels)) < len(labels) or "" in labels):
            self.note(element, "several outputs need a name each")
        if ranked and all(clause.allowed is None for clause in outputs):
            self.note(element, "no output lists its values, so none has priority")
        return outputs

    def _output(self, clause: Element, names: Names, *, ranked: bool) -> OutputClause:
        of = self.type_named(clause.get("typeRef"), clause)
        name = own_name(clause) or normal(clause.get("label"))
        listed = self.tests(clause.first("outputValues"), names)
        if listed is None and ranked:
            listed = self.types.allowed(of) or self.types.allowed(
                self.types.component(self.result, name)
            )
        default = clause.first("defaultOutputEntry")
        return OutputClause(
            name,
            of,
            listed,
            None if default is None else self._entry(default, names),
        )

    def _entry(self, element: Element, names: Names) -> Node:
        text = text_of(element)
        return self.expression(text, element, names) if text.strip() else _NOTHING

    def _rules(
        self,
        element: Element,
        inputs: tuple[InputClause, ...],
        outputs: tuple[OutputClause, ...],
        names: Names,
    ) -> Iterator[DmnRule]:
        owner = self.owner
        cells: dict[str, FeelTests] = {}
        for number, rule in enumerate(element.all("rule"), 1):
            conditions = list(rule.all("inputEntry"))
            conclusions = list(rule.all("outputEntry"))
            self.owner = f"{owner}: rule {number}"
            if (len(conditions), len(conclusions)) != (len(inputs), len(outputs)):
                self.note(rule, "the rule has more or fewer cells than the table")
                continue
            yield DmnRule(
                number,
                tuple(self._cell(entry, names, cells) for entry in conditions),
                tuple(self._entry(entry, names) for entry in conclusions),
            )
        self.owner = owner

    def _cell(
        self, entry: Element, names: Names, known: dict[str, FeelTests]
    ) -> FeelTests:
        text = text_of(entry)
        if text not in known or entry.get("expressionLanguage"):
            known[text] = self.tests(entry, names) or FeelTests((), anything=True)
        return known[text]
