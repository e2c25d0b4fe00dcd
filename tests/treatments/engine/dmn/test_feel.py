"""Expressions: literals, operators, names, functions, and what null does in them."""

import datetime as dt

import pytest

from tests.treatments.engine.dmn.models import answered, column, literal, output, table
from treatments.engine import DmnError
from treatments.engine.dmn.feel.temporal import Months

INPUTS = {
    "n": 7,
    "s": "abc",
    "t": True,
    "nothing": None,
    "items": [1, 2, 3, None],
    "people": [{"name": "Ada", "age": 36}, {"name": "Bo", "age": 9}],
    "loan": {"principal": 1000, "rate": 0.05},
    "Pre-bureau risk category": "LOW",
    "Full name": "Ada L",
    "a.b": 5,
    "a-b": 50,
    "a": 1,
    "b": 2,
}


def value(expression: str):
    return answered(literal(expression), INPUTS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),  # negation binds before the power
        ("2 ** -1", 0.5),
        ("7 / 2", 3.5),
        ("0.1 + 0.2", 0.3),
        (".5 * 2", 1),
        ("1.2e3", 1200),
        ("--3", 3),
        ('"a" + "b"', "ab"),
        ('"caf\\u00e9 \\"x\\" \\\\"', 'café "x" \\'),
        ('"\\uD83D\\uDE00"', "😀"),
        ("if n > 5 then 1 else 2", 1),
        ("if nothing then 1 else 2", 2),
        ("n between 7 and 8", True),
        ("n in [1..7)", False),
        ("n in (1, >= 7)", True),
        ("n in (1..8)", True),
        ("n in items", False),
        ("2 in items", True),
        ("[1, 2, 3][2]", 2),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("people[age > 10].name", ["Ada"]),
        ("people.age", [36, 9]),
        ("loan.principal * loan.rate", 50),
        ("{x: 1, y: x + 1}.y", 2),
        ('{"a key": 1}', {"a key": 1}),
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in [1, 2], j in [10, 20] return i + j", [11, 21, 12, 22]),
        ("some i in [1, 2] satisfies i = 2", True),
        ("every i in [1, 2] satisfies i = 2", False),
        ("5 instance of number", True),
        ('@"2026-01-01" instance of date and time', False),
        ("n // a comment\n + 1 /* another */", 8),
        ("a.b", 5),  # the known name wins over the path
        ("a-b", 50),  # and over the difference
        ("a - b", -1),
        ('Pre-bureau risk category = "LOW"', True),
        ('Full   name + "!"', "Ada L!"),
    ],
)
def test_an_expression_has_its_value(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and nothing", None),
        ("false and nothing", False),
        ("true or nothing", True),
        ("false or nothing", None),
        ("not(nothing)", None),
        ("not(1)", None),
        ("nothing = null", True),
        ("nothing != null", False),
        ('"1" = 1', None),
        ("nothing < 1", None),
        ('"a" < 1', None),
        ("true < false", None),
        ("nothing between 1 and 2", None),
        ("nothing in [1..2]", None),
        ("5 in (null..10]", None),
        ("10 / 0", None),
        ("10 + nothing", None),
        ('1 + "1"', None),
        ("nothing.x", None),
        ("[1, 2][3]", None),
        ("9 ** 99999", None),
        ("sum([])", None),
        ('number("x")', None),
        ('date("2026-02-30")', None),
        ("n(1)", None),
        ('max(1, "a")', None),
        ("[3..1]", None),
    ],
)
def test_null_and_unlike_things_give_the_standards_three_valued_answer(
    expression, expected
):
    assert value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('contains("foobar", "ob")', True),
        ('starts with("foobar", "foo")', True),
        ('ends with("foobar", "foo")', False),
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring after("foobar", "ob")', "ar"),
        ('upper case("aB")', "AB"),
        ('string length("añb")', 3),
        ('string join(["a", null, "b"], "-")', "a-b"),
        ("string(1.50)", "1.5"),
        ('string([1, "a", true, null])', '[1, "a", true, null]'),
        ('number("1 000,5", " ", ",")', 1000.5),
        ("decimal(1/3, 2)", 0.33),
        ("decimal(2.5, 0)", 2),
        ("round half up(2.5, 0)", 3),
        ("round up(-1.1, 0)", -2),
        ("floor(-1.5)", -2),
        ("ceiling(-1.5)", -1),
        ("abs(-3)", 3),
        ("modulo(-12, 5)", 3),
        ("min(3, 1, 2)", 1),
        ("max([3, 1, 2])", 3),
        ("sum(1, 2, 3)", 6),
        ("mean([1, 2])", 1.5),
        ("count([1, null])", 2),
        ("all([true, false])", False),
        ("any([false, true])", True),
        ("list contains([1, null], null)", True),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("distinct values([1, 2, 1])", [1, 2]),
        ("flatten([1, [2, [3]]])", [1, 2, 3]),
        ("reverse([1, 2])", [2, 1]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ('get value({k: 4}, "k")', 4),
        ('substring(string: "foobar", start position: 4)', "bar"),
        ("is(1, 1.0)", True),
    ],
)
def test_a_function_of_the_standard(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('date("2026-11-21")', dt.date(2026, 11, 21)),
        ("date(2026, 11, 21)", dt.date(2026, 11, 21)),
        ('@"10:20:30"', dt.time(10, 20, 30)),
        (
            'date and time("2026-11-21T10:20:30Z")',
            dt.datetime(2026, 11, 21, 10, 20, 30, tzinfo=dt.UTC),
        ),
        ('@"2026-01-31" + @"P1M"', dt.date(2026, 2, 28)),
        ('@"2026-03-01" - @"2026-02-01"', dt.timedelta(days=28)),
        ('@"2026-03-01" + @"P1DT0H"', dt.date(2026, 3, 2)),
        ('duration("P1Y2M")', Months(14)),
        ('duration("-PT90M")', dt.timedelta(minutes=-90)),
        ('duration("P1D") * 2', dt.timedelta(days=2)),
        ('@"P1D" / @"PT12H"', 2),
        ('years and months duration(@"2025-01-15", @"2026-03-14")', Months(13)),
        ('@"2026-11-21".year', 2026),
        ('@"2026-11-21".weekday', 6),
        ('@"P1DT2H".hours', 2),
        ('string(@"P1DT2H")', "P1DT2H"),
        ('string(@"-P14M")', "-P1Y2M"),
        ('@"P1Y" > @"P11M"', True),
        ('@"P1Y" > @"P1D"', None),
        ('@"10:00:00Z" < @"10:00:00"', None),
    ],
)
def test_dates_times_and_durations(expression, expected):
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "is empty"),
        ("1 +", "has 'the end' where a value was expected"),
        ("1 2", "has something after its end: '2'"),
        ("agee > 3", "has an unknown name: 'agee'"),
        ("[1, 2", "has 'the end' where ']' was expected"),
        ("#", "has '#' where nothing like it can stand"),
        ('"open', "where nothing like it can stand"),
        ('@"tomorrow"', "has no date, time or duration after @"),
        ("f(a: 1, 2)", "has an unknown name: 'f'"),
        ("abs(n: 1, 2)", "mixes arguments with and without names"),
        ("{a: 1, a: 2}", "without a name of its own"),
        ("1e99999", "has a number out of range"),
        ("? + 1", "has a '?', which is the input of a cell"),
        ("sum(for i in [1] return i) + i", "has an unknown name: 'i'"),
        ("[{z: 1}, z]", "has an unknown name: 'z'"),
        ("if true then 1", "where 'else' was expected"),
        ('"\\uD800"', "half a character"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_line_and_reason(expression, message):
    with pytest.raises(DmnError) as refused:
        value(expression)
    assert message in str(refused.value)
    assert "line " in str(refused.value)
    assert "decision 'answer'" in str(refused.value)


def test_each_null_of_an_error_tells_why():
    messages: list[str] = []
    assert answered(literal('[1/0, 1 < "a", date("x").year]'), {}, messages=messages)
    assert any("/ 0 is not defined" in message for message in messages)
    assert any("null has no 'year'" in message for message in messages)


@pytest.mark.parametrize(
    ("cell", "hits"),
    [("not(7)", False), ("not(8), 7", True), ("not(t) or n = 7", True)],
)
def test_a_cell_is_negated_only_where_not_encloses_it_all(cell, hits):
    rules = (([cell], ["1"]), (["-"], ["2"]))
    logic = table([column("n")], [output()], rules, "FIRST")
    assert answered(logic, INPUTS) == (1 if hits else 2)
