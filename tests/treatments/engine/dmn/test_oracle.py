"""Random tables, beside a reading of the standard that is as naive as can be."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.treatments.engine.dmn.models import (
    column,
    decision,
    definitions,
    input_data,
    output,
    table,
)
from treatments.engine import evaluate_decision, load_dmn
from treatments.engine.dmn import DecisionError

NUMBERS = st.one_of(st.none(), st.integers(-3, 6))
TEXTS = st.sampled_from([None, "a", "b", "c"])
OUTPUTS = st.sampled_from([10, 20, 30])
LISTED = [20, 10, 30]
SIGNS = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}

# A cell is (negated, tests); a test is (kind, …); no tests is the cell "-".
numeric_tests = st.one_of(
    st.tuples(st.just("is"), NUMBERS),
    st.tuples(st.sampled_from(sorted(SIGNS)), st.integers(-3, 6)),
    st.tuples(
        st.just("range"),
        st.booleans(),
        st.integers(-3, 6),
        st.integers(-3, 6),
        st.booleans(),
    ),
)
text_tests = st.tuples(st.just("is"), TEXTS)


def cells(tests):
    return st.one_of(
        st.just((False, [])),
        st.tuples(st.booleans(), st.lists(tests, min_size=1, max_size=3)),
    )


rules = st.lists(
    st.tuples(cells(numeric_tests), cells(text_tests), OUTPUTS), min_size=1, max_size=6
)


def written(value: Any) -> str:
    if value is None:
        return "null"
    return f'"{value}"' if isinstance(value, str) else str(value)


def written_test(test: tuple) -> str:
    if test[0] == "is":
        return written(test[1])
    if test[0] in SIGNS:
        return f"{test[0]} {test[1]}"
    _, low_closed, low, high, high_closed = test
    return f"{'[' if low_closed else '('}{low}..{high}{']' if high_closed else ')'}"


def written_cell(cell: tuple) -> str:
    negated, tests = cell
    text = ", ".join(written_test(test) for test in tests)
    if not tests:
        return "-"
    return f"not({text})" if negated else text


def holds(test: tuple, value: Any) -> bool | None:
    """One test of a value: true, false or null."""
    if test[0] == "is":
        return value == test[1]
    if test[0] == "range":
        _, low_closed, low, high, high_closed = test
        if low > high:
            return None
        if value is None:
            return None
        above = value >= low if low_closed else value > low
        return above and (value <= high if high_closed else value < high)
    return None if value is None else SIGNS[test[0]](value, test[1])


def hits(cell: tuple, value: Any) -> bool:
    negated, tests = cell
    if not tests:
        return True
    answers = [holds(test, value) for test in tests]
    answer = True if True in answers else (None if None in answers else False)
    if negated and answer is not None:
        answer = not answer
    return answer is True


def oracle(policy: str, aggregation: str, rows: list, number: Any, text: Any) -> Any:
    found = [
        says for one, other, says in rows if hits(one, number) and hits(other, text)
    ]
    if aggregation == "COUNT":
        return len(found)
    if aggregation:
        reckon = {"SUM": sum, "MIN": min, "MAX": max}[aggregation]
        return reckon(found) if found else None
    if policy in ("COLLECT", "RULE ORDER"):
        return found
    if policy == "OUTPUT ORDER":
        return sorted(found, key=LISTED.index)
    if not found:
        return None
    if policy == "PRIORITY":
        return min(found, key=LISTED.index)
    if policy == "UNIQUE" and len(found) > 1:
        return "error"
    if policy == "ANY" and len(set(found)) > 1:
        return "error"
    return found[0]


POLICIES = [
    *(("UNIQUE", ""), ("FIRST", ""), ("ANY", ""), ("PRIORITY", "")),
    *(("RULE ORDER", ""), ("OUTPUT ORDER", ""), ("COLLECT", "")),
    *(("COLLECT", "SUM"), ("COLLECT", "COUNT"), ("COLLECT", "MIN"), ("COLLECT", "MAX")),
]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(POLICIES), rules, NUMBERS, TEXTS)
def test_a_table_answers_as_the_standard_read_naively(policy, rows, number, text):
    listed = ", ".join(map(str, LISTED))
    logic = table(
        [column("n", "number"), column("s", "string")],
        [output(values=listed)],
        [
            ([written_cell(one), written_cell(other)], [str(says)])
            for one, other, says in rows
        ],
        *policy,
    )
    model = load_dmn(
        definitions(
            input_data("n", "number"),
            input_data("s", "string"),
            decision("answer", logic, inputs=["n", "s"]),
        )
    )
    assert not model.problems
    try:
        found = evaluate_decision(model, "answer", {"n": number, "s": text})
    except DecisionError:
        found = "error"
    assert found == oracle(*policy, rows, number, text)


@settings(max_examples=300, deadline=None)
@given(cells(numeric_tests), NUMBERS)
def test_a_value_that_is_not_given_hits_only_where_null_itself_is_asked(cell, number):
    """A comparison or an interval with null is null, and so is its negation."""
    _, tests = cell
    if number is None and tests and all(test[0] != "is" for test in tests):
        assert not hits(cell, None)
    logic = table(
        [column("n", "number")],
        [output()],
        [([written_cell(cell)], ["1"]), (["-"], ["2"])],
        "FIRST",
    )
    model = load_dmn(
        definitions(input_data("n", "number"), decision("answer", logic, inputs=["n"]))
    )
    found = evaluate_decision(model, "answer", {"n": number})
    assert found == (1 if hits(cell, number) else 2)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=5))
def test_and_or_and_not_are_three_valued(values):
    names = {f"x{place}": value for place, value in enumerate(values)}
    model = load_dmn(
        definitions(
            *(input_data(name) for name in names),
            *(
                decision(
                    word,
                    f"<literalExpression><text>{f' {word} '.join(names)}</text>"
                    "</literalExpression>",
                    inputs=names,
                )
                for word in ("and", "or")
            ),
        )
    )
    found = {word: evaluate_decision(model, word, names) for word in ("and", "or")}
    unknown = None in values
    assert found["and"] is (False if False in values else (None if unknown else True))
    assert found["or"] is (True if True in values else (None if unknown else False))
