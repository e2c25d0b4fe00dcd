"""What the pages of a draft show, gathered; nothing is written here."""

import uuid
from collections import Counter
from itertools import count
from typing import Any

from django.urls import reverse

from spine_cds.accounts.access import SignedInRequest
from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.models import Event
from treatments.authoring.checks.badges import LABELS, example_facts
from treatments.authoring.checks.validation import GRAVE, fingerprint
from treatments.authoring.document.columns import OTHERS
from treatments.authoring.document.draft_reader import DraftProblem
from treatments.authoring.document.parts import split
from treatments.authoring.document.row_fields import SECTIONS, SINGLES
from treatments.authoring.document.working_copy import DraftDocument
from treatments.authoring.drafts import review, services
from treatments.authoring.drafts.access import may_write
from treatments.authoring.versions import publishing
from treatments.authoring.versions.comparison import Group, compare_parts
from treatments.authoring.views.forms import (
    PublishForm,
    ReasonForm,
    SignForm,
    SubmitForm,
)
from treatments.engine.analysis import KINDS as MEANINGS
from treatments.engine.analysis import Finding
from treatments.exchange.formats import FORMATS
from treatments.models import (
    AcceptedFinding,
    RulesetActivation,
    RulesetDraft,
    RulesetVersion,
)
from treatments.presentation.rule_tables import KINDS

RECENT = 10


def newest_base(version: RulesetVersion) -> RulesetVersion:
    """What a draft of this version is compared with and published over."""
    head = RulesetActivation.objects.head()
    return head.version if head else version


#: What an author does next, by the step that is open.
_TO_DO = {
    "readable": ("Mend what cannot be read, or lacks its grounds", "draft-checks"),
    "findings": ("Mend the findings, or let them stand with a reason", "draft-checks"),
    "invariants": ("Mend what breaks an invariant", "draft-checks"),
    "golden": ("Look at the golden cases that come out otherwise", "draft-checks"),
    "base": ("Merge the newest version in", ""),
    "replay": ("Replay these rules over the stored cases, and look at what moves", ""),
    "signed": ("Have a second person read and sign it", ""),
}


def next_step(
    draft: RulesetDraft, gate: publishing.PublishingGate, *, is_author: bool
) -> tuple[str, str]:
    """What is to be done now, and the page where it is done (empty: this one)."""
    still = [step.code for step in gate.steps if not step.is_done]
    if not draft.is_open:
        return "", ""
    if draft.is_editable:
        own = [code for code in still if code != "signed"]
        text, page = _TO_DO[own[0]] if own else ("Hand it to review", "")
    elif not gate.can_be_reviewed:
        text, page = "Give it back: an author has something to do first", ""
    elif "signed" in still and not is_author:
        text, page = "Read what it changes, then sign it", "draft-difference"
    else:
        text, page = _TO_DO[still[0]] if still else ("Publish it", "")
    return text, reverse(f"treatments:{page}", args=[draft.pk]) if page else ""


def given_back(draft: RulesetDraft) -> Event | None:
    """Why a draft came back from review, while it has not been there again."""
    moves = Event.objects.filter(
        entity_type=draft._meta.label_lower,
        entity_id=str(draft.pk),
        action=AuditAction.DRAFT_MOVE,
    )
    last = moves.select_related("actor").order_by("-pk").first()
    return last if last and last.detail.get("reason") else None


def draft_page(draft: RulesetDraft, request: SignedInRequest) -> dict[str, Any]:
    """The page of a draft: how far it is, its tables, and what can be done now."""
    user = request.user
    gate = publishing.gate_of(draft)
    is_author = user.pk in review.author_ids(draft)
    document = DraftDocument.of(draft)
    base = split(draft.base.document) if draft.base else document.parts
    groups = compare_parts(base, document.parts)
    return {
        "draft": draft,
        "gate": gate,
        "tables": _tables(draft, gate, groups),
        "sections": _sections(document, groups),
        "singles": [(name, title) for name, (title, _) in SINGLES.items()],
        "change_count": sum(len(group.rows) for group in groups),
        "changes": draft.changes.select_related("made_by").order_by("-number")[:RECENT],
        "may_write": may_write(user),
        "can_undo": draft.is_editable and services.can_undo(draft, user),
        "can_redo": draft.is_editable and services.can_redo(draft, user),
        "is_author": is_author,
        "next_step": next_step(draft, gate, is_author=is_author),
        "given_back": given_back(draft) if draft.is_editable else None,
        "formats": FORMATS.values(),
        "replays": publishing.replays_of(draft),
        "replay_key": uuid.uuid4(),
        "signatures": review.signatures(draft),
        "is_stale": any(s.code == "base" and not s.is_done for s in gate.steps),
    } | _forms(draft, request)


