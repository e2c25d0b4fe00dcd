"""Those pages of django-allauth that are needed, under the names it knows them by.

Everything else it has (registration, e-mail, sign-in by code, the download of codes) is
not routed and cannot be reached.
"""

from allauth.account.views import reauthenticate
from allauth.mfa.base.views import authenticate, index
from allauth.mfa.recovery_codes.views import (
    generate_recovery_codes,
    view_recovery_codes,
)
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import add_webauthn, remove_webauthn
from django.urls import path
from django.views.generic import RedirectView

from spine_cds.accounts.views import sign_in

urlpatterns = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("password-again/", reauthenticate, name="account_reauthenticate"),
    path("second-factor/", index, name="mfa_index"),
    path("second-factor/sign-in/", authenticate, name="mfa_authenticate"),
    path("second-factor/app/", activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("second-factor/keys/new/", add_webauthn, name="mfa_add_webauthn"),
    path(
        "second-factor/keys/<int:pk>/remove/",
        remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/keys/",
        RedirectView.as_view(pattern_name="mfa_index"),
        name="mfa_list_webauthn",
    ),
]
