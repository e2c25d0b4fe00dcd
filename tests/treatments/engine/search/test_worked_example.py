"""The worked example of a split, beside the code, is what the code does."""

import doctest

from tests.treatments.engine.small import document, rule, table
from treatments.engine import Ruleset, search
from treatments.engine.compiler.program import program_of
from treatments.engine.search import completions
from treatments.engine.search.questions import StatusQuestion


def test_the_worked_example_of_a_split_holds():
    rules = [
        rule(id_, {"weeks": cell}, treatments=["ENDO"], effect="indicated")
        for id_, cell in (("E-1", ">= 6"), ("E-2", "< 6"))
    ]
    small = document([table("weeks", "eligibility", rules)])
    small["facts"] = [f for f in small["facts"] if f["scope"] != "derived"]
    program = program_of(Ruleset.from_document(small))
    names = {**vars(completions), "StatusQuestion": StatusQuestion, "program": program}
    example = doctest.DocTestParser().get_doctest(
        search.__doc__, names, "search", search.__file__, 0
    )
    result = doctest.DocTestRunner().run(example)
    assert result.attempted >= 10
    assert not result.failed
