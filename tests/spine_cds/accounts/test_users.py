"""What an administrator does with users and teams."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from spine_cds.accounts.models import Role, Team, User
from spine_cds.audit.models import Event

NEW = {
    "username": "dr_new_person",
    "first_name": "Noa",
    "last_name": "Berg",
    "email": "",
    "role": "surgeon",
    "is_active": "on",
    "password": "four unlikely words here",
    "own_password": "a-long-passphrase",  # as tests.conftest.a_user sets it
}


@pytest.fixture
def as_admin(client, admin):
    client.force_login(admin)
    return client


def edit_url(user: User) -> str:
    return reverse("accounts:user-edit", args=[user.pk])


def form_of(user: User, **changes: object) -> dict[str, object]:
    form = {
        "username": user.username,
        "role": user.role,
        "teams": list(user.teams.values_list("pk", flat=True)),
        "is_active": "on",
        "own_password": NEW["own_password"],
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


def test_a_new_user_can_sign_in_and_belongs_to_the_team(as_admin, team):
    answer = as_admin.post(
        reverse("accounts:user-create"), {**NEW, "teams": [team.pk]}, follow=True
    )
    assert "Noa Berg can sign in as “dr_new_person”." in answer.content.decode()
    user = User.objects.get(username="dr_new_person")
    assert user.check_password(NEW["password"])
    assert (user.role, list(user.teams.all())) == (Role.SURGEON, [team])
    event = Event.objects.get(action="user.create")
    assert event.detail == {"role": "surgeon", "teams": [team.pk]}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("password", "short", "at least 12 characters"),
        ("password", "", "This field is required"),
        ("password", "dr_new_person", "too similar to the username"),
        ("role", "god", "Select a valid choice"),
        ("username", "ADMIN", "a user of this name already"),
    ],
)
def test_a_new_user_that_cannot_be_is_refused_at_the_field(
    as_admin, field, value, message
):
    answer = as_admin.post(reverse("accounts:user-create"), {**NEW, field: value})
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not User.objects.filter(first_name="Noa").exists()


def test_a_change_of_role_is_recorded_without_any_name(as_admin, dr_resident, team):
    form = form_of(dr_resident, role="surgeon", first_name="Rae", last_name="Long")
    assert as_admin.post(edit_url(dr_resident), form).status_code == 302
    dr_resident.refresh_from_db()
    assert dr_resident.role == Role.SURGEON
    assert Event.objects.get(action="user.update").detail == {
        "changed": ["last_name", "role"],
        "before": {"role": "resident", "is_active": True, "teams": [team.pk]},
        "after": {"role": "surgeon", "is_active": True, "teams": [team.pk]},
    }


@pytest.mark.parametrize("password", ["", "not my own"])
def test_a_user_is_changed_with_ones_own_password_only(as_admin, dr_resident, password):
    form = form_of(dr_resident, role="admin", own_password=password)
    answer = as_admin.post(edit_url(dr_resident), form)
    assert answer.status_code == 200
    assert "password" in answer.content.decode()
    dr_resident.refresh_from_db()
    assert dr_resident.role == Role.RESIDENT
    assert not Event.objects.filter(action="user.update").exists()


def test_an_empty_password_leaves_the_old_one(as_admin, dr_resident):
    as_admin.post(edit_url(dr_resident), form_of(dr_resident, password=""))
    dr_resident.refresh_from_db()
    assert dr_resident.check_password("a-long-passphrase")


def test_a_new_password_ends_that_users_sessions(as_admin, dr_resident, django_client):
    django_client.force_login(dr_resident)
    form = form_of(dr_resident, password="four unlikely words here")
    as_admin.post(edit_url(dr_resident), form)
    assert django_client.get("/accounts/password/").status_code == 302


@pytest.fixture
def django_client():
    from django.test import Client

    return Client()


def test_a_user_who_left_is_deactivated_not_deleted(as_admin, dr_resident, dr_surgeon):
    as_admin.post(edit_url(dr_resident), form_of(dr_resident, is_active=None))
    dr_resident.refresh_from_db()
    assert dr_resident.is_active is False


@pytest.mark.parametrize("change", [{"role": "surgeon"}, {"is_active": None}])
def test_an_administrator_cannot_shut_themselves_out(as_admin, admin, change):
    answer = as_admin.post(edit_url(admin), form_of(admin, **change))
    assert answer.status_code == 200
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def test_users_are_found_by_a_part_of_their_name(as_admin, dr_surgeon, dr_resident):
    page = as_admin.get(reverse("accounts:user-list"), {"q": "ode"}).content.decode()
    assert "Sam Ode" in page
    assert "Rae Lin" not in page
    page = as_admin.get(reverse("accounts:user-list"), {"q": "zzz"}).content.decode()
    assert "No user matches" in page


def test_the_list_of_users_takes_the_same_queries_for_many(
    as_admin, team, django_assert_max_num_queries
):
    for number in range(20):
        User.objects.create_user(f"user{number}").teams.add(team)
    as_admin.get(reverse("accounts:user-list"))  # the session is written once
    with django_assert_max_num_queries(6):
        as_admin.get(reverse("accounts:user-list"))


def test_a_team_is_made_and_renamed(as_admin):
    as_admin.post(reverse("accounts:team-create"), {"name": "North"})
    north = Team.objects.get(name="North")
    as_admin.post(reverse("accounts:team-edit", args=[north.pk]), {"name": "South"})
    north.refresh_from_db()
    assert north.name == "South"
    recorded = Event.objects.filter(entity_type="accounts.team").order_by("pk")
    assert [event.action for event in recorded] == ["team.create", "team.update"]


def test_two_teams_cannot_have_one_name_in_whatever_case(as_admin, team):
    answer = as_admin.post(reverse("accounts:team-create"), {"name": "SPINE unit"})
    assert "There is a team of this name already." in answer.content.decode()


def test_without_a_team_the_list_says_what_to_do(as_admin, team, admin):
    admin.teams.clear()
    team.delete()
    page = as_admin.get(reverse("accounts:team-list")).content.decode()
    assert "No team yet" in page


def test_the_database_refuses_a_role_that_does_not_exist(dr_surgeon):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=dr_surgeon.pk).update(role="god")
