"""Which rules of a draft a case can still meet: for the filter of a grid."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from patients.models import Encounter
from treatments.authoring.checks.validation import golden_cases
from treatments.engine import Fact, Ruleset, evaluate
from treatments.engine.case import Case, known_to
from treatments.engine.compiler.program import program_of
from treatments.engine.evaluation.resolve import computed_masks
from treatments.engine.ruleset.unary_tests import Equal, Value
from treatments.engine.ruleset.words_reader import WordsError, from_words, read_cell
from treatments.recommendations.case_document import case_document


class CaseNotFoundError(ValueError):
    """There is no such case, or its facts cannot be read; the message says which."""


def rules_that_can_match(
    ruleset: Ruleset, facts: Mapping[str, Fact], query: str
) -> frozenset[str]:
    """The ids of the rules that a case can meet.

    ``query`` is the name of a golden case, the id of a stored one, or facts as
    ``age=70; herniation type=extrusion``. Of facts alone nothing is presumed.

    Raises:
        CaseNotFoundError: it is none of these.
    """
    if "=" in query:
        return _of_facts(ruleset, _values(facts, query))
    case = case_named(ruleset, query.strip())
    evaluation = evaluate(case, ruleset, effects=False)
    if evaluation.errors:
        problem = evaluation.errors[0]
        raise CaseNotFoundError(f"The case cannot be evaluated: {problem}")
    return frozenset(one.rule for one in evaluation.trace if one.state != "false")


def case_named(ruleset: Ruleset, name: str) -> Mapping[str, Any]:
    """The case document of a golden or of a stored case.

    Raises:
        CaseNotFoundError: there is none.
    """
    for golden in golden_cases(ruleset.id):
        if golden["name"] == name:
            found: Mapping[str, Any] = golden["case"]
            return found
    try:
        stored = Encounter.objects.filter(case_uid=uuid.UUID(name))
    except ValueError:
        stored = Encounter.objects.none()
    newest = stored.order_by("-version").first()
    if newest is None:
        raise CaseNotFoundError(f"There is no case “{name[:60]}”.")
    return known_to(ruleset, case_document(newest))


def _values(facts: Mapping[str, Fact], query: str) -> dict[str, Value]:
    """The facts that a query names, each by its name or label, with their values."""
    by_words = {name.replace("_", " "): fact for name, fact in facts.items()}
    by_words |= {fact.label.lower(): fact for fact in facts.values() if fact.label}
    found: dict[str, Value] = {}
    for part in filter(None, map(str.strip, re.split(r"[;\n]", query))):
        name, _, words = part.partition("=")
        fact = by_words.get(" ".join(name.lower().replace("_", " ").split()))
        if fact is None or fact.scope not in ("case", "disc"):
            raise CaseNotFoundError(f"“{name.strip()}” is no fact of a case.")
        found[fact.name] = _value(fact, words)
    return found


def _value(fact: Fact, words: str) -> Value:
    """The one value that these words are."""
    try:
        cell = read_cell(fact, from_words(fact, words))
    except WordsError as problem:
        raise CaseNotFoundError(f"{fact.label}: {problem}") from None
    if cell is None or cell.negated or len(cell.tests) != 1:
        raise CaseNotFoundError(f"{fact.label}: name one value.")
    (test,) = cell.tests
    if not isinstance(test, Equal):
        raise CaseNotFoundError(f"{fact.label}: name one value.")
    return test.value


def _of_facts(ruleset: Ruleset, known: Mapping[str, Value]) -> frozenset[str]:
    """The rules that can hold in some case with these values."""
    program = program_of(ruleset)
    level = known.get("level")
    case = Case(None, str(level) if level else None, known, frozenset())
    computed = computed_masks(program, case) if level else {}
    truth = program.propagate(program.masks(known, computed))
    return frozenset(
        rule.id
        for number, rule in enumerate(program.rules)
        if truth.possible >> number & 1
    )
