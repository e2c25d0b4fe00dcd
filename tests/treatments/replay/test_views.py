"""The pages of a replay: for administrators alone, without a patient's name."""

import uuid

import pytest
from django.urls import reverse

from spine_cds.audit.models import Event
from spine_cds.jobs import lifecycle
from tests.treatments.replay.stored import changed, store_cases
from treatments.authoring.drafts.review import signer_designate
from treatments.models import Replay, RulesetDraft
from treatments.replay import jobs, tasks
from treatments.replay.presenter import MOVES_A_PAGE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silent")]
HTMX = {"HX-Request": "true"}
LIST = "/replays/"


@pytest.fixture
def done(ask, rules, team, dr_surgeon) -> Replay:
    store_cases(600, team=team, author=dr_surgeon, rules=rules)
    replay = ask()
    tasks.run_replay()
    replay.refresh_from_db()
    return replay


@pytest.fixture
def running(ask, rules, team, dr_surgeon, monkeypatch) -> Replay:
    monkeypatch.setattr(jobs, "CHUNK", 50)
    store_cases(200, team=team, author=dr_surgeon, rules=rules)
    replay = ask()
    claim = lifecycle.claim(Replay)
    jobs._begin(claim)
    jobs._next_chunk(claim)
    replay.refresh_from_db()
    return replay


def test_two_versions_are_compared_by_the_form_and_twice_is_once(
    sign_in, admin, rules, other
):
    newer = rules.__class__.objects.create(
        ruleset_id=other.id,
        version=other.version,
        title=other.title,
        sha256=other.sha256,
        document=dict(other.document),
        sign_off_state="signed",
    )
    client = sign_in(admin)
    assert "Compare two versions" in client.get(LIST).text
    form = {"old": rules.pk, "new": newer.pk, "submission_key": uuid.uuid4()}
    answers = [client.post(LIST, form) for _ in range(2)]
    replay = Replay.objects.get()
    assert [a.status_code for a in answers] == [303, 303]
    assert {a.url for a in answers} == {replay.get_absolute_url()}
    assert (replay.old, replay.new_sha256) == (rules, other.sha256)


def test_a_draft_is_compared_with_what_it_builds_on(sign_in, admin, rules, shipped):
    draft = RulesetDraft.objects.create(
        title="Without last rows", base=rules, document=changed(shipped), made_by=admin
    )
    answer = sign_in(admin).post(
        LIST, {"draft": draft.pk, "submission_key": uuid.uuid4()}
    )
    replay = Replay.objects.get()
    assert answer.url == replay.get_absolute_url()
    assert (replay.old, replay.new_title) == (rules, "Draft: Without last rows")
    # The draft goes on; the replay keeps what it compared.
    RulesetDraft.objects.update(document={})
    replay.refresh_from_db()
    assert replay.new_document == changed(shipped)


def test_a_draft_with_problems_is_refused_in_words(sign_in, admin, rules, shipped):
    document = changed(shipped)
    document["tables"][0]["rules"][0]["cells"] = {"age_years": "> banana"}
    draft = RulesetDraft.objects.create(
        title="Bad", base=rules, document=document, made_by=admin
    )
    answer = sign_in(admin).post(
        LIST, {"draft": draft.pk, "submission_key": uuid.uuid4()}
    )
    assert answer.status_code == 422
    assert "problems to be mended first" in answer.text
    assert not Replay.objects.exists()


@pytest.mark.parametrize("form", [{}, {"new": 9}, {"draft": "x"}, {"old": "1"}])
def test_a_form_that_names_nothing_to_compare_is_refused(sign_in, admin, rules, form):
    answer = sign_in(admin).post(LIST, {"submission_key": uuid.uuid4(), **form})
    assert answer.status_code == 422
    assert not Replay.objects.exists()


@pytest.mark.parametrize("person", ["dr_surgeon", "dr_resident"])
def test_others_than_administrators_are_refused(sign_in, done, person, request):
    client = sign_in(request.getfixturevalue(person))
    for name in ("replay-detail", "replay-cancel", "replay-retry"):
        url = reverse(f"treatments:{name}", args=[done.pk])
        assert client.get(url).status_code in (403, 405)
        assert client.post(url).status_code in (403, 405)
    assert client.get(LIST).status_code == 403
    assert client.post(LIST).status_code == 403
    done.refresh_from_db()
    assert done.state == Replay.State.DONE


