"""From a draft to the live rules: what must be done first, and the moment itself."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from spine_cds.dates import told
from treatments.authoring.checks.validation import Checked, checked, fingerprint
from treatments.authoring.document.edits import EditError
from treatments.authoring.drafts import review
from treatments.authoring.drafts.writing import document_of, hold, write
from treatments.authoring.versions.comparison import merge
from treatments.engine import Ruleset, document_hash
from treatments.models import (
    AcceptedFinding,
    Replay,
    RulesetActivation,
    RulesetDraft,
    RulesetVersion,
)
from treatments.rulebook.services import ruleset_activate, ruleset_keep

State = RulesetDraft.State


class NotReadyError(ValueError):
    """Something is still to be done before the draft can be published."""


class StaleBaseError(ValueError):
    """Another version was published since this draft was begun: merge it first."""


@dataclass(frozen=True, slots=True)
class PublishingStep:
    """One thing that must be so before publishing, and how far it is."""

    code: str
    title: str
    is_done: bool
    text: str


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding or a failed golden case that nobody has let stand yet."""

    fingerprint: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class PublishingGate:
    """The way of one draft to the live rules."""

    steps: tuple[PublishingStep, ...]
    checked: Checked
    open_findings: tuple[OpenFinding, ...]
    accepted: tuple[AcceptedFinding, ...]

    @property
    def is_ready(self) -> bool:
        """Whether all is done, so that it can be published."""
        return all(step.is_done for step in self.steps)

    @property
    def can_be_reviewed(self) -> bool:
        """Whether nothing is left that only an author can do."""
        return all(step.is_done for step in self.steps if step.code in _OF_THE_AUTHOR)


#: Replays of one version that are looked through for those of a draft.
RECENT = 50
_OF_THE_AUTHOR = ("readable", "findings", "invariants", "golden", "base")


def gate_of(draft: RulesetDraft) -> PublishingGate:
    """What is done and what is still to do before this draft can go live."""
    report = checked(draft.document, timezone.localdate())
    accepted = tuple(accepted_findings(draft))
    known = {row.fingerprint for row in accepted}
    findings = tuple(_open_findings(report, known))
    golden = tuple(
        OpenFinding(f.fingerprint, "golden", f.message)
        for f in report.golden
        if f.fingerprint not in known
    )
    steps = (
        _readable(report),
        _findings(report, findings, len(accepted)),
        _invariants(report),
        _golden(report, golden),
        _base(draft),
        _replay(draft),
        _signed(draft),
    )
    return PublishingGate(steps, report, (*findings, *golden), accepted)


def accepted_findings(draft: RulesetDraft) -> Iterator[AcceptedFinding]:
    """What may stand: accepted for this draft, or for what its base was drafted as."""
    earlier = RulesetDraft.objects.filter(published_as=draft.base_id or 0)
    rows = AcceptedFinding.objects.filter(draft__in=[draft.pk, *earlier])
    yield from rows.select_related("made_by").order_by("made_at")


def _open_findings(report: Checked, known: set[str]) -> Iterator[OpenFinding]:
    for finding in report.grave:
        mark = fingerprint(finding)
        if mark not in known:
            yield OpenFinding(mark, finding.kind, finding.message)


def _readable(report: Checked) -> PublishingStep:
    problems = report.reading.problems
    text = f"{len(problems)} to mend" if problems else "Every rule can be read"
    title = "Each rule is complete, with its rationale and a source"
    return PublishingStep("readable", title, not problems, text)


def _findings(
    report: Checked, left: tuple[OpenFinding, ...], accepted: int
) -> PublishingStep:
    title = "The checks find nothing, or it may stand with a reason"
    if report.analysis is None:
        return PublishingStep(
            "findings", title, is_done=False, text="Cannot be checked yet"
        )
    if report.analysis.left_out:
        return PublishingStep(
            "findings", title, is_done=False, text="Too many findings to be shown"
        )
    text = f"{len(left)} open, {accepted} accepted" if left or accepted else "Clean"
    return PublishingStep("findings", title, not left, text)


def _invariants(report: Checked) -> PublishingStep:
    title = "What must hold in every case is proved"
    if report.analysis is None:
        return PublishingStep(
            "invariants", title, is_done=False, text="Cannot be checked yet"
        )
    count, unproved = len(report.analysis.proofs), len(report.unproved)
    text = f"{count - unproved} of {count} proved"
    return PublishingStep("invariants", title, not unproved, text)


