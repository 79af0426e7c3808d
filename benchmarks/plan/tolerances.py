"""How far a recomputed test may be from the stored one, where another kind of machine computes it.

On the same kind of machine nothing may differ. Another processor, number of threads, precision or
version of torch adds in another order: a training then ends in other weights, as after another
seed. The limits are therefore chosen as wide as a difference between seeds, not as wide as a
rounding error; they hold for the mean over a test's people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tolerance:
    """The largest accepted difference between two means over the same people, and its reason."""

    limit: float
    reason: str


TOLERANCES = {
    "dice": Tolerance(0.05, "a share; two seeds of a converged network are closer than this"),
    "nsd": Tolerance(0.1, "a share that a shift of the border by one pixel moves more than Dice"),
    "hd95": Tolerance(5.0, "in mm: one stray pixel moves a person's distance by several"),
    "auc": Tolerance(0.1, "a share of ordered pairs, of few people"),
    "balanced_accuracy": Tolerance(0.15, "one person of a small class is several hundredths"),
    "mae": Tolerance(2.0, "in years, below what a network of the smallest profile can tell"),
}
"""Chosen, not measured: a run on another machine says how near it comes."""

DIGITS = 6
"""Decimals with which rows hold the scores of single people; equal means equal in all of them."""

SAME_DEVICE = ("name", "processor", "instructions", "precision", "threads")
SAME_VERSIONS = ("torch", "numpy", "scipy", "monai")


def machine_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Return what two provenances differ in that can change a digit; empty: the same kind.

    What one of them does not say counts as different.
    """
    return [
        f"{part} {name}: {first or 'not recorded'} there, {second or 'not recorded'} here"
        for part, names in (("device", SAME_DEVICE), ("versions", SAME_VERSIONS))
        for name in names
        for first, second in [(_part(a, part).get(name), _part(b, part).get(name))]
        if first != second or first is None
    ]


def _part(provenance: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = provenance.get(name)
    return found if isinstance(found, Mapping) else {}