def _forms(draft: RulesetDraft, request: SignedInRequest) -> dict[str, Any]:
    def to(name: str) -> str:
        return reverse(f"treatments:draft-{name}", args=[draft.pk])

    content = {"content": review.content_sha256(draft.document)}
    version = _next_version(draft)
    return {
        "submit_form": SubmitForm(initial={"version": version}, action=to("submit")),
        "sign_form": SignForm(initial=content, action=to("sign"), request=request),
        "publish_form": PublishForm(action=to("publish"), request=request),
        "return_form": ReasonForm(action=to("return"), button="Give it back"),
    }


def _next_version(draft: RulesetDraft) -> str:
    """The first free number after the one that the draft builds on, as 1.2.0."""
    metadata = draft.document["metadata"]
    newest = draft.base.version if draft.base else metadata.get("version", "")
    major, minor, *_ = [*str(newest).split("."), "", ""]
    if not (major.isdigit() and minor.isdigit()):
        return ""
    versions = RulesetVersion.objects.filter(ruleset_id=metadata.get("id", ""))
    taken = set(versions.values_list("version", flat=True))
    numbers = (f"{major}.{n}.0" for n in count(int(minor) + 1))
    return next(number for number in numbers if number not in taken)


def _tables(
    draft: RulesetDraft, gate: publishing.PublishingGate, groups: list[Group]
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


def _sections(document: DraftDocument, groups: list[Group]) -> list[dict[str, Any]]:
    """Each list beside the tables, with how many rows it has, and how many changed."""
    changed = {group.title: len(group.rows) for group in groups if not group.table}
    return [
        {
            "code": code,
            "title": title,
            "rows": len(document.parts[code]),
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
    places = _Places(draft)
    rows = [
        places.row(finding, accepted.get(fingerprint(finding)))
        for finding in (analysis.findings if analysis else ())
    ]
    grave = [row for row in rows if row["is_grave"]]
    kinds = Counter(row["finding"].kind for row in grave if not row["accepted"])
    return {
        "draft": draft,
        "gate": gate,
        "problems": [places.problem(p) for p in gate.checked.reading.problems],
        "grave": sorted(grave, key=lambda row: bool(row["accepted"])),
        "noted": [row for row in rows if not row["is_grave"]],
        "golden": [
            {
                "failure": failure,
                "accepted": accepted.get(failure.fingerprint),
                "trial": f"{places.trial()}?case={failure.name}",
            }
            for failure in gate.checked.golden
        ],
        "kinds": [(kind, MEANINGS[kind], n) for kind, n in kinds.items() if n > 1],
        "proofs": analysis.proofs if analysis else (),
        "may_write": may_write(user) and draft.is_open,
    }


class _Places:
    """Where in a draft a finding is mended and its example tried, in its words."""

    def __init__(self, draft: RulesetDraft) -> None:
        self.draft = draft
        self.facts = DraftDocument.of(draft).facts
        tables = draft.document["tables"]
        self.titles = {t["id"]: t.get("title") or t["id"] for t in tables}
        self.tables = {rule["id"]: t["id"] for t in tables for rule in t["rules"]}
        of_options = [t["id"] for t in tables if t.get("kind") == "eligibility"]
        self.first = next(iter([*of_options, *self.titles]), "")

    def row(self, finding: Finding, accepted: AcceptedFinding | None) -> dict[str, Any]:
        """A finding as the page shows it; ``accepted`` says by whom it may stand."""
        mark = fingerprint(finding)
        is_tried = finding.example is not None and finding.kind in LABELS
        named = (self.tables[rule] for rule in finding.rules if rule in self.tables)
        table = finding.table or next(named, "")
        return {
            "finding": finding,
            "fingerprint": mark,
            "is_grave": finding.severity in GRAVE,
            "accepted": accepted,
            "table": finding.table,
            "title": self.titles.get(finding.table, finding.table),
            "rules": [(rule, self.tables.get(rule, "")) for rule in finding.rules],
            "facts": example_facts(finding.example, self.facts),
            "trial": f"{self.trial(table)}?finding={mark}" if is_tried else "",
        }

    def problem(self, problem: DraftProblem) -> dict[str, Any]:
        """A problem with its field in words, as the grid names its column."""
        name = problem.field
        fact = self.facts.get(name)
        label = fact.label if fact else ""
        if not label and name in OTHERS:
            label = OTHERS[name][0]
        field = label or name.replace("_", " ")
        return {"problem": problem, "field": field, "message": problem.message}

    def trial(self, table: str = "") -> str:
        """The address where a case is tried, on this table or the first one."""
        args = [self.draft.pk, table or self.first]
        return reverse("treatments:trial-panel", args=args)
