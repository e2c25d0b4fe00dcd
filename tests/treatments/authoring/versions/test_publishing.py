"""A draft goes live only when everything is done; the version before comes back."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from spine_cds.audit.models import Event
from spine_cds.audit.triggers import suspended
from treatments.authoring.checks.validation import golden_cases
from treatments.authoring.document import edits
from treatments.authoring.drafts.review import (
    content_sha256,
    draft_abandon,
    draft_sign,
    draft_submit,
    finding_accept,
    signatures,
)
from treatments.authoring.drafts.services import draft_create
from treatments.authoring.drafts.writing import DraftClosedError
from treatments.authoring.versions import publishing
from treatments.authoring.versions.comparison import compare
from treatments.authoring.versions.publishing import (
    NotReadyError,
    StaleBaseError,
    draft_merge,
    draft_publish,
    gate_of,
    version_restore,
)
from treatments.engine import document_hash, evaluate
from treatments.models import RulesetActivation, RulesetDraft, RulesetVersion
from treatments.replay.services import replay_request
from treatments.replay.tasks import run_replay

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-passphrase"


def accept_all(draft, actor):
    draft.refresh_from_db()
    for finding in gate_of(draft).open_findings:
        finding_accept(
            draft=draft,
            fingerprint=finding.fingerprint,
            message=finding.message,
            reason="Known, and told on the page",
            actor=actor,
        )


def reviewed(draft, admin, second_admin, number="1.1.0"):
    accept_all(draft, admin)
    draft_submit(draft=draft, version=number, actor=admin)
    draft = RulesetDraft.objects.get(pk=draft.pk)
    draft_sign(
        draft=draft,
        content=content_sha256(draft.document),
        meaning="I approve",
        actor=second_admin,
    )
    return draft


def step(draft, code):
    return next(s for s in gate_of(draft).steps if s.code == code)


@pytest.fixture
def replayed(monkeypatch):
    """As though each replay had been looked at: it has tests of its own."""
    done = publishing.PublishingStep("replay", "Replay", is_done=True, text="Looked at")
    monkeypatch.setattr(publishing, "_replay", lambda draft: done)


def test_the_shipped_rules_need_their_findings_accepted(draft, admin):
    assert not gate_of(draft).can_be_reviewed
    accept_all(draft, admin)
    assert gate_of(draft).can_be_reviewed


def test_a_published_draft_is_live_and_signed(
    draft, admin, second_admin, older_trial, replayed
):
    older_trial(draft, admin)
    draft = reviewed(draft, admin, second_admin)
    version = draft_publish(draft=draft, actor=admin)
    assert RulesetVersion.objects.live().get() == version
    assert version.is_signed
    assert version.document["metadata"]["sign_off"]["by"] == str(second_admin)
    assert content_sha256(version.document) == content_sha256(draft.document)


def test_a_draft_of_a_published_one_has_its_accepted_findings(
    draft, admin, second_admin, older_trial, replayed
):
    older_trial(draft, admin)
    version = draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    successor = draft_create(title="Next", base=version, actor=admin)
    assert gate_of(successor).can_be_reviewed


def test_without_a_signature_nothing_is_published(draft, admin, replayed):
    accept_all(draft, admin)
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    with pytest.raises(NotReadyError, match="second person"):
        draft_publish(draft=draft, actor=admin)
    assert RulesetVersion.objects.count() == 1


def test_without_a_replay_nothing_is_published(draft, admin, second_admin):
    draft = reviewed(draft, admin, second_admin)
    with pytest.raises(NotReadyError, match="replay"):
        draft_publish(draft=draft, actor=second_admin)


def test_two_who_publish_the_same_draft_publish_it_once(
    draft, admin, second_admin, replayed
):
    draft = reviewed(draft, admin, second_admin)
    draft_publish(draft=draft, actor=admin)
    with pytest.raises(DraftClosedError):
        draft_publish(draft=draft, actor=second_admin)


def test_two_drafts_of_one_version_are_not_published_over_each_other(
    draft, version, admin, second_admin, edit, older_trial, replayed
):
    other = draft_create(title="Another", base=version, actor=second_admin)
    edit(other, second_admin, edits.disable_rule, "cons", "CONS-02", "Not here")
    other = reviewed(other, second_admin, admin, "1.2.0")
    older_trial(draft, admin)
    draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    with pytest.raises(StaleBaseError):
        draft_publish(draft=other, actor=admin)
    assert not step(other, "base").is_done


def test_a_merge_keeps_both_peoples_work(
    draft, version, admin, second_admin, edit, older_trial, replayed
):
    other = draft_create(title="Another", base=version, actor=second_admin)
    edit(other, second_admin, edits.disable_rule, "cons", "CONS-02", "Not here")
    edit(other, second_admin, edits.add_rule, "cons", rule_id="CONS-77")
    older_trial(draft, admin)
    draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    assert draft_merge(draft=other, actor=second_admin) == []
    other.refresh_from_db()
    assert step(other, "base").is_done
    groups = compare(other.base.document, other.document)
    changed = {row.name for group in groups for row in group.rows}
    assert changed == {"CONS-02", "CONS-77"}


def test_a_merge_names_what_both_changed(
    draft, version, admin, second_admin, edit, older_trial, replayed
):
    other = draft_create(title="Another", base=version, actor=second_admin)
    edit(other, second_admin, edits.disable_rule, "cons", "CONS-01", "Not here")
    older_trial(draft, admin)
    draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    clashes = draft_merge(draft=other, actor=second_admin)
    assert clashes == ["tables/cons/rules/CONS-01"]


def test_a_version_goes_live_at_the_chosen_moment(
    draft, version, admin, second_admin, replayed
):
    draft = reviewed(draft, admin, second_admin)
    moment = timezone.now() + timedelta(hours=1)
    published = draft_publish(draft=draft, actor=admin, live_from=moment)
    assert RulesetVersion.objects.live().get() == version
    hours_later = F("live_from") - timedelta(hours=2)
    with suspended(connection):  # the database keeps what was in force
        RulesetActivation.objects.update(live_from=hours_later)
    assert RulesetVersion.objects.live().get() == published


@pytest.mark.shipped_rules
def test_a_restored_version_gives_the_same_bytes(
    draft, version, admin, second_admin, edit, replayed
):
    cases = [golden["case"] for golden in golden_cases(version.ruleset_id)]

    def answers():
        live = RulesetVersion.objects.live().get()
        return [document_hash(evaluate(c, live.ruleset).to_document()) for c in cases]

    before = answers()
    edit(draft, admin, edits.disable_rule, "cons", "CONS-01", "To see a difference")
    draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    assert answers() != before
    version_restore(version=version, actor=admin, reason="Too many moved")
    assert RulesetVersion.objects.live().get() == version
    assert answers() == before


def test_a_signature_does_not_hold_for_other_content(
    draft, admin, second_admin, replayed
):
    draft = reviewed(draft, admin, second_admin)
    assert step(draft, "signed").is_done
    changed = {**draft.document, "invariants": []}
    RulesetDraft.objects.filter(pk=draft.pk).update(document=changed)
    draft.refresh_from_db()
    assert not signatures(draft).exists()
    assert not step(draft, "signed").is_done


def run_to_the_end(replay):
    while not replay.is_finished:
        run_replay()
        replay.refresh_from_db()


def test_the_replay_of_these_very_rules_is_asked_for(
    client, draft, version, admin, second_admin, older_trial
):
    client.force_login(admin)
    early = replay_of(draft, version, admin)
    older_trial(draft, admin)
    draft = reviewed(draft, admin, second_admin)
    run_to_the_end(early)
    client.get(early.get_absolute_url())
    assert not step(draft, "replay").is_done  # the rules changed since
    replay = replay_of(draft, version, admin)
    run_to_the_end(replay)
    assert not step(draft, "replay").is_done  # nobody has looked
    client.get(replay.get_absolute_url())
    assert step(draft, "replay").is_done
    draft_publish(draft=draft, actor=admin)


def replay_of(draft, version, actor):
    draft.refresh_from_db()
    return replay_request(
        old=version,
        new_document=draft.document,
        new_title=draft.title,
        actor=actor,
        submission_key=uuid.uuid4(),
    )


def test_a_version_to_come_never_takes_the_place_of_one_published_after_it(
    draft, version, admin, second_admin, edit, older_trial, replayed
):
    older_trial(draft, admin)
    moment = timezone.now() + timedelta(hours=1)
    draft = reviewed(draft, admin, second_admin)
    coming = draft_publish(draft=draft, actor=admin, live_from=moment)
    after = draft_create(title="Next", base=coming, actor=admin)
    edit(after, admin, edits.disable_rule, "cons", "CONS-02", "Not here")
    after = reviewed(after, admin, second_admin, "1.2.0")
    for too_early in (None, moment - timedelta(minutes=1), moment):
        with pytest.raises(NotReadyError, match=r"1\.1\.0 is to go live"):
            draft_publish(draft=after, actor=admin, live_from=too_early)
    assert RulesetVersion.objects.live().get() == version
    later = moment + timedelta(minutes=1)
    assert draft_publish(draft=after, actor=admin, live_from=later).version == "1.2.0"


def test_a_version_number_is_not_used_again_after_a_restore(
    draft, version, admin, second_admin, edit, older_trial, replayed
):
    other = draft_create(title="Another", base=version, actor=second_admin)
    edit(other, second_admin, edits.disable_rule, "cons", "CONS-02", "Not here")
    other = reviewed(other, second_admin, admin, "1.1.0")
    older_trial(draft, admin)
    draft_publish(draft=reviewed(draft, admin, second_admin, "1.1.0"), actor=admin)
    version_restore(version=version, actor=admin, reason="Too many moved")
    assert step(other, "base").is_done
    with pytest.raises(NotReadyError, match="another number"):
        draft_publish(draft=other, actor=second_admin)


def test_who_restores_while_another_publishes_is_told(
    client, draft, version, admin, second_admin, edit, older_trial, replayed
):
    older_trial(draft, admin)
    first = draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    client.force_login(admin)
    to = reverse("treatments:version-restore", args=[version.pk])
    seen = client.get(to).context["form"]["seen"].value()
    after = draft_create(title="Next", base=first, actor=admin)
    edit(after, admin, edits.disable_rule, "cons", "CONS-02", "Not here")
    newest = draft_publish(
        draft=reviewed(after, admin, second_admin, "1.2.0"), actor=admin
    )
    page = client.post(to, {"reason": "Too many moved", "seen": seen})
    assert "went live meanwhile" in page.content.decode()
    assert page.context["form"]["reason"].value() == "Too many moved"
    assert RulesetVersion.objects.live().get() == newest
    client.post(to, {"reason": "Yes", "seen": page.context["form"]["seen"].value()})
    assert RulesetVersion.objects.live().get() == version


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rationale", ""),
        ("sources", []),
        ("sources", ["B999"]),
        ("strength", "strongish"),
        ("certainty", ""),
        ("owner", ""),
        ("review_by", "soon"),
    ],
)
def test_a_rule_without_its_grounds_cannot_leave_the_draft(
    client, draft, admin, edit, field, value
):
    edit(draft, admin, edits.set_field, "cons", "CONS-01", field, value)
    accept_all(draft, admin)
    with pytest.raises(NotReadyError, match="rationale and a source"):
        publishing.draft_submit(draft=draft, version="1.1.0", actor=admin)
    client.force_login(admin)
    to = reverse("treatments:draft-submit", args=[draft.pk])
    client.post(to, {"version": "1.1.0"})
    draft.refresh_from_db()
    assert draft.state == RulesetDraft.State.DRAFT
    checks = client.get(reverse("treatments:draft-checks", args=[draft.pk]))
    assert field in {row["problem"].field for row in checks.context["problems"]}


CLOSED = {
    "draft-describe": {"title": "Other", "note": ""},
    "finding-accept": {"kind": "source_missing", "reason": "Known"},
    "draft-submit": {"version": "1.3.0"},
    "draft-return": {"reason": "More"},
    "draft-sign": {"content": "x", "agreed": "on", "own_password": PASSWORD},
    "draft-publish": {"own_password": PASSWORD},
    "draft-merge": {},
    "draft-undo": {},
    "draft-redo": {},
    "draft-abandon": {},
}
ROWS = {
    "row-create": (("sources",), {"key": "B98", "seen": 9}),
    "row-edit": (("treatments", "CONS"), {"title": "Other", "seen": 9}),
    "row-move": (("sources", "B01"), {"way": "remove"}),
    "single-edit": (("metadata",), {"title": "Other", "seen": 9}),
}


@pytest.mark.parametrize("end", ["abandoned", "published"])
def test_a_closed_draft_stands_still_whatever_is_sent(
    client, draft, admin, second_admin, older_trial, replayed, end
):
    older_trial(draft, admin)
    if end == "published":
        draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    else:
        draft_abandon(draft=draft, actor=admin)

    def all_of_it():
        row = RulesetDraft.objects.values().get(pk=draft.pk)
        versions = RulesetVersion.objects.count()
        return row, draft.changes.count(), draft.accepted_findings.count(), versions

    before = all_of_it()
    client.force_login(admin)
    sent = [
        *((name, (), form_data) for name, form_data in CLOSED.items()),
        *((name, args, form_data) for name, (args, form_data) in ROWS.items()),
    ]
    for name, args, form_data in sent:
        to = reverse(f"treatments:{name}", args=[draft.pk, *args])
        assert client.post(to, form_data).status_code in (200, 302), name
        assert all_of_it() == before, name


def test_the_trail_says_what_was_before_and_after(
    client, draft, version, admin, second_admin, older_trial, replayed
):
    older_trial(draft, admin)
    published = draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    version_restore(version=version, actor=second_admin, reason="Too many moved")
    client.force_login(admin)
    client.get(reverse("treatments:version-export", args=[version.pk, "json"]))

    def detail_of(action):
        return Event.objects.filter(action=action).earliest("pk").detail

    assert detail_of("draft.edit")["parts"] == ["tables/cons/rules/CONS-01"]
    change = draft.changes.get(number=detail_of("draft.edit")["number"])
    (part,) = change.parts
    assert part["before"]["rationale"] != part["after"]["rationale"]
    assert detail_of("draft.publish") == {
        "before": "1.0.0",
        "after": "1.1.0",
        "sha256": published.sha256,
        "signed_by": [str(second_admin)],
        "live_from": "at once",
    }
    assert detail_of("ruleset.restore") == {
        "before": "1.1.0",
        "after": "1.0.0",
        "reason": "Too many moved",
    }
    assert detail_of("ruleset.export") == {"format": "json", "sha256": version.sha256}


def test_the_number_that_is_offered_is_free(
    client, draft, version, admin, second_admin, older_trial, replayed
):
    older_trial(draft, admin)
    draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    version_restore(version=version, actor=admin, reason="Too many moved")
    client.force_login(admin)
    form_data = {"title": "Again", "note": "", "submission_key": str(uuid.uuid4())}
    client.post(reverse("treatments:draft-create", args=[version.pk]), form_data)
    again = RulesetDraft.objects.get(title="Again")
    page = client.get(again.get_absolute_url())
    assert page.context["submit_form"]["version"].value() == "1.2.0"
