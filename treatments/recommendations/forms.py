"""Forms for what people say about a recommendation: reviews and comments."""

import uuid
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, Submit
from django import forms

from treatments.models import Comment, Recommendation, Review
from treatments.presentation.disputes import rules_to_dispute


class SubmittedOnce(forms.Form):
    """A form that carries its own key, so that sending it twice counts once."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["submission_key"] = uuid.uuid4()
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_method = "post"
        self.helper.attrs = {"novalidate": True}

    def statement(self) -> dict[str, Any]:
        """The answers as the service takes them."""
        return dict(self.cleaned_data)


class DisputedRules(forms.MultipleChoiceField):
    """Which of the rules that spoke in this case are disputed, by their ids."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Which rules are disputed",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )

    def offer(self, recommendation: Recommendation) -> None:
        """The rules of one evaluation, the heaviest objections first."""
        rules = rules_to_dispute(
            recommendation.evaluation_document, recommendation.ruleset.ruleset
        )
        self.choices = [(rule.id, rule.words) for rule in rules]


class ReviewForm(SubmittedOnce):
    """The resident's review."""

    verdict = forms.ChoiceField(
        label="Your review", choices=Review.Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        required=False,
        max_length=300,
        help_text="In one line; needed to disagree.",
    )
    disputed_rules = DisputedRules(
        help_text="Those you disagree with, if it is the rules and not the entry."
    )
    note = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, recommendation: Recommendation, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        # The page may hold the comment form too: their ids must not meet.
        self.auto_id = "id_review_%s"
        cast("DisputedRules", self.fields["disputed_rules"]).offer(recommendation)
        self.helper.layout = Layout(
            "submission_key",
            "verdict",
            "reason",
            Div("disputed_rules", css_class="for-disagreement rule-list"),
            "note",
            Submit("save", "Record the review"),
        )

    def clean(self) -> dict[str, Any]:
        """Who disagrees says with what."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("verdict") == Review.Verdict.DISAGREE and not cleaned.get(
            "reason"
        ):
            self.add_error("reason", "Say what you disagree with.")
        if cleaned.get("verdict") == Review.Verdict.AGREE:
            cleaned["disputed_rules"] = []
        return cleaned


class CommentForm(SubmittedOnce):
    """A remark on a recommendation."""

    text = forms.CharField(
        label="Comment",
        max_length=Comment._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_comment_%s"
        self.helper.add_input(Submit("save", "Add the comment"))
