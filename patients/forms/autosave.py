"""What an open page of the case form sends while somebody types."""

from django import forms

from patients.choices import Level
from patients.facts import CASE_FACTS, DISC_FACTS
from patients.findings import disc_field
from patients.forms.partial import field_names, posted_text

#: The most that the column for a step holds.
LAST_STEP = 2**31 - 1
#: The fields that are kept: the answers, and whose version they are for.
KEPT_FIELDS = (
    "revision",
    "submission_key",
    "loaded",
    "asked_together",
    "occurred_on",
    "responsible_level",
    "note",
    *(field for name in CASE_FACTS for field in field_names(name)),
    *(
        field
        for level in Level.values
        for name in DISC_FACTS
        for field in field_names(disc_field(level, name))
    ),
)


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
            for name in KEPT_FIELDS
            if name in self.data
        }
        return {n: text.replace("\0", "") for n, text in typed.items() if text}
