"""``manage.py evaluate``: the contract's command line."""

import json
import os
import pty
import subprocess
import sys

import pytest

from tests.commands import ROOT, in_a_process, in_this_process
from treatments.engine import load_ruleset
from treatments.engine.evaluation.evaluate import NO_LEVEL
from treatments.management.demo_cases import USUAL, USUAL_DISC
from treatments.management.jsonl import answered

GOLDEN = ROOT / "treatments/rulesets/lumbar_disc_herniation/golden"
CASE = {
    "contract": 1,
    "case_id": "c1",
    "facts": {"saddle_anaesthesia": True},
    "discs": [],
}
# The same with all else known. What is unknown costs an evaluation twenty times as
# much; where lines are many, they are there for their number and their order.
KNOWN = {
    "contract": 2,
    "responsible_level": "L4-5",
    "facts": {**USUAL, "age_years": 43, "sex": "male", "saddle_anaesthesia": True},
    "discs": [{"level": "L4-5", **USUAL_DISC}],
}


def run(*arguments, text=""):
    return in_this_process("evaluate", *arguments, text=text)


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_case_gives_a_pretty_document_and_exit_0(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CASE))
    result = in_a_process("evaluate", path)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["disposition"] == "emergency"
    assert result.stdout.startswith(b'{\n "contract": 1')


def test_a_batch_answers_in_order_goes_on_after_bad_lines_and_exits_1():
    bad = [
        "{",
        "[]",
        '{"contract": 1, "facts": {"age_years": 40, "age_years": 50}}',
        '{"contract": 1, "facts": {"age_years": NaN}}',
        '{"contract": 1, "facts": {"age_years": ' + "9" * 5000 + "}}",
        "[" * 100_000,
        '{"contract": 1, "case_id": "' + "x" * 1_100_000 + '"}',
        '{"contract": 1, "case_id": "\udcff"}',
        '{"contract": 1, "case_id": "\\ud800"}',
        '{"contract": 1, "facts": {"age_years": 400, "hair": "red"}}',
    ]
    text = "\n".join([json.dumps(CASE), *bad, "", json.dumps({**CASE, "case_id": "z"})])
    result = in_a_process("evaluate", "--jsonl", "-", text=text)
    assert result.returncode == 1
    found = lines(result)
    assert [d["disposition"] for d in found] == [
        "emergency",
        *["invalid"] * len(bad),
        "emergency",
    ]
    assert found[0]["case_id"] == "c1"
    assert found[-1]["case_id"] == "z"
    assert all(d["errors"][0]["message"] for d in found[1:-1])
    assert len(found[-2]["errors"]) == 2
    assert b"12 cases: 2 emergency, 10 invalid" in result.stderr


def test_a_batch_of_valid_cases_exits_0(tmp_path):
    path = tmp_path / "cases.jsonl"
    cases = [json.loads(p.read_text())["case"] for p in sorted(GOLDEN.glob("*.json"))]
    path.write_text("".join(json.dumps(case) + "\n" for case in cases[:5]))
    result = run("--jsonl", path)
    assert result.returncode == 0
    assert [d["case_id"] for d in lines(result)] == [
        c.get("case_id") for c in cases[:5]
    ]


