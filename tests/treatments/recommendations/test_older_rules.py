"""A site that still works by an older version of the rules loses no case by it."""

import pytest

from tests.small_ruleset import FIRST_RULESET
from tests.treatments.conftest import findings
from treatments.engine import evaluate, load_ruleset
from treatments.engine.case import known_to
from treatments.recommendations.case_document import findings_document
from treatments.recommendations.preview import preview_findings
from treatments.replay.causes import explain
from treatments.replay.comparison import compare
from treatments.rulebook.services import ruleset_load

FIRST, SHIPPED = load_ruleset(FIRST_RULESET), load_ruleset()
NEW_FACTS = {"symptom_side": "left", "osteoporosis": False, "injection_tried": "no"}
NEW_FINDINGS = {"slip_type": "none", "intradural_suspected": False}


@pytest.fixture
def version(db):
    return ruleset_load(ruleset=FIRST)


def test_a_case_with_questions_that_the_live_rules_lack_is_advised(an_advice, version):
    advice = an_advice(facts=NEW_FACTS, disc=NEW_FINDINGS)
    assert advice.ruleset == version
    assert advice.disposition == "ladder"
    assert not NEW_FACTS.keys() & advice.case_document["facts"].keys()
    assert not NEW_FINDINGS.keys() & advice.case_document["discs"][0].keys()


def test_options_that_the_live_rules_lack_may_be_off_the_offer(
    an_advice, team, version
):
    team.unavailable_treatments.create(treatment="UBE")
    assert an_advice().disposition == "ladder"


def test_the_live_panel_says_the_same(patient):
    found = findings(facts=NEW_FACTS, disc=NEW_FINDINGS)
    assert preview_findings(found, patient, FIRST).disposition == "ladder"


def test_a_replay_reads_each_case_with_the_questions_of_each_version(patient):
    document = findings_document(
        findings(facts=NEW_FACTS, disc=NEW_FINDINGS), patient, ["INJECTION"]
    )
    assert evaluate(document, FIRST).disposition == "invalid"
    compared = compare([document], FIRST, SHIPPED)
    advised = [code.partition("/")[0] for code in (*compared.old, *compared.new)]
    assert advised == ["ladder", "ladder"]
    assert "cannot read" not in explain(document, FIRST, SHIPPED).otherwise


def test_a_value_that_older_rules_do_not_know_is_refused_and_named(patient):
    document = findings_document(
        findings(disc={"migration": "dorsal"}), patient, ["INJECTION"]
    )
    answer = evaluate(known_to(FIRST, document), FIRST)
    assert answer.disposition == "invalid"
    assert [error["path"] for error in answer.errors] == ["discs[0].migration"]


@pytest.mark.parametrize(
    "document", [{}, {"facts": None, "discs": 3}, {"discs": [None, {"level": "L4-5"}]}]
)
def test_what_is_no_case_is_left_to_the_engine_to_refuse(document):
    assert evaluate(known_to(FIRST, document), FIRST).disposition == "invalid"
