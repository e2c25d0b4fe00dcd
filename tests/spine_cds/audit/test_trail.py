"""The audit trail can be added to, and nothing else."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from spine_cds.audit.models import AppendOnlyError, Event
from spine_cds.audit.services import record


@pytest.fixture
def event(dr_surgeon, team) -> Event:
    return record(actor=dr_surgeon, action="team.read", entity=team)


def refused_by_the_database(write) -> bool:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        write()
    return True


def test_an_event_says_who_did_what_to_which_row(dr_surgeon, team):
    event = record(
        actor=dr_surgeon, action="team.edit", entity=team, detail={"members": 2}
    )
    event.refresh_from_db()
    assert (event.actor, event.actor_name) == (dr_surgeon, "dr_surgeon")
    assert (event.entity_type, event.entity_id) == ("accounts.team", str(team.pk))
    assert (event.action, event.detail) == ("team.edit", {"members": 2})


def test_the_system_itself_has_no_actor(team):
    event = record(actor=None, action="team.read", entity=team)
    assert (event.actor, event.actor_name) == (None, "")


def test_model_and_queryset_refuse_to_change_an_event(event):
    event.action = "team.delete"
    for change in (
        event.save,
        event.delete,
        Event.objects.all().delete,
        lambda: Event.objects.update(action="x"),
        lambda: Event.objects.bulk_update([event], ["action"]),
    ):
        with pytest.raises(AppendOnlyError):
            change()


def test_the_database_refuses_to_change_an_event(event):
    events = Event.objects.all()
    assert refused_by_the_database(lambda: QuerySet.update(events, action="x"))
    assert refused_by_the_database(lambda: QuerySet.delete(events))
    with connection.cursor() as cursor:
        table = "audit_event"
        assert refused_by_the_database(lambda: cursor.execute(f"DELETE FROM {table}"))
    assert Event.objects.get() == event


def test_a_request_leaves_its_address(client, dr_surgeon):
    client.force_login(dr_surgeon)
    client.post("/accounts/logout/", REMOTE_ADDR="192.0.2.7")
    assert Event.objects.get(action="user.sign_out").remote_addr == "192.0.2.7"


@pytest.mark.parametrize(
    ("trusted", "address"), [(False, "192.0.2.7"), (True, "203.0.113.9")]
)
def test_only_a_trusted_proxy_may_name_the_address(
    client, dr_surgeon, settings, trusted, address
):
    settings.TRUSTED_PROXY = trusted
    client.force_login(dr_surgeon)
    client.post(
        "/accounts/logout/",
        REMOTE_ADDR="192.0.2.7",
        headers={"x-forwarded-for": "10.9.9.9, 203.0.113.9"},
    )
    assert Event.objects.get(action="user.sign_out").remote_addr == address


def test_an_address_that_is_none_is_left_out(client, dr_surgeon):
    client.force_login(dr_surgeon)
    client.post("/accounts/logout/", REMOTE_ADDR="")
    assert Event.objects.get(action="user.sign_out").remote_addr is None


@pytest.mark.django_db(transaction=True)
def test_triggers_survive_the_flush_between_tests(team):
    record(actor=None, action="team.read", entity=team)
    assert refused_by_the_database(lambda: QuerySet.delete(Event.objects.all()))
