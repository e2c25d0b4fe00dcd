"""Two administrators at one user or team: the second is told, and loses nothing."""

import pytest
from django.urls import reverse

from spine_cds.accounts.models import Role, Team, User

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-passphrase"


@pytest.fixture
def at(client, admin):
    client.force_login(admin)

    def opened(name, row):
        """The address of a form and all that it would send."""
        url = reverse(f"accounts:{name}", args=[row.pk])
        form = client.get(url).context["form"]
        sent = {f.html_name: f.value() for f in form if f.value() not in (None, "")}
        return url, sent | {"own_password": PASSWORD}

    return opened


def test_the_second_editor_of_a_user_sees_both_and_may_write_over(
    client, at, dr_resident
):
    url, second = at("user-edit", dr_resident)
    _, first = at("user-edit", dr_resident)
    assert client.post(url, first | {"role": Role.SURGEON}).status_code == 302
    page = client.post(url, second | {"first_name": "Renata"})
    text = page.content.decode()
    assert "Somebody else changed this meanwhile" in text
    assert "Role: surgeon" in text
    assert "Renata" in text
    dr_resident.refresh_from_db()
    assert (dr_resident.role, dr_resident.first_name) == (Role.SURGEON, "Rae")
    again = second | {
        "first_name": "Renata",
        "seen": page.context["form"]["seen"].value(),
    }
    assert client.post(url, again).status_code == 302
    assert User.objects.get(pk=dr_resident.pk).first_name == "Renata"


def test_the_second_editor_of_a_team_is_told(client, at, team):
    url, second = at("team-edit", team)
    _, first = at("team-edit", team)
    assert client.post(url, first | {"name": "North"}).status_code == 302
    page = client.post(url, second | {"name": "South"})
    assert "It is now: Name: North" in page.content.decode()
    assert Team.objects.get(pk=team.pk).name == "North"


def test_who_is_alone_is_told_nothing(client, at, team):
    url, sent = at("team-edit", team)
    assert client.post(url, sent | {"name": "West"}).status_code == 302
