"""Errors of plans and requests."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar


class PlanError(ValueError):
    """A request that cannot become a plan; ``field`` names the wrong field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class MissingDataError(PlanError):
    """A request whose data sets are missing; ``titles`` are their titles by folder name."""

    def __init__(self, why: str, titles: Mapping[str, str]) -> None:
        self.why, self.titles = why, titles
        folders = ", ".join(f"{title} as the folder {name}" for name, title in titles.items())
        super().__init__(
            "datasets", f"{why}. Put below REVIEWDB_DATASETS on the worker's machine: {folders}"
        )


def unknown(field: str, value: object, choices: list[str]) -> PlanError:
    """Return the error for a value outside its choices."""
    return PlanError(field, f"{value!r} is not one of: {', '.join(choices)}")


class _HasSlug(Protocol):
    @property
    def slug(self) -> str: ...


Named = TypeVar("Named", bound=_HasSlug)


def named(items: Sequence[Named], slug: str, field: str) -> Named:
    """Return the item with this slug; raises PlanError with the choices for an unknown one."""
    for item in items:
        if item.slug == slug:
            return item
    raise unknown(field, slug, [item.slug for item in items])
