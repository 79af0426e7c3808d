"""Signing in with a password or a one-time link, signing out, and one's own account."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from frontend.accounts import signin, tokens

GONE = 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Return a page with a button that signs in by POST: a mail scanner's GET uses up no link."""
    if request.method == "POST":
        user = signin.link_use(request=request, token=token)
        if user is not None:
            messages.success(request, f"You are signed in as {user.get_username()}.")
            return redirect("frontend:overview")
    else:
        user = signin.link_user(token)
    status = 200 if user else GONE
    return render(request, "frontend/sign_in_link.html", {"link_user": user}, status=status)


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Return one's name, API token and the form that sets a password."""
    user = cast(User, request.user)
    context = {"token": tokens.api_token_get(user), "form": _password_form(user)}
    return render(request, "frontend/account.html", context)


@login_required
@never_cache
@require_POST
def token_rotate(request: HttpRequest) -> HttpResponse:
    """Replace one's API token and show the new one, this once."""
    user = cast(User, request.user)
    new = tokens.api_token_rotate(user=user)
    context = {"new_token": new, "token": tokens.api_token_get(user), "form": _password_form(user)}
    return render(request, "frontend/account.html", context)


@sensitive_post_parameters()
@login_required
@require_POST
def password_set(request: HttpRequest) -> HttpResponse:
    """Set or change one's password."""
    user = cast(User, request.user)
    form = _password_form(user, request)
    if not form.is_valid():
        context = {"token": tokens.api_token_get(user), "form": form}
        return render(request, "frontend/account.html", context, status=400)
    form.save()
    update_session_auth_hash(request, user)
    messages.success(request, "Your password is set.")
    return redirect("frontend:account")


def _password_form(
    user: User, request: HttpRequest | None = None
) -> "SetPasswordForm[User] | PasswordChangeForm":
    kind = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    form = kind(user, request.POST if request else None)
    # No autofocus: most visitors come for the token, not for the password.
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    return form
