"""The password asked again, where somebody signs or changes who may do what.

A form that signs takes ``PasswordAgain`` as a base and is made with the request; the
service that does the writing then calls ``accounts.services.signature_record``.
"""

from typing import Any

from django import forms
from django.http import HttpRequest

from spine_cds.accounts import lockout
from spine_cds.accounts.models import User

FIELD = "own_password"


def confirm_password(request: HttpRequest, password: str) -> bool:
    """Whether ``password`` is that of the person signed in.

    A wrong one counts as a failed sign-in: after too many, no password is right until
    the pause is over.
    """
    if not isinstance(request.user, User):
        return False
    found = lockout.user_of(request, request.user.get_username(), password)
    if found is None or found.pk != request.user.pk:
        return False
    lockout.forgive(request, found)
    return True


def wrong_password_words(request: HttpRequest) -> str:
    """Why ``confirm_password`` said no."""
    locked = lockout.is_locked(request, request.user.get_username())
    return lockout.locked_words() if locked else "That is not your password."


class OwnPasswordInput(forms.PasswordInput):
    """With the user name beside it, unseen, by which a browser finds the password."""

    template_name = "accounts/widgets/own_password.html"
    username = ""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs={"autocomplete": "current-password", **attrs})

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Adds the user name: a password store asks for it."""
        context = super().get_context(name, value, attrs)
        context["widget"]["username"] = self.username
        return context


class PasswordAgain(forms.Form):
    """A form with the password of whoever sends it, checked once all else is right.

    The password is never among ``cleaned_data``: no service has any use for it.
    """

    own_password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=4096,
        widget=OwnPasswordInput,
        error_messages={"required": "Your password is needed to sign."},
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        field = self.fields[FIELD] = self.fields.pop(FIELD)  # asked last
        field.widget.username = request.user.get_username()

    def full_clean(self) -> None:
        """The password is asked last: an entry with errors costs no try."""
        super().full_clean()
        if self.is_bound and not self.errors:
            self._confirm(self.cleaned_data.pop(FIELD))

    def _confirm(self, password: str) -> None:
        if not confirm_password(self.request, password):
            self.add_error(FIELD, wrong_password_words(self.request))
