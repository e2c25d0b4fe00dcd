"""The case document: checked as a whole, then read into what it says of each fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from .ruleset.answers import Answer, AnswerError, AnswerSet, read_answer
from .ruleset.errors import Code, Place, Problem, shown
from .ruleset.model import Ruleset
from .ruleset.presumptions import (
    IMAGE_ANSWERS,
    IMAGE_READ,
    IMAGE_STATUS,
    computed_values,
)
from .ruleset.unary_tests import Value
from .ruleset.vocabulary import Fact

#: The contracts that a case document may be of; an evaluation answers in the same.
CONTRACT = 1
CONTRACTS = (1, 2)
NEIGHBOUR_GRADE = "pfirrmann_grade"
NEIGHBOUR_MAXIMUM = "neighbour_pfirrmann_max"
HERNIATION_TYPE = "herniation_type"
_KEYS = (
    "contract",
    "case_id",
    "responsible_level",
    "facts",
    "discs",
    "unavailable_treatments",
)
_MAX_ERRORS = 200


@dataclass(frozen=True, slots=True)
class UnknownFact:
    """A fact that the case leaves open, wholly or in part.

    ``fact`` is its name in the vocabulary (or ``responsible_level``); ``level`` is a
    disc level where the fact belongs to a neighbour of the responsible one, else "".
    ``have`` is the partial answer, as it was written.
    """

    fact: str
    level: str = ""
    have: Mapping[str, Any] | None = field(default=None, compare=False)

    def to_document(self) -> dict[str, Any]:
        """``{"fact": name}``, with ``level`` and ``have`` where there is one."""
        return {
            "fact": self.fact,
            **({"level": self.level} if self.level else {}),
            **({} if self.have is None else {"have": dict(self.have)}),
        }


@dataclass(frozen=True, slots=True)
class Case:
    """A valid case: what is known at the responsible level, and what is not.

    ``known`` holds the facts of the case and of the responsible disc by name, each in
    its fact's unit; ``partial`` those of which some values are left. ``unavailable``
    holds treatment codes. ``neighbour_grades`` are the known Pfirrmann grades (1 to 5)
    of the discs next to the responsible one; ``open_neighbours`` are the levels whose
    grade is not known, each with its partial answer where there is one.
    """

    case_id: str | None
    level: str | None
    known: Mapping[str, Value]
    unavailable: frozenset[str]
    neighbour_grades: tuple[int, ...] = ()
    open_neighbours: Mapping[str, AnswerSet | None] = field(default_factory=dict)
    contract: int = CONTRACT
    computed: frozenset[str] = frozenset()
    partial: Mapping[str, AnswerSet] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, Answer]:
        """All that is said of the facts, exactly or in part."""
        return {**self.partial, **self.known}

    @property
    def level_is_open(self) -> bool:
        """Whether a responsible level is needed and not known."""
        return self.level is None and self.known.get(IMAGE_READ) != "no"


def known_to(ruleset: Ruleset, document: Mapping[str, Any]) -> dict[str, Any]:
    """A case document without the facts and treatments that a ruleset does not have.

    Questions are asked that not every version of the rules knows, and an older one says
    what it can say without them. A *value* that it does not know stays, and is refused:
    no rule of it was written with that in mind.
    """
    found = dict(document)
    if isinstance(facts := document.get("facts"), Mapping):
        found["facts"] = _of_scope(ruleset, "case", facts)
    if isinstance(discs := document.get("discs"), Sequence):
        found["discs"] = [
            _of_scope(ruleset, "disc", disc) if isinstance(disc, Mapping) else disc
            for disc in discs
        ]
    if isinstance(codes := document.get("unavailable_treatments"), Sequence):
        known = ruleset.treatments
        if not isinstance(codes, str):
            found["unavailable_treatments"] = [
                code for code in codes if not isinstance(code, str) or code in known
            ]
    return found


def _of_scope(
    ruleset: Ruleset, scope: str, stated: Mapping[str, Any]
) -> dict[str, Any]:
    facts = ruleset.facts
    return {
        name: value
        for name, value in stated.items()
        if name == "level" or (name in facts and facts[name].scope == scope)
    }


@dataclass(slots=True)
class CaseReader:
    """Reads one case document against a ruleset's vocabulary.

    ``problems`` fills while it reads; no more than 200 are listed.
    """

    ruleset: Ruleset
    problems: list[Problem] = field(default_factory=list)
    contract: int = CONTRACT

    def read(self, document: object) -> Case | None:
        """The case, or None where anything in the document is wrong.

        A document is read as a whole: one wrong value refuses it, so that no advice
        rests on a case of which a part was dropped.
        """
        if not isinstance(document, Mapping):
            self._problem(Code.WRONG_TYPE, (), document, "must be a JSON object")
            return None
        for key in document:
            if key not in _KEYS:
                message = "is not part of a case document"
                self._problem(Code.UNKNOWN_NAME, (str(key),), document[key], message)
        contract = document.get("contract")
        if isinstance(contract, bool) or contract not in CONTRACTS:
            at = ("contract",)
            self._problem(Code.NOT_ALLOWED, at, contract, "must be 1 or 2")
        self.contract = CONTRACT if contract == 1 else 2
        case_id = self._text(("case_id",), document.get("case_id"))
        facts = self._facts(("facts",), document.get("facts"), "case")
        discs = self._discs(document.get("discs"))
        responsible = self._level(document.get("responsible_level"))
        unavailable = self._unavailable(document.get("unavailable_treatments"))
        if self.problems:
            return None
        find = _only_herniated if self.contract == 1 else _surely_responsible
        level = responsible or find(discs)
        answers = dict(facts)
        if level:
            answers |= discs.get(level, {})
            answers["level"] = level
        image_read = _image_read(self.contract, facts, discs)
        if IMAGE_READ in self.ruleset.facts and image_read is not None:
            answers[IMAGE_READ] = image_read
        computed = computed_values(self.ruleset, answers)
        answers |= computed
        grades, unseen = self._neighbours(level, discs)
        partial = {n: a for n, a in answers.items() if isinstance(a, AnswerSet)}
        return Case(
            case_id,
            level,
            {n: a for n, a in answers.items() if not isinstance(a, AnswerSet)},
            frozenset(unavailable),
            grades,
            unseen,
            self.contract,
            frozenset(computed),
            partial,
        )

    def _facts(self, at: Place, facts: object, scope: str) -> dict[str, Answer]:
        if facts is None:
            return {}
        if not isinstance(facts, Mapping):
            self._problem(Code.WRONG_TYPE, at, facts, "must be a JSON object")
            return {}
        known: dict[str, Answer] = {}
        for name, value in facts.items():
            fact = self.ruleset.facts.get(name)
            if fact is None or fact.scope != scope:
                where = "a disc" if scope == "disc" else "the case"
                message = f"is not a fact of {where} in the vocabulary"
                self._problem(Code.UNKNOWN_NAME, (*at, name), value, message)
            elif value is not None:
                read = self._answer((*at, name), fact, value)
                if read is not None:
                    known[name] = read
        return known

    def _answer(self, at: Place, fact: Fact, value: object) -> Answer | None:
        """What is said of one fact; contract 1 has exact answers alone, and a level
        is always exact."""
        try:
            if self.contract > 1 and fact.name != "level":
                return read_answer(fact, value)
            exact = fact.read(value)
            if exact is None:
                raise AnswerError(f"is not allowed: {fact.name} takes {fact.allowed}")
        except AnswerError as problem:
            self._problem(Code.NOT_ALLOWED, at, value, str(problem))
            return None
        return exact

    def _discs(self, discs: object) -> dict[str, dict[str, Answer]]:
        if discs is None:
            return {}
        if not isinstance(discs, Sequence) or isinstance(discs, (str, bytes)):
            message = "must be a list, one entry a level"
            self._problem(Code.WRONG_TYPE, ("discs",), discs, message)
            return {}
        found: dict[str, dict[str, Answer]] = {}
        for number, disc in enumerate(discs):
            at: Place = ("discs", number)
            if not isinstance(disc, Mapping):
                self._problem(Code.WRONG_TYPE, at, disc, "must be a JSON object")
                continue
            if disc.get("level") is None:
                allowed = self.ruleset.facts["level"].allowed
                message = f"is missing: {allowed}"
                self._problem(Code.MISSING, (*at, "level"), None, message)
            facts = self._facts(at, disc, "disc")
            level = facts.get("level")
            if isinstance(level, str):
                if level in found:
                    where = (*at, "level")
                    self._problem(Code.NOT_UNIQUE, where, level, "stands twice")
                found[level] = facts
        return found

    def _level(self, level: object) -> str | None:
        if level is None:
            return None
        fact = self.ruleset.facts["level"]
        if fact.read(level) is None:
            at, message = ("responsible_level",), f"must be {fact.allowed}"
            self._problem(Code.NOT_ALLOWED, at, level, message)
            return None
        return str(level)

    def _text(self, at: Place, text: object) -> str | None:
        if text is None or (isinstance(text, str) and len(text) <= 200):
            return text
        message = "must be a text of at most 200 characters"
        self._problem(Code.WRONG_TYPE, at, text, message)
        return None

    def _unavailable(self, codes: object) -> list[str]:
        if codes is None:
            return []
        if not isinstance(codes, Sequence) or isinstance(codes, (str, bytes)):
            at, message = ("unavailable_treatments",), "must be a list of codes"
            self._problem(Code.WRONG_TYPE, at, codes, message)
            return []
        for number, code in enumerate(codes):
            if not isinstance(code, str) or code not in self.ruleset.treatments:
                allowed = ", ".join(self.ruleset.treatments)
                where = ("unavailable_treatments", number)
                message = f"must be one of {allowed}"
                self._problem(Code.NOT_ALLOWED, where, code, message)
        return [code for code in codes if isinstance(code, str)]

    def _neighbours(
        self, level: str | None, discs: Mapping[str, Mapping[str, Answer]]
    ) -> tuple[tuple[int, ...], dict[str, AnswerSet | None]]:
        levels = self.ruleset.facts["level"].values
        if level is None:
            return (), {}
        at = levels.index(level)
        grades: list[int] = []
        unseen: dict[str, AnswerSet | None] = {}
        for neighbour in (*levels[max(at - 1, 0) : at], *levels[at + 1 : at + 2]):
            grade = discs.get(neighbour, {}).get(NEIGHBOUR_GRADE)
            if isinstance(grade, int):
                grades.append(grade)
            else:
                unseen[neighbour] = grade if isinstance(grade, AnswerSet) else None
        return tuple(grades), unseen

    def _problem(self, code: Code, at: Place, value: object, message: str) -> None:
        if len(self.problems) < _MAX_ERRORS:
            place = _json_path(at)
            self.problems.append(Problem(code, at, message, shown(value), place))


def _json_path(at: Place) -> str:
    """A place in a case document in words: ``discs[0].level``, ``$`` for the whole."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)
    return "".join(steps).removeprefix(".") or "$"


