"""Tables of other tools become drafts where their names fit; else they are refused."""

import pytest

from tests.treatments.exchange.test_round_trips import small
from treatments.authoring.document.parts import join, split
from treatments.engine import Ruleset, RulesetError
from treatments.exchange import ImportRefusedError, read

INPUTS = (
    '<input id="i1" label="Shift"><inputExpression id="e1" typeRef="number">'
    "<text>shift</text></inputExpression></input>"
    '<input id="i2"><inputExpression id="e2"><text>flag</text>'
    "</inputExpression></input>"
)


def rule(*cells, outputs=('"yes"',), note=""):
    entries = "".join(f"<inputEntry><text>{c}</text></inputEntry>" for c in cells)
    says = "".join(f"<outputEntry><text>{o}</text></outputEntry>" for o in outputs)
    return f"<rule><description>{note}</description>{entries}{says}</rule>"


def model(
    *rules,
    inputs=INPUTS,
    outputs='<output name="loose"/>',
    attributes='hitPolicy="FIRST"',
    name="Looseness",
    version="20180521",
):
    return (
        f'<definitions xmlns="http://www.omg.org/spec/DMN/{version}/MODEL/" name="m">'
        f'<decision id="d" name="{name}"><decisionTable {attributes}>'
        f"{inputs}{outputs}{''.join(rules)}</decisionTable></decision></definitions>"
    ).encode()


def refusal(data, base=None):
    with pytest.raises(ImportRefusedError) as refused:
        read(data, "theirs.dmn", base or small())
    return str(refused.value)


GOOD = (
    rule("&gt;= 4", "-", note="Because they say so"),
    rule("[3..4)", "true", outputs=('"perhaps"',)),
    rule("", "", outputs=('"no"',)),
)


@pytest.mark.parametrize("version", ["20180521", "20191111", "20230324"])
def test_a_table_that_derives_a_fact_takes_the_place_of_ours(version):
    before = small()
    found = read(model(*GOOD, version=version), "theirs.dmn", before)
    assert before == small()
    table = found["tables"][0]
    assert (table["id"], table["kind"], table["output"]) == (
        "loose",
        "derived",
        "loose",
    )
    assert [r["cells"] for r in table["rules"]] == [
        {"shift": ">= 4"},
        {"shift": "[3..4)", "flag": "true"},
        {},
    ]
    assert [r["outputs"]["value"] for r in table["rules"]] == ["yes", "perhaps", "no"]
    assert table["rules"][0]["rationale"] == "Because they say so"
    assert found["tables"][1:] == before["tables"][1:]


def test_the_draft_says_which_grounds_are_missing_before_it_can_be_published():
    with pytest.raises(RulesetError) as refused:
        Ruleset.from_document(read(model(*GOOD), "theirs.dmn", small()))
    assert "rule Looseness-02: rationale is empty" in str(refused.value)
    assert "rule Looseness-01: sources are missing" in str(refused.value)
    others = {p.path for p in refused.value.problems if "Looseness" not in p.path}
    assert not others


def test_a_table_of_options_is_known_by_its_outputs():
    outputs = '<output name="treatments"/><output name="effect"/>'
    rows = rule("5", "-", outputs=('["CONS", "ENDO"]', '"indicated"'))
    found = read(
        model(rows, outputs=outputs, attributes='hitPolicy="COLLECT"', name="More"),
        "theirs.dmn",
        small(),
    )
    table = found["tables"][-1]
    assert (table["id"], table["kind"]) == ("More", "eligibility")
    assert table["rules"][0]["outputs"] == {
        "treatments": ["CONS", "ENDO"],
        "effect": "indicated",
    }


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            model(*GOOD, inputs=INPUTS.replace("shift", "shift_mm")),
            "decision 'Looseness', input: 'shift_mm' is no fact of the ruleset: add it",
        ),
        (
            model(*GOOD, outputs='<output name="wobbly"/>'),
            "decision 'Looseness', output: wobbly must be a derived fact",
        ),
        (
            model(*GOOD, outputs='<output name="flag"/>'),
            "decision 'Looseness', output: flag must be a derived fact",
        ),
        (
            model(rule("&gt; date(1)", "-")),
            "decision 'Looseness', rule Looseness-01, input shift: '> date(1)'",
        ),
        (
            model(*GOOD, attributes='hitPolicy="OUTPUT ORDER"'),
            "OUTPUT ORDER is no hit policy for it: use UNIQUE or FIRST",
        ),
        (
            model(*GOOD, attributes='hitPolicy="COLLECT" aggregation="SUM"'),
            "counts or adds up its rules (aggregation)",
        ),
        (
            model(
                *GOOD,
                outputs='<output name="loose"><defaultOutputEntry><text>"no"</text>'
                "</defaultOutputEntry></output>",
            ),
            "has a default output: give it as a last rule",
        ),
        (model(rule("5")), "has 1 cells <inputEntry>, the table has 2 such columns"),
        (
            model().replace(b"decisionTable", b"literalExpression"),
            "decision 'Looseness': is no decision table",
        ),
        (
            b'<definitions xmlns="http://www.omg.org/spec/DMN/20180521/MODEL/"/>',
            "no dec",
        ),
    ],
)
def test_what_has_no_place_in_the_ruleset_is_refused_with_what_to_do(data, says):
    assert says in refusal(data)


def test_everything_that_is_missing_is_said_at_once():
    data = model(
        rule("about 3", "-"),
        inputs=INPUTS.replace("flag", "colour"),
        attributes='hitPolicy="COLLECT"',
    )
    assert len(refusal(data).splitlines()) == 3


def test_a_foreign_model_without_a_ruleset_to_read_it_into_is_refused():
    with pytest.raises(ImportRefusedError, match="tables of another tool"):
        read(model(*GOOD), "theirs.dmn")


def test_a_decision_named_with_a_sentence_becomes_a_table_with_an_id():
    alert = '<output name="indicator"/><output name="text"/>'
    says = rule("&gt;= 4", "-", outputs=('"info"', '"Look twice."'))
    twice = model(
        says, outputs=alert, attributes='hitPolicy="COLLECT"', name="Look at it!"
    ).replace(b"</decision></definitions>", b"</decision>DECISION</definitions>")
    start, end = twice.index(b"<decision "), twice.index(b"DECISION")
    other = twice[start:end].replace(b"Look at it!", b"Look at it?")
    found = read(twice.replace(b"DECISION", other), "theirs.dmn", small())
    added = found["tables"][-2:]
    assert [t["id"] for t in added] == ["Look_at_it", "Look_at_it_2"]
    assert [t["title"] for t in added] == ["Look at it!", "Look at it?"]
    assert [r["id"] for t in added for r in t["rules"]] == [
        "Look_at_it-01",
        "Look_at_it_2-01",
    ]
    assert join(split(found)) == found
