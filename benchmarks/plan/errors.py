"""What a plan refuses."""


class PlanError(ValueError):
    """A request that cannot become a plan; ``field`` names what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def unknown(field: str, value: object, choices: list[str]) -> PlanError:
    """Return the error for a value outside its choices."""
    return PlanError(field, f"{value!r} is not one of: {', '.join(choices)}")
