"""Reduction of a point cloud: the points in a cell of a fine grid become their mean.

A cell keeps its points' mass per class and their mean, so that total mass, label frequencies and
centre of mass stay exact. Only the variance within a cell is lost, side^2 / 12 per axis, compared
with the epsilon / 2 of the coupling's own blur. The side is the smallest, in steps of sqrt 2 from
sigma / 32, at which at most ``limit`` cells are occupied.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

FINEST = 32  # cells to a sigma


@dataclass(frozen=True)
class Binned:
    """Weighted points."""

    points: Tensor  # (points, d)
    masses: Tensor  # (points, classes), adding up to 1
    side: float  # side of a cell; 0: nothing was merged


def merged(points: Tensor, labels: Tensor, classes: int) -> Binned:
    """Return the distinct points with their mass per class; exact."""
    different, place = torch.unique(points, dim=0, return_inverse=True)
    return Binned(different, _masses(place, labels, len(different), classes), 0.0)


def binned(points: Binned, limit: int, *, epsilon: float) -> Binned:
    """Return at most about ``limit`` weighted points, or the points themselves if they are few."""
    if len(points.points) <= limit:
        return points
    side = math.sqrt(epsilon / 2) / FINEST
    while True:
        cells, cell = torch.unique(_numbers(points.points, side), return_inverse=True)
        if len(cells) <= limit:
            break
        side *= math.sqrt(2)
    masses = _gathered(points.masses, cell, len(cells))
    moments = _gathered(points.masses.sum(1, keepdim=True) * points.points, cell, len(cells))
    return Binned(moments / masses.sum(1, keepdim=True), masses, side)


def _masses(place: Tensor, labels: Tensor, count: int, classes: int) -> Tensor:
    """Return the share of all points at each distinct point with each label: (count, classes)."""
    numbers = torch.bincount(place * classes + labels, minlength=count * classes)
    return numbers.view(count, classes).double() / len(labels)


def _gathered(values: Tensor, cell: Tensor, count: int) -> Tensor:
    """Return the sums of (points, k) values over cells: (count, k)."""
    return values.new_zeros(count, values.shape[1]).index_add_(0, cell, values)


def _numbers(points: Tensor, side: float) -> Tensor:
    """Return every point's grid cell as one whole number."""
    cells = torch.floor((points - points.amin(0)) / side).long()
    number = torch.zeros(len(points), dtype=torch.long)
    for column in cells.T:
        number = number * (int(column.max()) + 1) + column
    return number
