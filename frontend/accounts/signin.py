"""One-time sign-in links, and the tokens of API users."""

from datetime import datetime

from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AbstractBaseUser, User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from rest_framework.authtoken.models import Token

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInTokenGenerator(PasswordResetTokenGenerator):
    """Tokens that die when used: signing in changes ``last_login``, which is part of the hash."""

    key_salt = "frontend.accounts.signin.SignInTokenGenerator"

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        # Django leaves microseconds out; a link used in the second of an earlier sign-in would
        # then survive its own use.
        seen: datetime | None = user.last_login
        moment = seen.isoformat() if seen else ""
        return f"{user.pk}|{user.password}|{moment}|{timestamp}"


token_generator = SignInTokenGenerator()


def one_time_link(user: User, base_url: str) -> str:
    """Return an address below ``base_url`` that signs ``user`` in once, within three days."""
    path = reverse(
        "frontend:sign-in-link",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": token_generator.make_token(user),
        },
    )
    return base_url.rstrip("/") + path


def link_user(uidb64: str, token: str, *, lock: bool = False) -> User | None:
    """Return the active user whose unused link this is, or None; ``lock`` holds the row."""
    users = get_user_model().objects.filter(is_active=True)
    if lock:
        users = users.select_for_update()
    try:
        user = users.get(pk=force_str(urlsafe_base64_decode(uidb64)))
    except (ValueError, OverflowError, get_user_model().DoesNotExist):
        return None
    return user if token_generator.check_token(user, token) else None


@transaction.atomic
def link_use(*, request: HttpRequest, uidb64: str, token: str) -> User | None:
    """Sign the link's user in and return them; of two requests at once only one succeeds."""
    user = link_user(uidb64, token, lock=True)
    if user is not None:
        login(request, user, backend=BACKEND)
    return user


@transaction.atomic
def api_token_rotate(*, user: User) -> Token:
    """Return a new API token for ``user``; the old one stops working."""
    Token.objects.filter(user=user).delete()
    return Token.objects.create(user=user)


def api_token_get(user: User) -> Token | None:
    """Return the user's API token, where one was made."""
    return Token.objects.filter(user=user).first()
