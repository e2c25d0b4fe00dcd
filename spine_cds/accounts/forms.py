"""Forms of the accounts app."""

import hashlib
from typing import Any

from allauth.core import context
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from spine_cds.accounts import lockout
from spine_cds.accounts.access import SignedInRequest
from spine_cds.accounts.models import Role, Team, User
from spine_cds.accounts.reauthentication import (
    FIELD,
    OwnPasswordInput,
    PasswordAgain,
    confirm_password,
    wrong_password_words,
)
from spine_cds.accounts.user_names import refuse_look_alikes
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record


def form_helper(submit: str) -> FormHelper:
    """The layout that the accounts' forms share: the fields, then one button."""
    helper = FormHelper()
    helper.attrs = {"novalidate": True}
    helper.add_input(Submit("", submit))
    return helper


class SignInForm(AuthenticationForm):
    """Name and password; pauses after too many failures, of whatever name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("Sign in")

    def clean(self) -> dict[str, Any]:
        """Ask whose password it is, unless the name is locked."""
        username = self.cleaned_data.get("username", "")
        password = self.cleaned_data.get("password", "")
        if not self.request or not username or not password:
            return self.cleaned_data
        self.user_cache = lockout.user_of(self.request, username, password)
        if self.user_cache is None:
            self._record_refusal(username)
            if lockout.is_locked(self.request, username):
                raise ValidationError(lockout.locked_words())
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse a temporary password whose time is over."""
        super().confirm_login_allowed(user)
        if user.has_expired_password:
            raise ValidationError(
                "This password was a temporary one, and its time is over. Please ask "
                "an administrator for another."
            )

    def _record_refusal(self, username: str) -> None:
        user = User.objects.filter(username=username).first()
        if user:
            record(actor=None, action=AuditAction.USER_SIGN_IN_REFUSED, entity=user)


class OwnPasswordForm(PasswordChangeForm):
    """One's own password; the user name is shown for the browser's password store."""

    username = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "username", "readonly": True}),
        required=False,
    )
    field_order = ("username", "old_password", "new_password1", "new_password2")

    def __init__(self, request: SignedInRequest, **kwargs: Any) -> None:
        super().__init__(request.user, **kwargs)
        self.request = request
        self.fields["username"].initial = self.user.get_username()
        self.helper = form_helper("Change password")

    def clean_old_password(self) -> str:
        """Counted like a sign-in: a page left open is no place to guess at it."""
        password: str = self.cleaned_data["old_password"]
        if not confirm_password(self.request, password):
            raise ValidationError(wrong_password_words(self.request))
        return password

    def clean_new_password1(self) -> str:
        """Another one than the one there is."""
        password: str = self.cleaned_data["new_password1"]
        if password == self.cleaned_data.get("old_password"):
            raise ValidationError("This is the password that you have now.")
        return password


class ReauthenticateForm(forms.Form):
    """The password again, before a second factor is changed."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=OwnPasswordInput(autofocus=True),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].widget.username = user.get_username()
        self.helper = form_helper("Go on")
        self.helper.form_tag = False

    def clean_password(self) -> str:
        """The user's own password; each wrong one is counted."""
        password: str = self.cleaned_data["password"]
        request = context.request
        if not confirm_password(request, password):
            raise ValidationError(wrong_password_words(request))
        return password


class SeenForm(forms.ModelForm):
    """A row that two may edit: the second is told what the first made of it.

    The form carries what the row was when the page was opened. Sent again after the
    notice it writes over the other's.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before the fields are bound: a bound form changes the object in hand.
        self._stored = _words_of(self)
        self.initial["seen"] = _mark(self._stored)

    def clean(self) -> dict[str, Any]:
        """Refuse to write over what the page did not show."""
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.pop("seen", "")
        if self.instance.pk and seen and seen != _mark(self._stored):
            told = "; ".join(f"{label}: {value}" for label, value in self._stored)
            self.add_error(
                None,
                "Somebody else changed this meanwhile. It is now: "
                f"{told}. What you entered is still here; saving again writes it over.",
            )
            newest = {self.add_prefix("seen"): [_mark(self._stored)]}
            self.data = MultiValueDict({**_lists(self.data), **newest})
        return cleaned


def _lists(data: Any) -> dict[str, list[Any]]:
    """What was sent, whether by a browser or as a plain mapping."""
    return (
        dict(data.lists()) if hasattr(data, "lists") else {k: [data[k]] for k in data}
    )


def _words_of(form: forms.ModelForm) -> list[tuple[str, str]]:
    """The stored values of a form's own fields, as they are told."""
    told = []
    for name in form._meta.fields or ():
        value = form.initial.get(name, "")
        if isinstance(value, list):
            value = ", ".join(sorted(map(str, value))) or "none"
        label = form.fields[name].label or name
        told.append((str(label), str(value)))
    return told


