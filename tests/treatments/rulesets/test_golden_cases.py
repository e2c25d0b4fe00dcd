"""Every golden case comes out as it is written beside the ruleset."""

import json

import pytest

from treatments.engine import evaluate, load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET

GOLDEN = sorted((DEFAULT_RULESET / "golden").glob("*.json"))

#: The version before this one: its answers stay as they were.
FIRST_RULESET = DEFAULT_RULESET.parent / "lumbar_disc_herniation_1"
FIRST_GOLDEN = sorted((FIRST_RULESET / "golden").glob("*.json"))

#: What the experts' lists name that is not a treatment of the ladder.
DIAGNOSE_FIRST = "DIAG_FIRST"
ANY_PERCUTANEOUS = "PERC_ANY"


@pytest.fixture(scope="module")
def ruleset():
    return load_ruleset()


def _evaluated(golden, ruleset):
    document = evaluate(golden["case"], ruleset).to_document()
    recommended = (document["recommended"] or {}).get("treatment")
    return document, recommended


def _read(path):
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_case_gets_its_advice(path, ruleset):
    golden = _read(path)
    document, recommended = _evaluated(golden, ruleset)
    expected = golden["expected"]
    assert document["errors"] == []
    assert {
        "disposition": document["disposition"],
        "urgency": document["urgency"],
        "recommended": recommended,
    } == {key: expected[key] for key in ("disposition", "urgency", "recommended")}
    statuses = {o["treatment"]: o["status"] for o in document["options"]}
    wanted = expected.get("statuses", {})
    assert {code: statuses[code] for code in wanted} == wanted
    if "assumed" in expected:
        assert sorted({a["fact"] for a in document["assumed"]}) == expected["assumed"]


def test_the_first_version_still_gives_its_advice():
    first = load_ruleset(FIRST_RULESET)
    for path in FIRST_GOLDEN:
        golden = _read(path)
        document, recommended = _evaluated(golden, first)
        expected = golden["expected"]
        found = (document["disposition"], document["urgency"], recommended)
        wanted = tuple(expected[k] for k in ("disposition", "urgency", "recommended"))
        assert found == wanted, path.name


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_case_covers_the_rung_and_the_rows_that_it_names(path, ruleset):
    golden = _read(path)
    document, recommended = _evaluated(golden, ruleset)
    treatment = ruleset.treatments.get(recommended)
    reached = {f"rung:{treatment.rung}"} if treatment else set()
    reached |= {f"triage:{rule}" for rule in document["matched_rules"]}
    reached |= {f"rule:{rule}" for rule in document["matched_rules"]}
    reached |= {f"rule:{alert['rule']}" for alert in document["alerts"]}
    assert set(golden["covers"]) <= reached


@pytest.mark.parametrize(
    "path",
    [path for path in GOLDEN if "not_acceptable" in _read(path)["expected"]],
    ids=lambda path: path.stem,
)
def test_advice_stays_within_what_an_expert_accepts(path, ruleset):
    golden = _read(path)
    document, recommended = _evaluated(golden, ruleset)
    expected = golden["expected"]
    refused = set(expected["not_acceptable"])
    assert recommended not in refused
    if ANY_PERCUTANEOUS in refused:
        assert not (recommended or "").startswith("PERC_")
    if recommended is not None and "accepted" in expected:
        assert recommended in expected["accepted"]
    if DIAGNOSE_FIRST in expected.get("accepted", ()):
        assert document["disposition"] == "diagnose_first"
