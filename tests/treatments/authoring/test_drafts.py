"""A draft loses nobody's work: edits, undo, conflicts, review and signature."""

from functools import partial

import pytest

from treatments.authoring import edits
from treatments.authoring.edits import EditError
from treatments.authoring.parts import join, split
from treatments.authoring.services import (
    DraftClosedError,
    DraftConflictError,
    can_redo,
    content_sha256,
    draft_create,
    draft_edit,
    draft_redo,
    draft_return,
    draft_sign,
    draft_submit,
    draft_undo,
    signatures,
)
from treatments.engine import document_hash, load_ruleset
from treatments.models import RulesetDraft
from treatments.services import ruleset_load

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    return ruleset_load(ruleset=load_ruleset())


@pytest.fixture
def draft(version, admin):
    return draft_create(title="A wider trial", base=version, actor=admin)


def cell(text, rule="CONS-01", fact="first_episode"):
    return partial(edits.set_cells, table="cons", cells=[(rule, fact, text)])


def rule_of(draft, rule="CONS-01"):
    draft.refresh_from_db()
    return split(draft.document)[edits.rule_place("cons", rule)]


def edit(draft, how, actor, seen=None):
    draft.refresh_from_db()
    seen = draft.revision if seen is None else seen
    return draft_edit(draft=draft, seen=seen, edit=how, summary="Edit", actor=actor)


def test_a_document_is_its_parts_and_back(version):
    parts = split(version.document)
    assert document_hash(join(parts)) == version.sha256


def test_an_edit_is_written_and_numbered(draft, admin):
    change = edit(draft, cell("true"), admin)
    assert change.number == 1
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    assert edit(draft, cell("true"), admin) is None


def test_a_bad_cell_is_kept_as_it_was_typed(draft, admin):
    edit(draft, cell("perhaps"), admin)
    assert rule_of(draft)["cells"]["first_episode"] == "perhaps"


def test_undo_and_redo_walk_through_ones_own_edits(draft, admin):
    edit(draft, cell("true"), admin)
    edit(draft, cell("false"), admin)
    draft_undo(draft=draft, actor=admin)
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    draft_undo(draft=draft, actor=admin)
    assert "first_episode" not in rule_of(draft)["cells"]
    assert draft_undo(draft=draft, actor=admin) is None
    draft_redo(draft=draft, actor=admin)
    draft_redo(draft=draft, actor=admin)
    assert rule_of(draft)["cells"]["first_episode"] == "false"
    assert draft_redo(draft=draft, actor=admin) is None


def test_a_new_edit_ends_what_could_be_made_again(draft, admin):
    edit(draft, cell("true"), admin)
    draft_undo(draft=draft, actor=admin)
    assert can_redo(draft, admin)
    edit(draft, cell("false"), admin)
    assert not can_redo(draft, admin)


def test_two_who_edit_different_rules_never_meet(draft, admin, second_admin):
    edit(draft, cell("true"), admin, seen=0)
    edit(draft, cell("true", rule="CONS-02"), second_admin, seen=0)
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    assert rule_of(draft, "CONS-02")["cells"]["first_episode"] == "true"


def test_two_who_add_a_rule_both_have_it(draft, admin, second_admin):
    edit(draft, partial(edits.add_rule, table="cons"), admin, seen=0)
    edit(draft, partial(edits.add_rule, table="cons"), second_admin, seen=0)
    draft.refresh_from_db()
    parts = split(draft.document)
    assert len(set(parts["tables/cons/rules"])) == len(parts["tables/cons/rules"])
    base = split(draft.base.document)["tables/cons/rules"]
    assert len(parts["tables/cons/rules"]) == len(base) + 2


def test_the_second_editor_of_a_rule_is_told_and_shown_both(draft, admin, second_admin):
    edit(draft, cell("true"), admin, seen=0)
    with pytest.raises(DraftConflictError) as told:
        edit(draft, cell("false"), second_admin, seen=0)
    (clash,) = told.value.clashes
    assert clash.theirs["cells"]["first_episode"] == "true"
    assert clash.yours["cells"]["first_episode"] == "false"
    assert clash.by == str(admin)
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    edit(draft, cell("false"), second_admin, seen=told.value.revision)
    assert rule_of(draft)["cells"]["first_episode"] == "false"


def test_an_edit_that_another_built_upon_is_not_taken_back(draft, admin, second_admin):
    edit(draft, cell("true"), admin)
    edit(draft, cell("false"), second_admin)
    with pytest.raises(DraftConflictError):
        draft_undo(draft=draft, actor=admin)
    assert rule_of(draft)["cells"]["first_episode"] == "false"


def test_a_draft_in_review_stands_still(draft, admin):
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    with pytest.raises(DraftClosedError):
        edit(draft, cell("true"), admin)


def test_a_version_number_is_used_once(draft, version, admin):
    with pytest.raises(EditError, match="Choose another number"):
        draft_submit(draft=draft, version=version.version, actor=admin)


def test_nobody_signs_what_they_wrote(draft, admin, second_admin):
    edit(draft, cell("true"), admin)
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    draft = RulesetDraft.objects.get()
    content = content_sha256(draft.document)
    with pytest.raises(EditError, match="second person"):
        draft_sign(draft=draft, content=content, meaning="I approve", actor=admin)
    draft_sign(draft=draft, content=content, meaning="I approve", actor=second_admin)
    assert [s.signer for s in signatures(draft)] == [second_admin]


def test_a_signature_is_for_the_content_that_was_read(draft, admin, second_admin):
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    read = content_sha256(RulesetDraft.objects.get().document)
    draft_return(draft=draft, actor=second_admin, reason="One more rule")
    edit(draft, cell("true"), admin)
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    with pytest.raises(EditError, match="Read it again"):
        draft_sign(draft=draft, content=read, meaning="I approve", actor=second_admin)
