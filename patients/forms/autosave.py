"""What an open page of the case form sends while somebody types."""

from collections.abc import Iterator

from django import forms

from patients.choices import Level
from patients.facts import Vocabulary, asked_now
from patients.findings import disc_field
from patients.forms.partial import field_names, posted_text

#: The most that the column for a step holds.
LAST_STEP = 2**31 - 1
#: What is kept beside the answers: whose version they are for, and what is no fact.
KEPT_BESIDE = (
    "revision",
    "submission_key",
    "loaded",
    "asked_together",
    "occurred_on",
    "responsible_level",
    "note",
)


def kept_fields(asked: Vocabulary) -> Iterator[str]:
    """The fields of the form that are kept."""
    yield from KEPT_BESIDE
    for name in asked.case:
        yield from field_names(name)
    for level in Level.values:
        for name in asked.disc:
            yield from field_names(disc_field(level, name))


class KeptPage(forms.Form):
    """Which page it is, and what stands in it: as typed, whether allowed or not."""

    encounter = forms.UUIDField(required=False)
    kept_as = forms.UUIDField()
    kept_step = forms.IntegerField(min_value=0, max_value=LAST_STEP)
    continues = forms.UUIDField(required=False)

    def answers(self) -> dict[str, str]:
        """By field name; PostgreSQL stores no NUL, and no question has one for it."""
        typed = {
            name: posted_text(self.data, name)
            for name in kept_fields(asked_now())
            if name in self.data
        }
        return {n: text.replace("\0", "") for n, text in typed.items() if text}
