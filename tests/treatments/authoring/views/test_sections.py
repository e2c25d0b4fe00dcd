"""Every row beside the tables is a form, and comes back from it as it was."""

import pytest
from django.urls import reverse

from treatments.authoring.document.parts import address, split
from treatments.authoring.document.row_fields import SECTIONS, SINGLES, texts, written
from treatments.engine import load_ruleset
from treatments.models import RulesetDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin)
    return client


def url(name, *args):
    return reverse(f"treatments:{name}", args=args)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_row_read_and_written_unchanged_is_the_same_row(section):
    parts = split(load_ruleset().document)
    fields = SECTIONS[section].fields
    for name in parts[section]:
        row = parts[address(section, name)]
        assert written(fields, row, texts(fields, row)) == row


@pytest.mark.parametrize("name", SINGLES)
def test_what_stands_alone_is_written_unchanged_too(name):
    _, fields = SINGLES[name]
    row = load_ruleset().document[name]
    assert written(fields, row, texts(fields, row)) == row


@pytest.mark.parametrize("section", SECTIONS)
def test_every_list_is_shown_and_each_row_opens(signed_in, draft, section):
    page = signed_in.get(url("section-detail", draft.pk, section))
    name = split(draft.document)[section][0]
    assert name in page.content.decode()
    assert signed_in.get(url("row-edit", draft.pk, section, name)).status_code == 200


def row_form(client, to):
    return {
        field.html_name: field.value()
        for field in client.get(to).context["form"]
        if field.value() is not None
    }


def test_a_treatments_text_is_edited(signed_in, draft):
    to = url("row-edit", draft.pk, "treatments", "CONS")
    form_data = row_form(signed_in, to) | {"summary": "Staying active."}
    assert signed_in.post(to, form_data).status_code == 302
    draft = RulesetDraft.objects.get()
    assert split(draft.document)["treatments/CONS"]["summary"] == "Staying active."
    assert draft.revision == 1


def test_the_second_editor_of_a_row_sees_both_and_may_write_over(
    client, draft, admin, second_admin
):
    to = url("row-edit", draft.pk, "treatments", "CONS")
    client.force_login(second_admin)
    mine = row_form(client, to) | {"summary": "Mine"}
    client.force_login(admin)
    client.post(to, row_form(client, to) | {"summary": "Theirs"})
    client.force_login(second_admin)
    page = client.post(to, mine)
    text = page.content.decode()
    assert "Theirs" in text
    assert "Mine" in text
    assert "Nothing of yours is lost" in text
    ((clash, fields),) = page.context["clashes"]
    assert clash.by == str(admin)
    shown = [(field.name, field.before, field.after) for field in fields]
    assert shown == [("What it is", "Theirs", "Mine")]
    seen = page.context["form"]["seen"].value()
    client.post(to, mine | {"seen": seen})
    document = RulesetDraft.objects.get().document
    assert split(document)["treatments/CONS"]["summary"] == "Mine"


def test_a_source_is_added_moved_and_removed(signed_in, draft):
    to = url("row-create", draft.pk, "sources")
    form_data = {"key": "B99", "topic": "New trial", "citation": "Doe 2026", "seen": 0}
    assert signed_in.post(to, form_data).status_code == 302
    again = signed_in.post(to, form_data | {"seen": 1})
    assert "there already" in again.content.decode()
    move = url("row-move", draft.pk, "sources", "B99")
    signed_in.post(move, {"way": "up"})
    names = split(RulesetDraft.objects.get().document)["sources"]
    assert names[-2] == "B99"
    signed_in.post(move, {"way": "remove"})
    assert "B99" not in split(RulesetDraft.objects.get().document)["sources"]


def test_the_order_of_preference_is_edited(signed_in, draft):
    to = url("single-edit", draft.pk, "selection")
    form_data = row_form(signed_in, to)
    order = form_data["order"].split("\n")
    form_data["order"] = "\r\n".join([order[1], order[0], *order[2:]])
    assert signed_in.post(to, form_data).status_code == 302
    stored = RulesetDraft.objects.get().document["selection"]["order"]
    assert stored[:2] == [order[1], order[0]]
