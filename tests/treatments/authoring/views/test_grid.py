"""The grid's pages: who may, what is written, and what is sent back."""

import copy
import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from spine_cds.audit.models import Event
from treatments.authoring.document import edits
from treatments.authoring.document.parts import split
from treatments.authoring.drafts.review import draft_submit
from treatments.models import DesignatedSigner

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def grid(draft, sign_in, admin):
    """grid(name, user=admin) posts or gets one of the grid's pages of "cons"."""

    def ask(
        name, data=None, *, user=admin, get=False, table="cons", rule=None, **extra
    ):
        args = [draft.pk, table, *([rule] if rule else [])]
        url = reverse(f"treatments:grid-{name}", args=args)
        client = sign_in(user)
        draft.refresh_from_db()
        if get:
            return client.get(url, data or {}, **extra)
        return client.post(url, {"seen": draft.revision, **(data or {})}, **extra)

    return ask


@pytest.fixture
def rules(draft):
    def now(table="cons"):
        draft.refresh_from_db()
        parts = split(draft.document)
        names = parts[f"tables/{table}/rules"]
        return {n: parts[edits.rule_place(table, n)] for n in names}

    return now


def cell_of(answer, rule, text):
    row = re.search(rf'<tr id="{rule}".*?</tr>', answer.content.decode(), re.DOTALL)
    return row is not None and f'data-t="{text}"' in row[0]


def test_the_grid_shows_facts_as_columns_and_rules_as_rows(grid):
    page = grid("detail", get=True).content.decode()
    assert page.count("<tr id=") == 15
    assert "Conservative care" in page
    assert 'title="number of weeks' in page or "weeks" in page


def test_surgeons_do_not_see_drafts_but_those_who_sign_read_them(
    grid, dr_surgeon, admin
):
    assert grid("detail", get=True, user=dr_surgeon).status_code == 403
    DesignatedSigner.objects.create(user=dr_surgeon, made_by=admin)
    page = grid("detail", get=True, user=dr_surgeon)
    assert page.status_code == 200
    assert "read only" in page.content.decode()
    form_data = {"rule": "CONS-01", "key": "cells.first_episode", "words": "yes"}
    assert grid("cell", form_data, user=dr_surgeon).status_code == 403


def test_an_entry_is_written_and_only_its_row_comes_back(grid, rules):
    form_data = {"rule": "CONS-01", "key": "cells.first_episode", "words": "yes"}
    answer = grid("cell", form_data, **HTMX)
    assert rules()["CONS-01"]["cells"]["first_episode"] == "true"
    assert cell_of(answer, "CONS-01", "true")
    assert answer.content.decode().count("<tr id=") == 1


def test_a_bad_entry_is_kept_marked_and_explained(grid, rules):
    form_data = {"rule": "CONS-01", "key": "cells.first_episode", "words": "perhaps"}
    answer = grid("cell", form_data, **HTMX).content.decode()
    assert rules()["CONS-01"]["cells"]["first_episode"] == "perhaps"
    assert 'aria-invalid="true"' in answer
    assert "“perhaps” is not yes or no" in answer


def test_a_control_writes_what_it_shows(grid, rules):
    key = "cells.herniation_type"
    form = {
        "rule": "CONS-01",
        "key": key,
        f"{key}-was": "-",
        f"{key}-text": "-",
        f"{key}-shown": "1",
        f"{key}-not": "on",
        f"{key}-chosen": ["bulge", "none"],
    }
    grid("cell", form, **HTMX)
    assert rules()["CONS-01"]["cells"]["herniation_type"] == 'not("bulge","none")'


def test_the_control_of_a_cell_is_made_for_its_fact(grid):
    def control(key):
        asked = {"rule": "CONS-03", "key": key}
        return grid("cell", asked, get=True).content.decode()

    assert 'type="checkbox" name="cells.herniation_type-chosen"' in control(
        "cells.herniation_type"
    )
    assert "between" in control("cells.conservative_care_weeks")
    assert 'type="radio"' in control("cells.first_episode")
    assert "<textarea" in control("rationale")


