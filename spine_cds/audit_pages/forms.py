"""What an administrator asks of the trail."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from spine_cds.audit.actions import action_words
from spine_cds.audit.models import EventQuerySet
from spine_cds.dates import IsoDateField


class SearchForm(forms.Form):
    """Exact, and by POST: a hospital number must not stand in an address."""

    sought = forms.CharField(
        label="Patient id, case id, hospital number, or user name",
        max_length=150,
        error_messages={"required": "Say whom to look up."},
    )


class FilterForm(forms.Form):
    """Narrows a trail by action and the site's days; what is not valid is left out."""

    since = IsoDateField(label="From day", required=False)
    until = IsoDateField(label="To day", required=False)

    def __init__(self, data: Any, events: EventQuerySet) -> None:
        super().__init__(data)
        self.events = events
        actions = events.order_by("action").values_list("action", flat=True).distinct()
        self.fields["action"] = forms.ChoiceField(
            label="What",
            required=False,
            choices=[("", "Everything"), *((a, action_words(a)) for a in actions)],
        )

    def narrowed(self) -> EventQuerySet:
        """The events that it leaves; all of them where nothing valid was asked."""
        self.is_valid()
        chosen, events = self.cleaned_data, self.events
        if chosen.get("action"):
            events = events.filter(action=chosen["action"])
        if chosen.get("since"):
            events = events.filter(at__gte=_midnight(chosen["since"]))
        if chosen.get("until"):
            after = chosen["until"] + datetime.timedelta(days=1)
            events = events.filter(at__lt=_midnight(after))
        return events


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
