"""Models: what decisions require, types, knowledge, boxed expressions, inputs."""

from decimal import Decimal

import pytest

from tests.treatments.engine.dmn.models import (
    answered,
    bkm,
    column,
    decision,
    definitions,
    input_data,
    literal,
    output,
    table,
)
from treatments.engine import DmnError, evaluate_decision, load_dmn
from treatments.engine.dmn import DecisionError

COLOUR = (
    '<itemDefinition name="colour"><typeRef>string</typeRef>'
    '<allowedValues><text>"red", "green"</text></allowedValues></itemDefinition>'
)
PERSON = (
    '<itemDefinition name="person">'
    '<itemComponent name="First name"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="age"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..120]</text></allowedValues></itemComponent>"
    "</itemDefinition>"
)


def test_a_decision_is_evaluated_with_all_it_requires():
    score = table([column("age")], [output()], [([">= 65"], ["2"]), (["< 65"], ["1"])])
    model = load_dmn(
        definitions(
            decision("advice", literal("risk * 10"), decisions=["risk"]),
            decision("risk", literal("score + 1"), decisions=["score"]),
            decision("score", score, inputs=["age"]),
            input_data("age", "number"),
        )
    )
    assert evaluate_decision(model, "advice", {"age": 70}) == 30
    assert evaluate_decision(model, "risk", {"age": 30}) == 2


def test_a_decision_sees_only_what_it_requires():
    model = load_dmn(
        definitions(input_data("age"), decision("advice", literal("age + 1")))
    )
    assert "unknown name: 'age'" in str(model.problems[0])
    with pytest.raises(DmnError, match="unknown name: 'age'"):
        evaluate_decision(model, "advice", {"age": 70})


def test_a_decision_that_cannot_be_read_does_not_stop_the_others():
    model = load_dmn(
        definitions(
            input_data("n"),
            decision("good", literal("n + 1"), inputs=["n"]),
            decision("broken", literal("n +"), inputs=["n"]),
            decision("after broken", literal("1"), decisions=["broken"]),
        )
    )
    assert evaluate_decision(model, "good", {"n": 1}) == 2
    for name in ("broken", "after broken"):
        with pytest.raises(DmnError, match="decision 'broken'"):
            evaluate_decision(model, name, {"n": 1})


def test_decisions_that_require_each_other_are_refused():
    with pytest.raises(DmnError, match=r"in a circle: 'a' → 'b' → 'a'|'b' → 'a' → 'b'"):
        load_dmn(
            definitions(
                decision("a", literal("b"), decisions=["b"]),
                decision("b", literal("a"), decisions=["a"]),
            )
        )


def test_knowledge_that_requires_itself_is_refused():
    with pytest.raises(DmnError, match="in a circle"):
        load_dmn(definitions(bkm("f", {"x": ""}, literal("f(x)"), knowledge=["f"])))


def test_a_requirement_of_something_elsewhere_is_a_problem_with_its_line():
    model = load_dmn(definitions(decision("a", literal("1"), inputs=["gone"])))
    assert str(model.problems[0]).startswith("line 3: decision 'a'")
    assert "is no inputData of this model" in str(model.problems[0])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((input_data("a"), decision("a", literal("1"))), "is the name of two things"),
        (
            (input_data("a"), input_data("b").replace("in b", "in a")),
            "is the id of two",
        ),
        ((decision("", literal("1")),), "a decision has no name"),
        ((decision("a" * 400, literal("1")),), "a name is longer than 300 characters"),
        ((COLOUR, COLOUR), "two item definitions have one name"),
        ((COLOUR.replace(">string<", ">hue<"),), "is no type of this model"),
        ((COLOUR.replace(">string<", ">colour<"),), "defined by each other"),
        ((COLOUR.replace('"green"', "green"),), "has an unknown name: 'green'"),
        ((input_data("a", "hue"),), "is no type of this model"),
    ],
)
def test_what_does_not_hold_together_is_refused_as_a_whole(parts, message):
    with pytest.raises(DmnError, match=message):
        load_dmn(definitions(*parts))


