"""Signing in and out, the session, and one's own account."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from spine_cds.accounts.access import SignedInRequest
from spine_cds.accounts.forms import OwnPasswordForm, SignInForm
from spine_cds.accounts.second_factor import has_second_factor
from spine_cds.accounts.services import password_change, sessions_end
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@get_or_post
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Name and password; who has a second factor is asked for it on the next page."""
    if request.user.is_authenticated:
        return redirect(_destination(request))
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        return perform_login(request, user, redirect_url=_destination(request))
    return render(request, "accounts/login.html", {"form": form})


def _destination(request: HttpRequest) -> str:
    """The page asked for before signing in, if it is one of ours."""
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else settings.LOGIN_REDIRECT_URL


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    if request.user.is_authenticated:
        record(
            actor=request.user, action=AuditAction.USER_SIGN_OUT, entity=request.user
        )
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_POST
def session_extend(request: HttpRequest) -> HttpResponse:
    """The person is still there; the session middleware notes it on the way in."""
    return HttpResponse(status=204)


@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Who one is here, and how one signs in."""
    page = {"second_factor": has_second_factor(request.user)}
    return render(request, "accounts/account.html", page)


@require_POST
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """End every session of the user."""
    sessions_end(user=request.user, actor=request.user)
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters()
@get_or_post
def own_password(request: SignedInRequest) -> HttpResponse:
    """Change one's password; the other sessions end."""
    form = OwnPasswordForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        password_change(user=form.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, form.user)
        messages.success(
            request, "Your password is changed. Other sessions of yours have ended."
        )
        return redirect("accounts:account")
    context = {"title": "Change your password", "form": form}
    return render(request, "accounts/form.html", context)