def _mark(told: list[tuple[str, str]]) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()


class UserForm(PasswordAgain, SeenForm):
    """A user as an administrator sees them; the service does the saving."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        required=False,
    )
    leaves_alone = forms.BooleanField(
        required=False,
        label="Leave it without a member",
        widget=forms.HiddenInput,
    )

    class Meta:
        model = User
        fields = (
            "username",
            "first_name",
            "last_name",
            "email",
            "role",
            "teams",
            "is_active",
        )
        labels = {"is_active": "May sign in"}
        help_texts = {
            "username": "What this person signs in with.",
            "teams": "This person sees the patients of these teams, and no others. "
            "Administrators see none.",
            "is_active": "Take this away when someone leaves. Users are never "
            "deleted: what they did stays on record.",
        }
        widgets = {
            "username": forms.TextInput(attrs={"autocomplete": "off"}),
            "teams": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acting = self.request.user
        own = self.fields[FIELD]
        own.help_text = "Yours, not that of this user."
        own.widget.username = ""  # the form has the user name of somebody else
        self.helper = form_helper("Save" if self.instance.pk else "Create user")
        password = self.fields["password"]
        days = settings.TEMPORARY_PASSWORD_AGE.days
        terms = (
            f"At least {settings.PASSWORD_MINIMUM} characters. Hand it over in person: "
            f"it works for {days} days, and only to choose another."
        )
        if self.instance.pk:
            password.label = "New temporary password"
            password.help_text = f"Empty leaves the old one. {terms}"
        else:
            password.label = "Temporary password"
            password.required = True
            password.help_text = terms

    def clean_username(self) -> str:
        """One that cannot be taken for another; an older one may stay as it is."""
        username: str = self.cleaned_data["username"]
        if username != self.initial.get("username"):
            refuse_look_alikes(username)
        return username

    def clean(self) -> dict[str, Any]:
        """Nobody takes the right to sign in, or to administer, from themselves."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and self.instance.pk == self.acting.pk:
            if cleaned.get("role") != Role.ADMIN:
                self.add_error("role", "You cannot take your own role away.")
            if not cleaned.get("is_active"):
                self.add_error("is_active", "You cannot shut yourself out.")
        agreed = cleaned.pop("leaves_alone", False)
        alone = self._teams_left_alone(cleaned)
        if alone and not agreed:
            self.fields["leaves_alone"].widget = forms.CheckboxInput()
            self.add_error(
                "leaves_alone",
                f"Nobody would be left in {', '.join(alone)}: its patients could be "
                "opened in an emergency alone. Give it another member first, or tick "
                "that it is meant.",
            )
        return cleaned

    def _teams_left_alone(self, cleaned: dict[str, Any]) -> list[str]:
        """The teams whose last clinician this change would take away."""
        if not self.instance.pk:
            return []
        stays = cleaned.get("is_active") and cleaned.get("role") != Role.ADMIN
        kept = set(cleaned.get("teams") or ()) if stays else set()
        return [
            team.name
            for team in User.objects.get(pk=self.instance.pk).teams_alone()
            if team not in kept
        ]

    def _post_clean(self) -> None:
        """Check the password once the row holds the names it must not resemble."""
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        password = self.cleaned_data.get("password")
        if password:
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)


class TeamForm(SeenForm):
    """The name of a team."""

    class Meta:
        model = Team
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("Save" if self.instance.pk else "Create team")


class ConfirmForm(PasswordAgain):
    """Nothing but the password again, before something is done to an account."""

    def __init__(self, *args: Any, action: str, submit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(submit)
        self.helper.form_action = action