def test_undo_and_redo_give_back_the_row(grid, rules):
    form_data = {"rule": "CONS-01", "key": "cells.first_episode", "words": "yes"}
    grid("cell", form_data, **HTMX)
    assert cell_of(grid("step", {"action": "undo"}, **HTMX), "CONS-01", "-")
    assert "first_episode" not in rules()["CONS-01"]["cells"]
    grid("step", {"action": "redo"}, **HTMX)
    assert rules()["CONS-01"]["cells"]["first_episode"] == "true"


class Form(HTMLParser):
    """What a browser sends of a page's form."""

    def __init__(self):
        super().__init__()
        self.data, self.open, self.text = {}, "", ""

    def add(self, name, value):
        self.data.setdefault(name, []).append(value)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag in ("textarea", "select"):
            self.open, self.text = a["name"], ""
        elif tag == "option" and "selected" in a:
            self.text = a.get("value") or ""
        elif tag == "input" and (
            "checked" in a or a.get("type") not in ("checkbox", "radio")
        ):
            self.add(a.get("name"), a.get("value") or "")

    def handle_data(self, data):
        if self.lasttag == "textarea":
            self.text += data

    def handle_endtag(self, tag):
        if tag in ("textarea", "select"):
            self.add(self.open, self.text.removeprefix("\n"))
            self.lasttag = ""


def posted(form):
    page = Form()
    page.feed(form)
    page.data.pop("csrfmiddlewaretoken", None)
    return page.data


def rule_form(grid, rule, table="cons"):
    page = grid("rule", get=True, rule=rule, table=table).content.decode()
    return posted(
        re.search(r'<form method="post" class="rule-form".*?</form>', page, re.S)[0]
    )


@pytest.mark.shipped_rules
def test_saving_a_rule_page_untouched_changes_nothing(draft, grid, rules):
    """Every control and text box of every rule gives back what stands there."""
    before = draft.document
    for table in ("cons", "triage", "alerts", "med_suture", "instability"):
        for rule in rules(table):
            grid("rule", rule_form(grid, rule, table), rule=rule, table=table)
    draft.refresh_from_db()
    assert draft.document == before
    assert draft.revision == 0


def test_a_rule_is_edited_on_its_page_without_a_script(grid, rules):
    data = rule_form(grid, "CONS-01")
    data["rationale"] = ["Care first."]
    data["cells.first_episode-chosen"] = ["true"]
    data["sources-add"] = ["B22"]
    answer = grid("rule", data, rule="CONS-01")
    assert answer.status_code == 302
    rule = rules()["CONS-01"]
    assert rule["rationale"] == "Care first."
    assert rule["cells"]["first_episode"] == "true"
    assert rule["sources"] == ["B07", "B09", "B22"]


def test_a_rule_is_added_copied_moved_disabled_and_removed(grid, rules):
    grid("row", {"action": "copy", "rule": "CONS-02"}, **HTMX)
    made = next(
        n
        for n, r in rules().items()
        if n not in ("CONS-02",) and list(rules()).index(n) == 2
    )
    assert rules()[made]["cells"] == rules()["CONS-02"]["cells"]
    grid("row", {"action": "up", "rule": made}, **HTMX)
    assert list(rules())[1] == made
    grid("row", {"action": "move", "rule": made, "to": "99"}, **HTMX)
    assert list(rules())[-1] == made
    refused = grid("row", {"action": "disable", "rule": made}, **HTMX)
    assert "Say why" in refused.content.decode()
    grid("row", {"action": "disable", "rule": made, "reason": "A trial"}, **HTMX)
    assert rules()[made]["disabled"] == "A trial"
    grid("row", {"action": "enable", "rule": made}, **HTMX)
    assert "disabled" not in rules()[made]
    grid("row", {"action": "remove", "rule": made}, **HTMX)
    assert made not in rules()


def test_a_published_rule_is_not_removed(grid, rules):
    answer = grid("row", {"action": "remove", "rule": "CONS-01"}, **HTMX)
    assert "was published" in answer.content.decode()
    assert "CONS-01" in rules()


def test_a_rule_without_grounds_cannot_leave_the_draft_and_says_so(grid, rules):
    answer = grid("row", {"action": "add"}, **HTMX).content.decode()
    assert "cannot leave the draft: rationale, sources" in answer


