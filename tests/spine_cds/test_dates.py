"""The site's zone says which day it is; a typed date cannot be misread."""

import datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.utils import timezone

from patients.forms import EmergencyForm, PatientForm
from patients.models import Encounter, today
from spine_cds import environment
from spine_cds.audit.models import Event
from spine_cds.audit_pages.forms import FilterForm
from spine_cds.dates import IsoDateField, IsoDateTimeField, told


@pytest.fixture
def clock(monkeypatch, settings):
    """Sets the site's zone and the hour that its wall clock shows."""

    def set_to(zone: str, hour: str) -> datetime.date:
        settings.TIME_ZONE = zone
        wall = datetime.datetime.fromisoformat(f"2026-03-0{hour}")
        moment = timezone.make_aware(wall).astimezone(datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return wall.date()

    return set_to


ZONES = pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
HOURS = pytest.mark.parametrize("hour", ["3T23:30", "4T00:30"])


@ZONES
@HOURS
def test_today_is_the_day_on_the_wall(clock, zone, hour):
    day = clock(zone, hour)
    assert today() == Encounter().occurred_on == day


@ZONES
@HOURS
@pytest.mark.django_db
def test_the_day_on_the_wall_is_not_the_future_and_the_next_one_is(
    clock, zone, hour, dr_surgeon
):
    day = clock(zone, hour)
    for birth, errors in ((day, 0), (day + datetime.timedelta(days=1), 1)):
        form = PatientForm(dr_surgeon, {"birth_date": birth.isoformat()})
        assert len(form.errors.get("birth_date", ())) == errors


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "2026-11-21 14:30 UTC"),
        ("Asia/Tokyo", "2026-11-21 23:30 JST"),
        ("America/Los_Angeles", "2026-11-21 06:30 PST"),
        ("Europe/Berlin", "2026-11-21 15:30 CET"),
        ("America/Sao_Paulo", "2026-11-21 11:30 UTC-03"),
        ("Asia/Kathmandu", "2026-11-21 20:15 UTC+0545"),
    ],
)
def test_a_moment_is_told_in_the_sites_zone_with_its_name(settings, zone, words):
    settings.TIME_ZONE = zone
    at = datetime.datetime(2026, 11, 21, 14, 30, tzinfo=datetime.UTC)
    assert told(at) == words
    assert Template("{{ at|moment }}").render(Context({"at": at})) == words
    assert Template("{{ at|moment|default:'–' }}").render(Context({"at": None})) == "–"


@pytest.mark.parametrize(
    "typed", ["02/03/1980", "2.3.1980", "Mar 2, 1980", "1980/03/02", "03-02-1980"]
)
def test_a_date_that_could_be_misread_is_refused_and_the_form_is_shown(typed):
    for field in (IsoDateField(), IsoDateTimeField()):
        with pytest.raises(Exception, match="year-month-day"):
            field.clean(typed)


def test_an_iso_date_and_that_of_the_picker_are_taken():
    day = datetime.date(1980, 3, 2)
    assert IsoDateField().clean(" 1980-03-02 ") == day
    for typed in ("2027-03-02 14:30", "2027-03-02T14:30"):
        moment = IsoDateTimeField().clean(typed)
        assert moment == datetime.datetime(2027, 3, 2, 14, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize("typed", ["02/03/1980", "3/4/26"])
@pytest.mark.django_db
def test_every_form_with_a_date_says_which_form_it_wants(dr_surgeon, typed):
    forms = (
        PatientForm(dr_surgeon, {"birth_date": typed}),
        EmergencyForm({"birth_date": typed}),
        FilterForm({"since": typed}, Event.objects.all()),
    )
    for form, name in zip(forms, ("birth_date", "birth_date", "since"), strict=True):
        assert "year-month-day" in str(form.errors[name])


def test_days_of_the_trail_are_those_of_the_site(settings, db):
    settings.TIME_ZONE = "Asia/Tokyo"
    asked = {"since": "2026-11-22", "until": "2026-11-22"}
    narrowed = FilterForm(asked, Event.objects.all()).narrowed()
    _, bounds = narrowed.query.sql_with_params()
    # SQLite is given text in UTC, PostgreSQL a moment of the zone.
    days = [
        b if isinstance(b, str) else str(b.astimezone(datetime.UTC)) for b in bounds
    ]
    assert [day[:16] for day in days] == ["2026-11-21 15:00", "2026-11-22 15:00"]


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "GMT+25", "/etc"])
def test_a_zone_that_this_machine_does_not_know_stops_the_start(monkeypatch, name):
    monkeypatch.setenv("TIME_ZONE", name)
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE must be a time zone"):
        environment.zone("TIME_ZONE", "UTC")
    monkeypatch.setenv("TIME_ZONE", "America/Sao_Paulo")
    assert environment.zone("TIME_ZONE", "UTC") == "America/Sao_Paulo"
