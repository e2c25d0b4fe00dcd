"""Forms of the accounts app."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from spine_cds.accounts import throttle
from spine_cds.accounts.models import Role, Team, User
from spine_cds.audit.services import record


def form_helper(submit: str) -> FormHelper:
    helper = FormHelper()
    helper.attrs = {"novalidate": True}
    helper.add_input(Submit("", submit))
    return helper


class SignInForm(AuthenticationForm):
    """Name and password; pauses after too many failures."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("Sign in")

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username", "")
        if throttle.is_paused(username):
            minutes = settings.SIGN_IN_ATTEMPTS_SECONDS // 60
            raise ValidationError(
                f"Too many attempts. Please wait {minutes} minutes and try again."
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            throttle.note_failure(username)
            self._record_refusal(username)
            raise
        throttle.forget(username)
        return cleaned

    def _record_refusal(self, username: str) -> None:
        user = User.objects.filter(username=username).first()
        if user:
            record(actor=None, action="user.sign_in_refused", entity=user)


class OwnPasswordForm(PasswordChangeForm):
    """One's own password; the user name is shown for the browser's password store."""

    username = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "username", "readonly": True}),
        required=False,
    )
    field_order = ("username", "old_password", "new_password1", "new_password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].initial = self.user.get_username()
        self.helper = form_helper("Change password")


class UserForm(forms.ModelForm):
    """A user as an administrator sees them; the service does the saving."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        required=False,
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

    def __init__(
        self, *args: Any, acting: AbstractBaseUser | AnonymousUser, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.acting = acting
        self.helper = form_helper("Save" if self.instance.pk else "Create user")
        password = self.fields["password"]
        length = f"At least {settings.PASSWORD_MINIMUM} characters."
        if self.instance.pk:
            password.label = "New password"
            password.help_text = f"Empty leaves it as it is. {length}"
        else:
            password.required = True
            password.help_text = f"{length} Hand it over in person."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and self.instance.pk == self.acting.pk:
            if cleaned.get("role") != Role.ADMIN:
                self.add_error("role", "You cannot take your own role away.")
            if not cleaned.get("is_active"):
                self.add_error("is_active", "You cannot shut yourself out.")
        return cleaned

    def _post_clean(self) -> None:
        """Check the password once the row holds the names it must not resemble."""
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        password = self.cleaned_data.get("password")
        if password:
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("Save" if self.instance.pk else "Create team")