def test_a_column_is_added_by_its_label_hidden_and_removed(draft, grid):
    def columns():
        draft.refresh_from_db()
        return split(draft.document)["tables/cons/inputs"]

    grid("column", {"action": "add", "fact": "Age"})
    assert columns()[-1] == "age_years"
    grid("column", {"action": "show", "shown": ["cells.age_years"]})
    page = grid("detail", get=True).content.decode()
    assert 'data-key="cells.age_years"' in page
    assert 'data-key="cells.first_episode"' not in page
    grid("column", {"action": "remove", "fact": "age_years"})
    assert "age_years" not in columns()
    used = grid("column", {"action": "remove", "fact": "herniation_type"}, **HTMX)
    assert "is used by" in used.content.decode()


def paste(block, rules, keys, **extra):
    return {"block": block, "rules": rules, "keys": keys, **extra}


def test_a_paste_is_shown_first_and_then_one_edit(draft, grid, rules):
    keys = ["cells.first_episode", "cells.herniation_type"]
    shown = [k for k in order(draft) if k in keys]
    assert shown == keys
    block = "yes\tbulge, protrusion\nperhaps\tnot bulge\n"
    form_data = paste(block, ["CONS-01", "CONS-03"], keys)
    preview = grid("paste", form_data, **HTMX).content.decode()
    assert "3 cells to write, 1 that cannot be read" in preview
    assert "is not yes or no" in preview
    draft.refresh_from_db()
    assert draft.revision == 0
    grid("paste", {**form_data, "apply": "1"}, **HTMX)
    assert rules()["CONS-01"]["cells"]["first_episode"] == "true"
    assert rules()["CONS-01"]["cells"]["herniation_type"] == '"bulge","protrusion"'
    assert rules()["CONS-03"]["cells"]["herniation_type"] == 'not("bulge")'
    assert draft.changes.count() == 1


def order(draft):
    facts = split(draft.document)["tables/cons/inputs"]
    return [f"cells.{fact}" for fact in facts]


def test_lines_below_the_last_rule_are_new_rules(grid, rules):
    before = list(rules())
    form_data = paste("yes\nno\n", ["CONS-15"], ["cells.first_episode"], apply="1")
    grid("paste", form_data, **HTMX)
    new = [rule for name, rule in rules().items() if name not in before]
    assert [rule["cells"] for rule in new] == [{"first_episode": "false"}]


def test_the_second_admin_is_shown_both_and_writes_over_it_or_not(
    draft, grid, rules, second_admin
):
    form_data = {"rule": "CONS-01", "key": "cells.first_episode"}
    grid("cell", {**form_data, "words": "yes"}, user=second_admin, **HTMX)
    stale = {**form_data, "words": "no", "seen": 0}
    answer = grid("cell", stale, **HTMX).content.decode()
    assert "second_admin changed this meanwhile" in answer
    assert "<td>yes</td><td>no</td>" in answer
    assert rules()["CONS-01"]["cells"]["first_episode"] == "true"
    page = grid("cell", stale)
    assert page.status_code == 409
    form = re.search(
        r'<form method="post" action="[^"]+/cell/".*?</form>',
        page.content.decode(),
        re.S,
    )
    over = posted(form[0])
    grid("cell", over, **HTMX)
    assert rules()["CONS-01"]["cells"]["first_episode"] == "false"


def test_a_rule_page_left_open_does_not_take_back_what_it_left_alone(
    grid, rules, second_admin
):
    mine = rule_form(grid, "CONS-01")
    form_data = {"rule": "CONS-01", "key": "strength", "words": "conditional"}
    grid("cell", form_data, user=second_admin, **HTMX)
    mine["rationale"] = ["Care first."]
    answer = grid("rule", mine, rule="CONS-01")
    assert answer.status_code == 409
    over = posted(
        re.search(
            r'<form method="post" action=.*?</form>',
            answer.content.decode().split("cell-buttons")[1],
            re.S,
        )[0]
    )
    grid("rule", over, rule="CONS-01")
    assert rules()["CONS-01"]["rationale"] == "Care first."
    assert rules()["CONS-01"]["strength"] == "conditional"


