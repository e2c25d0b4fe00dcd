"""A second factor beside the password: where django-allauth is bent to this project.

Everybody may have one (authenticator app, security key, recovery codes); the roles in
``settings.SECOND_FACTOR_ROLES`` must. There is no registration, no e-mail, and no other
way to sign in than a user name and a password.
"""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.encoding import force_bytes

from spine_cds.accounts.models import User
from spine_cds.accounts.reauthentication import confirm_password
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.middleware import client_address
from spine_cds.audit.services import record

#: In the session, once there is a second factor: see accounts.required_steps.
EXISTS = "second_factor_exists"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they come with one."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def needs_second_factor(user: User) -> bool:
    """Whether this role may do nothing before there is one."""
    return user.role in settings.SECOND_FACTOR_ROLES and not has_second_factor(user)


class AccountAdapter(DefaultAccountAdapter):
    """Signing in: the password, then the second factor, then a new session."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No: an administrator makes the users."""
        return False

    def get_login_stages(self) -> list[str]:
        """The second factor alone: there is no e-mail to confirm."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, on record."""
        super().login(request, user)
        record(actor=user, action=AuditAction.USER_SIGN_IN, entity=user)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No word of welcome; what was changed is said."""
        if "account/messages/logged_in.txt" not in args:
            super().add_message(*args, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """As if the password were wrong: it tells nothing."""
        return redirect("accounts:login")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the limits count."""
        return client_address(request) or "0.0.0.0"  # noqa: S104, a name for "unknown"

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A second factor is changed with the password, never with itself."""
        url = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "Your password", "url": url}]

    def reauthenticate(self, user: User, password: str) -> bool:
        """Ask for the password as every signature does, with the same lock."""
        return confirm_password(self.request, password)

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **kwargs: Any
    ) -> None:
        """There is no e-mail: each change of a second factor goes to the audit trail.

        ``template_prefix`` names the change: "mfa/email/totp_activated".
        """
        self.request.session.pop(EXISTS, None)
        change = template_prefix.rpartition("/")[2]
        record(actor=user, action=AuditAction(f"user.{change}"), entity=user)


class SecondFactorAdapter(DefaultMFAAdapter):
    """What an authenticator app or a key is told, and how its secret is kept."""

    def encrypt(self, text: str) -> str:
        """A secret of a second factor as the database keeps it."""
        return _ciphers().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The other way round; also under a key that was replaced."""
        return _ciphers().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: User) -> str:
        """What the authenticator app calls the account."""
        return user.get_username()

    def _get_site_name(self) -> str:
        return "Spine CDS"


def _ciphers() -> MultiFernet:
    """A copy of the database alone gives nobody a second factor.

    Of SECRET_KEY, and of those in SECRET_KEY_FALLBACKS while a key is replaced.
    """
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key_of(secret)) for secret in secrets])


def _key_of(secret: str | bytes) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"spine-cds second factor")
    return base64.urlsafe_b64encode(derived.derive(force_bytes(secret)))
