"""What the pages of a draft show, gathered; nothing is written here."""

import uuid
from collections import Counter
from typing import Any

from django.urls import reverse

from spine_cds.accounts.access import SignedInRequest
from spine_cds.accounts.models import User
from treatments.authoring import publishing, services
from treatments.authoring.access import may_write
from treatments.authoring.checks import GRAVE, fingerprint
from treatments.authoring.comparison import Group, compare
from treatments.authoring.forms import PublishForm, ReasonForm, SignForm, SubmitForm
from treatments.authoring.parts import split
from treatments.authoring.sections import SECTIONS, SINGLES
from treatments.engine.analysis import KINDS as MEANINGS
from treatments.models import RulesetActivation, RulesetDraft, RulesetVersion
from treatments.tables import KINDS

RECENT = 10


def newest_base(version: RulesetVersion) -> RulesetVersion:
    """What a draft of this version is compared with and published over."""
    head = RulesetActivation.objects.head()
    return head.version if head else version


def draft_page(draft: RulesetDraft, request: SignedInRequest) -> dict[str, Any]:
    """The page of a draft: how far it is, its tables, and what can be done now."""
    user = request.user
    gate = publishing.gate_of(draft)
    base = draft.base.document if draft.base else draft.document
    groups = compare(base, draft.document)
    return {
        "draft": draft,
        "gate": gate,
        "tables": _tables(draft, gate, groups),
        "sections": _sections(draft, groups),
        "singles": [(name, title) for name, (title, _) in SINGLES.items()],
        "change_count": sum(len(group.rows) for group in groups),
        "changes": draft.changes.select_related("made_by").order_by("-number")[:RECENT],
        "may_write": may_write(user),
        "can_undo": draft.is_editable and services.can_undo(draft, user),
        "can_redo": draft.is_editable and services.can_redo(draft, user),
        "is_author": user.pk in services.author_ids(draft),
        "replays": publishing.replays_of(draft),
        "replay_key": uuid.uuid4(),
        "signatures": services.signatures(draft),
        "is_stale": any(s.code == "base" and not s.is_done for s in gate.steps),
    } | _forms(draft, request)


def _forms(draft: RulesetDraft, request: SignedInRequest) -> dict[str, Any]:
    def to(name: str) -> str:
        return reverse(f"treatments:draft-{name}", args=[draft.pk])

    content = {"content": services.content_sha256(draft.document)}
    version = _next_version(draft.document["metadata"].get("version", ""))
    return {
        "submit_form": SubmitForm(initial={"version": version}, action=to("submit")),
        "sign_form": SignForm(initial=content, action=to("sign"), request=request),
        "publish_form": PublishForm(action=to("publish"), request=request),
        "return_form": ReasonForm(action=to("return"), button="Give it back"),
    }


def _next_version(version: str) -> str:
    """The number after this one: 1.2.0 after 1.1.3."""
    major, _, rest = version.partition(".")
    minor, _, _ = rest.partition(".")
    if not (major.isdigit() and minor.isdigit()):
        return ""
    return f"{major}.{int(minor) + 1}.0"


def _tables(
    draft: RulesetDraft, gate: publishing.Gate, groups: list[Group]
) -> list[dict[str, Any]]:
    """Each table with how many rules it has, how many changed, and are wrong."""
    changed = {group.table: len(group.rows) for group in groups if group.table}
    wrong: dict[str, set[str]] = {}
    for problem in gate.checked.reading.problems:
        wrong.setdefault(problem.table, set()).add(problem.rule)
    return [
        {
            "id": table["id"],
            "title": table.get("title") or table["id"],
            "kind": KINDS.get(table.get("kind", ""), ""),
            "rules": len(table["rules"]),
            "disabled": sum(bool(rule.get("disabled")) for rule in table["rules"]),
            "changed": changed.get(table["id"], 0),
            "wrong": len(wrong.get(table["id"], ())),
        }
        for table in draft.document["tables"]
    ]


def _sections(draft: RulesetDraft, groups: list[Group]) -> list[dict[str, Any]]:
    parts = split(draft.document)
    changed = {group.title: len(group.rows) for group in groups if not group.table}
    return [
        {
            "code": code,
            "title": title,
            "rows": len(parts[code]),
            "changed": changed.get(title, 0),
        }
        for code, section in SECTIONS.items()
        for title in [section.title]
        if code != "tables"
    ]


def checks_page(draft: RulesetDraft, user: User) -> dict[str, Any]:
    """Every finding with its example, and which of them may stand."""
    gate = publishing.gate_of(draft)
    accepted = {row.fingerprint: row for row in gate.accepted}
    analysis = gate.checked.analysis
    findings: list[dict[str, Any]] = [
        {
            "finding": finding,
            "fingerprint": fingerprint(finding),
            "is_grave": finding.severity in GRAVE,
            "accepted": accepted.get(fingerprint(finding)),
        }
        for finding in (analysis.findings if analysis else ())
    ]
    kinds = Counter(
        row["finding"].kind
        for row in findings
        if row["is_grave"] and not row["accepted"]
    )
    golden = [
        {"failure": failure, "accepted": accepted.get(failure.fingerprint)}
        for failure in gate.checked.golden
    ]
    return {
        "draft": draft,
        "gate": gate,
        "findings": findings,
        "golden": golden,
        "kinds": [(kind, MEANINGS[kind], n) for kind, n in kinds.items() if n > 1],
        "proofs": analysis.proofs if analysis else (),
        "may_write": may_write(user) and draft.is_open,
    }
