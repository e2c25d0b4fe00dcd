"""The pages of a draft, opened and sent as an administrator would."""

import io
import zipfile

import pytest
from django.urls import reverse
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from tests.treatments.authoring.versions.test_publishing import reviewed
from treatments.authoring.document import edits
from treatments.authoring.drafts.services import draft_create
from treatments.authoring.versions import publishing
from treatments.authoring.versions.comparison import FieldChange, compare
from treatments.authoring.versions.publishing import gate_of
from treatments.models import AcceptedFinding, RulesetDraft, RulesetVersion

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-passphrase"


@pytest.fixture
def client_of(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def url(name, *args):
    return reverse(f"treatments:{name}", args=args)


def test_a_draft_is_begun_from_a_version(client_of, admin, version):
    client = client_of(admin)
    form = client.get(url("draft-create", version.pk))
    key = form.context["form"]["submission_key"].value()
    form_data = {"title": "Wider trial", "note": "Meeting", "submission_key": key}
    for _ in range(2):  # sent twice, it is one draft
        sent = client.post(url("draft-create", version.pk), form_data)
    draft = RulesetDraft.objects.get()
    assert sent.url == draft.get_absolute_url()
    page = client.get(sent.url).content.decode()
    assert "Wider trial" in page
    assert "On the way to the live rules" in page


def test_a_finding_stands_only_with_a_reason(client_of, admin, draft):
    client = client_of(admin)
    marks = [o.fingerprint for o in gate_of(draft).open_findings]
    to = url("finding-accept", draft.pk)
    client.post(to, {"fingerprint": marks, "reason": " "})
    assert not AcceptedFinding.objects.exists()
    client.post(to, {"fingerprint": marks, "reason": "Known"})
    assert gate_of(draft).open_findings == ()


def test_what_a_draft_changes_is_shown_by_the_cell(
    client_of, admin, draft, older_trial
):
    older_trial(draft, admin)
    page = client_of(admin).get(url("draft-difference", draft.pk)).content.decode()
    assert "CONS-01" in page
    assert "Most episodes settle with six weeks of care." in strip_tags(page)
    assert 'Most episodes settle with six weeks of<ins class="is-part"> care.' in page
    assert '<del class="is-part"> care, and</del>' in page


@pytest.mark.shipped_rules
def test_a_difference_is_told_in_the_words_of_the_grid(draft, admin, edit):
    first = next(r for r in rules_of(draft, "endo_tf") if r["cells"])
    rule, fact = first["id"], "invasive_justified"
    edit(draft, admin, edits.set_cells, "endo_tf", [(rule, fact, "")])
    edit(draft, admin, edits.set_field, "cons", "CONS-01", "review_by", "2028-01-01")
    draft.refresh_from_db()
    found = {
        (row.name, field.name): (field.before, field.after)
        for group in compare(draft.base.document, draft.document)
        for row in group.rows
        for field in row.fields
    }
    assert found[rule, "Invasive treatment justified"] == ("yes", "any")
    assert found["CONS-01", "Review by"][1] == "2028-01-01"


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_of_a_changed_text_are_the_text(before, after):
    left, right = FieldChange("Why", before, after).pieces
    assert "".join(text for text, _ in left) == before
    assert "".join(text for text, _ in right) == after
    same = [[text for text, is_other in side if not is_other] for side in (left, right)]
    assert same[0] == same[1]


def rules_of(draft, table):
    document = RulesetDraft.objects.get(pk=draft.pk).document
    return next(t for t in document["tables"] if t["id"] == table)["rules"]


def test_any_two_versions_are_compared(client_of, admin, draft, version, older_trial):
    older_trial(draft, admin)
    query = {"old": f"v{version.pk}", "new": f"d{draft.pk}"}
    page = client_of(admin).get(url("version-compare"), query)
    assert "six weeks of care" in strip_tags(page.content.decode())
    wrong = client_of(admin).get(url("version-compare"), {"old": "v999", "new": "x"})
    assert wrong.status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx", "dmn", "json"])
def test_an_export_comes_back_as_the_same_draft(client_of, admin, version, form):
    client = client_of(admin)
    export = client.get(url("version-export", version.pk, form))
    assert "attachment" in export["Content-Disposition"]
    name = export["Content-Disposition"].split('"')[1]
    file = io.BytesIO(export.content)
    file.name = name
    key = client.get(url("draft-import")).context["form"]["submission_key"].value()
    form_data = {"title": "Back", "file": file, "submission_key": key}
    sent = client.post(url("draft-import"), form_data)
    assert sent.status_code == 302, sent.context["problems"]
    draft = RulesetDraft.objects.get()
    assert draft.document == version.document
    assert "say the same" in client.get(sent.url).content.decode()


def test_a_broken_import_is_refused_and_changes_nothing(client_of, admin, version):
    client = client_of(admin)
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("ruleset.json", "{")
    file = io.BytesIO(broken.getvalue())
    file.name = "rules.zip"
    key = client.get(url("draft-import")).context["form"]["submission_key"].value()
    form_data = {"title": "Back", "file": file, "submission_key": key}
    page = client.post(url("draft-import"), form_data)
    assert "refused" in page.content.decode()
    assert not RulesetDraft.objects.exists()
    assert RulesetVersion.objects.count() == 1


def test_a_review_takes_two_people(client_of, admin, second_admin, draft):
    client = client_of(admin)
    marks = [o.fingerprint for o in gate_of(draft).open_findings]
    accept = {"fingerprint": marks, "reason": "Known"}
    client.post(url("finding-accept", draft.pk), accept)
    client.post(url("draft-submit", draft.pk), {"version": "1.1.0"})
    page = client.get(url("draft-detail", draft.pk)).content.decode()
    assert "a second person signs" in page
    client = client_of(second_admin)
    form = client.get(url("draft-detail", draft.pk)).context["sign_form"]
    form_data = {"content": form["content"].value(), "agreed": "on"}
    wrong = client.post(url("draft-sign", draft.pk), form_data | {"own_password": "no"})
    assert "not your password" in wrong.content.decode()
    client.post(url("draft-sign", draft.pk), form_data | {"own_password": PASSWORD})
    page = client.get(url("draft-detail", draft.pk)).content.decode()
    assert "approve them for clinical use" in page


def test_a_draft_is_abandoned_after_a_question(client_of, admin, draft):
    client = client_of(admin)
    assert "Abandon" in client.get(url("draft-abandon", draft.pk)).content.decode()
    client.post(url("draft-abandon", draft.pk))
    assert RulesetDraft.objects.get().state == "abandoned"


def test_a_designated_surgeon_sees_drafts_and_others_do_not(
    client_of, admin, dr_surgeon, draft
):
    to = url("draft-detail", draft.pk)
    assert client_of(dr_surgeon).get(to).status_code == 403
    client_of(admin).post(url("signer-list"), {"user": dr_surgeon.pk})
    assert client_of(dr_surgeon).get(to).status_code == 200
    client_of(admin).post(url("signer-withdraw", dr_surgeon.pk))
    assert client_of(dr_surgeon).get(to).status_code == 403


def test_the_page_of_a_draft_says_what_is_to_be_done_next(
    client_of, admin, second_admin, draft, edit
):
    def step_of(user):
        page = client_of(user).get(url("draft-detail", draft.pk))
        text, to = page.context["next_step"]
        assert text in page.content.decode()
        return text, to

    edit(draft, admin, edits.set_field, "cons", "CONS-01", "rationale", "")
    assert step_of(admin) == (
        "Mend what cannot be read, or lacks its grounds",
        url("draft-checks", draft.pk),
    )
    edit(draft, admin, edits.set_field, "cons", "CONS-01", "rationale", "Because.")
    assert step_of(admin)[0].startswith("Mend the findings")
    marks = [o.fingerprint for o in gate_of(draft).open_findings]
    accept = {"fingerprint": marks, "reason": "Known"}
    client_of(admin).post(url("finding-accept", draft.pk), accept)
    assert step_of(admin)[0].startswith("Replay these rules")
    client_of(admin).post(url("draft-submit", draft.pk), {"version": "1.1.0"})
    assert step_of(second_admin)[0] == "Read what it changes, then sign it"
    back = {"reason": "CONS-02 says nothing of children."}
    client_of(second_admin).post(url("draft-return", draft.pk), back)
    page = client_of(admin).get(url("draft-detail", draft.pk)).content.decode()
    assert "Given back by <bdi>second_admin</bdi>" in page
    assert back["reason"] in page
    client_of(admin).post(url("draft-submit", draft.pk), {"version": "1.1.0"})
    page = client_of(admin).get(url("draft-detail", draft.pk)).content.decode()
    assert back["reason"] not in page


def test_a_refused_acceptance_keeps_the_ticks_and_the_reason(client_of, admin, draft):
    client, to = client_of(admin), url("finding-accept", draft.pk)
    (mark, *_) = [o.fingerprint for o in gate_of(draft).open_findings]
    page = client.post(to, {"fingerprint": [mark], "reason": " "}).content.decode()
    assert "Say why the finding may stand." in page
    assert f'id="f{mark}" checked' in page
    page = client.post(to, {"reason": "Told at the meeting"}).content.decode()
    assert "Tick the findings that may stand." in page
    assert 'value="Told at the meeting"' in page


def test_a_wrong_password_loses_nothing_that_was_typed(
    client_of, admin, second_admin, draft, monkeypatch
):
    client = client_of(admin)
    marks = [o.fingerprint for o in gate_of(draft).open_findings]
    accept = {"fingerprint": marks, "reason": "Known"}
    client.post(url("finding-accept", draft.pk), accept)
    client.post(url("draft-submit", draft.pk), {"version": "1.1.0"})
    client = client_of(second_admin)
    form = client.get(url("draft-detail", draft.pk)).context["sign_form"]
    form_data = {
        "content": form["content"].value(),
        "agreed": "on",
        "own_password": "no",
    }
    page = client.post(url("draft-sign", draft.pk), form_data)
    assert page.context["sign_form"]["agreed"].value()
    assert page.context["sign_form"]["content"].value() == form_data["content"]
    moment = {"live_from": "2099-01-01T06:00", "own_password": "no"}
    page = client.post(url("draft-publish", draft.pk), moment)
    assert page.context["publish_form"]["live_from"].value() == moment["live_from"]
    draft.refresh_from_db()
    assert draft.state == "in_review"


def test_a_refused_hand_over_says_why_and_keeps_the_number(client_of, admin, draft):
    page = client_of(admin).post(url("draft-submit", draft.pk), {"version": "1.9.0"})
    assert "The checks find nothing, or it may stand" in page.content.decode()
    assert page.context["submit_form"]["version"].value() == "1.9.0"
    draft.refresh_from_db()
    assert draft.is_editable


@pytest.mark.shipped_rules
def test_the_example_of_each_finding_can_be_tried(client_of, admin, draft, edit):
    for rule in rules_of(draft, "endo_tf"):
        edit(draft, admin, edits.disable_rule, "endo_tf", rule["id"], "To see")
    client = client_of(admin)
    page = client.get(url("draft-checks", draft.pk))
    rows = [*page.context["grave"], *page.context["noted"], *page.context["golden"]]
    tried = [row["trial"] for row in rows if row["trial"]]
    assert any("?case=" in to for to in tried)
    assert any("?finding=" in to for to in tried)
    text = page.content.decode()
    for row in rows:
        for fact in row.get("facts", ()):
            assert fact.label in strip_tags(text)
            assert "_" not in fact.label
            assert fact.words not in ("True", "False")
    for to in {to.partition("=")[0]: to for to in tried}.values():
        assert client.get(to).context["trial"] is not None, to
    golden = page.context["golden"][0]["failure"].message
    assert "ENDO_TF" not in golden
    assert "Transforaminal endoscopic discectomy" in golden


def test_who_may_only_read_a_draft_reads_its_rows(client_of, admin, dr_surgeon, draft):
    client_of(admin).post(url("signer-list"), {"user": dr_surgeon.pk})
    for to in (
        url("row-edit", draft.pk, "treatments", "CONS"),
        url("single-edit", draft.pk, "selection"),
    ):
        page = client_of(dr_surgeon).get(to)
        assert all(f.field.disabled for f in page.context["form"])
        assert client_of(dr_surgeon).post(to, {"seen": 0}).status_code == 403
    client_of(admin).post(url("draft-abandon", draft.pk))
    page = client_of(admin).get(url("row-edit", draft.pk, "treatments", "CONS"))
    assert all(f.field.disabled for f in page.context["form"])


def test_the_list_of_versions_says_who_wrote_each_and_what_it_changed(
    client_of, admin, second_admin, draft, version, older_trial, monkeypatch
):
    older_trial(draft, admin)
    done = publishing.PublishingStep("replay", "Replay", is_done=True, text="Looked at")
    monkeypatch.setattr(publishing, "_replay", lambda draft: done)
    publishing.draft_publish(draft=reviewed(draft, admin, second_admin), actor=admin)
    dropped = draft_create(title="Dropped", base=version, actor=admin)
    client = client_of(admin)
    client.post(url("draft-abandon", dropped.pk))
    page = client.get(url("ruleset-list")).content.decode()
    assert f"“A wider trial” by {admin}, on 1.0.0" in strip_tags(page)
    assert url("draft-difference", draft.pk) in page
    assert "Dropped" in page
    text = client.get(url("draft-difference", draft.pk)).content.decode()
    assert "six weeks of care" in strip_tags(text)
