"""Two at once on the rules: one comes after the other, is told, and loses nothing."""

import datetime
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from tests.treatments.authoring.versions.test_publishing import reviewed
from treatments.authoring.document import edits
from treatments.authoring.drafts.services import draft_create, draft_edit, draft_undo
from treatments.authoring.drafts.writing import DraftClosedError, DraftConflictError
from treatments.authoring.versions import publishing
from treatments.authoring.versions.publishing import (
    StaleBaseError,
    draft_publish,
    version_restore,
)
from treatments.engine import evaluate
from treatments.models import RulesetActivation, RulesetDraft, RulesetVersion
from treatments.recommendations import services as advising
from treatments.recommendations.services import case_evaluate

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="rows locked one by one: PostgreSQL only",
)
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """Do them from connections that start together; what each gave, or raised."""
    start = Barrier(len(doings))

    def one(do: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        try:
            return do()
        except ValueError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as pool:
        running = [pool.submit(one, do) for do in doings]
        return [future.result(timeout=60) for future in running]


@pytest.fixture
def replayed(monkeypatch):
    """As though each replay had been looked at: it has tests of its own."""
    done = publishing.PublishingStep("replay", "Replay", is_done=True, text="Looked at")
    monkeypatch.setattr(publishing, "_replay", lambda draft: done)


def writes(draft, actor, rule, text):
    """Write a rule's rationale, from a screen that shows the untouched draft."""
    return draft_edit(
        draft=draft,
        seen=0,
        edit=lambda parts: edits.set_field(parts, "cons", rule, "rationale", text),
        summary=f"{rule} {text}",
        actor=actor,
    )


def rationale_of(draft, rule):
    document = RulesetDraft.objects.get(pk=draft.pk).document
    (table,) = (t for t in document["tables"] if t["id"] == "cons")
    return next(r for r in table["rules"] if r["id"] == rule)["rationale"]


@on_postgresql
def test_of_two_who_edit_one_rule_at_once_one_is_told_and_shown_both(
    draft, admin, second_admin
):
    results = at_once(
        partial(writes, draft, admin, "CONS-01", "One."),
        partial(writes, draft, second_admin, "CONS-01", "Other."),
    )
    (conflict,) = (one for one in results if isinstance(one, DraftConflictError))
    (clash,) = conflict.clashes
    texts = [rule["rationale"] for rule in (clash.theirs, clash.yours)]
    assert sorted(texts) == ["One.", "Other."]
    assert rationale_of(draft, "CONS-01") == texts[0]
    assert draft.changes.count() == 1


@on_postgresql
def test_who_edit_different_rules_at_once_never_meet(draft, admin, second_admin):
    people = [admin, second_admin, admin, second_admin]
    rules = [f"CONS-0{n}" for n in range(1, 5)]
    at_once(
        *(
            partial(writes, draft, who, rule, "Anew.")
            for who, rule in zip(people, rules, strict=True)
        )
    )
    assert {rationale_of(draft, rule) for rule in rules} == {"Anew."}
    numbers = draft.changes.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4]


@on_postgresql
def test_an_undo_sent_twice_at_once_takes_back_one_edit_each(draft, admin):
    for rule in ("CONS-01", "CONS-02", "CONS-03"):
        writes(draft, admin, rule, "Anew.")
    at_once(*[partial(draft_undo, draft=draft, actor=admin)] * 2)
    assert rationale_of(draft, "CONS-01") == "Anew."
    assert "Anew." not in {rationale_of(draft, r) for r in ("CONS-02", "CONS-03")}


@on_postgresql
def test_of_two_drafts_published_at_once_one_is_live_and_the_other_keeps_its_work(
    draft, version, admin, second_admin, edit, older_trial, replayed
):
    other = draft_create(title="Another", base=version, actor=second_admin)
    edit(other, second_admin, edits.disable_rule, "cons", "CONS-02", "Not here")
    other = reviewed(other, second_admin, admin, "1.2.0")
    older_trial(draft, admin)
    draft = reviewed(draft, admin, second_admin)
    results = at_once(
        partial(draft_publish, draft=draft, actor=admin),
        partial(draft_publish, draft=other, actor=second_admin),
    )
    assert Counter(type(one) for one in results) == {
        RulesetVersion: 1,
        StaleBaseError: 1,
    }
    won = next(one for one in results if isinstance(one, RulesetVersion))
    assert RulesetVersion.objects.live().get() == won
    left = RulesetDraft.objects.exclude(published_as=won).get()
    assert left.state == RulesetDraft.State.IN_REVIEW
    assert left.document in (draft.document, other.document)


