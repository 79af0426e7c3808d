"""Parameters of strategies as frozen dataclasses, checked when built."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from benchmarks.plan.errors import PlanError


def check_range(name: str, value: float, *, low: float, high: float = math.inf) -> None:
    """Raise PlanError unless ``low <= value <= high``."""
    if not (math.isfinite(value) and low <= value <= high):
        bounds = f">= {low}" if math.isinf(high) else f"between {low} and {high}"
        raise PlanError(name, f"{name} must be {bounds}, got {value}")


@dataclass(frozen=True)
class NoParams:
    """A strategy without parameters of its own."""


@dataclass(frozen=True)
class FineTuningParams:
    """``learning_rate_factor``: the adapting learning rate over the pretraining one (ours)."""

    learning_rate_factor: float = 0.5

    def __post_init__(self) -> None:
        check_range("learning_rate_factor", self.learning_rate_factor, low=0.0, high=10.0)


@dataclass(frozen=True)
class DeepCoralParams:
    """``trade_off``: weight of the CORAL loss (lambda in Sun and Saenko 2016, eq. 5).

    They choose it so that both losses are of one size at the end. Here that collapses the features
    (at 300 and more the source task itself suffers), so it is 1, as usual implementations have it.
    """

    trade_off: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


def build_params(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Return ``kind(**values)``; raises PlanError for a name it does not have."""
    known = [field.name for field in fields(kind)]
    for name in values:
        if name not in known:
            raise PlanError(
                name, f"unknown parameter {name!r}; known: {', '.join(known) or 'none'}"
            )
    return kind(**values)
