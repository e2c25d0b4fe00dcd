"""The form of a decision: one chooses what is done, and its kind follows."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from crispy_forms.layout import Div, Field, Layout, Submit
from django import forms
from django.utils import timezone

from spine_cds.accounts.reauthentication import PasswordAgain
from spine_cds.dates import IsoDateField
from treatments.engine.ruleset.enums import Disposition, OptionStatus
from treatments.models import Decision, Recommendation
from treatments.presentation.words import STATUS_WORDS
from treatments.recommendations.forms import DisputedRules, SubmittedOnce
from treatments.recommendations.kinds import (
    PATHWAYS,
    Kind,
    kind_of,
    left_of,
    statuses_of,
)

#: Choices beside the treatments; each has its kind.
PATHWAY, NONE, DEFER = "-pathway", "-none", "-defer"
PATHWAY_WORDS = {Disposition.REFER: "The referral above"}
#: The headings of the choices. The style sheet knows them: each opens its questions.
GROUPS: Mapping[Decision.Outcome, str] = {
    Kind.ACCEPTED: "Accept what is advised",
    Kind.ALTERNATIVE: "Alternative: suitable as well",
    Kind.OVERRIDDEN: "Override: the rules do not advise it",
    Kind.DEFERRED: "Defer",
}
DISAGREE = Decision.OverrideReason.DISAGREE


class DecisionForm(PasswordAgain, SubmittedOnce):
    """The surgeon's decision, signed. What kind it is follows from the option."""

    choice = forms.ChoiceField(
        label="What was decided", error_messages={"required": "Choose what is done."}
    )
    deferred_until = IsoDateField(label="Until when", required=False)
    deferred_for = forms.CharField(
        label="Or what for",
        required=False,
        max_length=300,
        help_text="What the decision waits for, as “flexion films”.",
    )
    override_reason = forms.ChoiceField(
        label="Reason",
        required=False,
        choices=[("", "Choose a reason"), *Decision.OverrideReason.choices],
        help_text="Needed for an override; an alternative may have one.",
    )
    disputed_rules = DisputedRules(
        help_text="Needed where the reason is that you disagree with a rule."
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Optional; needed for “other” and where a rule excludes the option.",
    )

    def __init__(
        self,
        *args: Any,
        recommendation: Recommendation,
        keep: Decision | None = None,
        **kwargs: Any,
    ) -> None:
        """``keep`` is a decision on earlier advice, to be made on this one too."""
        if keep:
            kwargs["initial"] = _as_initial(keep)
        super().__init__(*args, **kwargs)
        self.recommendation = recommendation
        self.evaluation = recommendation.evaluation_document
        self.statuses = statuses_of(self.evaluation)
        choices = cast("forms.ChoiceField", self.fields["choice"])
        choices.choices = [("", "Choose"), *self._groups()]
        cast("DisputedRules", self.fields["disputed_rules"]).offer(recommendation)
        self.fields["own_password"].help_text = "It signs the decision with your name."
        self.auto_id = "id_keep_%s" if keep else "id_%s"
        self.helper.form_id = "keep-form" if keep else "decision-form"
        self.helper.form_class = "decision-form"
        self.helper.layout = Layout(
            "submission_key",
            Field("choice"),
            Div("deferred_until", "deferred_for", css_class="for-deferral"),
            Div("override_reason", css_class="for-reason"),
            Div("disputed_rules", css_class="for-dispute rule-list"),
            "note",
            "own_password",
            Submit("save", "Keep that decision" if keep else "Record the decision"),
        )

    def _groups(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """The choices under the kind that each of them is."""
        grouped: dict[Decision.Outcome, list[tuple[str, str]]] = {k: [] for k in GROUPS}
        disposition = self.evaluation["disposition"]
        if disposition in PATHWAYS:
            words = PATHWAY_WORDS.get(disposition, "The pathway above")
            grouped[Kind.ACCEPTED].append((PATHWAY, words))
        for code, title in self._titles().items():
            grouped[kind_of(self.evaluation, code)].append((code, title))
        grouped[Kind.OVERRIDDEN].append((NONE, "No treatment of the ladder"))
        grouped[Kind.DEFERRED].append((DEFER, "Not decided yet"))
        return ((GROUPS[kind], found) for kind, found in grouped.items() if found)

    def _titles(self) -> dict[str, str]:
        """Every treatment of the ruleset, each with its status in this case."""
        left = left_of(self.evaluation)
        titles = {}
        for code, treatment in self.recommendation.ruleset.ruleset.treatments.items():
            status = self.statuses.get(code)
            word = f" ({STATUS_WORDS[status].lower()})" if status else ""
            if code in left and status is not OptionStatus.RECOMMENDED:
                word = f" (one of {len(left)} that are left)"
            titles[code] = treatment.title + word
        return titles

    def _kind(self, choice: str) -> Decision.Outcome:
        if choice == DEFER:
            return Kind.DEFERRED
        if choice == PATHWAY:
            return Kind.ACCEPTED
        return Kind.OVERRIDDEN if choice == NONE else kind_of(self.evaluation, choice)

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the kind: each asks for others, and drops the rest."""
        cleaned = super().clean() or self.cleaned_data
        choice = cleaned.pop("choice", "")
        if not choice:
            return cleaned
        kind = self._kind(choice)
        cleaned["outcome"] = kind
        cleaned["treatment"] = "" if choice in (PATHWAY, NONE, DEFER) else choice
        if kind == Kind.DEFERRED:
            self._clean_deferred(cleaned)
        else:
            cleaned.update(deferred_until=None, deferred_for="")
        if kind in (Kind.ACCEPTED, Kind.DEFERRED):
            cleaned.update(override_reason="", disputed_rules=[])
        else:
            self._clean_reason(cleaned, kind)
        return cleaned

    def _clean_deferred(self, cleaned: dict[str, Any]) -> None:
        until = cleaned.get("deferred_until")
        if "deferred_until" in self.errors:
            return
        if not until and not cleaned.get("deferred_for"):
            self.add_error("deferred_until", "Say until when, or what for.")
        if until and until < timezone.localdate():
            self.add_error("deferred_until", "This day is past.")

    def _clean_reason(self, cleaned: dict[str, Any], kind: Decision.Outcome) -> None:
        reason = cleaned.get("override_reason")
        if kind == Kind.OVERRIDDEN and not reason:
            self.add_error("override_reason", "An override needs a reason.")
        rules = self.fields["disputed_rules"]
        offered = cast("DisputedRules", rules).choices
        if reason == DISAGREE and offered and not cleaned.get("disputed_rules"):
            self.add_error("disputed_rules", "Say which rule you disagree with.")
        excluded = self.statuses.get(cleaned["treatment"])
        needs_words = (
            excluded is OptionStatus.CONTRAINDICATED
            or reason == Decision.OverrideReason.OTHER
        )
        if needs_words and not cleaned.get("note"):
            self.add_error("note", "Say in a sentence why.")


def _as_initial(decision: Decision) -> dict[str, Any]:
    """An earlier decision as the form holds it; nothing of it is recorded yet."""
    choice = decision.treatment
    if not choice:
        declined = decision.outcome == Kind.OVERRIDDEN
        choice = NONE if declined else PATHWAY
    return {
        "choice": choice,
        "override_reason": decision.override_reason,
        "disputed_rules": decision.disputed_rules,
        "note": decision.note,
    }
