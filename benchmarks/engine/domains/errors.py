"""What a domain refuses, before any work is done."""

from collections.abc import Iterable


class DomainError(ValueError):
    """A domain that cannot be made; ``field`` names what of the spec is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


def unknown(field: str, value: object, choices: Iterable[str]) -> DomainError:
    """Return the error for a value outside its choices."""
    return DomainError(field, f"{value!r} is not one of: {', '.join(choices)}")
