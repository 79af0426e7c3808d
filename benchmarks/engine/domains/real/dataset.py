"""The card of one data set: its folder, its layout, and where to get it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine.domains.real.case import Holdings


@dataclass(frozen=True)
class Dataset:
    """One data set: ``world`` is its name in a DomainSpec and its folder's name.

    ``needs_labels`` is False where subjects without label volumes can be used (region "none").
    """

    world: str
    title: str
    layout: str
    source: str
    read: Callable[[Path], Holdings]
    needs_labels: bool = True
