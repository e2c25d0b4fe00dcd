"""Loading the rules and the demonstration: twice is once, and never in production."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from patients.models import Encounter, Patient
from spine_cds.accounts.models import Role, User
from treatments.management.demo_cases import CASES
from treatments.models import Decision, Recommendation, Review, RulesetVersion

pytestmark = pytest.mark.django_db


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_loading_twice_is_one_live_version():
    assert "live" in run("load_ruleset")
    run("load_ruleset")
    assert RulesetVersion.objects.live().get() == RulesetVersion.objects.get()


def test_a_broken_ruleset_is_refused_with_its_problems(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"metadata": {}}')
    with pytest.raises(CommandError, match="refused"):
        run("load_ruleset", str(broken))
    assert not RulesetVersion.objects.exists()


def test_the_demo_fills_every_state_and_prints_its_sign_ins():
    run("load_ruleset")
    output = run("seed_demo")
    assert f"{len(CASES)} new" in output
    for username, role in [
        ("surgeon", Role.SURGEON),
        ("resident", Role.RESIDENT),
        ("admin", Role.ADMIN),
    ]:
        user = User.objects.get(username=username)
        assert user.role == role
        password = next(line for line in output.splitlines() if f" {username} " in line)
        assert user.check_password(password.split()[1])
    states = set(Encounter.objects.values_list("state", flat=True))
    assert states == {"draft", "evaluated", "reviewed", "decided"}
    assert set(Decision.objects.values_list("outcome", flat=True)) == {
        "accepted",
        "overridden",
        "deferred",
    }
    assert set(Review.objects.values_list("verdict", flat=True)) == {
        "agree",
        "disagree",
    }


def test_seeding_again_adds_nothing_and_keeps_a_changed_password():
    run("load_ruleset")
    run("seed_demo")
    user = User.objects.get(username="surgeon")
    user.set_password("changed-by-the-user")
    user.save()
    counts = Patient.objects.count(), Recommendation.objects.count()
    assert "0 new" in run("seed_demo")
    assert (Patient.objects.count(), Recommendation.objects.count()) == counts
    assert User.objects.get(username="surgeon").check_password("changed-by-the-user")


def test_the_demo_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not for production"):
        run("seed_demo")
    assert not User.objects.exists()


def test_ages_are_right_on_the_day_of_the_encounter():
    run("load_ruleset")
    run("seed_demo")
    ages = {case.family_name: case.age for case in CASES}
    for encounter in Encounter.objects.select_related("patient"):
        assert encounter.age == ages[encounter.patient.family_name]
        assert encounter.age_years is None


def test_nobody_is_assumed_not_pregnant_who_cannot_be():
    run("load_ruleset")
    run("seed_demo")
    documents = Recommendation.objects.filter(
        encounter__patient__sex="male"
    ).values_list("evaluation_document", flat=True)
    assert documents
    for document in documents:
        assert "pregnant" not in {entry["fact"] for entry in document["assumed"]}
