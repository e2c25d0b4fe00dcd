"""A draft loses nobody's work: edits, undo, conflicts, review and signature."""

from functools import partial

import pytest

from treatments.authoring.document import edits
from treatments.authoring.document.edits import EditError
from treatments.authoring.document.parts import join, split
from treatments.authoring.drafts.review import (
    content_sha256,
    draft_return,
    draft_sign,
    draft_submit,
    signatures,
)
from treatments.authoring.drafts.services import can_redo, draft_redo, draft_undo
from treatments.authoring.drafts.writing import DraftClosedError, DraftConflictError
from treatments.engine import document_hash
from treatments.models import RulesetDraft

pytestmark = pytest.mark.django_db


def cell(text, rule="CONS-01", fact="first_episode"):
    return partial(edits.set_cells, table="cons", cells=[(rule, fact, text)])


def rule_of(draft, rule="CONS-01"):
    draft.refresh_from_db()
    return split(draft.document)[edits.rule_place("cons", rule)]


def test_a_document_is_its_parts_and_back(version):
    parts = split(version.document)
    assert document_hash(join(parts)) == version.sha256


def test_an_edit_is_written_and_numbered(draft, admin, edit):
    change = edit(draft, admin, cell("true"))
    assert change.number == 1
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    assert edit(draft, admin, cell("true")) is None


def test_a_bad_cell_is_kept_as_it_was_typed(draft, admin, edit):
    edit(draft, admin, cell("perhaps"))
    assert rule_of(draft)["cells"]["first_episode"] == "perhaps"


def test_undo_and_redo_walk_through_ones_own_edits(draft, admin, edit):
    edit(draft, admin, cell("true"))
    edit(draft, admin, cell("false"))
    draft_undo(draft=draft, actor=admin)
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    draft_undo(draft=draft, actor=admin)
    assert "first_episode" not in rule_of(draft)["cells"]
    assert draft_undo(draft=draft, actor=admin).change is None
    draft_redo(draft=draft, actor=admin)
    draft_redo(draft=draft, actor=admin)
    assert rule_of(draft)["cells"]["first_episode"] == "false"
    assert draft_redo(draft=draft, actor=admin).change is None


def test_a_new_edit_ends_what_could_be_made_again(draft, admin, edit):
    edit(draft, admin, cell("true"))
    draft_undo(draft=draft, actor=admin)
    assert can_redo(draft, admin)
    edit(draft, admin, cell("false"))
    assert not can_redo(draft, admin)


def test_two_who_edit_different_rules_never_meet(draft, admin, second_admin, edit):
    edit(draft, admin, cell("true"), seen=0)
    edit(draft, second_admin, cell("true", rule="CONS-02"), seen=0)
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    assert rule_of(draft, "CONS-02")["cells"]["first_episode"] == "true"


def test_two_who_add_a_rule_both_have_it(draft, admin, second_admin, edit):
    edit(draft, admin, edits.add_rule, "cons", seen=0)
    edit(draft, second_admin, edits.add_rule, "cons", seen=0)
    draft.refresh_from_db()
    parts = split(draft.document)
    assert len(set(parts["tables/cons/rules"])) == len(parts["tables/cons/rules"])
    base = split(draft.base.document)["tables/cons/rules"]
    assert len(parts["tables/cons/rules"]) == len(base) + 2


def test_the_second_editor_of_a_rule_is_told_and_shown_both(
    draft, admin, second_admin, edit
):
    edit(draft, admin, cell("true"), seen=0)
    with pytest.raises(DraftConflictError) as conflict:
        edit(draft, second_admin, cell("false"), seen=0)
    (clash,) = conflict.value.clashes
    assert clash.theirs["cells"]["first_episode"] == "true"
    assert clash.yours["cells"]["first_episode"] == "false"
    assert clash.by == str(admin)
    assert rule_of(draft)["cells"]["first_episode"] == "true"
    edit(draft, second_admin, cell("false"), seen=conflict.value.revision)
    assert rule_of(draft)["cells"]["first_episode"] == "false"


def test_an_edit_that_another_built_upon_is_not_taken_back(
    draft, admin, second_admin, edit
):
    edit(draft, admin, cell("true"))
    edit(draft, second_admin, cell("false"))
    with pytest.raises(DraftConflictError):
        draft_undo(draft=draft, actor=admin)
    assert rule_of(draft)["cells"]["first_episode"] == "false"


def test_a_draft_in_review_stands_still(draft, admin, edit):
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    with pytest.raises(DraftClosedError):
        edit(draft, admin, cell("true"))


def test_a_version_number_is_used_once(draft, version, admin):
    with pytest.raises(EditError, match="Choose another number"):
        draft_submit(draft=draft, version=version.version, actor=admin)


def test_nobody_signs_what_they_wrote(draft, admin, second_admin, edit):
    edit(draft, admin, cell("true"))
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    draft = RulesetDraft.objects.get()
    content = content_sha256(draft.document)
    with pytest.raises(EditError, match="second person"):
        draft_sign(draft=draft, content=content, meaning="I approve", actor=admin)
    draft_sign(draft=draft, content=content, meaning="I approve", actor=second_admin)
    assert [s.signer for s in signatures(draft)] == [second_admin]


def test_a_signature_is_for_the_content_that_was_read(draft, admin, second_admin, edit):
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    read = content_sha256(RulesetDraft.objects.get().document)
    draft_return(draft=draft, actor=second_admin, reason="One more rule")
    edit(draft, admin, cell("true"))
    draft_submit(draft=draft, version="1.1.0", actor=admin)
    with pytest.raises(EditError, match="Read it again"):
        draft_sign(draft=draft, content=read, meaning="I approve", actor=second_admin)
