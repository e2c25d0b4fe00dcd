"""Both versions asked of some cases: exact, in columns as far as those can tell."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treatments.engine import Ruleset
from treatments.engine.batch.columns import Columns, encode
from treatments.engine.batch.evaluate import (
    OPEN,
    BatchOutcome,
    BatchResult,
    evaluate_batch,
)
from treatments.engine.case import known_to
from treatments.engine.compiler.possible_outcomes import Outcome
from treatments.engine.evaluation.resolve import resolved_outcome
from treatments.engine.ruleset.enums import Disposition, Urgency

#: How an advice is written in a row and an address: disposition, urgency, treatment.
_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """The advice of each case under both versions, in the order of the cases."""

    old: Sequence[str]
    new: Sequence[str]

    def counts(self) -> Counter[tuple[str, str]]:
        """How many cases go from one advice to another, by (old, new)."""
        return Counter(zip(self.old, self.new, strict=True))

    def moved(self) -> Iterable[int]:
        """The places of the cases whose advice differs."""
        pairs = zip(self.old, self.new, strict=True)
        return (place for place, (one, other) in enumerate(pairs) if one != other)


def advice_code(outcome: Outcome | BatchOutcome) -> str:
    """``ladder/early/MED``; a part that is missing is ``-``."""
    return "/".join(part or _NOTHING for part in outcome)


def outcome_of(code: str) -> Outcome:
    """The other way round.

    Raises:
        ValueError: not the code of an advice.
    """
    disposition, urgency, treatment = code.split("/")
    return Outcome(
        Disposition(disposition),
        None if urgency == _NOTHING else Urgency(urgency),
        None if treatment == _NOTHING else treatment,
    )


def compare(documents: Sequence[Any], old: Ruleset, new: Ruleset) -> VersionComparison:
    """Evaluate every case document under both versions.

    Raises:
        ValueError: a derived fact of a version has more values than can be worked on.
    """
    asked = _as_read_by(documents, old)
    columns = encode(asked, old)
    before = _advice(asked, columns, old)
    if not _same_vocabulary(old, new):
        asked = _as_read_by(documents, new)
        columns = encode(asked, new)
    return VersionComparison(before, _advice(asked, columns, new))


def _as_read_by(documents: Sequence[Any], ruleset: Ruleset) -> list[Any]:
    """Each case with no more facts than the version has."""
    return [
        known_to(ruleset, document) if isinstance(document, Mapping) else document
        for document in documents
    ]


def _same_vocabulary(old: Ruleset, new: Ruleset) -> bool:
    """Whether both read the same columns from a case document."""
    return (
        old.document["facts"] == new.document["facts"]
        and old.treatments.keys() == new.treatments.keys()
    )


def _advice(documents: Sequence[Any], columns: Columns, ruleset: Ruleset) -> list[str]:
    result: BatchResult = evaluate_batch(columns, ruleset)
    numbers = result.outcomes.tolist()
    outcomes = {number: result.outcome_of(number) for number in set(numbers)}
    codes = {number: advice_code(outcome) for number, outcome in outcomes.items()}
    left_open = {number for number, outcome in outcomes.items() if OPEN in outcome}
    return [
        advice_code(resolved_outcome(document, ruleset))
        if number in left_open
        else codes[number]
        for document, number in zip(documents, numbers, strict=True)
    ]
