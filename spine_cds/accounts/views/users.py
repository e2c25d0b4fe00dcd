"""What an administrator manages: users."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from spine_cds.accounts import lockout
from spine_cds.accounts.access import require_role
from spine_cds.accounts.forms import ConfirmForm, UserForm
from spine_cds.accounts.models import Role, User
from spine_cds.accounts.second_factor import has_second_factor
from spine_cds.accounts.services import (
    second_factor_remove,
    user_create,
    user_unlock,
    user_update,
)

passwords = sensitive_post_parameters("password", "own_password")
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_role(Role.ADMIN)
@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    """The users, narrowed by a part of a name; it says who is locked out."""
    text = request.GET.get("q", "").strip()
    users = User.objects.search(text).prefetch_related("teams")
    page = {"users": users, "text": text, "locked": lockout.locked_usernames()}
    return render(request, "accounts/user_list.html", page)


@require_role(Role.ADMIN)
@passwords
@get_or_post
def user_new(request: HttpRequest) -> HttpResponse:
    """Make a user with a temporary password."""
    form = UserForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        user = user_create(actor=request.user, temporary=True, **form.cleaned_data)
        messages.success(request, f"{user} can sign in as “{user.username}”.")
        return redirect("accounts:user-list")
    return render(request, "accounts/form.html", {"title": "New user", "form": form})


@require_role(Role.ADMIN)
@passwords
@get_or_post
@transaction.atomic
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a user; their sessions end where a right of theirs changes."""
    user = get_object_or_404(User.objects.select_for_update(), pk=pk)
    form = UserForm(request.POST or None, instance=user, request=request)
    if request.method == "POST" and form.is_valid():
        user_update(user=user, actor=request.user, **form.cleaned_data)
        messages.success(request, f"The changes to {user} are saved.")
        return redirect("accounts:user-list")
    page = {
        "person": user,
        "form": form,
        "locked": lockout.is_locked_anywhere(user),
        "second_factor": has_second_factor(user),
    }
    return render(request, "accounts/user_form.html", page)


@require_POST
@require_role(Role.ADMIN)
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a user try again who had too many wrong passwords."""
    user = get_object_or_404(User, pk=pk)
    user_unlock(user=user, actor=request.user)
    messages.success(request, f"{user} can try to sign in again.")
    return redirect("accounts:user-edit", pk)


@require_role(Role.ADMIN)
@passwords
@get_or_post
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody who lost it; they sign in with the password and set up another."""
    user = get_object_or_404(User, pk=pk)
    form = ConfirmForm(
        request.POST or None,
        request=request,
        action=reverse("accounts:second-factor-remove", args=[pk]),
        submit="Remove the second factor",
    )
    if request.method == "POST" and form.is_valid():
        second_factor_remove(user=user, actor=request.user)
        messages.success(request, f"{user} has no second factor any more.")
        return redirect("accounts:user-edit", pk)
    title = f"Remove the second factor of “{user.username}”"
    return render(request, "accounts/form.html", {"title": title, "form": form})