def _golden(report: Checked, left: tuple[OpenFinding, ...]) -> PublishingStep:
    passed = report.golden_count - len(report.golden)
    text = f"{passed} of {report.golden_count} come out as written"
    title = "The golden cases come out as they are written"
    is_done = report.analysis is not None and not left
    return PublishingStep("golden", title, is_done, text)


def _base(draft: RulesetDraft) -> PublishingStep:
    head = RulesetActivation.objects.head()
    title = "It builds on the newest version"
    if head is None or head.version_id == draft.base_id:
        return PublishingStep(
            "base",
            title,
            is_done=True,
            text=f"Builds on {head.version if head else '–'}",
        )
    text = f"{head.version} was published since: merge it into this draft"
    return PublishingStep("base", title, is_done=False, text=text)


def _replay(draft: RulesetDraft) -> PublishingStep:
    title = "The replay over the stored cases has been looked at"
    if any(replay.seen_at for replay in replays_of(draft)):
        return PublishingStep("replay", title, is_done=True, text="Looked at")
    return PublishingStep(
        "replay", title, is_done=False, text="Not yet, of these rules"
    )


def replays_of(draft: RulesetDraft) -> list[Replay]:
    """The replays of exactly these rules against their base, the newest first.

    The texts about the ruleset move no advice: handing it to review changes them.
    """
    wanted = _rules_sha256(draft.document)
    rows = Replay.objects.filter(old=draft.base_id or 0).order_by("-queued_at")
    rows = rows.select_related("old", "requested_by").without_documents()[:RECENT]
    return [row for row in rows if _replayed_sha256(row.new_sha256) == wanted]


@lru_cache(maxsize=256)
def _replayed_sha256(new_sha256: str) -> str:
    """The hash of the rules alone in what was replayed, read once per content."""
    replays = Replay.objects.filter(new_sha256=new_sha256)
    return _rules_sha256(replays.values_list("new_document", flat=True)[:1].get())


def _rules_sha256(document: Mapping[str, Any]) -> str:
    return document_hash({**document, "metadata": {}})


def _signed(draft: RulesetDraft) -> PublishingStep:
    title = "A second person has signed"
    if draft.state == State.DRAFT:
        return PublishingStep(
            "signed", title, is_done=False, text="After it was handed to review"
        )
    names = [str(row.signer) for row in review.signatures(draft)]
    return PublishingStep("signed", title, bool(names), ", ".join(names) or "Not yet")


@transaction.atomic
def draft_submit(*, draft: RulesetDraft, version: str, actor: User) -> RulesetDraft:
    """Hand a draft to review, once nothing is left that only an author can do.

    Raises:
        DraftClosedError: it is not a draft any more.
        NotReadyError: something is still to be mended; the message names it.
        EditError: the number is taken.
    """
    held = hold(draft)
    for step in gate_of(held).steps:
        if step.code in _OF_THE_AUTHOR and not step.is_done:
            raise NotReadyError(f"{step.title}: {step.text}.")
    return review.draft_submit(draft=held, version=version, actor=actor)


@transaction.atomic
def draft_publish(
    *,
    draft: RulesetDraft,
    actor: User,
    live_from: datetime.datetime | None = None,
    reason: str = "",
) -> RulesetVersion:
    """Publish a signed draft, live at once or from a moment on.

    Raises:
        DraftClosedError: it is not in review; somebody else may have published it.
        StaleBaseError: another version was published meanwhile.
        NotReadyError: a step is not done; the message names it.
    """
    _one_at_a_time()
    held = hold(draft, State.IN_REVIEW)
    gate = gate_of(held)
    for step in gate.steps:
        if step.code == "base" and not step.is_done:
            raise StaleBaseError(f"{step.text}.")
        if not step.is_done:
            raise NotReadyError(f"{step.title}: {step.text}.")
    _refuse_to_be_overtaken(live_from)
    version = _version_of(held, actor)
    ruleset_activate(version=version, actor=actor, live_from=live_from, reason=reason)
    held.published_as = version
    held.state = State.PUBLISHED
    held.save(update_fields=["published_as", "state", "changed_at"])
    detail = {
        "before": held.base.version if held.base else "",
        "after": version.version,
        "sha256": version.sha256,
        "signed_by": [row.signer_name for row in review.signatures(held)],
        "live_from": live_from.isoformat() if live_from else "at once",
    }
    record(actor=actor, action=AuditAction.DRAFT_PUBLISH, entity=held, detail=detail)
    return version


