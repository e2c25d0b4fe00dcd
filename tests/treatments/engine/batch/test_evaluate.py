"""Columns, batches and differences: what is in which place, and nothing lost."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from benchmarks.kernel import Kernel, first_hits
from benchmarks.tables import cases as table_cases
from benchmarks.tables import facts as table_facts
from benchmarks.tables import rules as table_rules
from tests.treatments.engine.small import (
    DERIVED,
    LADDER,
    TRIAGE,
    URGENCY,
    case,
    completions,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Ruleset, evaluate, load_ruleset
from treatments.engine.batch.bitsets import SLICE
from treatments.engine.batch.columns import NOWHERE, EncodedColumn, encode
from treatments.engine.batch.evaluate import OPEN, evaluate_batch
from treatments.engine.batch.version_diff import version_difference
from treatments.engine.compiler.possible_outcomes import Outcome
from treatments.engine.ruleset.model import DEFAULT_RULESET

RULES = eligibility(
    ({"kind": '"bulge"'}, "CONS", "indicated"),
    ({"weeks": ">= 6"}, "ENDO", "indicated"),
    ({"late": "true"}, "ENDO", "caution"),
    ({"kind": '"free"'}, "ENDO", "contraindicated"),
    ({"loose": '"yes"'}, "FUSION", "indicated"),
)


def ruleset(*tables: dict[str, Any]) -> Ruleset:
    return Ruleset.from_document(
        document([*(tables or (*DERIVED, TRIAGE, URGENCY)), RULES])
    )


SMALL = ruleset()


def test_one_case_is_evaluated_without_numpy() -> None:
    code = "import sys, treatments.engine; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_columns_hold_what_was_said_unknown_and_nowhere_apart() -> None:
    said = [
        case({"weeks": 7}),
        {**case({"weeks": 300}), "case_id": "invalid"},
        {"contract": 1, "facts": {"flag": False}, "unavailable_treatments": ["ENDO"]},
    ]
    columns = encode(said, SMALL)
    weeks, level = columns.facts["weeks"], columns.facts["level"]
    assert [weeks.statements[code] for code in weeks.codes] == [7, None, None]
    assert [level.statements[code] for code in level.codes] == ["L4-5", None, NOWHERE]
    assert columns.invalid.tolist() == [False, True, False]
    assert [columns.unavailable.statements[c] for c in columns.unavailable.codes] == [
        frozenset(),
        frozenset(),
        frozenset({"ENDO"}),
    ]


def test_a_column_with_many_values_gets_wider_codes() -> None:
    cases = [case({"shift": number / 100}) for number in range(1000)]
    column = encode(cases, SMALL).facts["shift"]
    assert column.codes.dtype == np.uint16
    assert [column.statements[code] for code in column.codes] == [
        n / 100 for n in range(1000)
    ]


def test_no_case_gives_no_answer() -> None:
    result = evaluate_batch(encode([], SMALL), SMALL)
    assert result.statuses.shape == (len(LADDER), 0)
    assert version_difference(encode([], SMALL), SMALL, SMALL).changed == 0


def test_cases_keep_their_places_across_slices() -> None:
    few = [
        {"kind": "bulge"},
        {"weeks": 9, "kind": "free"},
        {"flag": True, "weak": True},
    ]
    columns = encode([case({**next(completions({})), **one}) for one in few], SMALL)
    places = np.random.default_rng(1).integers(0, 3, 2 * SLICE + 5)
    many = type(columns)(
        len(places),
        {
            n: EncodedColumn(c.statements, c.codes[places])
            for n, c in columns.facts.items()
        },
        EncodedColumn(
            columns.unavailable.statements, columns.unavailable.codes[places]
        ),
        columns.invalid[places],
    )
    small, large = evaluate_batch(columns, SMALL), evaluate_batch(many, SMALL)
    assert (large.outcomes == small.outcomes[places]).all()
    assert (large.statuses == small.statuses[:, places]).all()


def test_an_open_case_says_so_and_the_settled_ones_their_answer() -> None:
    cases = [case({"flag": False, "kind": "bulge"}), case({}), case({"flag": False})]
    result = evaluate_batch(encode(cases, SMALL), SMALL)
    assert result.outcome(0)[::2] == ("ladder", "CONS")
    assert result.outcome(2) == (OPEN, OPEN, OPEN)
    assert set(result.status(2).values()) == {OPEN}
    assert 2 in result.open


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY"])
def test_rules_that_must_not_hold_together_put_the_case_out_of_scope(
    policy: str,
) -> None:
    rules = [
        rule("U-1", {"weeks": "> 3"}, urgency="early", text=""),
        rule("U-2", {"weeks": "> 9"}, urgency="urgent", text=""),
        rule("U-3", {"weeks": "> 5"}, urgency="early", text=""),
        rule("U-4", {"weeks": "<= 3"}, urgency="elective", text=""),
    ]
    odd = ruleset(*DERIVED, TRIAGE, table("u", "urgency", rules, hit_policy=policy))
    cases = [case({**next(completions({})), "weeks": weeks}) for weeks in (2, 4, 7, 12)]
    cases.append(case({}))
    result = evaluate_batch(encode(cases, odd), odd)
    for at, one in enumerate(cases):
        exact = evaluate(one, odd)
        said = exact.disposition, exact.urgency, exact.recommended
        told = result.outcome(at)
        assert told == said or (at == 4 and OPEN in told)
    assert result.outcome(3) == ("out_of_scope", None, None)


def test_a_derived_fact_with_too_many_values_is_refused() -> None:
    values = [f"v{number}" for number in range(20)]
    changed = document([*DERIVED, TRIAGE, URGENCY, RULES])
    changed["facts"].append(fact("wide", "enum", scope="derived", values=values))
    rows = [rule("W-1", {}, value="v1")]
    changed["tables"].append(table("wide", "derived", rows, output="wide"))
    wide = Ruleset.from_document(changed)
    with pytest.raises(ValueError, match="wide has too many values"):
        evaluate_batch(encode([case({})], wide), wide)


def test_a_difference_is_a_matrix_with_an_example_for_each_move() -> None:
    changed = copy.deepcopy(SMALL.document)
    rules = changed["tables"][-1]["rules"]
    rules[1]["cells"]["weeks"] = ">= 12"
    new = Ruleset.from_document(changed)
    complete = {**next(completions({})), "kind": "extrusion"}
    cases = [case({**complete, "weeks": weeks}) for weeks in (4, 6, 8, 12, 20)]
    found = version_difference(encode(cases, SMALL), SMALL, new)
    (move,) = found.moves()
    assert move == (
        Outcome("ladder", "elective", "ENDO"),
        Outcome("ladder", "elective", "CONS"),
        2,
        1,
    )
    assert found.changed == 2
    assert found.counts.sum() == 5
    assert (found.examples[found.counts == 0] == -1).all()
    assert not len(found.open)


def test_a_case_that_a_new_vocabulary_refuses_is_invalid_in_it() -> None:
    changed = copy.deepcopy(SMALL.document)
    weeks = next(f for f in changed["facts"] if f["name"] == "weeks")
    weeks["maximum"] = 15
    new = Ruleset.from_document(changed)
    cases = [case({**next(completions({})), "weeks": weeks}) for weeks in (14, 18)]
    found = evaluate_batch(encode(cases, SMALL), new)
    assert [found.outcome(at).disposition for at in (0, 1)] == ["ladder", "invalid"]
    assert evaluate(cases[1], new).disposition == "invalid"


def test_a_fact_new_to_the_vocabulary_is_unknown_in_old_columns() -> None:
    without = copy.deepcopy(SMALL.document)
    without["facts"] = [f for f in without["facts"] if f["name"] != "late"]
    for rows in without["tables"]:
        rows["rules"] = [r for r in rows["rules"] if "late" not in r["cells"]]
        rows["inputs"] = [name for name in rows["inputs"] if name != "late"]
    old = Ruleset.from_document(without)
    complete = {**next(completions({})), "kind": "extrusion", "weeks": 9}
    del complete["late"]
    found = evaluate_batch(encode([case(complete)], old), SMALL)
    assert found.outcome(0) == ("ladder", "elective", "ENDO")
    assert found.status(0)["ENDO"] == "recommended"


def test_the_golden_cases_in_a_batch() -> None:
    paths = sorted((DEFAULT_RULESET / "golden").glob("*.json"))
    golden = [json.loads(path.read_text(encoding="utf-8"))["case"] for path in paths]
    shipped = load_ruleset()
    result = evaluate_batch(encode(golden, shipped), shipped)
    settled = 0
    for at, one in enumerate(golden):
        exact = evaluate(one, shipped)
        told = result.outcome(at)
        settled += OPEN not in told
        for part, said in zip(
            told, (exact.disposition, exact.urgency, exact.recommended), strict=True
        ):
            assert part in (OPEN, said)
    assert settled > len(golden) / 2


@pytest.mark.parametrize("count", [1, 60, 64, 65, 200])
@pytest.mark.parametrize("unknown", [0.0, 0.3])
def test_first_hits_are_those_of_the_kernel(count: int, unknown: float) -> None:
    kernel = Kernel(table_facts(), table_rules(count))
    cases = table_cases(300, unknown)
    columns = {}
    for var in kernel.variables:
        index: dict[Any, int] = {None: 0, NOWHERE: 1}
        codes = [index.setdefault(c.get(var.name), len(index)) for c in cases]
        columns[var.name] = EncodedColumn(tuple(index), np.array(codes, np.uint8))
    assert first_hits(kernel, columns).tolist() == [kernel.first(c) for c in cases]
