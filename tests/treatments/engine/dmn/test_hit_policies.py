"""Each hit policy, aggregation, default and list of values, as DMN 1.5, 8.2 says."""

import pytest

from tests.treatments.engine.dmn.models import (
    NAMESPACES,
    answered,
    column,
    decision,
    definitions,
    input_data,
    output,
    table,
)
from treatments.engine import DmnError, evaluate_decision, load_dmn
from treatments.engine.dmn import DecisionError

AGE = [column("age", "number")]
#: Rules 1 to 3 hit at 70, 2 and 3 at 50, 3 at 20, none below 18.
GROWING = (([">= 65"], ["30"]), ([">= 40"], ["10"]), ([">= 18"], ["20"]))


def collected(aggregation: str, age: int, default: str = ""):
    logic = table(AGE, [output(default=default)], GROWING, "COLLECT", aggregation)
    return answered(logic, {"age": age})


def named(policy: str, age: int, values: str = '"refer", "wait", "treat"', **more: str):
    rules = (
        ([">= 65"], ['"wait"']),
        ([">= 40"], ['"treat"']),
        ([">= 18"], ['"refer"']),
    )
    logic = table(AGE, [output(values=values, **more)], rules, policy)
    return answered(logic, {"age": age})


def test_unique_gives_the_output_of_the_only_hit():
    assert answered(table(AGE, [output()], GROWING), {"age": 20}) == 20


def test_unique_with_two_hits_is_an_error_that_names_the_rules_and_the_line():
    with pytest.raises(DecisionError, match=r"line \d+.*rules 1, 2, 3 hit at once"):
        answered(table(AGE, [output()], GROWING), {"age": 70})


def test_unique_is_the_policy_where_none_is_told():
    logic = table(AGE, [output()], GROWING).replace(' hitPolicy="UNIQUE"', "")
    with pytest.raises(DecisionError, match="the table allows one"):
        answered(logic, {"age": 50})


def test_without_a_hit_or_a_default_the_answer_is_null_and_a_message_says_why():
    messages: list[str] = []
    logic = table(AGE, [output()], GROWING)
    assert answered(logic, {"age": 3}, messages=messages) is None
    assert any("no rule hits" in message for message in messages)


def test_first_takes_the_first_hit_in_the_order_of_the_rules():
    assert answered(table(AGE, [output()], GROWING, "FIRST"), {"age": 50}) == 10


def test_any_takes_hits_that_agree():
    rules = (([">= 18"], ['"a"']), (["< 30"], ['"a"']))
    assert answered(table(AGE, [output()], rules, "ANY"), {"age": 20}) == "a"


def test_any_with_hits_that_differ_is_an_error():
    rules = (([">= 18"], ['"a"']), (["< 30"], ['"b"']))
    with pytest.raises(DecisionError, match="rules 1 and 2 hit at once and differ"):
        answered(table(AGE, [output()], rules, "ANY"), {"age": 20})


def test_priority_takes_the_hit_whose_value_is_listed_first():
    assert named("PRIORITY", 70) == "refer"
    assert named("PRIORITY", 70, '"treat", "wait", "refer"') == "treat"


def test_output_order_sorts_the_hits_by_the_list():
    assert named("OUTPUT ORDER", 70) == ["refer", "wait", "treat"]


def test_rule_order_gives_the_hits_in_the_order_of_the_rules():
    assert named("RULE ORDER", 70) == ["wait", "treat", "refer"]


def test_collect_gives_every_output_equal_ones_too():
    rules = ((["-"], ["1"]), (["-"], ["1"]), (["-"], ["2"]))
    logic = table(AGE, [output()], rules, "COLLECT")
    assert sorted(answered(logic, {"age": 1})) == [1, 1, 2]


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("SUM", 60), ("COUNT", 3), ("MIN", 10), ("MAX", 30)]
)
def test_collect_aggregates(aggregation, expected):
    assert collected(aggregation, 70) == expected


def test_a_sum_is_exact_in_decimals():
    rules = ((["-"], ["0.1"]), (["-"], ["0.2"]))
    logic = table(AGE, [output()], rules, "COLLECT", "SUM")
    assert answered(logic, {"age": 1}) == 0.3


def test_count_counts_outputs_that_are_equal_or_no_numbers():
    rules = ((["-"], ['"a"']), (["-"], ['"a"']))
    logic = table(AGE, [output()], rules, "COLLECT", "COUNT")
    assert answered(logic, {"age": 1}) == 2


def test_min_and_max_also_order_texts():
    rules = ((["-"], ['"b"']), (["-"], ['"a"']))
    for aggregation, expected in (("MIN", "a"), ("MAX", "b")):
        logic = table(AGE, [output()], rules, "COLLECT", aggregation)
        assert answered(logic, {"age": 1}) == expected