@pytest.mark.parametrize(
    ("query", "rules_shown"),
    [
        ({"cites": "b07"}, {"CONS-01"}),
        ({"text": "typical case for care"}, {"CONS-02"}),
        ({"column": "cells.first_episode", "value": "yes"}, {"CONS-02"}),
    ],
)
def test_the_grid_is_filtered(grid, query, rules_shown):
    page = grid("detail", query, get=True).content.decode()
    shown = set(re.findall(r'<tr id="([^"]+)"', page))
    assert rules_shown <= shown
    assert len(shown) < 15


@pytest.mark.shipped_rules
def test_the_grid_is_filtered_by_the_rules_that_a_case_can_match(grid, rules):
    facts = {"case": "herniation type = extrusion; surgery accepted = yes"}
    page = grid("detail", facts, get=True).content.decode()
    shown = set(re.findall(r'<tr id="([^"]+)"', page))
    possible = {
        name
        for name, rule in rules().items()
        if "extrusion" in rule["cells"].get("herniation_type", "extrusion")
        and rule["cells"].get("surgery_accepted", "true") == "true"
    }
    assert shown
    assert shown <= possible
    for golden in ("cons-good-response", "triage-saddle-anaesthesia"):
        page = grid("detail", {"case": golden}, get=True).content.decode()
        assert set(re.findall(r'<tr id="([^"]+)"', page)) < set(rules())
    unknown = grid("detail", {"case": "nobody"}, get=True).content.decode()
    assert "There is no case" in unknown


def test_badges_come_with_the_row_and_open_an_example(grid, rules):
    grid("row", {"action": "copy", "rule": "CONS-02"}, **HTMX)
    page = grid("detail", get=True).content.decode()
    assert "duplicates CONS-02" in page
    finding = re.search(r"finding=([0-9a-f]{64})[^>]*>duplicates", page)[1]
    panel = grid("finding", {"finding": finding}, get=True, **HTMX).content.decode()
    assert "An example patient" in panel
    gone = grid("finding", {"finding": "0" * 64}, get=True).content.decode()
    assert "gone" in gone


def test_a_gap_is_shown_where_it_was_opened_and_a_rule_is_added_from_it(grid, rules):
    table = "instability"
    last = list(rules(table))[-1]
    form_data = {"action": "disable", "rule": last, "reason": "to see the gap"}
    grid("row", form_data, table=table, **HTMX)
    page = grid("detail", get=True, table=table).content.decode()
    row = re.search(rf'<tr id="{last}".*?</tr>', page, re.DOTALL)[0]
    finding = re.search(r"finding=([0-9a-f]{64})[^>]*>opens a gap", row)[1]
    before = set(rules(table))
    grid("row", {"action": "gap", "finding": finding}, table=table, **HTMX)
    (made,) = set(rules(table)) - before
    assert rules(table)[made]["cells"]


def test_the_full_check_sends_the_badges_of_the_newest_revision(
    draft, grid, admin, second_admin
):
    def checks(seen, user=admin):
        return grid("checks", {"seen": seen}, get=True, user=user, **HTMX).content

    assert b'id="badges-CONS-01"' in checks(0)
    grid("row", {"action": "copy", "rule": "CONS-01"})
    assert b"badges-CONS-01" in checks(1)
    late = checks(0)
    assert b"badges-CONS-01" not in late
    assert b"Somebody else" not in late
    assert b"Somebody else" in checks(0, user=second_admin)


def test_the_grid_is_filtered_by_a_stored_case_and_that_is_on_record(grid, a_case):
    case = a_case(disc={"herniation_type": "sequestration"})
    page = grid("detail", {"case": str(case.case_uid)}, get=True).content.decode()
    shown = set(re.findall(r'<tr id="([^"]+)"', page))
    assert shown
    assert "CONS-02" not in shown
    event = Event.objects.get(action="case.filter_rules")
    assert event.case_uid == str(case.case_uid)