def many_lines(count):
    cases = [{**KNOWN, "case_id": f"n{number}"} for number in range(count)]
    lines_ = [json.dumps(case) for case in cases]
    lines_[count // 2] = "{"
    return "\n".join(lines_)


@pytest.mark.parametrize("jobs", [1, 3])
def test_many_lines_are_answered_in_order_by_any_number_of_processes(jobs):
    result = run("--jsonl", "-", "--jobs", jobs, text=many_lines(150))
    assert result.returncode == 1
    ids = [document["case_id"] for document in lines(result)]
    assert ids == [None if n == 75 else f"n{n}" for n in range(150)]
    assert result.stderr == b"150 cases: 149 emergency, 1 invalid\n"


def test_other_processes_load_the_same_ruleset(tmp_path):
    document = {**load_ruleset().document}
    document["metadata"] = {**document["metadata"], "version": "7.7.7"}
    path = tmp_path / "ruleset.json"
    path.write_text(json.dumps(document))
    text = many_lines(120)
    result = run("--jsonl", "-", "--jobs", "2", "--ruleset", path, text=text)
    assert {found["ruleset"]["version"] for found in lines(result)} == {"7.7.7"}


def test_no_more_lines_are_read_than_are_on_their_way():
    """However long the input, little of it is in memory."""
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield json.dumps(KNOWN)

    answers = answered(endless(), load_ruleset(), None, jobs=2)
    for _ in range(300):
        next(answers)
    answers.close()
    assert taken < 600


def test_a_terminal_sees_how_far_it_has_come(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text(many_lines(1200))
    ours, theirs = pty.openpty()
    with (tmp_path / "answers").open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "manage.py", "evaluate", "--jsonl", str(path)],
            cwd=ROOT,
            stdout=out,
            stderr=theirs,
        )
        os.close(theirs)
        seen = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    assert running.wait() == 1
    assert "a minute" in seen
    assert "%" in seen
    assert "1200 cases: 1199 emergency, 1 invalid" in seen


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Name one CASE.json"),
        (("a.json", "--jsonl", "b"), "Name one CASE.json"),
        (("/nowhere/case.json",), "cannot be read"),
        (("--jsonl", "/nowhere/case.jsonl"), "cannot be read"),
        (("--ruleset", "/nowhere", "--jsonl", "-"), "The ruleset is refused"),
        (("--colour", "red"), "unrecognized arguments"),
    ],
)
def test_a_wrong_call_exits_2_and_says_why(arguments, says):
    result = run(*arguments)
    assert result.returncode == 2
    assert says in result.stderr.decode()
    assert result.stdout == b""


def test_the_golden_folder_is_there():
    assert len(list(GOLDEN.glob("*.json"))) > 40


PARTS = ("possible", "ask_next", "would_change", "why_not")


def test_explore_adds_its_parts_at_the_top_and_changes_nothing_else(tmp_path):
    path = tmp_path / "case.json"
    disc = {"level": "L5-S1", "herniation_type": "extrusion", "zone": "central"}
    path.write_text(json.dumps({"contract": 1, "facts": USUAL, "discs": [disc]}))
    plain, explored = (json.loads(run(path, *o).stdout) for o in ((), ("--explore",)))
    assert {part: explored.pop(part) is None for part in PARTS} == dict.fromkeys(
        PARTS, False
    )
    assert explored == plain


def test_explored_lines_come_in_order_from_many_processes_too():
    discs = [{"level": level, **USUAL_DISC} for level in ("L4-5", "L5-S1")]
    case = {"contract": 1, "facts": {"age_years": 43, **USUAL}, "discs": discs}
    level = {**case, "responsible_level": "L5-S1"}
    text = "\n".join(json.dumps(c) for c in [case, level, {}] * 25)
    result = run("--explore", "--jobs", "2", "--jsonl", "-", text=text)
    found = lines(result)
    assert len(found) == 75
    assert found[:3] == found[-3:]
    without_level, with_level, invalid = found[:3]
    assert with_level["possible"]
    assert without_level["possible"] is None
    assert {"part": "possible", "reason": NO_LEVEL} in without_level["not_said"]
    assert [invalid[part] for part in PARTS] == [None, None, None, []]


def test_each_null_of_an_evaluation_has_its_reason(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"contract": 1, "facts": {}, "discs": []}))
    document = json.loads(run(path).stdout)
    assert document["robust"] is None
    assert document["not_said"] == [
        {"part": "robust", "reason": NO_LEVEL},
        {"part": "missing", "reason": NO_LEVEL},
    ]
