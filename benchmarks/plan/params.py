"""Checks of strategies' parameters, which are frozen dataclasses in the catalog's files."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from benchmarks.plan.errors import PlanError

Parameter = bool | int | float | str | None
"""What a strategy's parameter can be."""


def check_range(name: str, value: float, *, low: float, high: float = math.inf) -> None:
    """Raise PlanError unless ``low <= value <= high``."""
    if not (math.isfinite(value) and low <= value <= high):
        bounds = f">= {low}" if math.isinf(high) else f"between {low} and {high}"
        raise PlanError(name, f"{name} must be {bounds}, got {value}")


@dataclass(frozen=True)
class NoParams:
    """A strategy without parameters of its own."""


def build_params(kind: type[Any], values: Mapping[str, Parameter]) -> Any:
    """Return ``kind(**values)``; raises PlanError for an unknown name."""
    known = [field.name for field in fields(kind)]
    for name in values:
        if name not in known:
            raise PlanError(
                name, f"unknown parameter {name!r}; known: {', '.join(known) or 'none'}"
            )
    return kind(**values)
