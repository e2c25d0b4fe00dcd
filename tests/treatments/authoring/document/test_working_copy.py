"""A draft's document is taken apart once, however far an edit takes it."""

import sys
from importlib import import_module

import pytest
from django.urls import reverse

from treatments.authoring.document import edits
from treatments.authoring.document.parts import join, split
from treatments.authoring.document.working_copy import DraftDocument
from treatments.authoring.drafts.services import draft_edit
from treatments.models import RulesetDraft

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def splits(monkeypatch):
    """The documents that were taken apart, wherever ``split`` was imported to."""
    import_module("treatments.urls")  # and with it every module that may split
    seen = []

    def counted(document):
        seen.append(document)
        return split(document)

    for name, module in list(sys.modules.items()):
        if name.startswith("treatments.") and vars(module).get("split") is split:
            monkeypatch.setattr(module, "split", counted)
    return seen


def write_cell(client, draft, text, seen=0):
    url = reverse("treatments:grid-cell", args=[draft.pk, "cons"])
    form_data = {"rule": "CONS-01", "key": "cells.first_episode", "words": text}
    return client.post(url, {**form_data, "seen": seen}, **HTMX)


def test_one_edited_cell_takes_the_document_apart_once(draft, client, admin, splits):
    client.force_login(admin)
    answer = write_cell(client, draft, "yes")
    assert answer.content.decode().count('<tr id="CONS-01"') == 1
    assert len(splits) == 1


def test_an_undone_edit_takes_it_apart_once(draft, client, admin, splits):
    client.force_login(admin)
    write_cell(client, draft, "yes")
    splits.clear()
    url = reverse("treatments:grid-step", args=[draft.pk, "cons"])
    client.post(url, {"action": "undo", "seen": 1}, **HTMX)
    assert len(splits) == 1


def test_a_working_copy_that_is_old_is_not_written_over_what_others_wrote(
    draft, admin, second_admin, edit
):
    old = DraftDocument.of(draft)
    edit(draft, second_admin, edits.set_field, "cons", "CONS-02", "rationale", "Theirs")
    write = draft_edit(
        draft=draft,
        known=old,
        seen=0,
        edit=lambda parts: edits.set_field(
            parts, "cons", "CONS-01", "rationale", "Mine"
        ),
        summary="CONS-01",
        actor=admin,
    )
    stored = RulesetDraft.objects.get(pk=draft.pk)
    rules = DraftDocument.of(stored).rules_of("cons")
    assert rules["CONS-01"]["rationale"] == "Mine"
    assert rules["CONS-02"]["rationale"] == "Theirs"
    assert write.document.is_of(stored)
    assert write.document.content == stored.document


def test_the_next_document_is_that_of_its_parts(draft):
    document = DraftDocument.of(draft)
    after = document.next(edits.remove_rule(document.parts, "cons", "CONS-01"))
    assert after.revision == document.revision + 1
    assert after.content == join(after.parts)
    assert "CONS-01" not in after.rules_of("cons")
    assert "CONS-01" in document.rules_of("cons")


def test_a_document_of_another_draft_is_not_mistaken_for_it(draft, edit, admin):
    document = DraftDocument.of(draft)
    assert document.is_of(draft)
    edit(draft, admin, edits.set_field, "cons", "CONS-01", "rationale", "Anew")
    draft.refresh_from_db()
    assert not document.is_of(draft)
