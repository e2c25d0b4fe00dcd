"""A DMN file read into a model: bounded, checked, its decisions put in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from ..ruleset.errors import Code, Problem, shown
from .errors import DmnError
from .feel.lexer import Names
from .itemtypes import BUILT_IN, ItemType, Types
from .logic import LogicReader, own_name
from .markup import MAX_BYTES, Element, read_markup, refused
from .model import DmnDecision, InputData, Knowledge, Model

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
_REQUIREMENTS = ("informationRequirement", "knowledgeRequirement")
_NAMED = ("inputData", "decision", "businessKnowledgeModel")


def load_dmn(source: str | Path | bytes) -> Model:
    """Read a model of DMN 1.1 to 1.5, from a path or from the bytes of a file.

    The file is refused as a whole if it is no DMN, is too large or too deep, has a
    document type, or if names, types or requirements do not hold together. A single
    decision whose logic cannot be read is kept, with its ``problems``; asking for it
    raises them. Nothing but the given file is ever opened.

    Raises:
        DmnError: the file was refused; every problem with its line.
        OSError: there is no file at the path.
    """
    if isinstance(source, bytes):
        return _ModelReader(read_markup(source)).model()
    with Path(source).open("rb") as file:
        return _ModelReader(read_markup(file.read(MAX_BYTES + 1))).model()


class _ModelReader:
    """Reads one file: names and types first, then decisions, then their order."""

    def __init__(self, root: Element) -> None:
        self.version = NAMESPACES.get(root.namespace, "")
        if root.name != "definitions" or not self.version:
            found = f"{root.name} of {root.namespace or 'no namespace'}"
            message = "the file is no DMN 1.1 to 1.5 model; its root is"
            raise refused(Code.UNSUPPORTED, root.line, f"{message} {shown(found, 120)}")
        self.root = root
        self.problems: list[Problem] = []
        self.names: set[str] = set()
        self.free = False
        self.elements = self._by_id()

    def model(self) -> Model:
        # Types may refer to each other; their allowed values are read last.
        types = Types(_TypeReader(self.root, self.problems).types())
        self._check()
        logic = LogicReader(types, self._members(), self._language())
        _read_allowed_values(self.root, types, logic)
        self.problems += logic.problems
        inputs = {}
        # Many tools write tables alone; what these ask for is then what they name.
        self.free = self.root.first("inputData") is None
        for element in self.root.all("inputData"):
            logic.start(f"input {own_name(element)!r}")
            inputs[own_name(element)] = InputData(
                own_name(element), self._type_of(element, logic)
            )
            self.problems += logic.problems
        decisions = {}
        for element in self.root.all("decision"):
            decision = self._decision(element, logic)
            decisions[decision.name] = decision
            for undeclared in logic.undeclared():
                inputs.setdefault(undeclared.name, undeclared)
        knowledge = {
            own_name(element): self._knowledge(element, logic)
            for element in self.root.all("businessKnowledgeModel")
        }
        self._check()
        return Model(
            own_name(self.root),
            self.version,
            inputs,
            decisions,
            knowledge,
            types,
            self._order({one.name: one.decisions for one in decisions.values()}),
            self._order({one.name: one.knowledge for one in knowledge.values()}),
            tuple(
                [problem for one in decisions.values() for problem in one.problems]
                + [problem for one in knowledge.values() for problem in one.problems]
            ),
        )

    def _check(self) -> None:
        if self.problems:
            raise DmnError(self.problems)

    def _refuse(self, element: Element, message: str, value: str = "") -> None:
        value_text = shown(value) if value else ""
        at = (f"line {element.line}",)
        self.problems.append(Problem(Code.NOT_ALLOWED, at, message, value_text))

    def _by_id(self) -> dict[str, Element]:
        found: dict[str, Element] = {}
        names = self.names
        for element in self.root.all(*_NAMED):
            name, identifier = own_name(element), element.get("id")
            if not name:
                self._refuse(element, f"a {element.name} has no name")
            elif name in names:
                self._refuse(element, "is the name of two things", name)
            if identifier in found:
                self._refuse(element, "is the id of two things", identifier)
            names.add(name)
            if identifier:
                found[identifier] = element
        return found

    def _language(self) -> str:
        return self.root.get("expressionLanguage")

    def _members(self) -> Names:
        """What may follow a dot: components, outputs, columns, context entries."""
        wanted = ("itemComponent", "output", "column", "variable")
        members = Names()
        for element in _inside(self.root):
            if element.name in wanted and (name := own_name(element)):
                members.add(name)
        return members

    def _type_of(self, element: Element, logic: LogicReader) -> ItemType:
        variable = element.first("variable")
        holder = element if variable is None else variable
        return logic.type_named(holder.get("typeRef"), holder)

    def _decision(self, element: Element, logic: LogicReader) -> DmnDecision:
        name = own_name(element)
        logic.start(f"decision {name!r}", free=self.free)
        inputs = self._required(element, "requiredInput", "inputData", logic)
        decisions = self._required(element, "requiredDecision", "decision", logic)
        knowledge = self._knowledge_of(element, logic)
        scope = Names((*inputs, *decisions, *knowledge))
        of = self._type_of(element, logic)
        body = logic.decided(element, scope, of)
        undeclared = tuple(one.name for one in logic.undeclared())
        for other in self.names.intersection(undeclared):
            logic.note(element, "is used but not required", other)
        return DmnDecision(
            name,
            body,
            of,
            (*inputs, *undeclared),
            decisions,
            knowledge,
            tuple(logic.problems),
        )

    def _knowledge(self, element: Element, logic: LogicReader) -> Knowledge:
        name = own_name(element)
        logic.start(f"knowledge {name!r}")
        required = self._knowledge_of(element, logic)
        encapsulated = element.first("encapsulatedLogic")
        parameters: list[tuple[str, ItemType]] = []
        body = None
        if encapsulated is not None:
            for one in encapsulated.all("formalParameter"):
                of = logic.type_named(one.get("typeRef"), one)
                parameters.append((own_name(one), of))
            scope = Names((*required, *(parameter for parameter, _ in parameters)))
            body = logic.logic(encapsulated, scope)
            if encapsulated.get("kind", "FEEL") != "FEEL":
                logic.note(encapsulated, "is code, which is not run here")
        return Knowledge(name, tuple(parameters), body, required, tuple(logic.problems))

    def _knowledge_of(self, element: Element, logic: LogicReader) -> tuple[str, ...]:
        return self._required(
            element, "requiredKnowledge", "businessKnowledgeModel", logic
        )

    def _required(
        self, element: Element, reference: str, sort: str, logic: LogicReader
    ) -> tuple[str, ...]:
        """The names of what an element requires; what is not here is a problem."""
        names = []
        for requirement in element.all(
            "informationRequirement", "knowledgeRequirement"
        ):
            for link in requirement.all(reference):
                target = self._target(link.get("href"))
                if target is None or target.name != sort:
                    logic.note(link, f"is no {sort} of this model", link.get("href"))
                else:
                    names.append(own_name(target))
        return tuple(names)

    def _target(self, href: str) -> Element | None:
        namespace, _, identifier = href.rpartition("#")
        if namespace not in ("", self.root.get("namespace")):
            return None
        return self.elements.get(identifier)

    def _order(self, required: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
        try:
            return tuple(TopologicalSorter(required).static_order())
        except CycleError as error:
            circle = " → ".join(repr(name) for name in error.args[1][:10])
            message = f"these require each other in a circle: {circle}"
            problem = Problem(Code.CIRCULAR, ("requirements",), message)
            raise DmnError([problem]) from None


class _TypeReader:
    """The item definitions of a model, without their allowed values."""

    def __init__(self, root: Element, problems: list[Problem]) -> None:
        self.definitions = list(root.all("itemDefinition"))
        self.names = {own_name(element) for element in self.definitions}
        self.problems = problems

    def types(self) -> dict[str, ItemType]:
        """The types by name. Problems are added to the list that was given."""
        if len(self.names) < len(self.definitions):
            message = "two item definitions have one name"
            at = ("item definitions",)
            self.problems.append(Problem(Code.NOT_UNIQUE, at, message))
        types = {own_name(one): self._type(one) for one in self.definitions}
        self._refuse_circles(types)
        return types

    def _type(self, element: Element) -> ItemType:
        of = ItemType(
            own_name(element), collection=element.get("isCollection") == "true"
        )
        components = list(element.all("itemComponent"))
        if components:
            of.components = {own_name(one): self._type(one) for one in components}
        reference = element.first("typeRef")
        if reference is None:
            return of
        name = " ".join(reference.text.split())
        short = name.rpartition(":")[2]
        if name in self.names or short in self.names:
            of.base = name if name in self.names else short
        elif short in BUILT_IN:
            of.kind = BUILT_IN[short]
        else:
            at = (f"line {reference.line}: type {of.name!r}",)
            message = "is no type of this model"
            self.problems.append(Problem(Code.UNKNOWN_NAME, at, message, shown(name)))
        return of

    def _refuse_circles(self, types: dict[str, ItemType]) -> None:
        """A type may have components of itself, but not be made of itself."""
        bases = {name: (of.base,) for name, of in types.items() if of.base}
        try:
            TopologicalSorter(bases).prepare()
        except CycleError as error:
            circle = " → ".join(repr(name) for name in error.args[1][:10])
            message = f"these types are defined by each other: {circle}"
            self.problems.append(Problem(Code.CIRCULAR, ("item definitions",), message))


def _read_allowed_values(root: Element, types: Types, logic: LogicReader) -> None:
    pairs = [(one, types.defined[own_name(one)]) for one in root.all("itemDefinition")]
    while pairs:
        element, of = pairs.pop()
        logic.owner = f"type {of.name!r}"
        of.allowed = logic.tests(element.first("allowedValues"), Names())
        of.constraint = logic.tests(element.first("typeConstraint"), Names())
        pairs += [
            (one, of.components[own_name(one)]) for one in element.all("itemComponent")
        ]


def _inside(root: Element) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += element.children
