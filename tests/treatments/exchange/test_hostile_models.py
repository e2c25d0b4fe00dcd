"""Bad XML, and bad models of decisions, are refused before anything is opened."""

import pytest

from tests.treatments.exchange.refusals import refused
from tests.treatments.exchange.test_round_trips import small
from treatments.exchange import export

DMN = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"'


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        ('<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', "has a document type (DTD)"),
        (
            "<!DOCTYPE d ["
            '<!ENTITY a0 "lol">'
            + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
            + "]><d>&a11;</d>",
            "has a document type (DTD)",
        ),
        (
            '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
            "has a document type (DTD)",
        ),
        ('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>', "has a document type"),
        ("<d>&unknown;</d>", "is not well-formed XML"),
        ("<d>", "is not well-formed XML"),
        ("<d/>", "is no decision model"),
        ("<a>" * 100_000, "nests more than 40 elements deep"),
        (f"{DMN}>" + "<a/>" * 500_000 + "</definitions>", "more than 400000 XML elem"),
        (f"{DMN}/>", "holds tables of another tool and no ruleset"),
        ('<?xml version="1.0" encoding="x-no"?><d/>', "a.dmn: is "),
    ],
)
def test_hostile_xml_is_refused(xml, says):
    assert says in refused(xml.encode(), "a.dmn")


def test_xml_of_a_million_attributes_is_refused_in_bounds():
    many = " ".join(f'a{n}="{n}"' for n in range(400_000))
    assert "a.dmn" in refused(f"<d {many}/>".encode(), "a.dmn")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('hitPolicy="FIRST"', 'hitPolicy="COLLECT" aggregation="SUM"', "aggregation"),
        ("<spine:facts>", "<spine:other>", "is not well-formed XML"),
        ("<spine:head>{", "<spine:head>", "<spine:head>: is not JSON"),
        ("<spine:facts>[", "<spine:facts>[NaN,", "NaN, which is no number"),
        ("<text>&gt;= 4</text>", "<text/></inputEntry><inputEntry>", "rule 1"),
    ],
)
def test_a_broken_model_of_ours_is_refused_with_its_decision(old, new, says):
    text = export(small(), "dmn").decode()
    assert old in text
    assert says in refused(text.replace(old, new, 1).encode(), "a.dmn")
