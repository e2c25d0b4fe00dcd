"""``manage.py check_ruleset``, with no database to reach."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tests.commands import in_a_process, in_this_process
from treatments.engine import load_ruleset
from treatments.engine.analysis import KINDS


def run(*arguments: object) -> CompletedProcess[bytes]:
    return in_this_process("check_ruleset", *arguments)


def saved(path: Path, document: dict[str, Any]) -> Path:
    file = path / "ruleset.json"
    file.write_text(json.dumps(document), "utf-8")
    return file


def test_the_shipped_ruleset_is_accepted() -> None:
    result = in_a_process("check_ruleset")
    said = result.stdout.decode()
    assert result.returncode == 0, result.stderr
    assert "ERROR" not in said
    assert "INV-8           proved       proved       proved" in said
    assert said.rstrip().splitlines()[-1].startswith("lumbar_disc_herniation:")


def test_as_json_every_finding_names_its_kind_and_severity() -> None:
    result = run("--json")
    document = json.loads(result.stdout)
    assert document["sound"] is True
    for finding in document["findings"]:
        assert finding["kind"] in KINDS
        assert finding["severity"] in ("warning", "info")


def test_errors_end_with_1(tmp_path: Path) -> None:
    document = copy.deepcopy(dict(load_ruleset().document))
    triage = next(t for t in document["tables"] if t["id"] == "triage")
    del triage["rules"][-1]
    result = run(saved(tmp_path, document))
    assert result.returncode == 1
    assert b"gap [triage]" in result.stdout


def test_the_parts_of_a_gap_are_told_in_words_with_a_case_each(tmp_path: Path) -> None:
    document = copy.deepcopy(dict(load_ruleset().document))
    urgency = next(t for t in document["tables"] if t["id"] == "motor_deficit")
    urgency["rules"][1]["cells"]["weakest_mrc_grade"] = "5"
    said = run(saved(tmp_path, document)).stdout.decode()
    assert "No row of motor_deficit matches 16.667% of the cases." in said
    assert "Weakest muscle (MRC): 4 (16.667%)" in said
    assert 'for example {"weakest_mrc_grade": 4}' in said


def test_what_a_time_budget_leaves_undone_is_said() -> None:
    result = run("--json", "--budget", "0.000001", "--limit", "1000")
    document = json.loads(result.stdout)
    assert result.returncode == 0
    assert "undecided" in {f["kind"] for f in document["findings"]}
    assert "not decided" in {p["partial"] for p in document["proofs"]}


def test_a_time_budget_that_is_ample_changes_nothing() -> None:
    assert run("--json", "--budget", "300").stdout == run("--json").stdout


def test_a_document_that_the_loader_refuses_ends_with_1(tmp_path: Path) -> None:
    result = run(saved(tmp_path, {"metadata": {}}), "--json")
    assert result.returncode == 1
    assert {f["kind"] for f in json.loads(result.stdout)["findings"]} == {"refused"}


def test_a_wrong_call_ends_with_2(tmp_path: Path) -> None:
    assert run(tmp_path / "nothing").returncode == 2
    assert run("--limit", "0").returncode == 2
    assert run("--budget", "0").returncode == 2
    assert run("--budget", "nan").returncode == 2
    assert run("--what").returncode == 2


def test_no_more_findings_are_named_than_asked_for() -> None:
    result = run("--json", "--limit", "3")
    document = json.loads(result.stdout)
    assert len(document["findings"]) == 3
    assert document["left_out"] > 0
