"""The OpenAPI document: each operation with the refusals that it can answer."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from reviewdb.common.web.problems import ProblemSerializer

READING = {
    400: "The request is invalid; ``errors`` holds the problems and names the choices.",
    401: "The token is invalid, or a required token is missing.",
    406: "The Accept header asks for a kind of content that is not offered.",
    413: "The body is too large.",
    415: "The body's type or charset is not accepted.",
}
WRITING = {403: "Your account may not do this, or the session's CSRF token is missing."}
NAMING = {404: "The address names nothing that you may see."}


class Schema(AutoSchema):
    """Adds the refusals that every operation shares, each in the one shape."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, object] = super()._get_response_bodies(direction)
        shared = {
            **READING,
            **(WRITING if self.method not in ("GET", "HEAD", "OPTIONS") else {}),
            **(NAMING if "{" in self.path else {}),
        }
        for code, words in shared.items():
            response = OpenApiResponse(ProblemSerializer, words)
            bodies.setdefault(
                str(code), self._get_response_for_code(response, str(code), ["application/json"])
            )
        return dict(sorted(bodies.items()))


def file_responses(*kinds: str) -> dict[tuple[int, str], Any]:
    """Return the OpenAPI responses of an endpoint that returns a file of one of several kinds."""
    return {(200, kind): _content(kind) for kind in kinds}


def _content(kind: str) -> Any:
    if kind == "application/json":
        return OpenApiTypes.ANY
    return OpenApiTypes.STR if kind.startswith("text/") else OpenApiTypes.BINARY
