"""A table of 80 rules and 30 columns stays fluent on the server."""

import statistics
import time

import pytest
from django.urls import reverse

from tests.large_table import COLUMNS, RULES, large
from treatments.authoring.drafts.services import draft_create

pytestmark = pytest.mark.django_db
#: Generous, so that a busy machine does not fail it; measured: page 85, edit 65.
PAGE_MS, EDIT_MS = 1500, 500


def milliseconds(ask, times=5):
    taken = []
    for at in range(times):
        start = time.perf_counter()
        ask(at)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def test_a_large_table_is_shown_and_edited_without_waiting(
    version, admin, client, record_property
):
    document = large(version.document)
    draft = draft_create(title="Large", base=version, document=document, actor=admin)
    client.force_login(admin)
    url = reverse("treatments:grid-detail", args=[draft.pk, "cons"])

    def page(at):
        body = client.get(url).content.decode()
        assert body.count("<tr id=") == RULES
        assert body.count('data-key="cells.') == COLUMNS

    def edit(at):
        form_data = {
            "rule": f"BIG-{at:02}",
            "key": "cells.pregnant",
            "words": "yes" if at % 2 else "no",
            "seen": at,
        }
        answer = client.post(f"{url}cell/", form_data, HTTP_HX_REQUEST="true")
        assert answer.content.decode().count("<tr id=") <= 1

    shown, edited = milliseconds(page), milliseconds(edit)
    record_property("page_ms", round(shown))
    record_property("edit_ms", round(edited))
    print(f"page {shown:.0f} ms, edit {edited:.0f} ms")
    assert shown < PAGE_MS
    assert edited < EDIT_MS
