"""``manage.py check_cliffs``: every cliff of the shipped ruleset is accepted."""

import csv
import json
import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from treatments.engine import load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET
from treatments.management.cliffs import (
    MILDER,
    MORE_URGENT,
    NEVER_LESS_URGENT,
    accepted,
    base_cases,
    cliffs,
    monotone_claims,
)

PLAIN = DEFAULT_RULESET / "golden" / "suture-central-defect-6.json"


@pytest.fixture(scope="module")
def ruleset():
    return load_ruleset()


@pytest.fixture
def folder(tmp_path):
    """The shipped ruleset with one golden case, so that a walk is short."""
    copied = tmp_path / "ruleset"
    shutil.copytree(DEFAULT_RULESET, copied)
    for path in (copied / "golden").glob("*.json"):
        if path.name != PLAIN.name:
            path.unlink()
    return copied


def _checked(*arguments):
    out = StringIO()
    try:
        call_command("check_cliffs", *map(str, arguments), stdout=out)
    except SystemExit as exit_:
        return exit_.code, out.getvalue()
    return 0, out.getvalue()


def test_every_cliff_of_the_shipped_ruleset_is_accepted_with_a_reason():
    code, out = _checked()
    assert code == 0, out
    assert "30 base cases" in out
    assert " 0 not accepted." in out


def test_the_one_cliff_of_urgency_is_a_severe_weakness_that_an_image_explains():
    with (DEFAULT_RULESET / "cliffs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["reason"].endswith(".") for row in rows)
    of_urgency = [row for row in rows if row["what"] == MORE_URGENT]
    assert {row["answers"] for row in of_urgency} == {"urgent -> early"}
    assert len({row["reason"] for row in of_urgency}) == 1


def test_a_cliff_that_is_not_accepted_is_told_and_ends_in_an_error(folder):
    (folder / "cliffs.csv").unlink()
    code, out = _checked("--ruleset", folder)
    assert code == 1
    assert "annular_defect_width_mm 10.0 (milder) is more invasive than 10.1" in out
    assert "MED_SUTURE, elective -> MED, elective" in out
    assert "SUTURE-08" in out


def test_a_less_urgent_answer_for_a_worse_finding_is_a_cliff(folder):
    table = folder / "tables" / "urgency.csv"
    text = table.read_text("utf-8")
    mended = text.replace('""acute"",""recent"",""old"",""mild""', '""mild""')
    assert mended != text
    table.write_text(mended, "utf-8")
    case = json.loads(PLAIN.read_text("utf-8"))["case"]
    case["facts"] |= {"motor_deficit_days": 15}
    found = [c for c in cliffs([case], load_ruleset(folder)) if c.what == MORE_URGENT]
    assert [(c.fact, c.milder, c.worse) for c in found] == [("weakest_mrc_grade", 4, 3)]


def test_each_step_stays_within_the_range_of_its_fact(ruleset):
    assert set(MILDER) <= set(ruleset.facts)
    case = json.loads(PLAIN.read_text("utf-8"))["case"]
    assert list(cliffs([case], ruleset)), "the walk refuses no value"


def test_the_base_cases_are_complete_and_chosen_evenly(ruleset):
    golden = sorted((DEFAULT_RULESET / "golden").glob("*.json"))
    cases = [json.loads(path.read_text("utf-8"))["case"] for path in golden]
    chosen = base_cases(cases, ruleset)
    assert len(chosen) == 30
    assert len({case["case_id"] for case in chosen}) == 30
    assert all("slip_type" in case["discs"][0] for case in chosen)


def test_a_file_of_accepted_cliffs_is_read_by_step_and_answers():
    known = accepted(DEFAULT_RULESET / "cliffs.csv")
    step = ("annular_defect_width_mm", "10.0", "10.1", "more invasive")
    assert (*step, "MED_SUTURE -> MED") in known


def test_a_folder_that_is_no_ruleset_is_refused(tmp_path):
    with pytest.raises(CommandError):
        call_command("check_cliffs", "--ruleset", str(tmp_path))


def test_no_worse_deficit_or_residual_is_less_urgent_in_any_complete_case(ruleset):
    claims = [c for c in monotone_claims(ruleset) if "urgency" in c.title]
    assert [claim.fact for claim in claims] == list(NEVER_LESS_URGENT)
    for claim in claims:
        assert claim.inversion(ruleset) is None, claim.title


def test_an_urgency_that_falls_with_a_worse_weakness_is_found(folder):
    table = folder / "tables" / "urgency.csv"
    text = table.read_text("utf-8")
    table.write_text(
        text.replace('""acute"",""recent"",""old"",""mild""', '""mild""'), "utf-8"
    )
    broken = load_ruleset(folder)
    claims = {c.fact: c for c in monotone_claims(broken) if "urgency" in c.title}
    found = {fact: claim.inversion(broken) for fact, claim in claims.items()}
    weaker = found["weakest_mrc_grade"]
    assert weaker is not None
    assert (weaker.milder, weaker.worse) == (4, 3)
    assert found["post_void_residual_ml"] is None


def test_an_operation_that_turns_into_care_after_some_days_is_found(folder):
    """As in the first rulebook, where day 15 turned a foot drop into care."""
    table = folder / "tables" / "invasive_justified.csv"
    text = table.read_text("utf-8")
    broken = text.replace('""acute"",""recent""', '""acute""')
    assert broken != text
    table.write_text(broken, "utf-8")
    ruleset = load_ruleset(folder)
    (claim,) = [c for c in monotone_claims(ruleset) if "turns an operation" in c.title]
    found = claim.inversion(ruleset)
    assert found is not None
    assert (found.milder, found.worse) == (15, 14)
