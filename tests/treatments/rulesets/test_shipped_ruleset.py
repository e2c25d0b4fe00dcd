"""The shipped ruleset says what it must: vocabulary, grounds, wording, golden cases."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from treatments.engine import evaluate, load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET

CONTRACT_FACTS = Path(__file__).with_name("contract_facts.csv")
GOLDEN = sorted((DEFAULT_RULESET / "golden").glob("*.json"))

#: The treatments of the contract, in the order in which options are listed.
LADDER = {
    "CONS": ["CONS", "INJECTION"],
    "PERC": [
        "PERC_PLASMA",
        "PERC_RF",
        "PERC_OZONE",
        "PERC_SUCTION",
        "PERC_LASER",
        "PERC_COLLAGENASE",
    ],
    "ENDO": ["ENDO_TF", "ENDO_IL"],
    "MED": ["MED", "UBE"],
    "MED_SUTURE": ["MED_SUTURE"],
    "MINI_OPEN": ["MINI_OPEN"],
    "FIXATION": ["FUSION", "DYNAMIC", "HYBRID"],
}

#: Promotional and absolute claims that no text of the ruleset may make.
CLAIMS = (
    "absolutely",
    "no risk",
    "100%",
    "100 %",
    "most advanced",
    "most ideal",
    "most effective",
    "most minimally",
    "gold standard",
    "safest",
    "will not die",
    "paralysis",
    "guarantee",
    "perfect",
    "no bleeding",
    "you must",
)

#: A letter marks a part of a row of the rulebook that no single cell could say.
RULE_ID = re.compile(r"[A-Z]+(-[A-Z]+)?-\d{2}[a-c]?")

#: What the contract adds to a meaning for writers of documents, not of forms.
HOW_TO_WRITE = re.compile(r'; "[^"]+" is \{.+\}$')

#: The version before this one, which stays beside it.
FIRST_RULESET = DEFAULT_RULESET.parent / "lumbar_disc_herniation_1"

#: The columns that ground a row and decide nothing.
NOT_SAID_BY_A_ROW = (
    "text",
    "rationale",
    "sources",
    "strength",
    "certainty",
    "owner",
    "review_by",
)


@pytest.fixture(scope="module")
def ruleset():
    return load_ruleset()


@pytest.fixture(scope="module")
def rules(ruleset):
    return list(ruleset.rules.values())


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _contract_facts():
    for row in _rows(CONTRACT_FACTS):
        text, kind = row["values_or_range"], row["type"]
        numbers = kind in ("int", "decimal")
        low, high = text.split("..") if numbers else ("", "")
        yield {
            **{k: row[k] for k in ("name", "scope", "group", "type", "unit")},
            "essential": row["essential"],
            "presumed": row["presumed"],
            "meaning": HOW_TO_WRITE.sub("", row["meaning"]),
            "values": text if kind == "enum" else "",
            "minimum": low,
            "maximum": high,
        }


def test_the_vocabulary_is_the_contracts_with_nothing_added_that_a_case_may_state(
    ruleset,
):
    shipped = [
        row
        for row in _rows(DEFAULT_RULESET / "facts.csv")
        if row["scope"] in ("case", "disc")
    ]
    expected = list(_contract_facts())
    by_table = {
        table.output for table in ruleset.tables.values() if table.kind == "presumption"
    }
    for row in expected:
        if row["name"] in by_table:
            row["presumed"] = ""
    assert [{key: row[key] for key in expected[0]} for row in shipped] == expected


def test_a_fact_is_presumed_by_a_table_or_by_one_plain_value(ruleset):
    by_table = {
        table.output for table in ruleset.tables.values() if table.kind == "presumption"
    }
    for row in _rows(CONTRACT_FACTS):
        plain = ruleset.facts[row["name"]].presumed is not None
        assert plain + (row["name"] in by_table) == bool(row["presumed"]), row["name"]


def test_every_fact_has_a_short_label_of_its_own(ruleset):
    labels = [fact.label for fact in ruleset.facts.values()]
    assert all(0 < len(label) <= 40 for label in labels)
    assert len(set(labels)) == len(labels)


def test_the_ladder_has_the_contracts_rungs_and_treatments_in_order(ruleset):
    assert [rung.code for rung in ruleset.rungs] == list(LADDER)
    listed = [(t.rung, t.code) for t in ruleset.treatments.values()]
    assert listed == [(rung, code) for rung in LADDER for code in LADDER[rung]]


def test_the_percutaneous_preference_is_the_rulebooks(ruleset):
    preference = [c for c in ruleset.selection.order if c.startswith("PERC_")]
    assert preference == [
        f"PERC_{name}"
        for name in ("PLASMA", "RF", "LASER", "OZONE", "SUCTION", "COLLAGENASE")
    ]


def test_every_treatment_shows_two_sides_and_its_sources(ruleset):
    for treatment in ruleset.treatments.values():
        assert treatment.summary.endswith("."), treatment.code
        assert len(treatment.advantages) >= 2, treatment.code
        assert len(treatment.disadvantages) >= 2, treatment.code
        assert set(treatment.sources) <= set(ruleset.sources), treatment.code
        assert treatment.sources, treatment.code


def test_the_percutaneous_treatments_do_not_share_their_texts(ruleset):
    codes = LADDER["PERC"]
    assert len({ruleset.treatments[c].summary for c in codes}) == len(codes)
    assert len({ruleset.treatments[c].disadvantages for c in codes}) == len(codes)


def test_every_rule_cites_sources_that_exist(rules, ruleset):
    for rule in rules:
        assert rule.sources, rule.id
        assert set(rule.sources) <= set(ruleset.sources), rule.id


def test_every_rule_gives_one_sentence_of_its_own_as_rationale(rules):
    for rule in rules:
        assert len(rule.rationale) >= 20, rule.id
        assert rule.rationale.endswith("."), rule.id
        assert rule.rationale.count(". ") == 0, rule.id


def test_no_two_rules_of_a_table_give_the_same_rationale(ruleset):
    for table in ruleset.tables.values():
        if table.kind == "alert":
            continue
        said = Counter(rule.rationale for rule in table.rules)
        assert [text for text, times in said.items() if times > 1] == [], table.id


def test_every_rule_has_an_owner_a_review_date_and_a_readable_id(rules):
    for rule in rules:
        assert RULE_ID.fullmatch(rule.id), rule.id
        assert rule.owner, rule.id
        assert rule.review_by is not None, rule.id


def test_no_rule_id_stands_twice_in_the_files():
    ids = [
        row["id"]
        for path in (DEFAULT_RULESET / "tables").glob("*.csv")
        for row in _rows(path)
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_text_makes_a_promotional_or_absolute_claim(claim):
    for path in DEFAULT_RULESET.rglob("*"):
        if path.suffix in (".csv", ".json") and path.parent.name != "golden":
            assert claim not in path.read_text("utf-8").lower(), path.name


def test_every_cited_statement_and_paper_says_how_far_it_was_verified(ruleset):
    for source in ruleset.sources.values():
        assert source.confidence in ("V", "V-cit", "R"), source.id
        assert source.citation, source.id


def test_an_indication_for_an_invasive_treatment_needs_a_justification(ruleset):
    for table in ruleset.tables_of("eligibility"):
        for rule in table.rules:
            # The injection is a bridge: it asks for no failed trial.
            invasive = set(rule.outputs["treatments"]) - {"CONS", "INJECTION"}
            if rule.outputs["effect"] == "indicated" and invasive:
                assert rule.cells["invasive_justified"].text == '"yes"', rule.id


def test_the_ruleset_says_that_nobody_has_signed_it(ruleset):
    assert ruleset.metadata["sign_off"] == {"state": "unsigned", "by": None, "on": None}
    assert len(ruleset.metadata["source_attributes"]) == 13


def test_each_rung_and_each_triage_row_has_three_golden_cases(ruleset):
    covered = Counter(
        cover for path in GOLDEN for cover in json.loads(path.read_text())["covers"]
    )
    wanted = [f"rung:{rung.code}" for rung in ruleset.rungs]
    wanted += [f"triage:{rule.id}" for rule in ruleset.tables["triage"].rules]
    assert [cover for cover in wanted if covered[cover] < 3] == []
    named = {cover for cover in covered if not cover.startswith("rule:")}
    assert named == set(wanted)


def _said(folder):
    """What the rows ask and say that a case reaches: all that fill no open answer."""
    for path in (folder / "tables").glob("*.csv"):
        if not path.name.startswith(("presumed_", "computed_")):
            for row in _rows(path):
                yield (
                    row["id"],
                    {
                        name: text
                        for name, text in row.items()
                        if text != "-" and name not in NOT_SAID_BY_A_ROW
                    },
                )


def test_every_row_that_is_new_or_changed_has_a_golden_case(ruleset):
    before = dict(_said(FIRST_RULESET))
    moved = {rule for rule, said in _said(DEFAULT_RULESET) if said != before.get(rule)}
    reached = set()
    for path in GOLDEN:
        document = evaluate(json.loads(path.read_text())["case"], ruleset).to_document()
        reached |= {
            *document["matched_rules"],
            *(a["rule"] for a in document["alerts"]),
        }
    assert moved - reached == set()