# Knowledge


def test_a_function_is_called_by_position_by_name_and_by_invocation():
    pay = bkm("pay", {"rate": "number", "term": ""}, literal("rate * term + 1"))
    invocation = (
        f"<invocation>{literal('pay')}"
        f'<binding><parameter name="term"/>{literal("n")}</binding>'
        f'<binding><parameter name="rate"/>{literal("2")}</binding></invocation>'
    )
    for logic in (literal("pay(2, n)"), literal("pay(term: n, rate: 2)"), invocation):
        model = load_dmn(
            definitions(
                input_data("n"),
                pay,
                decision("answer", logic, inputs=["n"], knowledge=["pay"]),
            )
        )
        assert evaluate_decision(model, "answer", {"n": 10}) == 21


def test_a_function_may_use_another_and_hold_a_table():
    band = table(
        [column("x")], [output()], [(["< 5"], ['"low"']), ([">= 5"], ['"high"'])]
    )
    model = load_dmn(
        definitions(
            bkm("band of", {"x": "number"}, band),
            bkm(
                "shout",
                {"y": ""},
                literal("upper case(band of(y))"),
                knowledge=["band of"],
            ),
            decision("answer", literal("shout(7)"), knowledge=["shout"]),
        )
    )
    assert evaluate_decision(model, "answer", {}) == "HIGH"


@pytest.mark.parametrize("call", ["f()", "f(1, 2)", 'f("a")', "f(z: 1)"])
def test_a_call_with_other_arguments_is_null(call):
    model = load_dmn(
        definitions(
            bkm("f", {"x": "number"}, literal("1")),
            decision("answer", literal(call), knowledge=["f"]),
        )
    )
    assert evaluate_decision(model, "answer", {}) is None


# Boxed expressions


def entry(logic: str, name: str = "") -> str:
    variable = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def test_a_boxed_context_has_entries_that_see_those_before():
    boxed = f"<context>{entry(literal('n + 1'), 'x')}{entry(literal('x * 2'), 'y')}"
    assert answered(f"{boxed}</context>", {"n": 1}) == {"x": 2, "y": 4}


def test_a_boxed_context_may_have_a_result():
    rules = [(["> 1"], ['"many"']), (["<= 1"], ['"few"'])]
    held = table([column("n")], [output()], rules)
    boxed = f"<context>{entry(held, 'how much')}{entry(literal('how much'))}</context>"
    assert answered(boxed, {"n": 3}) == "many"


def test_a_list_and_a_relation():
    boxed = f"<list>{literal('n')}{literal('n + 1')}</list>"
    assert answered(boxed, {"n": 1}) == [1, 2]
    relation = (
        '<relation><column name="k"/><column name="v"/>'
        f"<row>{literal('1')}{literal('n')}</row><row>{literal('2')}{literal('3')}</row>"
        "</relation>"
    )
    assert answered(relation, {"n": 9}) == [{"k": 1, "v": 9}, {"k": 2, "v": 3}]


@pytest.mark.parametrize("kind", ["for", "filter", "conditional", "functionDefinition"])
def test_a_boxed_expression_that_is_not_read_says_so(kind):
    with pytest.raises(DmnError, match="is no expression that is read here"):
        answered(f"<{kind}/>", {})


def test_another_expression_language_is_not_taken_for_feel():
    with pytest.raises(DmnError, match="is an expression language other than FEEL"):
        answered(literal("1", expressionLanguage="javascript"), {})
    assert answered(literal("1", expressionLanguage="feel"), {}) == 1


# Inputs and types


def typed(of: str, value: object, *types: str):
    model = load_dmn(
        definitions(
            *types, input_data("x", of), decision("answer", literal("x"), inputs=["x"])
        )
    )
    return evaluate_decision(model, "answer", {"x": value})


