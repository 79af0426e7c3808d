"""A decorator that computes a divergence in full precision within autocast."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import torch
from torch import Tensor

P = ParamSpec("P")


def in_full_precision(divergence: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """Return the divergence with autocast off and half-precision arguments cast to fp32.

    Divergences are small differences of large sums: with 8 bits of mantissa only rounding error is
    left. Autocast would compute matrix products in bf16 even where features are fp32.
    """

    @wraps(divergence)
    def lifted(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        given = (*args, *kwargs.values())
        device = next((value.device.type for value in given if isinstance(value, Tensor)), "cpu")
        named = {name: _lift(value) for name, value in kwargs.items()}
        with torch.autocast(device, enabled=False):
            return divergence(*map(_lift, args), **named)  # type: ignore[arg-type]  # as given

    return lifted


def _lift(value: object) -> object:
    is_short = isinstance(value, Tensor) and value.dtype in (torch.bfloat16, torch.float16)
    return value.float() if isinstance(value, Tensor) and is_short else value