@on_postgresql
def test_one_draft_published_twice_at_once_is_one_version(
    draft, admin, second_admin, older_trial, replayed
):
    older_trial(draft, admin)
    draft = reviewed(draft, admin, second_admin)
    results = at_once(
        partial(draft_publish, draft=draft, actor=admin),
        partial(draft_publish, draft=draft, actor=second_admin),
    )
    assert sum(isinstance(one, DraftClosedError) for one in results) == 1
    assert RulesetActivation.objects.count() == 2  # the shipped one, and this


@on_postgresql
def test_a_restore_and_a_publication_at_once_leave_nobody_in_the_dark(
    draft, version, admin, second_admin, edit, older_trial, replayed
):
    older_trial(draft, admin)
    first = draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    after = draft_create(title="Next", base=first, actor=second_admin)
    edit(after, second_admin, edits.disable_rule, "cons", "CONS-02", "Not here")
    after = reviewed(after, second_admin, admin, "1.2.0")
    back = {"version": version, "reason": "Moved", "seen": first.pk}
    results = at_once(
        partial(draft_publish, draft=after, actor=second_admin),
        partial(version_restore, actor=admin, **back),
    )
    refused = [one for one in results if isinstance(one, ValueError)]
    assert len(refused) == 1
    live = RulesetVersion.objects.live().get()
    assert live == version or live.version == "1.2.0"


@on_postgresql
def test_advice_does_not_wait_for_who_publishes(version, a_case, dr_surgeon):
    case = a_case()

    def advises():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return case_evaluate(encounter=case, actor=dr_surgeon)

    with transaction.atomic():
        publishing._one_at_a_time()
        (advice,) = at_once(advises)
    assert advice.ruleset == version


@on_postgresql
def test_all_processes_go_over_at_the_same_moment(
    draft, version, admin, second_admin, older_trial, replayed
):
    older_trial(draft, admin)
    draft = reviewed(draft, admin, second_admin)
    moment = timezone.now() + datetime.timedelta(seconds=1.5)
    published = draft_publish(draft=draft, actor=admin, live_from=moment)

    def looks():
        live = RulesetVersion.objects.live().without_document()
        seen = []
        while not seen or seen[-1][0] < moment + datetime.timedelta(seconds=0.5):
            seen.append(live.annotate(now=Now()).values_list("now", "pk").get())
        return seen

    for seen in at_once(*[looks] * 4):
        assert {pk for now, pk in seen if now < moment} == {version.pk}
        assert {pk for now, pk in seen if now >= moment} == {published.pk}


def test_advice_that_a_publication_overtakes_is_of_one_version(
    a_case, version, dr_surgeon, admin, draft, second_admin, older_trial, monkeypatch
):
    older_trial(draft, admin)
    monkeypatch.setattr(publishing, "_replay", lambda _: _DONE)
    draft = reviewed(draft, admin, second_admin)

    def overtaken(document, ruleset, **how):
        draft_publish(draft=draft, actor=admin)
        return evaluate(document, ruleset, **how)

    monkeypatch.setattr(advising, "evaluate", overtaken)
    advice = case_evaluate(encounter=a_case(), actor=dr_surgeon)
    assert RulesetVersion.objects.live().get() != version
    assert advice.ruleset == version
    assert advice.evaluation_document["ruleset"]["sha256"] == version.sha256
    monkeypatch.undo()
    again = case_evaluate(encounter=advice.encounter, actor=dr_surgeon)
    assert again.ruleset == RulesetVersion.objects.live().get()
    assert again.pk != advice.pk


_DONE = publishing.PublishingStep("replay", "Replay", is_done=True, text="Looked at")


def test_an_open_page_keeps_the_version_it_was_advised_with(
    client, advice, version, dr_surgeon, draft, admin, second_admin, edit, monkeypatch
):
    edit(draft, admin, edits.set_field, "cons", "CONS-01", "rationale", "Told anew.")
    monkeypatch.setattr(publishing, "_replay", lambda _: _DONE)
    client.force_login(dr_surgeon)
    draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    page = client.get(advice.get_absolute_url())
    assert page.context["recommendation"].ruleset == version
    text = page.content.decode()
    assert "Told anew." not in text
    assert f"rules {version.version}" in text
    assert "Live rules: Lumbar disc herniation: the treatment ladder 1.1.0" in text