@pytest.mark.parametrize(
    ("of", "value"),
    [
        ("number", "70"),
        ("number", True),
        ("string", 1),
        ("boolean", 1),
        ("boolean", "true"),
        ("date", "2026-02-30"),
        ("date", "21.11.2026"),
        ("colour", "blue"),
        ("person", {"First name": "Ada", "age": 121}),
        ("person", {"First name": 5}),
        ("person", "Ada"),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", Decimal("NaN")),
        ("", object()),
        ("", {1, 2}),
        ("", b"bytes"),
    ],
)
def test_an_input_outside_its_type_is_an_error_that_names_it(of, value):
    with pytest.raises(DecisionError, match="input 'x'"):
        typed(of, value, COLOUR, PERSON)


def test_allowed_values_bind_each_item_and_a_constraint_the_whole():
    several = (
        '<itemDefinition name="colours" isCollection="true"><typeRef>colour</typeRef>'
        "<typeConstraint><text>count(?) &gt; 1</text></typeConstraint></itemDefinition>"
    )
    assert typed("colours", ["red", "green"], COLOUR, several) == ["red", "green"]
    with pytest.raises(DecisionError, match="is not among the values of colour"):
        typed("colours", ["red", "blue"], COLOUR, several)
    with pytest.raises(DecisionError, match="breaks the constraint of colours"):
        typed("colours", ["red"], COLOUR, several)


@pytest.mark.parametrize("digits", [5000, 7000])
def test_a_number_too_long_to_be_written_is_an_error_as_any(digits):
    with pytest.raises(DecisionError, match="input 'x'"):
        typed("string", 10**digits)


@pytest.mark.parametrize(
    ("of", "value", "expected"),
    [
        ("number", 1.5, 1.5),
        ("number", Decimal("0.1"), 0.1),
        ("number", 10**30, 10**30),
        ("number", [5], 5),
        ("colour", "red", "red"),
        ("colour", None, None),
        ("person", {"First name": "Ada"}, {"First name": "Ada", "age": None}),
        ("", (1, 2), [1, 2]),
    ],
)
def test_an_input_of_its_type_is_taken(of, value, expected):
    assert typed(of, value, COLOUR, PERSON) == expected


def test_numbers_come_back_as_int_or_float():
    found = answered(literal("[6 / 2, 1 / 2]"), {})
    assert found == [3, 0.5]
    assert [type(one) for one in found] == [int, float]


def test_an_input_that_the_model_does_not_ask_is_an_error():
    model = load_dmn(
        definitions(input_data("age"), decision("a", literal("age"), inputs=["age"]))
    )
    with pytest.raises(DecisionError, match="input 'agee': is not asked by this model"):
        evaluate_decision(model, "a", {"agee": 70})


def test_a_decision_that_the_model_does_not_have_is_an_error():
    with pytest.raises(DecisionError, match="decision 'b': is not in this model"):
        evaluate_decision(load_dmn(definitions()), "b", {})


def test_a_decision_without_logic_takes_its_value_as_an_input():
    model = load_dmn(
        definitions(
            decision("given", ""),
            decision("answer", literal("given + 1"), decisions=["given"]),
        )
    )
    assert evaluate_decision(model, "answer", {"given": 1}) == 2
    assert evaluate_decision(model, "answer", {}) is None


def test_a_result_outside_its_type_is_null_with_a_message():
    messages: list[str] = []
    assert answered(literal('"x"'), {}, of="number", messages=messages) is None
    assert messages == ["decision 'answer': is no number"]


def test_a_model_without_input_data_asks_for_what_its_tables_name():
    """As tools write a table that stands alone."""
    rules = [(['>= @"2026-01-01"', "> limit"], ["1"]), (["-", "-"], ["2"])]
    columns = [column("day", "date"), column("n", "integer")]
    model = load_dmn(
        definitions(
            decision("answer", table(columns, [output()], rules, "FIRST")),
            decision("after", literal("answer + n"), decisions=["answer"]),
            bkm("f", {"x": ""}, literal("x + n")),
        )
    )
    assert sorted(model.inputs) == ["day", "limit", "n"]
    asked = {"day": "2026-11-21", "n": 5, "limit": 4}
    assert evaluate_decision(model, "answer", asked) == 1
    assert evaluate_decision(model, "after", asked) == 6
    with pytest.raises(DecisionError, match="is no number"):
        evaluate_decision(model, "answer", {**asked, "n": "5"})
    with pytest.raises(DecisionError, match="is not asked"):
        evaluate_decision(model, "answer", {"dya": "2026-11-21"})
    assert "unknown name: 'n'" in str(model.knowledge["f"].problems[0])