def test_a_sum_of_texts_is_an_error():
    rules = ((["-"], ['"b"']), (["-"], ["1"]))
    with pytest.raises(DecisionError, match="these outputs have no SUM"):
        answered(table(AGE, [output()], rules, "COLLECT", "SUM"), {"age": 1})


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
def test_an_aggregate_of_no_hit_is_null_but_for_a_default(aggregation):
    assert collected(aggregation, 3) is None
    assert collected(aggregation, 3, default="7") == 7


def test_a_count_of_no_hit_is_zero():
    assert collected("COUNT", 3) == 0


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_a_list_of_no_hit_is_empty_but_for_a_default(policy):
    assert named(policy, 3) == []
    assert named(policy, 3, default='"wait"') == ["wait"]


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "ANY", "PRIORITY"])
def test_a_single_answer_without_a_hit_is_the_default(policy):
    assert named(policy, 3, default='"wait"') == "wait"


TWO = [
    output("status", values='"Declined", "Approved"'),
    output("rate", values='"Best", "Standard"'),
]
OFFERS = (
    ([">= 18"], ['"Approved"', '"Standard"']),
    ([">= 40"], ['"Declined"', '"Standard"']),
    ([">= 65"], ['"Declined"', '"Best"']),
)


def test_several_outputs_make_a_context_of_their_names():
    found = answered(table(AGE, TWO, OFFERS), {"age": 20})
    assert found == {"status": "Approved", "rate": "Standard"}


def test_priority_of_several_outputs_goes_from_left_to_right():
    found = answered(table(AGE, TWO, OFFERS, "PRIORITY"), {"age": 70})
    assert found == {"status": "Declined", "rate": "Best"}
    found = answered(table(AGE, TWO, OFFERS, "PRIORITY"), {"age": 50})
    assert found == {"status": "Declined", "rate": "Standard"}


def test_an_output_without_a_list_has_no_say_in_the_order():
    outputs = [output("status"), output("rate", values='"Best", "Standard"')]
    found = answered(table(AGE, outputs, OFFERS, "OUTPUT ORDER"), {"age": 70})
    assert [one["rate"] for one in found] == ["Best", "Standard", "Standard"]
    assert [one["status"] for one in found] == ["Declined", "Approved", "Declined"]


def test_defaults_of_several_outputs_are_theirs_alone():
    outputs = [output("status", default='"Declined"'), output("rate")]
    found = answered(table(AGE, outputs, OFFERS), {"age": 3})
    assert found == {"status": "Declined", "rate": None}


def test_priority_without_a_list_takes_the_allowed_values_of_the_type():
    kind = (
        '<itemDefinition name="advice"><typeRef>string</typeRef>'
        '<allowedValues><text>"treat", "refer", "wait"</text></allowedValues>'
        "</itemDefinition>"
    )
    rules = (([">= 18"], ['"wait"']), ([">= 40"], ['"refer"']))
    for of_output, of_decision in (("advice", ""), ("", "advice")):
        logic = table(AGE, [output(of=of_output)], rules, "PRIORITY")
        model = load_dmn(
            definitions(
                kind,
                input_data("age", "number"),
                decision("answer", logic, inputs=["age"], of=of_decision),
            )
        )
        assert evaluate_decision(model, "answer", {"age": 50}) == "refer"


def test_priority_without_any_list_is_refused():
    with pytest.raises(DmnError, match="no output lists its values"):
        answered(table(AGE, [output()], GROWING, "PRIORITY"), {"age": 50})


def test_an_output_outside_its_values_is_an_error():
    with pytest.raises(DecisionError, match=r"rule 1: the output '' is not among"):
        named("FIRST", 70, '"refer", "treat"')


def test_an_input_outside_its_values_is_an_error():
    columns = [column("age", "number", values="[0..120]")]
    logic = table(columns, [output()], GROWING, "FIRST")
    assert answered(logic, {"age": 70}) == 30
    with pytest.raises(DecisionError, match="the input 'age' is not among its values"):
        answered(logic, {"age": 170})


def test_an_input_of_another_type_is_an_error_not_a_silent_miss():
    with pytest.raises(DecisionError, match="the input 'age' is no number"):
        answered(table(AGE, [output()], GROWING), {"age": "70"})


@pytest.mark.parametrize("version", NAMESPACES)
def test_the_versions_of_the_standard_from_1_1_to_1_5_are_read(version):
    logic = table(AGE, [output()], GROWING, "FIRST")
    model = load_dmn(
        definitions(
            input_data("age", "number"),
            decision("answer", logic, inputs=["age"]),
            version=version,
        )
    )
    assert model.version == version
    assert evaluate_decision(model, "answer", {"age": 70}) == 30


