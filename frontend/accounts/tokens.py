"""API tokens: shown once, kept as hashes."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc]  # knox has no types
    """Reads ``Authorization: Token ...``."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """Return the token's user and row; raises the API's 401 for an invalid token."""
        if not token.isalnum():  # knox decodes and looks up whatever comes
            raise AuthenticationFailed("Invalid token.")
        found: tuple[User, AuthToken] = super().authenticate_credentials(token)
        return found


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """The header in the OpenAPI document."""

    target_class = "frontend.accounts.tokens.TokenAuthentication"
    name = "tokenAuth"


@transaction.atomic
def api_token_rotate(*, user: User) -> str:
    """Return a new API token for ``user`` and revoke older ones; only its hash is stored."""
    AuthToken.objects.filter(user=user).delete()
    _, token = AuthToken.objects.create(user=user)
    return str(token)


def api_token_get(user: User) -> Any:
    """Return the row of the user's newest token, with its time of creation, or None."""
    return AuthToken.objects.filter(user=user).order_by("-created").first()