def _only_herniated(discs: Mapping[str, Mapping[str, Answer]]) -> str | None:
    """The only disc whose herniation type is known and not none, if there is one."""
    found = [level for level, facts in discs.items() if _is_herniated(facts)]
    return found[0] if len(found) == 1 else None


def _surely_responsible(discs: Mapping[str, Mapping[str, Answer]]) -> str | None:
    """The only herniated disc, and only if every listed disc says whether it is."""
    if any(_is_herniated(facts) is None for facts in discs.values()):
        return None
    return _only_herniated(discs)


def _is_herniated(disc: Mapping[str, Answer]) -> bool | None:
    """Whether a disc is; None where its type leaves that open."""
    kind = disc.get(HERNIATION_TYPE)
    if not isinstance(kind, AnswerSet):
        return None if kind is None else kind != "none"
    return None if "none" in kind.values else True


def _image_read(
    contract: int,
    facts: Mapping[str, Answer],
    discs: Mapping[str, Mapping[str, Answer]],
) -> str | None:
    """Whether an image has been read: findings say so, else the answer about it.

    A document of contract 1 knows no case without an image.
    """
    if contract == 1 or any(disc.keys() - {"level"} for disc in discs.values()):
        return "yes"
    read = {answer: str(value) for value, answer in IMAGE_ANSWERS.items()}
    return read.get(str(facts.get(IMAGE_STATUS)))


def neighbour_values(fact: Fact, case: Case) -> list[int]:
    """The values that the worst neighbouring Pfirrmann grade can still have.

    A list of whole numbers within the range of ``fact``, the least first: the worst of
    the least grades that each neighbour can have, and every grade above it that one of
    them can have.
    """
    low, high = (int(limit) for limit in fact.limits)
    whole = range(low, high + 1)
    if case.level is None:
        return list(whole)
    sets = [
        *({grade} for grade in case.neighbour_grades),
        *(
            {grade for grade in whole if answer is None or answer.cell.accepts(grade)}
            for answer in case.open_neighbours.values()
        ),
    ]
    least = max(map(min, sets), default=low)
    return sorted({low, *chain.from_iterable(sets)} & {*range(least, high + 1)})
