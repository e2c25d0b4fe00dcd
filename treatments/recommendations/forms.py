"""Forms for what people say about a recommendation, and for what a team offers."""

import uuid
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, Submit
from django import forms

from spine_cds.accounts.reauthentication import PasswordAgain
from treatments.engine import Ruleset
from treatments.engine.ruleset.enums import OptionStatus
from treatments.models import Comment, Decision, Recommendation, Review
from treatments.presentation.words import STATUS_WORDS, WEIGHED

#: There is no ladder to choose from, but there is a pathway that can be accepted.
PATHWAYS = (
    Recommendation.Disposition.EMERGENCY,
    Recommendation.Disposition.DIAGNOSE_FIRST,
    Recommendation.Disposition.REFER,
)
#: What accepting says there.
PATHWAY_WORDS = {Recommendation.Disposition.REFER: "Accepted: the referral above"}
OUTCOMES = {
    Decision.Outcome.ACCEPTED: (
        "Accepted: an option that is advised, suitable, or one of those left"
    ),
    Decision.Outcome.OVERRIDDEN: "Overridden: another way, with a reason",
    Decision.Outcome.DEFERRED: "Deferred: not decided yet",
}


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


class DecisionForm(PasswordAgain, SubmittedOnce):
    """The surgeon's decision, signed: accepted, overridden with a reason, deferred."""

    outcome = forms.ChoiceField(label="What was decided", widget=forms.RadioSelect)
    treatment = forms.ChoiceField(label="Treatment", required=False)
    override_reason = forms.ChoiceField(
        label="Reason for the override",
        required=False,
        choices=[("", "Choose a reason"), *Decision.OverrideReason.choices],
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Optional; needed for “other” and where a rule excludes the option.",
    )

    def __init__(
        self, *args: Any, recommendation: Recommendation, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.recommendation = recommendation
        options = recommendation.evaluation_document["options"]
        self.statuses = {
            option["treatment"]: OptionStatus(option["status"]) for option in options
        }
        among = recommendation.evaluation_document.get("recommended_among")
        self.among = {entry["treatment"] for entry in among or ()}
        self.takes_treatment = recommendation.disposition not in PATHWAYS
        outcomes = cast("forms.ChoiceField", self.fields["outcome"])
        outcomes.choices = self._outcomes(recommendation.disposition)
        treatments = cast("forms.ChoiceField", self.fields["treatment"])
        treatments.choices = self._choices(recommendation.ruleset.ruleset)
        treatments.initial = recommendation.recommended_treatment
        self.helper.form_id = "decision-form"
        self.fields["own_password"].help_text = "It signs the decision with your name."
        self.helper.layout = Layout(
            "submission_key",
            Field("outcome"),
            Div(
                "treatment",
                css_class="for-treatment" if self.takes_treatment else "for-override",
            ),
            Div("override_reason", css_class="for-override"),
            "note",
            "own_password",
            Submit("save", "Record the decision"),
        )

    def _outcomes(self, disposition: str) -> list[tuple[str, str]]:
        """Without advice there is nothing to accept."""
        words = dict(OUTCOMES)
        if disposition in PATHWAYS:
            words[Decision.Outcome.ACCEPTED] = PATHWAY_WORDS.get(
                Recommendation.Disposition(disposition), "Accepted: the pathway above"
            )
        elif disposition != Recommendation.Disposition.LADDER:
            del words[Decision.Outcome.ACCEPTED]
        return [(outcome.value, text) for outcome, text in words.items()]

    def _choices(self, ruleset: Ruleset) -> list[tuple[str, str]]:
        """Every treatment of the ruleset, each with its status in this case."""
        named = [("", "No treatment of the ladder")]
        for code, treatment in ruleset.treatments.items():
            status = self.statuses.get(code)
            word = f" ({STATUS_WORDS[status].lower()})" if status else ""
            if code in self.among and status is not OptionStatus.RECOMMENDED:
                word = f" (one of {len(self.among)} that are left)"
            named.append((code, treatment.title + word))
        return named

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the outcome: each asks for others."""
        cleaned = super().clean() or self.cleaned_data
        outcome = cleaned.get("outcome")
        if outcome == Decision.Outcome.ACCEPTED:
            self._clean_accepted(cleaned)
        elif outcome == Decision.Outcome.OVERRIDDEN:
            self._clean_overridden(cleaned)
        elif outcome == Decision.Outcome.DEFERRED:
            cleaned.update(treatment="", override_reason="")
        return cleaned

    def _clean_accepted(self, cleaned: dict[str, Any]) -> None:
        cleaned["override_reason"] = ""
        if not self.takes_treatment:
            cleaned["treatment"] = ""
        elif not self._may_be_accepted(cleaned.get("treatment", "")):
            # What is not weighed is no advice to accept.
            self.add_error(
                "treatment",
                "To accept, choose an option that is advised, suitable, or suitable "
                "with caution, or one of those that are left. Any other choice is an "
                "override.",
            )

    def _may_be_accepted(self, code: str) -> bool:
        """Whether it is weighed, or one of the few that are left."""
        return code in self.among or self.statuses.get(code) in WEIGHED

    def _clean_overridden(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("override_reason"):
            self.add_error("override_reason", "An override needs a reason.")
        status = self.statuses.get(cleaned.get("treatment", ""))
        excluded = status is OptionStatus.CONTRAINDICATED
        other = cleaned.get("override_reason") == Decision.OverrideReason.OTHER
        if (excluded or other) and not cleaned.get("note"):
            self.add_error("note", "Say in a sentence why.")


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
    note = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page may hold the comment form too: their ids must not meet.
        self.auto_id = "id_review_%s"
        self.helper.add_input(Submit("save", "Record the review"))

    def clean(self) -> dict[str, Any]:
        """Who disagrees says with what."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("verdict") == Review.Verdict.DISAGREE and not cleaned.get(
            "reason"
        ):
            self.add_error("reason", "Say what you disagree with.")
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
