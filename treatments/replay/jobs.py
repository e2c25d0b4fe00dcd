"""A replay as a job: chunk by chunk, each stored once, on from where the last ended."""

import time
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from django.db import transaction
from django.db.models import Sum

from spine_cds.jobs.lifecycle import Claim, beat, finish, hand_on, insist
from spine_cds.jobs.worker import HopelessError, release_connection
from treatments.engine import ENGINE_VERSION, Ruleset, document_hash
from treatments.models import Replay, ReplayChunk, ReplayMove, RulesetVersion
from treatments.replay.cases import StoredCase, count_cases, read_cases
from treatments.replay.comparison import VersionComparison, compare

CHUNK = 2000
#: After so long the worker looks whether another replay waits for its turn.
SLICE_SECONDS = 8.0


def replay_run(claim: Claim[Replay]) -> bool:
    """Go on with a replay; True when its time was up and it waits for its next turn.

    Raises:
        ClaimLostError: it was cancelled, or another worker has it.
    """
    until = time.monotonic() + SLICE_SECONDS
    insist(lambda: _begin(claim))
    while _next_chunk(claim):
        if time.monotonic() > until:
            return hand_on(claim)
    _finish(claim)
    return False


def rulesets_of(replay: Replay) -> tuple[Ruleset, Ruleset]:
    """The old and the new version, compiled once per content."""
    old = RulesetVersion.objects.without_document().get(pk=replay.old_id)
    return old.ruleset, _snapshot(replay.new_sha256)


@lru_cache(maxsize=8)
def _snapshot(sha256: str) -> Ruleset:
    documents = Replay.objects.filter(new_sha256=sha256).order_by()
    return Ruleset.from_document(documents.values_list("new_document", flat=True)[0])


@transaction.atomic
def _begin(claim: Claim[Replay]) -> None:
    """Count the cases; begin anew where another engine has done a part."""
    replay = claim.job
    if replay.steps is None:
        replay.steps = count_cases(replay.until)
        beat(claim, steps=replay.steps, engine_version=ENGINE_VERSION)
    elif replay.engine_version != ENGINE_VERSION:
        beat(claim, steps_done=0, engine_version=ENGINE_VERSION)
        replay.moves.all().delete()
        replay.chunks.all().delete()


def _next_chunk(claim: Claim[Replay]) -> bool:
    """Compare and store the cases after the last chunk; False when none is left."""
    replay = claim.job
    last = insist(lambda: replay.chunks.order_by("-number").first())
    after = last.last_case if last else None
    cases = insist(lambda: read_cases(after, replay.until, CHUNK))
    if not cases:
        return False
    old, new = insist(lambda: rulesets_of(replay))
    release_connection()
    comparison = _compare(cases, old, new)
    number = last.number + 1 if last else 1
    insist(lambda: _store(claim, number, cases, comparison))
    return True


def _compare(
    cases: Sequence[StoredCase], old: Ruleset, new: Ruleset
) -> VersionComparison:
    try:
        return compare([case.document for case in cases], old, new)
    except ValueError as problem:
        told = f"The versions cannot be replayed: {problem}. Nothing else is affected."
        raise HopelessError(told) from problem


@transaction.atomic
def _store(
    claim: Claim[Replay],
    number: int,
    cases: Sequence[StoredCase],
    comparison: VersionComparison,
) -> None:
    """The chunk, its moves and the progress, all or nothing; twice is once."""
    replay = claim.job
    if replay.chunks.filter(number=number).exists():
        return
    done = _done(replay) + len(cases)
    # First of all: from here to the end no later claim can write.
    beat(claim, steps_done=done, steps=max(replay.steps or 0, done))
    counts = comparison.counts()
    ReplayChunk.objects.create(
        replay=replay,
        number=number,
        last_case=cases[-1].case_uid,
        cases=len(cases),
        counts=[[old, new, count] for (old, new), count in counts.items()],
        token=claim.token,
    )
    ReplayMove.objects.bulk_create(
        _move(replay, cases[place], comparison.old[place], comparison.new[place])
        for place in comparison.moved()
    )


def _done(replay: Replay) -> int:
    found = replay.chunks.aggregate(Sum("cases"))["cases__sum"]
    return int(found or 0)


def _move(replay: Replay, case: StoredCase, old: str, new: str) -> ReplayMove:
    return ReplayMove(
        replay=replay,
        case_uid=case.case_uid,
        old_advice=old,
        new_advice=new,
        recommendation_id=case.recommendation_id,
        # The recommendation keeps its case; only without one the case is kept here.
        case_document=None if case.recommendation_id else case.document,
    )


def _finish(claim: Claim[Replay]) -> None:
    replay = claim.job
    counts: Counter[tuple[str, str]] = Counter()
    for chunk in insist(lambda: list(replay.chunks.all())):
        for old, new, count in chunk.counts:
            counts[old, new] += count
    matrix = [[old, new, count] for (old, new), count in sorted(counts.items())]
    cases = counts.total()
    old_rules, new_rules = insist(lambda: rulesets_of(replay))
    result = {
        "old": old_rules.sha256,
        "new": new_rules.sha256,
        "engine_version": ENGINE_VERSION,
        "matrix": matrix,
    }
    finish(
        claim,
        sha256=document_hash(result),
        matrix=matrix,
        steps=cases,
        steps_done=cases,
    )
