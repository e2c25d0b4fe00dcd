"""Cells and ranges of the engine in the words of the case form: labels and units."""

from functools import lru_cache

from patients.facts import SHIPPED
from patients.facts import ClinicalFact as FormFact
from treatments.engine import Fact
from treatments.engine.ruleset.terms import PLAIN, Terms
from treatments.engine.ruleset.unary_tests import parse
from treatments.engine.ruleset.wording import cell_in_words
from treatments.engine.ruleset.words_reader import WordsError, from_words
from treatments.presentation.vocabulary import vocabulary_from


def cell_words(fact: Fact, cell: str) -> str:
    """A cell of a rule inside a sentence: `[6..10)` is "6 to under 10 mm"."""
    return cell_in_words(fact, parse(cell), _terms(fact, is_sentence=True))


def range_words(fact: Fact, words: str) -> str:
    """A range in the engine's words ("extrusion, sequestration") as an answer.

    What was stored and cannot be read stays as it is.
    """
    grades = dict(_grades(fact.name))
    if words in map(str, grades):
        return grades[int(words)]
    try:
        cell = parse(from_words(fact, words))
    except WordsError:
        return words
    answer = cell_in_words(fact, cell, _terms(fact, is_sentence=False))
    return answer.capitalize() if fact.type == "bool" else answer


def has_grades(name: str) -> bool:
    """Whether the numbers of a fact are grades, each with words of its own."""
    return bool(_grades(name))


def in_sentence(name: str, words: str) -> str:
    """An answer inside a sentence; the name of a level keeps its capital."""
    return words if name == "level" else words[:1].lower() + words[1:]


@lru_cache(maxsize=1024)
def _asked(fact: Fact) -> FormFact | None:
    """A fact of the rules as the form asks it; None for one that it does not."""
    return vocabulary_from({fact.name: fact}).get(fact.name)


def _grades(name: str) -> tuple[tuple[int, str], ...]:
    known = SHIPPED.get(name)
    return known.grades if known else ()


def _terms(fact: Fact, *, is_sentence: bool) -> Terms:
    known = _asked(fact)
    if known is None:
        return PLAIN
    if known.kind != "enum":
        return Terms(unit="" if known.grades else known.unit)
    labels = {str(code): str(label) for code, label in known.choices}
    if is_sentence:
        labels = {code: in_sentence(fact.name, label) for code, label in labels.items()}
    return Terms(labels=labels)
