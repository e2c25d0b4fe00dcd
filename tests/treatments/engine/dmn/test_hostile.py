"""Bad input: refused with the documented error, within bounds, nothing opened."""

import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from treatments.engine.dmn import DecisionError, markup

SAMPLE = definitions(
    '<itemDefinition name="t"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..9]</text></allowedValues></itemDefinition>",
    input_data("age", "t"),
    bkm("double", {"x": "number"}, literal("x * 2")),
    decision(
        "answer",
        table(
            [column("age", "number", values="[0..9]")],
            [output("a", values='"x", "y"', default='"y"'), output("b")],
            [(["> 3, [1..2)"], ['"x"', "double(age)"]), (["not(4)"], ['"y"', "-age"])],
            "PRIORITY",
        ),
        inputs=["age"],
        knowledge=["double"],
    ),
    decision("outer", literal("answer.b + 1"), decisions=["answer"]),
)
BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><definitions>&c;</definitions>"""


def seconds(work) -> float:
    began = time.process_time()  # Other tests run beside it.
    work()
    return time.process_time() - began


def refused(content: bytes) -> str:
    with pytest.raises(DmnError) as raised:
        load_dmn(content)
    return str(raised.value)


def test_the_sample_is_good():
    model = load_dmn(SAMPLE)
    assert not model.problems
    assert evaluate_decision(model, "outer", {"age": 5}) == 11


# XML


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE definitions SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE definitions [<!ENTITY % x SYSTEM "http://localhost/x"> %x;]>',
        "<!DOCTYPE definitions>",
    ],
)
def test_a_document_type_is_refused_before_anything_is_opened(doctype):
    content = SAMPLE.replace(b"<definitions", doctype.encode() + b"<definitions", 1)
    assert "line 2: a document type or an entity is not allowed" in refused(content)


def test_a_bomb_of_entities_is_refused_with_its_line():
    assert "line 2: a document type" in refused(BOMB.encode())


def test_a_bomb_in_another_encoding_is_refused_too():
    for encoding in ("utf-16", "latin-1"):
        content = BOMB.replace("?>", f' encoding="{encoding}"?>', 1).encode(encoding)
        assert "a document type" in refused(content)


def test_a_file_that_is_too_large_is_refused_unread():
    content = b"<definitions>" + b" " * markup.MAX_BYTES
    assert "larger than" in refused(content)


def test_a_path_to_an_endless_file_is_not_read_to_its_end():
    with pytest.raises(DmnError, match="larger than"):
        load_dmn("/dev/zero")


def test_elements_nested_too_deeply_are_refused():
    assert "nested more than 60 deep" in refused(b"<a>" * 100_000)


def test_too_many_elements_are_refused():
    content = b"<definitions>" + b"<a/>" * (markup.MAX_ELEMENTS + 1)
    assert "more than 400,000 elements" in refused(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no element found"),
        (b"PK\x03\x04", "not well-formed"),
        (b"<definitions/>", "is no DMN 1.1 to 1.5 model"),
        (b'<definitions xmlns="urn:other"/>', "is no DMN 1.1 to 1.5 model"),
        (b"<html></html>", "is no DMN 1.1 to 1.5 model"),
        (SAMPLE[:-20], "line "),
        (SAMPLE.replace(b"UTF-8", b"KLINGON"), "encoding"),
        (SAMPLE.replace(b"answer", b"answ\xff"), "line 6: the file is not well-formed"),
    ],
)
def test_what_is_no_model_is_refused_with_a_reason(content, message):
    assert message in refused(content)


# Expressions


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000,
        "-" * 5000 + "1",
        "if true then " * 1000 + "1",
        "not(" * 1000 + "true" + ")" * 1000,
        "1 in (" * 1000 + "1" + ")" * 1000,
        "abs(" * 1000 + "1" + ")" * 1000,
        "{a: " * 1000 + "1" + "}" * 1000,
        "x[" * 1000,
        "for i in 1..2 return " * 500 + "1",
    ],
)
def test_brackets_nested_too_deeply_are_refused_at_once(expression):
    def ask():
        with pytest.raises(DmnError, match="decision 'answer'"):
            answered(literal(expression), {"x": [1]})

    assert seconds(ask) < 1


@pytest.mark.parametrize(
    "expression",
    [
        "for x" + " " * 19_000 + "return 1",
        "for x" + " x" * 9_000 + " return 1",
        "abs(x" + " " * 19_000 + ")",
        "abs(" + "x " * 9_000 + ")",
        "1 " + "/*" * 9_000,
        '"' + "\\" * 19_000,
        "[" + "x," * 9_000,
        "{a: 1, " * 2_000,
        "1.0000000001 ** 1e30",
        "9e6000 ** 0.3333333333333333333333",
    ],
)
def test_no_text_takes_long_to_read(expression):
    def ask():
        with suppress(DmnError):
            answered(literal(expression), {"x": 1})

    assert seconds(ask) < 0.5


@pytest.mark.parametrize(
    "expression",
    [
        "1" + " + 1" * 4000,
        "true" + " and true" * 2000,
        "x" + ".y" * 9000,
        "[" + "1, " * 6000 + "1]",
        "2" + " ** 1" * 3000,
    ],
)
def test_a_long_flat_expression_is_no_deep_one(expression):
    messages: list[str] = []
    assert (
        seconds(lambda: answered(literal(expression), {"x": 1}, messages=messages)) < 1
    )


def test_an_expression_that_is_too_long_is_refused():
    with pytest.raises(DmnError, match="is longer than 20000 characters"):
        answered(literal("1" * 20_001), {})


def test_expressions_that_are_too_long_together_are_refused():
    parts = [decision(f"d{n}", literal("1 + " * 4000 + "1")) for n in range(120)]
    assert "more than 1,500,000 characters" in refused(definitions(*parts))


# Evaluation


def chain(step: str, count: int, start: str) -> tuple[object, str]:
    """Decisions that each use the one before twice or so."""
    parts = [decision("d0", literal(start))]
    parts += [
        decision(
            f"d{n}", literal(step.replace("D", f"d{n - 1}")), decisions=[f"d{n - 1}"]
        )
        for n in range(1, count)
    ]
    return load_dmn(definitions(*parts)), f"d{count - 1}"


@pytest.mark.parametrize(
    ("step", "count", "start"),
    [
        ("D + D", 60, '"text"'),
        ("[D, D]", 60, "1"),
        ("flatten([D, D])", 60, "[1]"),
        ("concatenate(D, D)", 60, "[1]"),
        ("string([D, D])", 60, '"text"'),
        ("[D]", 3000, "1"),
        ("{x: D}", 3000, "1"),
        ("for i in D, j in D return 1", 60, "[1, 2]"),
    ],
)
def test_what_grows_from_decision_to_decision_ends_in_an_error(step, count, start):
    model, last = chain(step, count, start)

    def ask():
        with pytest.raises(DecisionError):
            evaluate_decision(model, last, {})

    assert seconds(ask) < 10


@pytest.mark.parametrize(
    ("step", "count", "start"),
    [
        ("D + D", 60, '"text"'),
        ("flatten([D, D])", 60, "[1]"),
        ("string join(for i in 1..99999 return D)", 2, f'"{"x" * 9999}"'),
        ("string(for i in 1..99999 return D)", 2, f'"{"x" * 9999}"'),
        ("string(for i in 1..99999 return D)", 2, "1e6000"),
        ("for i in 1..99999 return string(D)", 2, "1e6000"),
    ],
)
def test_what_grows_takes_little_memory(step, count, start):
    model, last = chain(step, count, start)
    tracemalloc.start()
    with pytest.raises(DecisionError):
        evaluate_decision(model, last, {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150_000_000


@pytest.mark.parametrize(
    "expression",
    [
        "count(for i in 1..999999999 return i)",
        "some i in 1..999999999 satisfies i < 0",
        "count(for i in 1..9999, j in 1..9999 return i)",
        "count(for i in 1e40..(1e40 + 9) return i)",
    ],
)
def test_a_loop_without_an_end_in_sight_is_ended(expression):
    with pytest.raises(DecisionError, match="takes more work than is allowed"):
        answered(literal(expression), {})


def test_equal_structures_are_compared_within_the_budget():
    parts = definitions(
        decision("d0", literal("1")),
        *(
            decision(f"d{n}", literal(f"[d{n - 1}, d{n - 1}]"), decisions=[f"d{n - 1}"])
            for n in range(1, 40)
        ),
        decision("same", literal("d39 = d39"), decisions=["d39"]),
    )
    with pytest.raises(DecisionError, match="takes more work"):
        evaluate_decision(load_dmn(parts), "same", {})


def test_a_chain_of_a_thousand_decisions_is_no_deep_recursion():
    model, last = chain("D + 1", 1000, "1")
    assert evaluate_decision(model, last, {}) == 1000


def test_a_deeply_nested_input_is_refused():
    value: object = 1
    for _ in range(5000):
        value = [value]
    with pytest.raises(DecisionError, match="input 'x': is nested too deeply"):
        answered(literal("x"), {"x": value})


def test_a_large_table_is_read_and_asked_quickly():
    """3,700 rules, as users of other engines have."""
    rules = [([f"[{n}..{n + 1})", f'"k{n % 50}"', "-"], [str(n)]) for n in range(3700)]
    logic = table([column("a"), column("b"), column("c")], [output()], rules, "FIRST")
    content = definitions(
        *(input_data(name) for name in "abc"),
        decision("answer", logic, inputs=["a", "b", "c"]),
    )
    models = []
    assert seconds(lambda: models.append(load_dmn(content))) < 5
    asked = {"a": 3699, "b": "k49", "c": None}
    answers = []
    took = seconds(
        lambda: answers.append(evaluate_decision(models[0], "answer", asked))
    )
    assert answers == [3699]
    assert took < 1


# Fuzz


def survives(content: bytes) -> None:
    """Whatever the bytes, an answer or the documented error."""
    with suppress(DmnError):
        model = load_dmn(content)
        for name in model.decisions:
            for age in (5, None):
                with suppress(DmnError):
                    evaluate_decision(model, name, {"age": age})


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(content):
    with pytest.raises(DmnError):
        load_dmn(content)


@st.composite
def mutated(draw) -> bytes:
    content = bytearray(SAMPLE)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content) - 1))
        length = draw(st.integers(0, 30))
        other = draw(st.integers(0, len(content) - 1))
        piece = draw(
            st.one_of(
                st.binary(max_size=6),
                st.just(bytes(content[other : other + length])),
                st.sampled_from(PIECES),
            )
        )
        content[at : at + length] = piece
    return bytes(content)


PIECES = [
    *(
        b"",
        b"<",
        b">",
        b'"',
        b"&#0;",
        b"&lt;",
        b"<!--",
        b"]]>",
        b"#d answer",
        b"#in age",
    ),
    *(b"null", b"not(", b"..", b"[", b"?", b"-", b"1e6144", b"**", b"{", b"@", b"in "),
    *(b"UNIQUE", b"COLLECT", b' aggregation="SUM"', b"boolean", b"date", b"Any"),
    *(b"<rule/>", b"<text/>", b"<output/>", b"<context/>", b"\xff", b"\x00", b"answer"),
]


@settings(max_examples=600, deadline=None)
@given(mutated())
def test_a_model_with_bytes_changed_gives_an_answer_or_the_documented_error(content):
    survives(content)


TOKENS = st.sampled_from(
    [
        *("age", "double", "answer", "1", "2.5", '"x"', "true", "null", "item", "?"),
        *("+", "-", "*", "/", "**", "<", "<=", "=", "!=", "(", ")", "[", "]", "{", "}"),
        *(",", "..", ".", ":", "@", "if", "then", "else", "for", "in", "return", "not"),
        *("some", "satisfies", "and", "or", "between", "instance of", "number", "i"),
        *('"2026-01-01"', '@"P1D"', "sum(", "flatten(", "date(", "count(", "string("),
    ]
)


@settings(max_examples=800, deadline=None)
@given(st.lists(TOKENS, max_size=25), st.booleans())
def test_any_words_of_the_language_give_an_answer_or_the_documented_error(words, cell):
    text = " ".join(words)
    logic = (
        table([column("age")], [output()], [([text], ["1"])]) if cell else literal(text)
    )
    survives(
        definitions(
            input_data("age"),
            bkm("double", {"x": ""}, literal("x * 2")),
            decision("answer", logic, inputs=["age"], knowledge=["double"]),
        )
    )


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60))
def test_any_text_in_a_cell_gives_an_answer_or_the_documented_error(text):
    with suppress(DmnError):
        answered(table([column("x")], [output()], [([text], ["1"])]), {"x": 1})
