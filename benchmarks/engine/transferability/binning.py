"""Fewer points of almost the same measure: cells of a fine grid, each at its points' mean.

A cell keeps its points' mass per class and their mean, so that total mass, label frequencies and
centre of mass stay exact; what is lost is the spread within a cell, side^2 / 12 an axis, beside the
epsilon / 2 that the coupling blurs by. The side is the smallest, in steps of sqrt 2 from
sigma / 32, at which no more than so many cells are occupied.
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
    side: float  # of a cell; 0: nothing was merged


def binned(points: Tensor, labels: Tensor, classes: int, limit: int, *, epsilon: float) -> Binned:
    """Return at most about ``limit`` weighted points, or the points themselves if they are few."""
    if len(points) <= limit:
        masses = torch.nn.functional.one_hot(labels, classes).to(points.dtype) / len(points)
        return Binned(points, masses, 0.0)
    side = math.sqrt(epsilon / 2) / FINEST
    while True:
        cells, cell = torch.unique(_numbers(points, side), return_inverse=True)
        if len(cells) <= limit:
            break
        side *= math.sqrt(2)
    count = len(cells)
    masses = points.new_zeros(count * classes)
    masses.index_add_(0, cell * classes + labels, points.new_ones(len(points)))
    masses = masses.view(count, classes)
    sums = torch.zeros(count, points.shape[1], dtype=points.dtype).index_add_(0, cell, points)
    return Binned(sums / masses.sum(1, keepdim=True), masses / len(points), side)


def _numbers(points: Tensor, side: float) -> Tensor:
    """Return one whole number a grid cell for every point."""
    cells = torch.floor((points - points.amin(0)) / side).long()
    number = torch.zeros(len(points), dtype=torch.long)
    for column in cells.T:
        number = number * (int(column.max()) + 1) + column
    return number
