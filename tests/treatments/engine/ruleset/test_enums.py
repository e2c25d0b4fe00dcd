"""The closed lists of words: they are their text, and a typo is found by mypy."""

import json
from enum import StrEnum
from pathlib import Path

import pytest
from mypy import api

from treatments.engine.ruleset.document_reader import OUTCOMES
from treatments.engine.ruleset.enums import (
    DISPOSITIONS,
    EFFECTS,
    INDICATORS,
    URGENCIES,
    Disposition,
    Effect,
    Indicator,
    OptionStatus,
    Urgency,
)

ROOT = Path(__file__).parents[4]
#: Each line but the first four has a mistyped word.
SNIPPET = """\
from treatments.engine.compiler.possible_outcomes import Outcome, status_of
from treatments.engine.evaluation.result import Option
from treatments.engine.ruleset.enums import Disposition, OptionStatus, Urgency
right = Outcome(Disposition.LADDER, Urgency.EARLY, None)
Outcome(Disposition.LADER, Urgency.EARLY, None)
Outcome("lader", Urgency.EARLY, None)
Outcome(Disposition.LADDER, "erly", None)
Option("MED", "med", "suitble")
status_of(frozenset({"suitble"}))
"""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            Disposition,
            """emergency diagnose_first out_of_scope ladder refer insufficient_data
            invalid""",
        ),
        (Urgency, "emergency urgent early elective"),
        (
            OptionStatus,
            """contraindicated unsuitable suitable caution shared_caution not_indicated
            undetermined unavailable recommended""",
        ),
        (Effect, "indicated caution shared_caution unsuitable contraindicated"),
        (Indicator, "info warning critical"),
    ],
)
def test_a_member_is_its_text_in_a_document_and_in_a_key(kind: type[StrEnum], words):
    assert json.dumps(list(kind)) == json.dumps(words.split())
    assert dict.fromkeys(words.split(), True) == dict.fromkeys(kind, True)


def test_a_ruleset_may_name_only_what_its_rows_can_give():
    assert DISPOSITIONS == ("emergency", "diagnose_first", "out_of_scope", "ladder")
    assert URGENCIES == ("emergency", "urgent", "early", "elective")
    effects = "indicated caution shared_caution unsuitable contraindicated"
    assert tuple(effects.split()) == EFFECTS
    assert INDICATORS == ("info", "warning", "critical")
    assert "invalid" not in OUTCOMES["disposition"]


def test_the_type_checker_finds_a_mistyped_word(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    module = tmp_path / "snippet.py"
    module.write_text(SNIPPET, encoding="utf-8")
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nfollow_imports = silent\n", encoding="utf-8")
    options = ["--config-file", str(config), "--cache-dir", str(tmp_path)]
    printed, _, status = api.run([*options, "--no-error-summary", str(module)])
    found = {int(line.split(":")[1]) for line in printed.splitlines()}
    assert status == 1
    assert found == {5, 6, 7, 8, 9}, printed
