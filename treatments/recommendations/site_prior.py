"""How common answers are at this site, once it has enough cases of its own.

The rows of the shipped prior are counted among the newest cases; a fact with too few
answers keeps the shipped weights. Counts order questions and reach no advice. What was
counted is kept with each recommendation, so that its questions can be worked out again.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from django.core.cache import cache

from treatments.engine.asking.prior import Prior, PriorRow, shipped_prior
from treatments.models import Recommendation
from treatments.presentation.case_summary import responsible_level

#: Cases that are looked at, the newest first, and as many of them that are enough.
NEWEST = 1000
ENOUGH_CASES = 200
#: Answers under each condition of a fact that are enough to take its weights from.
ENOUGH_ANSWERS = 50
#: Counted anew after this many seconds.
COUNTED_FOR = 3600
_KEY = "site-prior"

#: For each fact counted the number of its answers in each row of the shipped prior.
Counts: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]


def site_counts() -> Counts:
    """The counts in force; empty where the site has too few cases."""
    counts: Counts | None = cache.get(_KEY)
    if counts is None:
        counts = _counted()
        cache.set(_KEY, counts, COUNTED_FOR)
    return counts


@lru_cache(maxsize=4)
def prior_with(counts: Counts) -> Prior:
    """The shipped prior with the weights that were counted."""
    shipped = shipped_prior().rows
    return shipped_prior().replaced_by(
        PriorRow(row.fact, row.values, count, row.given, row.given_is, "counted")
        for fact, of_fact in counts
        if len(shipped.get(fact, ())) == len(of_fact)
        for row, count in zip(shipped[fact], of_fact, strict=True)
    )


def counts_of(document: Mapping[str, Any]) -> Counts:
    """The counts that an evaluation document was made with; empty for the shipped."""
    counted = document.get("prior", {}).get("counts", {})
    return tuple((fact, tuple(of_fact)) for fact, of_fact in counted.items())


def counts_document(counts: Counts) -> dict[str, Any]:
    """The same for an evaluation document: nothing where nothing was counted."""
    found = {fact: list(of_fact) for fact, of_fact in counts}
    return {"prior": {"counts": found}} if found else {}


def _counted() -> Counts:
    cases = list(_newest_cases())
    if len(cases) < ENOUGH_CASES:
        return ()
    return tuple(
        (fact, counts)
        for fact, rows in sorted(shipped_prior().rows.items())
        if (counts := _of_fact(fact, rows, cases))
    )


def _newest_cases() -> Iterator[dict[str, Any]]:
    """What each of the newest cases says, its responsible disc beside the rest."""
    right = Recommendation.objects.exclude(
        status=Recommendation.Status.ENTERED_IN_ERROR
    )
    newest = right.order_by("-created_at", "-pk").values_list(
        "encounter__case_uid", "case_document"
    )
    seen = set()
    for case_uid, case in newest[:NEWEST].iterator(chunk_size=100):
        if case_uid not in seen:
            seen.add(case_uid)
            level = responsible_level(case)
            disc = [d for d in case.get("discs", ()) if d["level"] == level]
            yield {**case.get("facts", {}), **(disc[0] if disc else {})}


def _of_fact(
    fact: str, rows: Iterable[PriorRow], cases: Iterable[Mapping[str, Any]]
) -> tuple[int, ...]:
    """The answers in each row; empty where some condition of them has too few.

    One is added to each: what was never seen here is rare, and not impossible.
    """
    rows = tuple(rows)
    counts = [0] * len(rows)
    for case in cases:
        value = case.get(fact)
        if value is not None and not isinstance(value, dict):
            for place in _places(rows, case):
                counts[place] += rows[place].values.accepts(value)
    totals: dict[tuple[str, str], int] = {}
    for row, count in zip(rows, counts, strict=True):
        key = row.given, row.given_is.text if row.given_is else ""
        totals[key] = totals.get(key, 0) + count
    if min(totals.values()) < ENOUGH_ANSWERS:
        return ()
    return tuple(count + 1 for count in counts)


def _places(rows: tuple[PriorRow, ...], case: Mapping[str, Any]) -> list[int]:
    """The rows that are about a case: those of its condition, else those without."""
    given = [
        place
        for place, row in enumerate(rows)
        if row.given_is is not None
        and case.get(row.given) is not None
        and not isinstance(case[row.given], dict)
        and row.given_is.accepts(case[row.given])
    ]
    return given or [place for place, row in enumerate(rows) if not row.given]
