"""Dates and moments: how they are typed, and how a page tells them.

A typed date is ISO or from the picker: of 02/03/1980 nobody knows which is the month.
A moment is stored in UTC; the site's zone, which is named, is for who reads it.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateformat import format as formatted

MINUTE = "Y-m-d H:i"


class IsoDateField(forms.DateField):
    """A day as 1980-03-02, and in no other form."""

    default_error_messages = {
        "invalid": "Enter the date as year-month-day, for example 1980-03-25."
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        kwargs.setdefault(
            "widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
        super().__init__(**kwargs)


class IsoDateTimeField(forms.DateTimeField):
    """A minute in the site's zone, as 1980-03-02 14:30 or as the picker sends it."""

    default_error_messages = {
        "invalid": "Enter day and time as year-month-day hours:minutes, for example "
        "2027-03-25 14:30."
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
        )
        super().__init__(**kwargs)


def told(moment: datetime | None, form: str = MINUTE) -> str:
    """The moment in the site's zone, with its name; ``form`` is one of Django's."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{formatted(local, form)} {zone_of(local)}"


def zone_of(moment: datetime | None = None) -> str:
    """What the site's zone is called at that moment, or now.

    Some zones have no name but their distance from UTC.
    """
    name = timezone.localtime(moment).tzname() or ""
    return f"UTC{name}" if name[:1] in {"+", "-"} else name