@pytest.mark.parametrize(
    ("policy", "aggregation", "message"),
    [
        ("SOMETIMES", "", "is no hit policy"),
        ("COLLECT", "MEAN", "is no aggregation"),
        ("FIRST", "SUM", "an aggregation does not go with FIRST"),
    ],
)
def test_a_policy_or_aggregation_that_does_not_exist_is_refused(
    policy, aggregation, message
):
    with pytest.raises(DmnError, match=message):
        answered(table(AGE, [output()], GROWING, policy, aggregation), {"age": 50})


def test_an_aggregation_over_several_outputs_is_refused():
    with pytest.raises(DmnError, match="is defined for one output"):
        answered(table(AGE, TWO, OFFERS, "COLLECT", "COUNT"), {"age": 50})


def test_a_rule_with_a_cell_too_few_is_refused_with_its_number():
    rules = (*GROWING, (["-", "-"], ["1"]))
    with pytest.raises(DmnError, match=r"rule 4: .*more or fewer cells"):
        answered(table(AGE, [output()], rules, "FIRST"), {"age": 50})


# Null: what is not given


@pytest.mark.parametrize(
    "cell",
    ["< 18", ">= 18", "[0..120]", "5", "1, 2", "not(< 18)", "not([0..9])", "< x"],
)
def test_a_comparison_with_what_is_not_given_does_not_hit(cell):
    rules = (([cell], ["1"]), (["-"], ["2"]))
    logic = table(AGE, [output()], rules, "FIRST")
    assert answered(logic, {"age": None, "x": None}) == 2


@pytest.mark.parametrize(
    ("cell", "value", "hits"),
    [
        ("null", None, True),
        ("null", 5, False),
        ("not(null)", 5, True),
        ("not(null)", None, False),
        ('not("a")', None, True),  # null is not "a": the standard's own answer
        ('not("a")', "b", True),
        ('not("a", "b")', "b", False),
        ('"a", null', None, True),
        ("? = null", None, True),
        ("-", None, True),
        ("", None, True),
        ("true", None, False),
        ("false", None, False),
    ],
)
def test_null_in_a_cell_is_as_in_the_standard(cell, value, hits):
    logic = table(
        [column("x")], [output()], ((([cell]), ["1"]), (["-"], ["2"])), "FIRST"
    )
    assert answered(logic, {"x": value}) == (1 if hits else 2)


@pytest.mark.parametrize(
    ("cell", "value", "hits"),
    [
        ("[1..3]", 3, True),
        ("[1..3)", 3, False),
        ("(1..3]", 1, False),
        ("]1..3[", 2, True),
        ("]1..3[", 3, False),
        ("< 1, > 3", 2, False),
        ("< 1, > 3", 4, True),
        ("not(1, 2)", 3, True),
        ("!= 3", 3, False),
        ("= 3", 3, True),
        ("limit", 3, True),
        ("> limit", 4, True),
        ("[1, 2, 3]", 3, True),
        ("[[1..2], [4..5]]", 3, False),
        ("? > 2 and ? < 4", 3, True),
        ("? > 2 and ? < 4", 5, False),
        ("limit > 2", 99, True),
        ("-1", -1, True),
        ("3.0", 3, True),
        (">= limit + 1", 3, False),
        ("abs(limit)", 3, True),
        ("> ? - 1", 3, True),
        ("> ? + 1", 3, False),
    ],
)
def test_a_cell_of_numbers(cell, value, hits):
    logic = table(
        [column("x")], [output()], ((([cell]), ["1"]), (["-"], ["2"])), "FIRST"
    )
    assert answered(logic, {"x": value, "limit": 3}) == (1 if hits else 2)


@pytest.mark.parametrize(
    ("cell", "value", "hits"),
    [
        ("true", True, True),
        ("true", False, False),
        ("not(true)", False, True),
        ("flag", False, False),
        ("not(flag)", False, True),
        ("1", True, False),
        ('"true"', True, False),
    ],
)
def test_a_cell_of_booleans(cell, value, hits):
    logic = table(
        [column("x")], [output()], ((([cell]), ["1"]), (["-"], ["2"])), "FIRST"
    )
    assert answered(logic, {"x": value, "flag": True}) == (1 if hits else 2)


@pytest.mark.parametrize(
    ("cell", "value", "hits"),
    [
        ('date("2026-11-21")', "2026-11-21", True),
        ('< date("2026-11-21")', "2026-11-20", True),
        ('[@"2026-01-01"..@"2026-12-31"]', "2026-11-21", True),
        ('> @"2026-11-21"', "2026-11-21", False),
    ],
)
def test_a_cell_of_dates(cell, value, hits):
    logic = table(
        [column("x", "date")], [output()], ((([cell]), ["1"]), (["-"], ["2"])), "FIRST"
    )
    model = load_dmn(
        definitions(input_data("x", "date"), decision("answer", logic, inputs=["x"]))
    )
    assert evaluate_decision(model, "answer", {"x": value}) == (1 if hits else 2)
