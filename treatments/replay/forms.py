"""What is to be compared: two versions, or a version and a draft as it stands."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from treatments.engine import RulesetError
from treatments.engine.ruleset.model import Ruleset
from treatments.models import RulesetDraft, RulesetVersion

_SHOWN = 3


class ReplayForm(forms.Form):
    """``old`` may be left out with a draft: then it is what the draft builds on."""

    old = forms.ModelChoiceField(
        RulesetVersion.objects.without_document(), label="From version", required=False
    )
    new = forms.ModelChoiceField(
        RulesetVersion.objects.without_document(), label="To version", required=False
    )
    draft = forms.ModelChoiceField(
        RulesetDraft.objects.all(), required=False, widget=forms.HiddenInput
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    document: dict[str, Any]
    title: str

    def clean(self) -> dict[str, Any]:
        """A version or a draft to compare with, and what it is compared to."""
        chosen: dict[str, Any] = super().clean() or {}
        draft, new = chosen.get("draft"), chosen.get("new")
        if (draft is None) == (new is None):
            raise ValidationError("Choose the version or the draft to compare with.")
        if draft is not None:
            self.document, self.title = draft.document, f"Draft: {draft.title}"
            chosen["old"] = chosen.get("old") or draft.base
        elif new is not None:
            self.document, self.title = new.document, str(new)
        if chosen.get("old") is None:
            raise ValidationError("Choose the version to compare from.")
        self._refuse_what_cannot_be_read()
        return chosen

    def _refuse_what_cannot_be_read(self) -> None:
        try:
            Ruleset.from_document(self.document)
        except RulesetError as refusal:
            problems = [str(problem) for problem in refusal.problems]
            more = f" and {len(problems) - _SHOWN} more" * (len(problems) > _SHOWN)
            raise ValidationError(
                "The draft has problems to be mended first: "
                + "; ".join(problems[:_SHOWN])
                + more
            ) from refusal
