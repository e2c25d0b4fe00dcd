from functools import partial

import pytest

from tests.small_ruleset import small_ruleset
from treatments.authoring.document import edits
from treatments.authoring.drafts.services import draft_create, draft_edit
from treatments.engine import load_ruleset
from treatments.rulebook.services import ruleset_load


@pytest.fixture
def version(db, request):
    """The live rules: small ones, but where a test is marked for the shipped ones."""
    is_shipped = request.node.get_closest_marker("shipped_rules")
    return ruleset_load(ruleset=load_ruleset() if is_shipped else small_ruleset())


@pytest.fixture
def draft(version, admin):
    return draft_create(title="A wider trial", base=version, actor=admin)


@pytest.fixture
def edit():
    """Make one pure edit of a draft: ``edit(draft, actor, edits.add_rule, ...)``."""

    def make(draft, actor, how, *args, seen=None, **kwargs):
        draft.refresh_from_db()
        return draft_edit(
            draft=draft,
            seen=draft.revision if seen is None else seen,
            edit=partial(_applied, how, args, kwargs),
            summary="Edit",
            actor=actor,
        ).change

    return make


def _applied(how, args, kwargs, parts):
    return how(parts, *args, **kwargs)


@pytest.fixture
def older_trial(edit):
    """A draft's small, sound change: a longer first rationale."""

    def make(draft, actor):
        return edit(
            draft,
            actor,
            edits.set_field,
            "cons",
            "CONS-01",
            "rationale",
            "Most episodes settle with six weeks of care.",
        )

    return make
