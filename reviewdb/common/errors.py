"""The error of a broken rule."""

from typing import TypedDict


class Refusal(TypedDict):
    """What the API says of a refused request: what is wrong, and what is wrong with each field."""

    message: str
    errors: dict[str, list[str]]


class RuleViolation(Exception):  # noqa: N818 - a rule was violated; the word is the domain's
    """A request that the rules do not allow, with the fields at fault."""

    def __init__(self, message: str, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors or {}

    def as_json(self) -> Refusal:
        """Return the API's error body."""
        return {"message": self.message, "errors": self.errors}
