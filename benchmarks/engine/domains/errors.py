"""Errors for specs that no domain can be made of, raised before any work is done."""

from collections.abc import Iterable


class DomainError(ValueError):
    """A domain that cannot be made; ``field`` is the wrong field of the spec."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


def unknown(field: str, value: object, choices: Iterable[str]) -> DomainError:
    """Return the error for a value outside its choices."""
    return DomainError(field, f"{value!r} is not one of: {', '.join(choices)}")
