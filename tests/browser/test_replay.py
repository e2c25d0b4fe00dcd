"""An administrator replays another version over stored cases, and sees who moves."""

import re

import pytest
from playwright.sync_api import expect

from spine_cds.jobs import lifecycle
from tests.treatments.replay.stored import changed, store_cases
from treatments.engine import Ruleset
from treatments.models import Replay, RulesetVersion
from treatments.replay import jobs


@pytest.fixture
def versions(rules, team, dr_surgeon) -> None:
    """Two versions of the rules, and some thousand cases."""
    store_cases(4000, team=team, author=dr_surgeon, rules=rules)
    other = Ruleset.from_document(changed(rules.ruleset))
    RulesetVersion.objects.create(
        ruleset_id=other.id,
        version=other.version,
        title="The other",
        sha256=other.sha256,
        document=dict(other.document),
        sign_off_state="signed",
    )


@pytest.fixture
def silent(monkeypatch) -> None:
    """No worker hears the bell: the test itself does the work."""
    monkeypatch.setattr(
        "treatments.replay.tasks.run_replay.delay_on_commit", lambda: None
    )


def asks(person) -> None:
    person.page.get_by_label("From version").select_option(index=2)
    person.page.get_by_label("To version").select_option(label="The other 9.9.9")
    person.click("Replay all stored cases")


def test_a_real_worker_replays_and_the_page_turns_into_the_result_by_itself(
    celery_worker_process, as_person, admin, versions
):
    person = as_person(admin, "/replays/")
    asks(person)
    person.reads("of 4000 cases would be advised otherwise")
    cell = person.page.locator(".replay-matrix .moves a").first
    count = int(re.match(r"\d+", cell.inner_text()).group())
    cell.click()
    person.reads(f"{count} case", "of this cell")
    moved = person.page.locator(".moved")
    assert moved.count() == min(count, 25)
    expect(moved.first.locator(".causes li").first).to_contain_text("version")
    person.click("All moved cases")
    expect(person.page.get_by_text("of this cell")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_progress_is_seen_cancelled_and_gone_on_with(
    as_person, admin, versions, silent, javascript
):
    person = as_person(admin, "/replays/", javascript=javascript)
    asks(person)
    person.reads("Waiting for its turn")
    claim = lifecycle.claim(Replay)
    jobs._begin(claim)
    jobs._next_chunk(claim)
    if not javascript:
        person.click("Refresh")
    person.reads("2000 of 4000 cases")
    assert person.page.locator("progress").get_attribute("value") == "2000"
    person.click("Cancel")
    person.reads("Cancelled", "goes on from there")
    person.click("Go on with it")
    person.reads("2000 of 4000 cases")
    claim = lifecycle.claim(Replay)
    while jobs._next_chunk(claim):
        pass
    jobs._finish(claim)
    if not javascript:
        person.click("Refresh")
    person.reads("of 4000 cases would be advised otherwise")