def _one_at_a_time() -> None:
    """Hold what stands for all versions: who changes what is live waits for others."""
    RulesetVersion.objects.order_by("pk").only("pk").select_for_update(
        no_key=True
    ).first()


def _refuse_to_be_overtaken(live_from: datetime.datetime | None) -> None:
    """Stop where a version that is still to come would take the place of this one."""
    later = RulesetActivation.objects.to_come().select_related("version")
    if live_from is not None:
        later = later.filter(live_from__gte=live_from)
    overtaking = later.defer("version__document").order_by("live_from").first()
    if overtaking is not None:
        raise NotReadyError(
            f"{overtaking.version.version} is to go live on "
            f"{told(overtaking.live_from, 'j M Y, H:i')} and would take the place of "
            "this one. Choose a later moment, or withdraw it first, under Rules."
        )


def _version_of(held: RulesetDraft, actor: User) -> RulesetVersion:
    """The stored version, with the signatures in its document.

    Raises:
        NotReadyError: another version has its number by now.
    """
    rows = list(review.signatures(held))
    sign_off = {
        "state": "signed",
        "by": ", ".join(row.signer_name for row in rows),
        "on": max(row.signed_at for row in rows).date().isoformat(),
    }
    metadata = {**held.document["metadata"], "sign_off": sign_off}
    ruleset = Ruleset.from_document({**held.document, "metadata": metadata})
    same = RulesetVersion.objects.filter(ruleset_id=ruleset.id, version=ruleset.version)
    if same.exclude(sha256=ruleset.sha256).exists():
        raise NotReadyError(
            f"There is a version {ruleset.version} already. Give the draft back, and "
            "hand it to review under another number."
        )
    version, _ = ruleset_keep(ruleset=ruleset, actor=actor)
    return version


@transaction.atomic
def draft_merge(*, draft: RulesetDraft, actor: User) -> list[str]:
    """Bring the newest version into a draft that was begun on an older one.

    The draft's own changes stay on top of it. Returned are the addresses that both
    changed: there the draft's text stands, and has to be looked at.

    Raises:
        DraftClosedError: the draft is not being edited.
    """
    held = hold(draft)
    head = RulesetActivation.objects.head()
    if head is None or held.base is None or head.version_id == held.base_id:
        return []
    newest = head.version
    parts, clashes = merge(held.base.document, held.document, newest.document)
    held.base = newest
    held.save(update_fields=["base"])
    summary = f"Merged {newest.version}"
    write(held, document_of(held), parts, summary=summary, actor=actor)
    return clashes


@transaction.atomic
def version_restore(
    *, version: RulesetVersion, actor: User, reason: str, seen: int | None = None
) -> RulesetActivation:
    """Make a version live again that was live before: the same rules, to the byte.

    ``seen`` is the key of the version that was live on the screen (None: unseen).

    Raises:
        EditError: it was never live, or is live already, or no reason was given, or
            another version went live meanwhile.
    """
    _one_at_a_time()
    live = RulesetVersion.objects.live().without_document().first()
    if live == version:
        raise EditError(f"{version} is live already.")
    if live is not None and seen not in (None, live.pk):
        raise EditError(f"{live} went live meanwhile. Look at it before you go back.")
    if not version.activations.come().exists():
        raise EditError(f"{version} was never live; publish it from a draft.")
    if not reason.strip():
        raise EditError("Say why the version is restored.")
    for activation in RulesetActivation.objects.to_come():
        activation_withdraw(activation=activation, actor=actor)
    detail = {
        "before": live.version if live else "",
        "after": version.version,
        "reason": reason.strip(),
    }
    record(
        actor=actor, action=AuditAction.RULESET_RESTORE, entity=version, detail=detail
    )
    return ruleset_activate(version=version, actor=actor, reason=reason.strip())


@transaction.atomic
def activation_withdraw(*, activation: RulesetActivation, actor: User) -> None:
    """Take back a version that is still to go live.

    Raises:
        EditError: its moment has come.
    """
    to_come = RulesetActivation.objects.to_come().filter(pk=activation.pk)
    if not to_come.update(withdrawn_at=timezone.now()):
        raise EditError("It is live already, or was withdrawn.")
    record(
        actor=actor,
        action=AuditAction.RULESET_WITHDRAW_ACTIVATION,
        entity=activation.version,
        detail={"live_from": activation.live_from.isoformat()},
    )
