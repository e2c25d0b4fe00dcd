"""Which rules of a draft a case can still meet: for the filter of a grid."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from patients.models import Encounter
from treatments.authoring.checks.validation import golden_cases
from treatments.authoring.document.columns import facts_of
from treatments.authoring.document.parts import Parts
from treatments.engine import Ruleset, evaluate
from treatments.engine.case import Case
from treatments.engine.compiler.program import program_of
from treatments.engine.evaluation.resolve import computed_masks
from treatments.engine.ruleset.unary_tests import Equal, Value
from treatments.engine.ruleset.words_reader import WordsError, from_words, read_cell
from treatments.recommendations.case_document import case_document


class CaseNotFoundError(ValueError):
    """There is no such case, or its facts cannot be read; the message says which."""


def rules_that_can_match(ruleset: Ruleset, parts: Parts, said: str) -> frozenset[str]:
    """The rules that a case can meet, by what is said of it.

    ``said`` is the name of a golden case, the id of a stored one, or facts as
    ``age=70; herniation type=extrusion``. Of facts alone nothing is presumed.

    Raises:
        CaseNotFoundError: it is none of these.
    """
    if "=" in said:
        return _of_facts(ruleset, _facts(parts, said))
    trace = evaluate(case_named(ruleset, said.strip()), ruleset, effects=False)
    if trace.errors:
        raise CaseNotFoundError(f"The case cannot be evaluated: {trace.errors[0]}")
    return frozenset(one.rule for one in trace.trace if one.state != "false")


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
    document = case_document(newest)
    document["facts"] = {
        fact: value
        for fact, value in document["facts"].items()
        if fact in ruleset.facts
    }
    return document


def _facts(parts: Parts, said: str) -> dict[str, Value]:
    facts = facts_of(parts)
    by_words = {name.replace("_", " "): fact for name, fact in facts.items()}
    by_words |= {fact.label.lower(): fact for fact in facts.values() if fact.label}
    found: dict[str, Value] = {}
    for part in filter(None, map(str.strip, re.split(r"[;\n]", said))):
        name, _, words = part.partition("=")
        fact = by_words.get(" ".join(name.lower().replace("_", " ").split()))
        if fact is None or fact.scope not in ("case", "disc"):
            raise CaseNotFoundError(f"“{name.strip()}” is no fact of a case.")
        try:
            cell = read_cell(fact, from_words(fact, words))
        except WordsError as problem:
            raise CaseNotFoundError(f"{fact.label}: {problem}") from None
        tests = cell.tests if cell else ()
        if (
            len(tests) != 1
            or not isinstance(tests[0], Equal)
            or (cell and cell.negated)
        ):
            raise CaseNotFoundError(f"{fact.label}: name one value.")
        found[fact.name] = tests[0].value
    return found


def _of_facts(ruleset: Ruleset, known: Mapping[str, Value]) -> frozenset[str]:
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