def test_a_model_with_the_marks_of_other_tools_is_read():
    content = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"
    xmlns:camunda="http://camunda.org/schema/1.0/dmn"
    xmlns:biodi="http://bpmn.io/schema/dmn/biodi/1.0"
    xmlns:feel="http://www.omg.org/spec/FEEL/20140401"
    id="definitions_1" name="referral" namespace="http://camunda.org/schema/1.0/dmn">
  <!-- a comment -->
  <decision id="referral" name="Referral" camunda:historyTimeToLive="180">
    <extensionElements>
      <biodi:bounds x="150" y="150" width="180" height="80"/>
    </extensionElements>
    <decisionTable id="table_1">
      <input id="input_1" label="Age of the patient" camunda:inputVariable="age">
        <inputExpression id="e_1" typeRef="integer"><text>age</text></inputExpression>
      </input>
      <input id="input_2" label="Deficit">
        <inputExpression id="e_2" typeRef="feel:boolean">
          <text>
            deficit
          </text>
        </inputExpression>
      </input>
      <output id="output_1" label="To whom" name="to" typeRef="string"/>
      <rule id="rule_1">
        <description>weakness at any age</description>
        <inputEntry id="c_1"><text></text></inputEntry>
        <inputEntry id="c_2"><text><![CDATA[true]]></text></inputEntry>
        <outputEntry id="o_1"><text>"surgeon"</text></outputEntry>
      </rule>
      <rule id="rule_2">
        <inputEntry id="c_3"><text>&lt; 65</text></inputEntry>
        <inputEntry id="c_4"><text>false</text></inputEntry>
        <outputEntry id="o_2"><text>"physiotherapist"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>"""
    model = load_dmn(content)
    assert not model.problems
    asked = {"age": 50, "deficit": False}
    assert evaluate_decision(model, "Referral", asked) == "physiotherapist"
    asked["deficit"] = True
    assert evaluate_decision(model, "Referral", asked) == "surgeon"
    assert evaluate_decision(model, "Referral", {"age": 50}) is None


def test_a_decision_that_is_used_must_be_required():
    model = load_dmn(
        definitions(decision("a", literal("1")), decision("b", literal("a")))
    )
    with pytest.raises(DmnError, match="'a' is used but not required"):
        evaluate_decision(model, "b", {})


def test_names_of_components_with_spaces_follow_a_dot():
    model = load_dmn(
        definitions(
            PERSON,
            input_data("The patient", "person"),
            decision(
                "answer",
                literal('The patient.First name + "!"'),
                inputs=["The patient"],
            ),
        )
    )
    given = {"The patient": {"First name": "Ada", "age": 36}}
    assert evaluate_decision(model, "answer", given) == "Ada!"


def test_a_model_is_read_from_a_path_or_from_bytes(tmp_path):
    content = definitions(decision("answer", literal("1")))
    path = tmp_path / "model.dmn"
    path.write_bytes(content)
    for source in (path, str(path), content):
        assert evaluate_decision(load_dmn(source), "answer", {}) == 1
    with pytest.raises(OSError, match="gone"):
        load_dmn(tmp_path / "gone.dmn")


def test_the_same_question_has_the_same_answer_and_leaves_the_model_as_it_was():
    model = load_dmn(
        definitions(
            input_data("n"), decision("answer", literal("[n, n + 1]"), inputs=["n"])
        )
    )
    first = evaluate_decision(model, "answer", {"n": 1})
    first.append("changed")
    assert evaluate_decision(model, "answer", {"n": 1}) == [1, 2]
