"""Forms around a draft: beginning one, review, signature, publishing, import."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils import timezone

from spine_cds.accounts.models import Role, User
from spine_cds.accounts.reauthentication import PasswordAgain
from spine_cds.dates import IsoDateTimeField
from treatments.authoring.document.edits import MAX_TEXT
from treatments.authoring.document.row_fields import RowField, texts
from treatments.exchange.errors import MAX_UPLOAD_BYTES
from treatments.exchange.formats import FORMATS
from treatments.models import DesignatedSigner, RulesetDraft, RulesetVersion

_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}(-[0-9A-Za-z.-]{1,20})?\Z")
MEANING = "I have read these rules and approve them for clinical use."


class Posted(forms.Form):
    """A crispy form with one button, sent to where it stands or to ``action``."""

    button = "Save"

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.attrs = {"novalidate": True}
        self.helper.add_input(Submit("send", self.button))


class DraftForm(Posted):
    """What a draft is called and what it is for."""

    button = "Begin the draft"
    title = forms.CharField(
        max_length=200, help_text="What changes, in a few words: “Wider trial of care”."
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        label="Why",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For whoever reviews it: the reason, the meeting, the new evidence.",
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class DescribeForm(DraftForm):
    """The title and the note of a draft that is there."""

    button = "Save"
    submission_key = None  # type: ignore[assignment]


class ImportForm(DraftForm):
    """A file that becomes a draft: looked at as a difference, never live by itself."""

    button = "Import as a draft"
    file = forms.FileField(
        help_text="From this page's own exports, or a DMN file whose facts have the "
        "names of the vocabulary. Up to "
        f"{MAX_UPLOAD_BYTES // 1024 // 1024} MiB.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ",".join(sorted({f.suffix for f in FORMATS.values()}))}
        ),
    )
    field_order = ("file", "title", "note", "submission_key")

    def clean_file(self) -> Any:
        """Refuse a file that is too large, before anything of it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError("The file is too large.")
        return file


class SubmitForm(Posted):
    """The version number that a draft is reviewed under."""

    button = "Hand it to review"
    version = forms.CharField(
        label="Version number",
        max_length=40,
        help_text="Three numbers: the first moves when advice changes a lot, the last "
        "when only texts do.",
    )

    def clean_version(self) -> str:
        """Refuse what is no version number."""
        version: str = self.cleaned_data["version"]
        if not _VERSION.match(version):
            raise forms.ValidationError("Three numbers with dots, as 1.2.0.")
        return version


class ReasonForm(Posted):
    """Anything that wants one line of reason."""

    reason = forms.CharField(max_length=500)

    def __init__(self, *args: Any, button: str = "Save", **kwargs: Any) -> None:
        self.button = button
        super().__init__(*args, **kwargs)


class RestoreForm(Posted):
    """Why a version is live again, and which one was live on the screen."""

    button = "Make it live again"
    reason = forms.CharField(max_length=500)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def against(self, refusal: Exception, live: RulesetVersion | None) -> "RestoreForm":
        """The same form, refused, for who has now seen what is live."""
        seen = live.pk if live else ""
        form = RestoreForm({"reason": self.cleaned_data["reason"], "seen": seen})
        form.add_error(None, str(refusal))
        return form


class SignForm(PasswordAgain, Posted):
    """The signature under the content that is on the page."""

    button = "Sign"
    content = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=MEANING, error_messages={"required": "Tick it if you approve the rules."}
    )


class PublishForm(PasswordAgain, Posted):
    """The moment from which the rules count."""

    button = "Publish"
    live_from = IsoDateTimeField(
        required=False,
        label="Live from",
        help_text="Empty: at once. New cases then use these rules; what was advised "
        "before stays as it was.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["live_from"].label = f"Live from ({zone})"

    def clean_live_from(self) -> Any:
        """Refuse a moment that has passed."""
        moment = self.cleaned_data["live_from"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError("That moment has passed. Leave it empty.")
        return moment


class SignerForm(Posted):
    """A surgeon who is to sign rulesets, of those who may not yet."""

    button = "Let them sign"
    user = forms.ModelChoiceField(label="Surgeon", queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        already = DesignatedSigner.objects.filter(withdrawn_at=None).values("user")
        surgeons = User.objects.filter(role=Role.SURGEON, is_active=True)
        self.fields["user"].queryset = surgeons.exclude(  # type: ignore[attr-defined]
            pk__in=already
        )


class SeenRevisionForm(Posted):
    """A form of a draft's content: it carries the revision that was seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def see(self, revision: int) -> None:
        """From now on the editor has seen this revision, and may write over it."""
        self.data = {**self.data.dict(), "seen": revision}  # type: ignore[attr-defined]


class RowForm(SeenRevisionForm):
    """One row of a draft's lists, as texts."""

    def __init__(
        self,
        data: Any = None,
        *,
        fields: tuple[RowField, ...],
        row: Mapping[str, Any],
        draft: RulesetDraft,
        key: str = "",
    ) -> None:
        super().__init__(data, initial={"seen": draft.revision, **texts(fields, row)})
        self.rows = fields
        if key:
            label = {"id": "Id", "code": "Code"}.get(key, key.capitalize())
            self.fields["key"] = forms.CharField(max_length=60, label=label)
        for field in fields:
            self.fields[field.name] = _form_field(field)

    def close(self) -> None:
        """For reading alone: every field as it is, and no button."""
        self.helper.inputs = []
        for field in self.fields.values():
            field.disabled = True

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, by the names of the fields."""
        return {field.name: self.cleaned_data[field.name] for field in self.rows}


def _form_field(field: RowField) -> forms.Field:
    options: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": False,
    }
    if field.kind == "flag":
        return forms.ChoiceField(choices=[("no", "no"), ("yes", "yes")], **options)
    if field.kind == "choice":
        choices = [(choice, choice or "–") for choice in ("", *field.choices)]
        return forms.ChoiceField(choices=choices, **options)
    if field.kind in ("area", "lines", "conditions"):
        rows = {"area": 3, "lines": 5, "conditions": 3}[field.kind]
        widget = forms.Textarea(attrs={"rows": rows})
        return forms.CharField(max_length=MAX_TEXT, widget=widget, **options)
    return forms.CharField(max_length=MAX_TEXT, **options)
