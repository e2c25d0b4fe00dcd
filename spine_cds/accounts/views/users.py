"""What an administrator manages: users."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from spine_cds.accounts.access import require_role
from spine_cds.accounts.forms import UserForm
from spine_cds.accounts.models import Role, User
from spine_cds.accounts.services import user_create, user_update

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_role(Role.ADMIN)
@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    users = User.objects.search(text).prefetch_related("teams")
    return render(request, "accounts/user_list.html", {"users": users, "text": text})


@require_role(Role.ADMIN)
@sensitive_post_parameters("password")
@get_or_post
def user_new(request: HttpRequest) -> HttpResponse:
    form = UserForm(request.POST or None, acting=request.user)
    if request.method == "POST" and form.is_valid():
        user = user_create(actor=request.user, **form.cleaned_data)
        messages.success(request, f"{user} can sign in as “{user.username}”.")
        return redirect("accounts:user-list")
    return render(request, "accounts/form.html", {"title": "New user", "form": form})


@require_role(Role.ADMIN)
@sensitive_post_parameters("password")
@get_or_post
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = UserForm(request.POST or None, instance=user, acting=request.user)
    if request.method == "POST" and form.is_valid():
        user_update(user=user, actor=request.user, **form.cleaned_data)
        messages.success(request, f"The changes to {user} are saved.")
        return redirect("accounts:user-list")
    context = {"title": f"User “{user.username}”", "form": form}
    return render(request, "accounts/form.html", context)
