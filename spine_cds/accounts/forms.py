"""Forms of the accounts app."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django.contrib.auth.forms import AuthenticationForm


def form_helper(submit: str) -> FormHelper:
    helper = FormHelper()
    helper.attrs = {"novalidate": True}
    helper.add_input(Submit("", submit))
    return helper


class SignInForm(AuthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("Sign in")
