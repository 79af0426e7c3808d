"""Where training from scratch catches up with transfer; no Django, no torch."""

from collections.abc import Iterable
from dataclasses import dataclass

Measured = tuple[int, float | None]
"""Labelled target subjects, and the lower end of the gain's interval there; None where failed."""


@dataclass(frozen=True)
class BreakEven:
    """The label count from which transfer is no longer clearly ahead of training from scratch.

    ``n_target`` is None where transfer is still ahead at ``largest``, the largest measured count.
    ``is_ever_ahead`` is false where transfer is ahead at no measured count.
    """

    n_target: int | None
    largest: int
    is_ever_ahead: bool


def break_even(measured: Iterable[Measured]) -> BreakEven | None:
    """Return the smallest count from which on no gain interval lies above zero, or None.

    A single count is not enough: every larger one has to agree. Failed counts are left out. None
    means that fewer than two counts are left.
    """
    ahead = sorted((n_target, low > 0) for n_target, low in measured if low is not None)
    if len(ahead) < 2:
        return None
    last_ahead = max((n_target for n_target, is_ahead in ahead if is_ahead), default=None)
    after = [n_target for n_target, _ in ahead if last_ahead is None or n_target > last_ahead]
    return BreakEven(
        n_target=after[0] if after else None,
        largest=ahead[-1][0],
        is_ever_ahead=last_ahead is not None,
    )
