"""A problem says of which kind it is and where it stands; the words follow from it."""

import copy

import pytest

from treatments.engine import Ruleset, RulesetError, load_ruleset
from treatments.engine.ruleset.errors import Code, Problem, place_in_words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ((), "document"),
        (("metadata", "title"), "metadata"),
        (("facts",), "facts"),
        (("facts", "age", "minimum"), "facts age"),
        (("tables", "T", "hit_policy"), "table T"),
        (("tables", "T", "rules", "A, 1"), "table T, rule A, 1"),
        (("tables", "T", "rules", "A", "sources"), "table T, rule A"),
        (("tables", "T", "rules", "A", "cells", "age"), "table T, rule A, cell age"),
        (
            ("tables", "T", "rules", "A", "outputs", "urgency"),
            "table T, rule A, urgency",
        ),
        (("invariants", "I"), "invariant I"),
        (("invariants", "I", "when", "age"), "invariant I, when age"),
        (("selection", "order"), "selection"),
        (("selection", "last_resort", "L", "id"), "selection, rule L"),
        (("facts.csv line 3",), "facts.csv line 3"),
    ],
)
def test_a_place_is_said_in_words(at, words):
    assert place_in_words(at) == words


def test_a_problem_is_said_with_its_place_and_kept_as_it_always_was():
    at = ("tables", "T", "rules", "A", "cells", "age")
    problem = Problem(Code.BAD_CELL, at, "lacks ')'", "'not(3'")
    assert str(problem) == "table T, rule A, cell age: 'not(3' lacks ')'"
    assert problem.to_document() == {
        "path": "table T, rule A, cell age",
        "value": "'not(3'",
        "message": "lacks ')'",
    }


@pytest.mark.parametrize(
    ("change", "code", "inside"),
    [
        ({"cells": {"age_years": "perhaps"}}, Code.BAD_CELL, ("cells", "age_years")),
        ({"cells": {"age": "-"}}, Code.UNKNOWN_NAME, ("cells", "age")),
        ({"rationale": ""}, Code.EMPTY, ("rationale",)),
        ({"sources": []}, Code.MISSING, ("sources",)),
        ({"sources": ["S-0"]}, Code.UNKNOWN_NAME, ("sources",)),
        ({"review_by": "soon"}, Code.BAD_DATE, ("review_by",)),
        ({"certainty": "sure"}, Code.NOT_ALLOWED, ("certainty",)),
    ],
)
def test_what_is_wrong_with_a_rule_has_a_code_and_a_place(change, code, inside):
    document = copy.deepcopy(dict(load_ruleset().document))
    table = document["tables"][0]
    rule = {**table["rules"][0], **change, "id": "A, 1"}
    table["rules"][0] = rule
    with pytest.raises(RulesetError) as refused:
        Ruleset.from_document(document)
    (problem,) = refused.value.problems
    assert problem.code is code
    assert problem.at == ("tables", table["id"], "rules", "A, 1", *inside)
