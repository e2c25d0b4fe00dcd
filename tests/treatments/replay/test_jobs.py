"""A replay goes through every stored case once, and gives the exact matrix."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from patients.models import Encounter
from spine_cds.audit.models import Event
from spine_cds.jobs import lifecycle
from spine_cds.jobs.worker import work_on_next
from tests.treatments.replay.stored import changed, direct, store_cases
from treatments.engine.ruleset.errors import RulesetError
from treatments.models import Recommendation, Replay, ReplayChunk, ReplayMove
from treatments.replay import jobs, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silent")]
State = Replay.State


@pytest.fixture
def stored(rules, team, dr_surgeon, monkeypatch):
    """Some hundred cases, in chunks of 50."""
    monkeypatch.setattr(jobs, "CHUNK", 50)
    store_cases(330, team=team, author=dr_surgeon, rules=rules)
    return [r.case_document for r in Recommendation.objects.all()]


def finished(replay: Replay) -> Replay:
    for _ in range(20):
        tasks.run_replay()
        replay.refresh_from_db()
        if replay.is_finished:
            return replay
    raise AssertionError(f"still {replay.state}")


def test_the_matrix_is_that_of_each_case_evaluated_alone(stored, ask, shipped, other):
    replay = finished(ask())
    assert replay.matrix == direct(stored, shipped, other)
    assert (replay.state, replay.steps, replay.steps_done) == (State.DONE, 330, 330)
    assert len(replay.sha256) == 64


def test_every_case_that_moves_is_kept_with_both_advices(stored, ask):
    replay = finished(ask())
    moved = {(o, n): c for o, n, c in replay.matrix if o != n}
    assert moved
    for (old, new), count in moved.items():
        assert replay.moves.between(old, new).count() == count
    assert replay.moves.count() == sum(moved.values())


def test_the_same_replay_twice_has_the_same_hash(stored, ask):
    assert finished(ask()).sha256 == finished(ask()).sha256


def test_a_worker_that_dies_leaves_its_chunks_to_the_next(stored, ask, monkeypatch):
    replay = ask()
    compare, calls = jobs.compare, []

    def dies_on_the_third(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt  # nothing catches it: the process is gone
        return compare(*args)

    monkeypatch.setattr(jobs, "compare", dies_on_the_third)
    with pytest.raises(KeyboardInterrupt):
        tasks.run_replay()
    replay.refresh_from_db()
    assert (replay.state, replay.steps_done) == (State.RUNNING, 100)
    Replay.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert lifecycle.sweep(Replay) == 1

    replay = finished(replay)
    assert [len(args[0]) for args in calls] == [50] * 7 + [30], "only one chunk twice"
    assert [c.number for c in replay.chunks.all()] == list(range(1, 8))
    assert [c.token for c in replay.chunks.all()] == [1, 1, 2, 2, 2, 2, 2]


def test_a_frozen_worker_that_thaws_stores_nothing(stored, ask, shipped, other):
    replay = ask()
    late = lifecycle.claim(Replay)
    jobs._begin(late)
    assert jobs._next_chunk(late)
    Replay.objects.update(lease_until=Now() - timedelta(seconds=1))
    lifecycle.sweep(Replay)
    newer = lifecycle.claim(Replay)
    assert jobs._next_chunk(newer)
    with pytest.raises(lifecycle.ClaimLostError):
        jobs._next_chunk(late)
    assert replay.chunks.count() == 2
    while jobs._next_chunk(newer):
        pass
    jobs._finish(newer)
    jobs._finish(late)
    replay.refresh_from_db()
    assert replay.matrix == direct(stored, shipped, other)


def test_a_chunk_whose_commit_was_not_heard_of_is_stored_once(stored, ask):
    ask()
    claim = lifecycle.claim(Replay)
    jobs._begin(claim)
    cases = jobs.read_cases(None, claim.job.until, 50)
    comparison = jobs.compare([c.document for c in cases], *jobs.rulesets_of(claim.job))
    for _ in range(2):
        jobs._store(claim, 1, cases, comparison)
    claim.job.refresh_from_db()
    assert claim.job.steps_done == 50
    assert ReplayChunk.objects.count() == 1


def test_a_long_replay_lets_another_in_between(stored, ask, monkeypatch, dr_surgeon):
    monkeypatch.setattr(jobs, "SLICE_SECONDS", -1.0)
    one, other = ask(), ask(actor=dr_surgeon)
    seen = []
    for _ in range(30):
        work_on_next(Replay, tasks._replay_slice)
        rows = {r.pk: r.steps_done for r in Replay.objects.all()}
        seen.append((rows[one.pk], rows[other.pk]))
    assert max(abs(a - b) for a, b in seen) <= 50
    assert Replay.objects.filter(state=State.DONE).count() == 2


def test_a_cancelled_replay_stops_at_its_next_chunk(stored, ask, admin):
    replay = ask()
    claim = lifecycle.claim(Replay)
    jobs._begin(claim)
    jobs._next_chunk(claim)
    assert lifecycle.cancel(replay, actor=admin)
    with pytest.raises(lifecycle.ClaimLostError):
        jobs._next_chunk(claim)
    assert (replay.chunks.count(), replay.steps_done) == (1, 0)
    assert lifecycle.retry(replay, actor=admin)
    assert finished(replay).steps_done == 330


def test_the_newest_advice_of_a_case_counts_and_only_once(stored, ask, rules):
    newest = Recommendation.objects.first()
    older = Recommendation.objects.last()
    Encounter.objects.filter(pk=newest.encounter_id).update(state="superseded")
    corrected = newest.encounter
    corrected.pk, corrected.version, corrected.state = uuid.uuid4(), 2, "evaluated"
    corrected.previous_id = newest.encounter_id
    corrected.save(force_insert=True)
    Recommendation.objects.create(
        encounter=corrected,
        ruleset=rules,
        engine_version="1",
        case_document=older.case_document,
        case_sha256="1" * 64,
        evaluation_document={},
        disposition="insufficient_data",
        created_by=newest.created_by,
    )
    cases = {c.case_uid: c for c in jobs.read_cases(None, ask().until, 1000)}
    assert len(cases) == 330
    assert cases[corrected.case_uid].document == older.case_document


def test_a_case_never_evaluated_is_asked_as_it_is_entered(ask, a_case):
    encounter = a_case()
    replay = ask()
    (case,) = jobs.read_cases(None, replay.until, 10)
    assert (case.case_uid, case.recommendation_id) == (encounter.case_uid, None)
    assert case.document["case_id"] == str(encounter.case_uid)
    assert case.document["facts"]
    assert finished(replay).steps_done == 1


def test_what_is_stored_later_and_what_was_withdrawn_is_left_out(stored, ask, a_case):
    replay = ask()
    a_case()
    withdrawn = Encounter.objects.filter(created_at__lt=replay.until).first()
    withdrawn.state, withdrawn.error_reason = "entered_in_error", "Wrong patient"
    withdrawn.save()
    assert finished(replay).steps_done == 329


def test_a_version_that_cannot_be_replayed_fails_at_once_in_words(
    stored, ask, monkeypatch
):
    def refuse(*args):
        raise ValueError("a derived fact has too many values")

    monkeypatch.setattr(jobs, "compare", refuse)
    replay = finished(ask())
    assert (replay.state, replay.attempts) == (State.FAILED, 1)
    assert "cannot be replayed: a derived fact has too many values" in replay.failure


def test_no_stored_case_is_an_empty_matrix(ask):
    replay = finished(ask())
    assert (replay.state, replay.matrix, replay.steps_done) == (State.DONE, [], 0)


def test_chunks_of_another_engine_are_not_mixed_with_this_one(stored, ask, monkeypatch):
    replay = ask()
    claim = lifecycle.claim(Replay)
    monkeypatch.setattr(jobs, "ENGINE_VERSION", "0.0.1")
    jobs._begin(claim)
    jobs._next_chunk(claim)
    lifecycle.hand_on(claim)
    monkeypatch.undo()
    replay = finished(replay)
    assert {chunk.token for chunk in replay.chunks.all()} == {2}
    assert replay.steps_done == sum(count for *_, count in replay.matrix) == 330


# --- Asking -------------------------------------------------------------------------


def test_asking_is_on_record_and_the_same_form_twice_is_one_replay(ask, admin):
    key = uuid.uuid4()
    first, second = ask(key), ask(key)
    assert first == second
    event = Event.objects.get(action="replay.request")
    assert (event.actor, event.entity_id) == (admin, str(first.pk))


def test_a_key_of_another_comparison_is_refused(ask, shipped):
    key = uuid.uuid4()
    ask(key)
    document = changed(shipped)
    document["metadata"]["version"] = "9.9.10"
    with pytest.raises(IntegrityError), transaction.atomic():
        ask(key, document=document)


def test_a_document_that_is_no_ruleset_is_refused_before_anything_is_written(ask):
    with pytest.raises(RulesetError):
        ask(document={"id": "nothing"})
    assert not Replay.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "done", "sha256": "0" * 64, "finished_at": Now()},
        {"matrix": []},
        {"state": "failed", "finished_at": Now()},
    ],
)
def test_the_database_refuses_a_row_that_contradicts_itself(ask, broken):
    replay = ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        Replay.objects.filter(pk=replay.pk).update(**broken)


def test_the_database_refuses_a_chunk_and_a_move_twice(ask):
    replay = ask()
    chunk = {"number": 1, "last_case": uuid.uuid4(), "cases": 1, "counts": []}
    move = {"case_uid": uuid.uuid4(), "old_advice": "a", "new_advice": "b"}
    for _ in range(2):
        ReplayChunk(replay=replay, token=1, **chunk)
    ReplayChunk.objects.create(replay=replay, token=1, **chunk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReplayChunk.objects.create(replay=replay, token=2, **chunk)
    ReplayMove.objects.create(replay=replay, case_document={}, **move)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReplayMove.objects.create(replay=replay, case_document={}, **move)
