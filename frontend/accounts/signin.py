"""One-time sign-in links: valid for three days, until used or until the next sign-in."""

from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from sesame.tokens import create_token, parse_token

BACKEND = "django.contrib.auth.backends.ModelBackend"
SCOPE = "sign-in"


def one_time_link(user: User, base_url: str) -> str:
    """Return an address below ``base_url`` that signs ``user`` in once, within three days."""
    path = reverse("frontend:sign-in-link", kwargs={"token": create_token(user, SCOPE)})
    return base_url.rstrip("/") + path


def link_user(token: str, *, lock: bool = False) -> User | None:
    """Return the active user whose unused link this is, or None; ``lock`` holds the row."""
    users = get_user_model().objects.filter(is_active=True)
    if lock:
        users = users.select_for_update()
    found: User | None = parse_token(token, lambda pk: users.filter(pk=pk).first(), SCOPE)
    return found


@transaction.atomic
def link_use(*, request: HttpRequest, token: str) -> User | None:
    """Sign the link's user in and return them; of two requests at once only one succeeds."""
    user = link_user(token, lock=True)
    if user is not None:
        login(request, user, backend=BACKEND)  # moves last_login, which ends the link
    return user