def test_an_undo_over_somebody_elses_edit_is_refused_and_both_are_shown(
    grid, rules, second_admin
):
    form_data = {"rule": "CONS-01", "key": "cells.first_episode"}
    grid("cell", {**form_data, "words": "yes"}, **HTMX)
    grid("cell", {**form_data, "words": "no"}, user=second_admin, **HTMX)
    answer = grid("step", {"action": "undo"}, **HTMX).content.decode()
    assert "second_admin changed this meanwhile" in answer
    assert "Write mine over it" not in answer
    assert rules()["CONS-01"]["cells"]["first_episode"] == "false"


def test_what_is_in_review_is_read_only(grid, draft, admin):
    draft_submit(draft=draft, version="9.9.9", actor=admin)
    assert "read only" in grid("detail", get=True).content.decode()
    form_data = {"rule": "CONS-01", "key": "cells.first_episode", "words": "yes"}
    assert "This draft is in review" in grid("cell", form_data, **HTMX).content.decode()


def test_a_draft_that_cannot_be_tried_is_still_edited(grid, draft, rules):
    draft.document = {**draft.document, "selection": {"order": []}}
    draft.save()
    page = grid("detail", {"case": "cons-good-response"}, get=True).content.decode()
    assert "No case can be tried" in page
    form_data = {"rule": "CONS-01", "key": "cells.first_episode", "words": "yes"}
    assert cell_of(grid("cell", form_data, **HTMX), "CONS-01", "true")
    assert grid("checks", {"seen": 1}, get=True, **HTMX).status_code == 200


def test_what_was_typed_into_a_column_that_is_gone_is_shown_again(
    grid, rules, second_admin
):
    grid("column", {"action": "add", "fact": "age_years"})
    mine = rule_form(grid, "CONS-01")
    mine["cells.age_years-operator"] = [">="]
    mine["cells.age_years-low"] = ["61"]
    grid("column", {"action": "remove", "fact": "age_years"}, user=second_admin)
    answer = grid("rule", mine, rule="CONS-01")
    assert answer.status_code == 409
    assert "61" in answer.content.decode()
    gone = {"rule": "CONS-01", "key": "cells.age_years", "words": "61"}
    assert "any more" in grid("cell", gone, **HTMX).content.decode()


def test_what_others_changed_comes_along_with_ones_own_edit(grid, second_admin):
    theirs = {"rule": "CONS-05", "key": "owner", "words": "Ward 3", "seen": 0}
    grid("cell", theirs, user=second_admin, **HTMX)
    mine = {"rule": "CONS-01", "key": "cells.first_episode", "words": "yes", "seen": 0}
    answer = grid("cell", mine, **HTMX).content.decode()
    assert set(re.findall(r'<tr id="([^"]+)"', answer)) == {"CONS-01", "CONS-05"}
    assert 'name="seen" value="2"' in answer


def test_an_imported_rule_with_an_unusual_id_is_edited_like_any_other(
    grid, draft, rules
):
    document = copy.deepcopy(draft.document)
    cons = next(t for t in document["tables"] if t["id"] == "cons")
    cons["rules"][0]["id"] = odd = 'A "1" <x> é'
    draft.document = document
    draft.save()
    page = grid("rule", get=True, rule=odd)
    assert page.status_code == 200
    assert "<x>" not in page.content.decode()
    form_data = {"rule": odd, "key": "cells.first_episode", "words": "yes"}
    grid("cell", form_data, **HTMX)
    assert rules()[odd]["cells"]["first_episode"] == "true"
    block = paste("no\n", [odd], ["cells.first_episode"], apply="1")
    grid("paste", block, **HTMX)
    assert rules()[odd]["cells"]["first_episode"] == "false"


def test_what_was_typed_into_a_rule_that_is_gone_is_shown_again(
    grid, rules, second_admin
):
    grid("row", {"action": "copy", "rule": "CONS-01"})
    mine = rule_form(grid, "CONS-16")
    mine["rationale"] = ["Long thought about."]
    grid("row", {"action": "remove", "rule": "CONS-16"}, user=second_admin)
    answer = grid("rule", mine, rule="CONS-16")
    assert answer.status_code == 409
    assert "Long thought about." in answer.content.decode()
