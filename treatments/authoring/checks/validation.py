"""What the checks say of a draft: the analysis, the proofs, and the golden cases.

Everything here depends on the content alone, so it is kept by the content's hash.
"""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from treatments.authoring.document.draft_reader import DraftReading, read_draft
from treatments.engine import Ruleset, document_hash, evaluate
from treatments.engine.analysis import Analysis, Finding, check
from treatments.engine.analysis.findings import ERROR, PROVED, WARNING
from treatments.engine.ruleset.model import DEFAULT_RULESET

RULESETS = DEFAULT_RULESET.parent
#: What must be mended or let stand with a reason; the rest is for information.
GRAVE = (ERROR, WARNING)
#: More findings than anybody would read; beyond it nothing can be published.
LIMIT = 500
#: What every golden case expects; it may expect statuses of options besides.
_EXPECTED = ("disposition", "urgency", "recommended")


@dataclass(frozen=True, slots=True)
class GoldenFailure:
    """A golden case that comes out otherwise than it is written."""

    name: str
    title: str
    expected: Mapping[str, Any]
    actual: Mapping[str, Any]
    treatments: Mapping[str, str]

    @property
    def message(self) -> str:
        """What comes out otherwise, in one sentence."""
        return f"Golden case “{self.title}”: {'; '.join(self._in_words())}."

    @property
    def fingerprint(self) -> str:
        """What makes the failure the same one: the case, and how it comes out."""
        return _hash("golden", self.name, self.title, *self._differing())

    def _differing(self) -> list[str]:
        return [
            f"{key} {self.actual.get(key)} instead of {value}"
            for key, value in self.expected.items()
            if self.actual.get(key) != value
        ]

    def _in_words(self) -> Iterator[str]:
        """What differs, in the words of the ladder."""
        for key, value in self.expected.items():
            now = self.actual.get(key)
            if now == value:
                continue
            if key == "recommended":
                yield f"advised is {self._named(now)} instead of {self._named(value)}"
            else:
                of = key if key in _EXPECTED else self._named(key)
                yield f"{of} is {_spoken(now)} instead of {_spoken(value)}"

    def _named(self, treatment: str | None) -> str:
        return self.treatments.get(treatment, treatment) if treatment else "nothing"


def _spoken(code: str | None) -> str:
    return code.replace("_", " ") if code else "nothing"


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft's content, read, analysed, and asked of the golden cases."""

    reading: DraftReading
    analysis: Analysis | None
    golden_count: int
    golden: tuple[GoldenFailure, ...]

    @property
    def grave(self) -> list[Finding]:
        """The findings that must be mended or accepted."""
        found = self.analysis.findings if self.analysis else ()
        return [finding for finding in found if finding.severity in GRAVE]

    @property
    def noted(self) -> list[Finding]:
        """The findings that are for information."""
        found = self.analysis.findings if self.analysis else ()
        return [finding for finding in found if finding.severity not in GRAVE]

    @property
    def unproved(self) -> list[Any]:
        """The proofs of invariants that did not succeed, in whole or in part."""
        proofs = self.analysis.proofs if self.analysis else ()
        return [
            proof for proof in proofs if {proof.complete, proof.partial} != {PROVED}
        ]


def checked(document: Mapping[str, Any], today: datetime.date) -> Checked:
    """Check a draft's content; the shipped rules take seconds when they are new."""
    key = (document_hash(document), today)
    known = _kept.get(key)
    if known is None:
        while len(_kept) >= _KEPT:
            _kept.pop(next(iter(_kept)), None)
        known = _kept[key] = _checked(document, today)
    return known


_KEPT = 16
_kept: dict[tuple[str, datetime.date], Checked] = {}


def _checked(document: Mapping[str, Any], today: datetime.date) -> Checked:
    reading = read_draft(document)
    ruleset = reading.ruleset
    if ruleset is None:
        return Checked(reading, None, 0, ())
    cases = golden_cases(ruleset.id)
    failures = tuple(f for case in cases if (f := _failure(case, ruleset)))
    return Checked(
        reading, check(ruleset, today=today, limit=LIMIT), len(cases), failures
    )


def fingerprint(finding: Finding) -> str:
    """What makes a finding the same one: its kind, place, and what it says."""
    return _hash(finding.kind, finding.table, *finding.rules, finding.message)


def _hash(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


@lru_cache(maxsize=4)
def golden_cases(ruleset_id: str) -> tuple[Mapping[str, Any], ...]:
    """The golden cases kept beside the shipped ruleset of this id; may be none."""
    return tuple(_golden_of(RULESETS / Path(ruleset_id).name / "golden"))


def _golden_of(folder: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        yield {"name": path.stem, **json.loads(path.read_text("utf-8"))}


def _failure(golden: Mapping[str, Any], ruleset: Ruleset) -> GoldenFailure | None:
    advice = evaluate(golden["case"], ruleset, effects=False).to_document()
    statuses = {o["treatment"]: o["status"] for o in advice["options"]}
    expected = golden["expected"]
    wanted = expected.get("statuses", {})
    recommended = (advice["recommended"] or {}).get("treatment")
    actual = {
        "disposition": advice["disposition"],
        "urgency": advice["urgency"],
        "recommended": recommended,
        **{code: statuses.get(code) for code in wanted},
    }
    expectation = {**{key: expected[key] for key in _EXPECTED}, **wanted}
    if actual == expectation and not advice["errors"]:
        return None
    name, title = golden["name"], golden["title"]
    titles = {code: one.title for code, one in ruleset.treatments.items()}
    return GoldenFailure(name, title, expectation, actual, titles)
