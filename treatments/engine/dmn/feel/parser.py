"""From text to nodes: expressions and the unary tests of a cell.

Recursive descent with precedence climbing; the depth of brackets is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import DecimalException
from typing import TypeVar

from . import calls, iteration, nodes
from .functions import FUNCTIONS
from .lexer import FeelError, Lexer, Names, unescaped
from .nodes import ConstantNode
from .run import Node
from .temporal import read_any
from .tokens import TokenReader
from .unary_tests import INPUT, FeelTest, FeelTests, InNode
from .values import NUMBERS

_RELATIONS = ("<", "<=", ">", ">=", "=", "!=")
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    (*_RELATIONS, "between", "in", "instance"),
    ("+", "-"),
    ("*", "/"),
    ("**",),
)
_LEVEL_OF = {word: level for level, words in enumerate(_LEVELS) for word in words}
_COMPARING = 2
_ADDING = 3
_BUILT_IN = Names(FUNCTIONS)
_TYPES = Names(("date and time", "days and time duration", "years and months duration"))

Parsed = TypeVar("Parsed")


def parse_expression(
    text: str, names: Names, members: Names, free: set[str] | None = None
) -> Node:
    """An expression over these names; ``members`` are what may follow a dot.

    A name that nobody declares is added to ``free``, where there is one.

    Raises:
        FeelError: the text is no expression, or has a name that nobody declares.
    """
    parser = _FeelParser(text, names, members, free)
    node = parser.whole(lambda parser: parser.expression())
    if parser.asked:
        raise FeelError("has a '?', which is the input of a cell")
    return node


def parse_tests(
    text: str, names: Names, members: Names, free: set[str] | None = None
) -> FeelTests:
    """The unary tests of a cell; an empty cell is ``-``.

    Raises:
        FeelError: as ``parse_expression``.
    """
    if text.strip() in ("", "-"):
        return FeelTests((), anything=True)
    parser = _FeelParser(text, names, members, free)
    return parser.whole(lambda parser: parser.cell())


class _FeelParser(TokenReader):
    """One text being parsed. Each method reads one form, from the current token on.

    ``free`` collects names that nobody declares; if it is None, they are refused.
    """

    def __init__(
        self, text: str, names: Names, members: Names, free: set[str] | None
    ) -> None:
        self.free = free
        self.local = Names()
        self.keys = Names()  # of the contexts in this very text
        known = [self.local, names, _BUILT_IN]
        super().__init__(Lexer(text, known, [self.keys, members]))
        self.names = names
        self.loose = 0  # inside a filter, where an item's members are names too
        self.asked = False  # whether ? was read

    def whole(self, read: Callable[[_FeelParser], Parsed]) -> Parsed:
        self.current = self.lexer.token(0)
        if self.current.sort == "end":
            raise FeelError("is empty")
        found = read(self)
        if self.current.sort != "end":
            raise FeelError(f"has something after its end: {self.current.text!r}")
        return found

    # Cells

    def cell(self) -> FeelTests:
        if self.current.text == "not":
            tests = self._negated()
            if tests is not None:
                return tests
        return FeelTests(self._tests())

    def _negated(self) -> FeelTests | None:
        start, names = self.current, self.lexer.names
        self.advance()
        try:
            self.expect("(")
            tests = self._tests()
            self.expect(")")
            if self.current.sort == "end":
                return FeelTests(tests, negated=True)
        except FeelError:
            pass
        # Then not(…) is the start of an expression; read the cell anew.
        self.current, self.lexer.names = start, names
        self.depth, self.loose, self.asked = 0, 0, False
        self.local.known.clear()
        return None

    def _tests(self) -> tuple[FeelTest, ...]:
        tests = [self._test()]
        while self.take(","):
            tests.append(self._test())
        return tuple(tests)

    def _test(self) -> FeelTest:
        outer, self.asked = self.asked, False
        if self.current.sort == "mark" and self.current.text in _RELATIONS:
            operator = self.next().text
            node = self._binary(_ADDING)
        else:
            operator, node = "", self.expression()
        test = FeelTest(operator, node, uses_input=self.asked)
        self.asked = outer  # a ? in here is the input of this very test
        return test

    # Expressions

    def expression(self) -> Node:
        with self.deeper():
            word = self.current.text if self.current.sort == "word" else ""
            if word == "if":
                return self._conditional()
            if word in ("for", "some", "every"):
                with self._knowing():
                    return self._iteration()
            return self._binary(0)

    def _conditional(self) -> Node:
        self.advance()
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return nodes.IfNode(condition, then, self.expression())

    def _iteration(self) -> Node:
        word = self.next().text
        variables = []
        while True:
            label = self.variable()
            self.expect("in")
            domain = self.expression()
            if self.current.text == "..":
                self.advance()
                domain = iteration.StepsNode(domain, self.expression())
            variables.append((label, domain))
            self.local.add(label)
            if not self.take(","):
                break
        self.expect("return" if word == "for" else "satisfies")
        return iteration.IterationNode(word, tuple(variables), self.expression())

    def _binary(self, level: int) -> Node:
        """Operands joined by operators of this precedence or a higher one."""
        left = self._unary()
        highest = len(_LEVELS)
        while level <= (found := self._level()) < highest:
            if found == _COMPARING:
                highest = _COMPARING  # a comparison is not compared again
                left = self._compared(left)
            else:
                left = self._chain(left, found)
        return left

    def _level(self) -> int:
        """The precedence of the operator here; -1 if here is none."""
        if self.current.sort not in ("mark", "word"):
            return -1
        return _LEVEL_OF.get(self.current.text, -1)

    def _chain(self, left: Node, level: int) -> Node:
        rest = []
        while self._level() == level:
            operator = self.next().text
            rest.append((operator, self._binary(level + 1)))
        if level > _COMPARING:
            return nodes.ArithmeticNode(left, tuple(rest))
        operands = (left, *(operand for _, operand in rest))
        return nodes.LogicNode(_LEVELS[level][0], operands)

    def _compared(self, left: Node) -> Node:
        if self.current.sort == "mark" and self.current.text in _RELATIONS:
            operator = self.next().text
            return nodes.ComparisonNode(operator, left, self._binary(_ADDING))
        if self.take("between"):
            low = self._binary(_ADDING)
            self.expect("and")
            return nodes.BetweenNode(left, low, self._binary(_ADDING))
        if self.take("in"):
            return InNode(left, self._tests_after_in())
        if self.current.text == "instance":
            return self._instance(left)
        return left

    def _tests_after_in(self) -> FeelTests:
        if self.at("("):
            # ``in (1, < 5)`` lists tests, ``in (1..5)`` is an interval.
            self.advance()
            tests = self._tests()
            if len(tests) == 1 and not tests[0].operator and self.take(".."):
                return FeelTests((FeelTest("", self._interval("(", tests[0].operand)),))
            self.expect(")")
            return FeelTests(tests)
        if self.current.sort == "mark" and self.current.text in _RELATIONS:
            return FeelTests((self._test(),))
        return FeelTests((FeelTest("", self._binary(_ADDING)),))

    def _instance(self, left: Node) -> Node:
        self.advance()
        self.expect("of")
        found = _TYPES.longest(self.lexer.text, self.current.start)
        name, end = found or (self.current.text, self.current.end)
        self.current = self.lexer.token(end)
        return nodes.InstanceOfNode(left, name)

    def _unary(self) -> Node:
        if self.current.sort == "mark" and self.current.text == "-":
            with self.deeper():
                self.advance()
                return nodes.NegativeNode(self._unary())
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        names: list[str] = []
        while self.current.sort == "mark" and self.current.text in (".", "[", "("):
            mark = self.current.text
            if mark == ".":
                names.append(self.member())
                continue
            if mark == "[" and self.closes_range():
                break
            if names:
                node, names = nodes.PathNode(node, tuple(names)), []
            with self.deeper():
                node = self._filter(node) if mark == "[" else self._call(node)
        return nodes.PathNode(node, tuple(names)) if names else node

    def _filter(self, node: Node) -> Node:
        self.loose += 1
        outside = self.lexer.names
        self.lexer.names = [*outside, *self.lexer.members]
        self.advance()
        condition = self.expression()
        self.lexer.names = outside
        self.loose -= 1
        self.expect("]")
        return iteration.FilterNode(node, condition)

    def _call(self, node: Node) -> Node:
        self.advance()
        arguments: list[Node] = []
        names: list[str] = []
        while not self.at(")"):
            label = self.label()
            if label is not None:
                names.append(label)
            arguments.append(self.expression())
            if not self.take(","):
                break
        self.expect(")")
        if names and len(set(names)) != len(arguments):
            raise FeelError(
                "mixes arguments with and without names, or names one twice"
            )
        return calls.CallNode(node, tuple(arguments), tuple(names))

    # What stands alone

    def _primary(self) -> Node:
        token = self.next()
        if token.sort == "number":
            return ConstantNode(_number(token.text))
        if token.sort == "text":
            return ConstantNode(unescaped(token.text))
        if token.sort == "word" and token.text in ("true", "false", "null"):
            return ConstantNode({"true": True, "false": False}.get(token.text))
        if token.sort == "name":
            return self._named(token.text)
        if token.sort == "mark":
            return self._bracketed(token.text)
        shown = token.text or "the end"
        raise FeelError(f"has {shown!r} where a value was expected")

    def _named(self, name: str) -> Node:
        known = name in self.names.known or name in self.local.known
        if not known and name in FUNCTIONS:
            return ConstantNode(FUNCTIONS[name])
        if not known and self.free is not None and not self.loose:
            self.free.add(name)
        elif not known and not self.loose:
            raise FeelError(f"has an unknown name: {name!r}")
        return nodes.NameNode(name)

    def _bracketed(self, mark: str) -> Node:
        if mark == "?":
            self.asked = True
            return nodes.NameNode(INPUT)
        if mark == "@":
            return self._temporal()
        if mark == "{":
            with self._knowing():
                return self._context()
        if mark == "[" and self.take("]"):
            return nodes.ListNode(())
        if mark in ("[", "(", "]"):
            return self._enclosed(mark)
        raise FeelError(f"has {mark!r} where a value was expected")

    def _temporal(self) -> Node:
        token = self.next()
        found = read_any(unescaped(token.text)) if token.sort == "text" else None
        if found is None:
            raise FeelError(f"has no date, time or duration after @: {token.text}")
        return ConstantNode(found)

    def _enclosed(self, opening: str) -> Node:
        first = self.expression()
        if self.take(".."):
            return self._interval(opening, first)
        if opening == "(":
            self.expect(")")
            return first
        if opening == "]":
            raise FeelError("has a ']' that opens nothing")
        items = [first]
        while self.take(","):
            items.append(self.expression())
        self.expect("]")
        return nodes.ListNode(tuple(items))

    def _interval(self, opening: str, low: Node) -> Node:
        high = self._binary(_ADDING)
        closing = self.next()
        if closing.sort != "mark" or closing.text not in ("]", ")", "["):
            raise FeelError("has an interval without its closing bracket")
        return nodes.IntervalNode(low, high, opening == "[", closing.text == "]")

    def _context(self) -> Node:
        entries: list[tuple[str, Node]] = []
        while not self.at("}"):
            label = self.label()
            if label is None or label in {name for name, _ in entries}:
                raise FeelError("has a context entry without a name of its own")
            entries.append((label, self.expression()))
            self.local.add(label)
            self.keys.add(label)
            if not self.take(","):
                break
        self.expect("}")
        return nodes.ContextNode(tuple(entries))

    @contextmanager
    def _knowing(self) -> Iterator[None]:
        """Names that are added inside are unknown again after."""
        before = set(self.local.known)
        yield
        self.local.known = before


def _number(text: str) -> object:
    try:
        return NUMBERS.create_decimal(text)
    except DecimalException:
        raise FeelError(f"has a number out of range: {text}") from None
