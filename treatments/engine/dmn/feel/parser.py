"""From text to nodes: expressions and the unary tests of a cell.

Recursive descent with precedence climbing; the depth of brackets is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import DecimalException
from typing import TypeVar

from . import nodes
from .functions import FUNCTIONS
from .lexer import FeelError, Lexer, Names, Token, normal, unescaped
from .nodes import INPUT, Constant, Test, Tests
from .run import Node
from .temporal import read_any
from .values import NUMBERS

MAX_DEPTH = 40

_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    (),
    ("+", "-"),
    ("*", "/"),
    ("**",),
)
_COMPARING = 2
_ADDING = 3
_RELATIONS = ("<", "<=", ">", ">=", "=", "!=")
_LABEL = re.compile(r'\s*(?:"([^"\\]*)"|([^\W\d][^:,()\[\]{}"<>=@]*?))\s*:')
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
    parser = _Parser(text, names, members, free)
    node = parser.whole(lambda parser: parser.expression())
    if parser.asked:
        raise FeelError("has a '?', which is the input of a cell")
    return node


def parse_tests(
    text: str, names: Names, members: Names, free: set[str] | None = None
) -> Tests:
    """The unary tests of a cell; an empty cell is ``-``.

    Raises:
        FeelError: as ``parse_expression``.
    """
    if text.strip() in ("", "-"):
        return Tests((), anything=True)
    parser = _Parser(text, names, members, free)
    return parser.whole(lambda parser: parser.cell())


class _Parser:
    def __init__(
        self, text: str, names: Names, members: Names, free: set[str] | None
    ) -> None:
        self.free = free
        self.local = Names()
        self.keys = Names()  # of the contexts in this very text
        self.lexer = Lexer(text, [self.local, names, _BUILT_IN], [self.keys, members])
        self.names = names
        self.depth = 0
        self.loose = 0  # inside a filter, where an item's members are names too
        self.asked = False  # whether ? was read
        self.current = Token("end", "", 0, 0)

    def whole(self, read: Callable[[_Parser], Parsed]) -> Parsed:
        self.current = self.lexer.token(0)
        if self.current.sort == "end":
            raise FeelError("is empty")
        found = read(self)
        if self.current.sort != "end":
            raise FeelError(f"has something after its end: {self.current.text!r}")
        return found

    # Cells

    def cell(self) -> Tests:
        if self.current.text == "not":
            tests = self._negated()
            if tests is not None:
                return tests
        return Tests(self._tests())

    def _negated(self) -> Tests | None:
        start, names = self.current, self.lexer.names
        self._advance()
        try:
            self._expect("(")
            tests = self._tests()
            self._expect(")")
            if self.current.sort == "end":
                return Tests(tests, negated=True)
        except FeelError:
            pass
        # Then not(…) is the start of an expression; read the cell anew.
        self.current, self.lexer.names = start, names
        self.depth, self.loose, self.asked = 0, 0, False
        self.local.known.clear()
        return None

    def _tests(self) -> tuple[Test, ...]:
        tests = [self._test()]
        while self._take(","):
            tests.append(self._test())
        return tuple(tests)

    def _test(self) -> Test:
        outer, self.asked = self.asked, False
        if self.current.sort == "mark" and self.current.text in _RELATIONS:
            operator = self._next().text
            node = self._binary(_ADDING)
        else:
            operator, node = "", self.expression()
        test = Test(operator, node, uses_input=self.asked)
        self.asked = outer  # a ? in here is the input of this very test
        return test

    # Expressions

    def expression(self) -> Node:
        with self._deeper():
            word = self.current.text if self.current.sort == "word" else ""
            if word == "if":
                return self._conditional()
            if word in ("for", "some", "every"):
                with self._knowing():
                    return self._iteration()
            return self._binary(0)

    def _conditional(self) -> Node:
        self._advance()
        condition = self.expression()
        self._expect("then")
        then = self.expression()
        self._expect("else")
        return nodes.If(condition, then, self.expression())

    def _iteration(self) -> Node:
        word = self._next().text
        variables = []
        while True:
            label = self._label_before("in")
            self._expect("in")
            domain = self.expression()
            if self.current.text == "..":
                self._advance()
                domain = nodes.Steps(domain, self.expression())
            variables.append((label, domain))
            self.local.add(label)
            if not self._take(","):
                break
        self._expect("return" if word == "for" else "satisfies")
        return nodes.Iteration(word, tuple(variables), self.expression())

    def _label_before(self, word: str) -> str:
        found = re.compile(rf"\s*([^\W\d][\w ]*?)\s+{word}\b").match(
            self.lexer.text, self.current.start
        )
        if not found:
            raise FeelError(f"has no name before {word!r}")
        self.current = self.lexer.token(found.end(1))
        return normal(found[1])

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        if level == _COMPARING:
            return self._compared(left)
        rest = []
        while self.current.sort in ("mark", "word") and (
            self.current.text in _LEVELS[level]
        ):
            operator = self._next().text
            rest.append((operator, self._binary(level + 1)))
        if not rest:
            return left
        if level < _COMPARING:
            operands = (left, *(operand for _, operand in rest))
            return nodes.Logic(_LEVELS[level][0], operands)
        return nodes.Arithmetic(left, tuple(rest))

    def _compared(self, left: Node) -> Node:
        if self.current.sort == "mark" and self.current.text in _RELATIONS:
            operator = self._next().text
            return nodes.Comparison(operator, left, self._binary(_ADDING))
        if self._take("between"):
            low = self._binary(_ADDING)
            self._expect("and")
            return nodes.Between(left, low, self._binary(_ADDING))
        if self._take("in"):
            return nodes.In(left, self._tests_after_in())
        if self.current.text == "instance":
            return self._instance(left)
        return left

    def _tests_after_in(self) -> Tests:
        if self._at("("):
            # ``in (1, < 5)`` lists tests, ``in (1..5)`` is an interval.
            self._advance()
            tests = self._tests()
            if len(tests) == 1 and not tests[0].operator and self._take(".."):
                return Tests((Test("", self._interval("(", tests[0].operand)),))
            self._expect(")")
            return Tests(tests)
        if self.current.sort == "mark" and self.current.text in _RELATIONS:
            return Tests((self._test(),))
        return Tests((Test("", self._binary(_ADDING)),))

    def _instance(self, left: Node) -> Node:
        self._advance()
        self._expect("of")
        found = _TYPES.longest(self.lexer.text, self.current.start)
        name, end = found or (self.current.text, self.current.end)
        self.current = self.lexer.token(end)
        return nodes.InstanceOf(left, name)

    def _unary(self) -> Node:
        if self.current.sort == "mark" and self.current.text == "-":
            with self._deeper():
                self._advance()
                return nodes.Negative(self._unary())
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        names: list[str] = []
        while self.current.sort == "mark" and self.current.text in (".", "[", "("):
            mark = self.current.text
            if mark == ".":
                names.append(self._member())
                continue
            if mark == "[" and self._closes_range():
                break
            if names:
                node, names = nodes.Path(node, tuple(names)), []
            with self._deeper():
                node = self._filter(node) if mark == "[" else self._call(node)
        return nodes.Path(node, tuple(names)) if names else node

    def _member(self) -> str:
        token = self.lexer.token(self.current.end, member=True)
        if token.sort != "name":
            raise FeelError(f"has no name after the dot but {token.text!r}")
        self.current = self.lexer.token(token.end)
        return token.text

    def _closes_range(self) -> bool:
        """Whether this ``[`` ends an interval such as ``]1..3[``."""
        after = self.lexer.token(self.current.end)
        return after.sort == "end" or after.text in (",", ")", "]", "and", "or")

    def _filter(self, node: Node) -> Node:
        self.loose += 1
        outside = self.lexer.names
        self.lexer.names = [*outside, *self.lexer.members]
        self._advance()
        condition = self.expression()
        self.lexer.names = outside
        self.loose -= 1
        self._expect("]")
        return nodes.Filter(node, condition)

    def _call(self, node: Node) -> Node:
        self._advance()
        arguments: list[Node] = []
        names: list[str] = []
        while not self._at(")"):
            label = self._label()
            if label is not None:
                names.append(label)
            arguments.append(self.expression())
            if not self._take(","):
                break
        self._expect(")")
        if names and len(set(names)) != len(arguments):
            raise FeelError(
                "mixes arguments with and without names, or names one twice"
            )
        return nodes.Call(node, tuple(arguments), tuple(names))

    def _label(self) -> str | None:
        found = _LABEL.match(self.lexer.text, self.current.start)
        if found is None or self.current.sort == "end":
            return None
        self.current = self.lexer.token(found.end())
        return found[1] if found[1] is not None else normal(found[2])

    # What stands alone

    def _primary(self) -> Node:
        token = self._next()
        if token.sort == "number":
            return Constant(_number(token.text))
        if token.sort == "text":
            return Constant(unescaped(token.text))
        if token.sort == "word" and token.text in ("true", "false", "null"):
            return Constant({"true": True, "false": False}.get(token.text))
        if token.sort == "name":
            return self._named(token.text)
        if token.sort == "mark":
            return self._bracketed(token.text)
        shown = token.text or "the end"
        raise FeelError(f"has {shown!r} where a value was expected")

    def _named(self, name: str) -> Node:
        known = name in self.names.known or name in self.local.known
        if not known and name in FUNCTIONS:
            return Constant(FUNCTIONS[name])
        if not known and self.free is not None and not self.loose:
            self.free.add(name)
        elif not known and not self.loose:
            raise FeelError(f"has an unknown name: {name!r}")
        return nodes.Name(name)

    def _bracketed(self, mark: str) -> Node:
        if mark == "?":
            self.asked = True
            return nodes.Name(INPUT)
        if mark == "@":
            return self._temporal()
        if mark == "{":
            with self._knowing():
                return self._context()
        if mark == "[" and self._take("]"):
            return nodes.ListOf(())
        if mark in ("[", "(", "]"):
            return self._enclosed(mark)
        raise FeelError(f"has {mark!r} where a value was expected")

    def _temporal(self) -> Node:
        token = self._next()
        found = read_any(unescaped(token.text)) if token.sort == "text" else None
        if found is None:
            raise FeelError(f"has no date, time or duration after @: {token.text}")
        return Constant(found)

    def _enclosed(self, opening: str) -> Node:
        first = self.expression()
        if self._take(".."):
            return self._interval(opening, first)
        if opening == "(":
            self._expect(")")
            return first
        if opening == "]":
            raise FeelError("has a ']' that opens nothing")
        items = [first]
        while self._take(","):
            items.append(self.expression())
        self._expect("]")
        return nodes.ListOf(tuple(items))

    def _interval(self, opening: str, low: Node) -> Node:
        high = self._binary(_ADDING)
        closing = self._next()
        if closing.sort != "mark" or closing.text not in ("]", ")", "["):
            raise FeelError("has an interval without its closing bracket")
        return nodes.Interval(low, high, opening == "[", closing.text == "]")

    def _context(self) -> Node:
        entries: list[tuple[str, Node]] = []
        while not self._at("}"):
            label = self._label()
            if label is None or label in {name for name, _ in entries}:
                raise FeelError("has a context entry without a name of its own")
            entries.append((label, self.expression()))
            self.local.add(label)
            self.keys.add(label)
            if not self._take(","):
                break
        self._expect("}")
        return nodes.ContextOf(tuple(entries))

    # Tokens

    def _advance(self) -> None:
        self.current = self.lexer.token(self.current.end)

    def _next(self) -> Token:
        token = self.current
        self._advance()
        return token

    def _at(self, text: str) -> bool:
        return self.current.sort in ("mark", "word") and self.current.text == text

    def _take(self, text: str) -> bool:
        taken = self._at(text)
        if taken:
            self._advance()
        return taken

    def _expect(self, text: str) -> None:
        if not self._take(text):
            found = self.current.text or "the end"
            raise FeelError(f"has {found!r} where {text!r} was expected")

    @contextmanager
    def _knowing(self) -> Iterator[None]:
        """Names that are added inside are unknown again after."""
        before = set(self.local.known)
        yield
        self.local.known = before

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelError(f"is nested more than {MAX_DEPTH} deep")
        yield
        self.depth -= 1


def _number(text: str) -> object:
    try:
        return NUMBERS.create_decimal(text)
    except DecimalException:
        raise FeelError(f"has a number out of range: {text}") from None