def test_a_surgeon_who_may_sign_the_rules_reads_a_replay(
    sign_in, admin, dr_surgeon, done
):
    signer_designate(user=dr_surgeon, actor=admin)
    assert sign_in(dr_surgeon).get(done.get_absolute_url()).status_code == 200


def test_the_page_has_the_matrix_and_each_cell_leads_to_its_cases(sign_in, admin, done):
    client = sign_in(admin)
    page = client.get(done.get_absolute_url()).text
    moved = [(o, n, c) for o, n, c in done.matrix if o != n]
    total = sum(count for *_, count in moved)
    assert f"{total} of 600 cases would be advised otherwise" in page
    for old, new, count in moved:
        query = (
            f"?old={old.replace('/', '%2F')}&amp;new={new.replace('/', '%2F')}#cases"
        )
        assert query in page
        cell = client.get(done.get_absolute_url(), {"old": old, "new": new}).text
        assert f"{count} case{'s' * (count != 1)} of this cell" in cell
        assert cell.count('class="moved"') == min(count, MOVES_A_PAGE)


def test_each_moved_case_is_explained_by_a_rule(sign_in, admin, done, shipped, other):
    page = sign_in(admin).get(done.get_absolute_url()).text
    removed = set(shipped.rules) - set(other.rules)
    assert any(f"<strong>{rule}</strong>" in page for rule in removed)
    assert "Only in the old version" in page


def test_no_name_and_no_number_of_a_patient_is_on_the_page(sign_in, admin, done):
    page = sign_in(admin).get(done.get_absolute_url()).text
    case = done.moves.first()
    assert str(case.case_uid) in page
    patient = case.recommendation.encounter.patient
    assert patient.family_name not in page
    assert patient.identifier not in page


def test_a_page_that_is_not_there_is_the_last_one(sign_in, admin, done):
    client = sign_in(admin)
    for number in ("999", "x", "-1"):
        answer = client.get(done.get_absolute_url(), {"page": number})
        assert answer.status_code == 200


def test_opening_a_result_is_on_record_and_counts_as_looked_at(sign_in, admin, done):
    pair = (done.old.sha256, done.new_sha256)
    assert not Replay.objects.comparing(*pair).looked_at().exists()
    sign_in(admin).get(done.get_absolute_url())
    assert Replay.objects.comparing(*pair).looked_at().get() == done
    assert Event.objects.get(action="replay.read").actor == admin


def test_a_running_replay_shows_how_far_it_is_and_looks_again(sign_in, admin, running):
    client = sign_in(admin)
    page = client.get(running.get_absolute_url()).text
    assert "50 of 200 cases" in page
    assert '<progress max="200" value="50">' in page
    assert f'hx-get="{running.get_absolute_url()}"' in page
    assert f'href="{running.get_absolute_url()}">Refresh</a>' in page
    fragment = client.get(running.get_absolute_url(), headers=HTMX)
    assert "<html" not in fragment.text
    assert "50 of 200 cases" in fragment.text
    assert not Replay.objects.looked_at().exists()


def test_the_progress_gives_way_to_the_result_by_itself(sign_in, admin, done):
    answer = sign_in(admin).get(done.get_absolute_url(), headers=HTMX)
    assert answer.headers["HX-Refresh"] == "true"


def test_a_replay_is_cancelled_and_goes_on_from_where_it_was(sign_in, admin, running):
    client = sign_in(admin)
    cancel = reverse("treatments:replay-cancel", args=[running.pk])
    assert client.post(cancel).status_code == 303
    page = client.get(running.get_absolute_url()).text
    assert "Cancelled" in page
    again = reverse("treatments:replay-retry", args=[running.pk])
    assert f'action="{again}"' in page
    client.post(again)
    tasks.run_replay()
    running.refresh_from_db()
    assert (running.state, running.steps_done) == (Replay.State.DONE, 200)
    assert running.chunks.get(number=1).token == 1


def test_a_failed_replay_says_why(sign_in, admin, running):
    claim = lifecycle.Claim(running, running.token)
    lifecycle.fail(claim, failure="The engine caught fire.")
    page = sign_in(admin).get(running.get_absolute_url()).text
    assert "The engine caught fire." in page
    assert "hx-get" not in page


def test_the_page_asks_a_bounded_number_of_questions(
    sign_in, admin, done, django_assert_max_num_queries
):
    client = sign_in(admin)
    client.get("/accounts/me/")  # once a minute a session looks for unsent words
    with django_assert_max_num_queries(16):
        client.get(done.get_absolute_url())
