"""A team is never left without a clinician in silence."""

import pytest
from django.urls import reverse

from spine_cds.accounts.models import Role, User
from tests.conftest import a_user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-passphrase"


@pytest.fixture
def save(admin, sign_in):
    """The page of a user, sent with these changes; what it says then."""

    def save(user: User, **changes) -> str:
        sent = {
            "username": user.username,
            "role": user.role,
            "teams": [team.pk for team in user.teams.all()],
            "is_active": "on",
            "own_password": PASSWORD,
            **changes,
        }
        kept = {name: value for name, value in sent.items() if value is not None}
        url = reverse("accounts:user-edit", args=[user.pk])
        return sign_in(admin).post(url, kept, follow=True).content.decode()

    return save


@pytest.mark.parametrize(
    "change", [{"is_active": None}, {"role": Role.ADMIN}, {"teams": []}]
)
def test_the_last_clinician_of_a_team_goes_only_when_it_is_meant(
    dr_surgeon, team, save, change
):
    page = save(dr_surgeon, **change)
    assert "Nobody would be left in Spine unit" in page
    assert 'type="checkbox" name="leaves_alone"' in page
    dr_surgeon.refresh_from_db()
    assert dr_surgeon.is_active
    assert dr_surgeon.is_surgeon
    assert team in dr_surgeon.teams.all()
    page = save(dr_surgeon, **change, leaves_alone="on")
    assert "are saved" in page


def test_one_of_two_clinicians_goes_without_a_word(dr_surgeon, dr_resident, save):
    assert "are saved" in save(dr_surgeon, is_active=None)


def test_who_may_not_sign_in_or_administers_does_not_count(
    dr_surgeon, team, admin, save
):
    a_user("gone", Role.SURGEON, team, is_active=False)
    assert "Nobody would be left" in save(dr_surgeon, teams=[])


def test_another_change_asks_nothing(dr_surgeon, save):
    assert "are saved" in save(dr_surgeon, first_name="Samuel")
