"""Sums over Gaussian kernels between points of the plane, in the log domain.

Sinkhorn's half-steps need, for every source point x_i,

    log sum_j b_j exp(g_j - |x_i - y_j|^2 / epsilon),

and the same with the sides swapped. All pairs cost N M exponentials. Here the points lie in square
tiles of side 2 sigma, sigma^2 = epsilon / 2. In units of sigma, with the tiles' centres a vector
D = c - c' apart, x = c + u and y = c' + v,

    -|x - y|^2 / 2  =  -|D|^2 / 2  -  D.u - |u|^2 / 2  +  D.v - |v|^2 / 2  +  u.v .

The terms in v alone weight the points of a tile exactly, however steep the potentials are. Those in
u alone are added exactly at the end. exp(u.v), with |u.v| <= 2, is approximated by a polynomial of
total degree 10 (66 monomials), with a relative error below 4e-7. So the cost of a pair of tiles is
the sum of its points, not their product, and nothing underflows, since each pair of tiles has its
own maximum. (A grid with a multiplicative kernel underflows at epsilon 0.1; moving the points to
grid nodes changes the score's fifth decimal.) This is the fast Gauss transform of Greengard and
Strain (SIAM J. Sci. Stat. Comput. 12, 1991) after subtraction of the potentials' slope.

A pair of tiles is skipped while none of its points can hold more than exp(-20) of a row or column
of the coupling (truncation: Schmitzer, SIAM J. Sci. Comput. 41, 2019). `refresh` selects the pairs
again.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

TILE_SIDE = 2.0  # sigma; |u.v| <= TILE_SIDE^2 / 2
DEGREE = 10
POWERS = [(a, n - a) for n in range(DEGREE + 1) for a in range(n + 1)]
NEGLIGIBLE = -20.0  # log of the largest share of a row or column that a skipped pair may hold
DRIFT = 8.0  # largest move of the potentials, in epsilon, before pairs are selected again
FLOOR = -100.0  # exp(-100) is negligible against 1; denormal numbers are ten times slower
BLOCK = 1 << 19  # elements of a temporary array: 4 MiB
PADDING = 1.4


def _monomials(offsets: Tensor) -> Tensor:
    """Return u_x^a u_y^b of (points, 2) offsets for every (a, b) of POWERS: (points, 66)."""
    powers = torch.stack([offsets**n for n in range(DEGREE + 1)])
    a, b = torch.tensor(POWERS).T
    return (powers[a, :, 0] * powers[b, :, 1]).T.contiguous()


def _series() -> Tensor:
    """Return the weights of the 66 monomials of u and v in exp(u.v)."""
    half = TILE_SIDE**2 / 2
    fit = np.polynomial.chebyshev.Chebyshev.interpolate(np.exp, DEGREE, domain=[-half, half])
    power = fit.convert(kind=np.polynomial.Polynomial).coef
    weights = [power[a + b] * math.comb(a + b, a) for a, b in POWERS]
    return torch.tensor(weights, dtype=torch.float64)


@dataclass(frozen=True)
class Batch:
    """Tiles with similar numbers of points and partners, padded to one shape."""

    points: Tensor  # (tiles, n): indices of sorted points; padding is one past the last
    pairs: Tensor  # (tiles, partners): indices of pairs; padding is one past the last
    shifts: Tensor  # (tiles, partners, 2): the partner's centre minus the tile's
    offsets: Tensor  # (tiles, 2, n)
    monomials: Tensor  # (tiles, n, 66)


class Side:
    """The points of one side, sorted by tile; lengths in units of sigma."""

    def __init__(self, points: Tensor, log_weights: Tensor) -> None:
        cells = torch.floor(points / TILE_SIDE)
        cell, tile = torch.unique(cells, dim=0, return_inverse=True)
        self.order = torch.argsort(tile, stable=True)
        self.place = torch.argsort(self.order)
        self.counts = torch.bincount(tile, minlength=len(cell))
        self.starts = torch.cumsum(self.counts, 0) - self.counts
        self.centres = (cell + 0.5) * TILE_SIDE
        offsets = points[self.order] - self.centres[tile[self.order]]
        self.bends = log_weights[self.order] - offsets.square().sum(1) / 2
        self.half_squares = offsets.square().sum(1) / 2
        self.offsets = torch.cat([offsets, offsets.new_zeros(1, 2)])
        self.batches: list[Batch] = []

    def padded(self, tiles: Tensor) -> Tensor:
        """Return the tiles' points as rows of one length: (tiles, n)."""
        slots = torch.arange(int(self.counts[tiles].max()))
        inside = slots < self.counts[tiles, None]
        return torch.where(inside, self.starts[tiles, None] + slots, len(self.order))

    def cut(self, partners: Tensor) -> Iterator[Tensor]:
        """Return the tiles in groups of similar size; ``partners`` is counted per tile."""
        level = torch.ceil(torch.log(self.counts.double()) / math.log(PADDING)).long()
        keys = zip(level.tolist(), partners.tolist(), self.counts.tolist(), strict=True)
        ranked = sorted(((*key, tile) for tile, key in enumerate(keys) if key[1]), reverse=True)
        lot: list[int] = []
        first = widest = fullest = 0
        for lev, width, count, tile in ranked:
            size = (len(lot) + 1) * max(widest, width) * max(fullest, count)
            if lot and (lev != first or width * PADDING + 2 < widest or size > BLOCK):
                yield torch.tensor(lot)
                lot, widest, fullest = [], 0, 0
            lot.append(tile)
            first, widest, fullest = lev, max(widest, width), max(fullest, count)
        if lot:
            yield torch.tensor(lot)

    def steepest(self, potential: Tensor, others: Tensor) -> Tensor:
        """Return each tile's largest potential - |u|^2 / 2 + shift.u: (tiles, others)."""
        level = torch.cat([potential[self.order] - self.half_squares, torch.tensor([-torch.inf])])
        largest = torch.empty(len(self.counts), len(others), dtype=torch.float64)
        for tiles in self.cut(torch.full((len(self.counts),), len(others))):
            points = self.padded(tiles)
            shifts = others - self.centres[tiles, None]
            offsets = self.offsets[points].transpose(1, 2)
            largest[tiles] = torch.baddbmm(level[points][:, None], shifts, offsets).amax(2)
        return largest

    def connect(self, keep: Tensor, number: Tensor, others: Tensor) -> None:
        """Prepare batches for the kept pairs, (tiles, others), booleans or numbers."""
        partners = keep.sum(1)
        past = int(keep.sum())
        self.batches = []
        for tiles in self.cut(partners):
            width = int(partners[tiles].max())
            chosen = torch.topk(keep[tiles].to(torch.uint8), width, dim=1).indices
            real = torch.gather(keep[tiles], 1, chosen)
            points = self.padded(tiles)
            offsets = self.offsets[points]
            self.batches.append(
                Batch(
                    points=points,
                    pairs=torch.where(real, torch.gather(number[tiles], 1, chosen), past),
                    shifts=others[chosen] - self.centres[tiles, None],
                    offsets=offsets.transpose(1, 2).contiguous(),
                    monomials=_monomials(offsets.reshape(-1, 2)).view(*points.shape, -1),
                )
            )


class PlaneKernel:
    """The kernel exp(-|x - y|^2 / epsilon) between (n, 2) and (m, 2) points with log weights."""

    def __init__(
        self, x: Tensor, y: Tensor, log_a: Tensor, log_b: Tensor, *, epsilon: float
    ) -> None:
        scale = math.sqrt(2 / epsilon)
        self.sides = Side(x * scale, log_a), Side(y * scale, log_b)
        self.series = _series()
        self.pairs = 0
        self.seen: tuple[Tensor, Tensor] | None = None

    def refresh(self, f: Tensor, g: Tensor) -> None:
        """Select the pairs of tiles again if the potentials moved too far since the last time."""
        if self.seen is not None:
            moved = sum((new - old).abs().max() for new, old in zip((f, g), self.seen, strict=True))
            if moved < DRIFT:
                return
        self.seen = f.clone(), g.clone()
        here, there = self.sides
        bound = here.steepest(f, there.centres)
        bound += there.steepest(g, here.centres).T
        bound -= torch.cdist(here.centres, there.centres).square() / 2
        keep = bound > NEGLIGIBLE - DRIFT - TILE_SIDE**2 / 2
        number = torch.full(keep.shape, -1)
        self.pairs = int(keep.sum())
        number[keep] = torch.arange(self.pairs)
        here.connect(keep, number, there.centres)
        there.connect(keep.T.contiguous(), number.T.contiguous(), here.centres)

    def rows(self, g: Tensor) -> Tensor:
        """Return log sum_j b_j exp(g_j - cost_ij / epsilon) of every i."""
        here, there = self.sides
        top, total = self._sums(there, here, g, None)
        return top + total.log()

    def columns(self, f: Tensor) -> Tensor:
        """Return log sum_i a_i exp(f_i - cost_ij / epsilon) of every j."""
        here, there = self.sides
        top, total = self._sums(here, there, f, None)
        return top + total.log()

    def row_means(self, g: Tensor, values: Tensor) -> Tensor:
        """Return the mean of (m, k) values for each row of the coupling: (n, k)."""
        here, there = self.sides
        _, total = self._sums(there, here, g, None)
        sums = [self._sums(there, here, g, column)[1] for column in values.T]
        return torch.stack(sums, 1) / total[:, None]

    def _sums(
        self, source: Side, target: Side, potential: Tensor, values: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return a log scale for every target point, and the sum divided by its exponential."""
        moments = torch.zeros(self.pairs + 1, len(POWERS), dtype=torch.float64)
        heights = torch.full((self.pairs + 1,), -torch.inf, dtype=torch.float64)
        level = torch.cat([potential[source.order] + source.bends, torch.tensor([-torch.inf])])
        if values is not None:
            values = torch.cat([values[source.order], values.new_zeros(1)])
        for batch in source.batches:
            power = torch.baddbmm(level[batch.points][:, None], batch.shifts, batch.offsets)
            height = power.amax(2)
            power.sub_(height[:, :, None]).clamp_(min=FLOOR).exp_()
            if values is not None:
                power.mul_(values[batch.points][:, None])
            moments[batch.pairs] = torch.bmm(power, batch.monomials)
            heights[batch.pairs] = height - batch.shifts.square().sum(2) / 2
        moments.mul_(self.series)
        heights[-1] = -torch.inf
        return self._evaluate(target, moments, heights)

    @staticmethod
    def _evaluate(target: Side, moments: Tensor, heights: Tensor) -> tuple[Tensor, Tensor]:
        tops = torch.full((len(target.order) + 1,), -torch.inf, dtype=torch.float64)
        totals = torch.zeros_like(tops)
        for batch in target.batches:
            power = torch.baddbmm(heights[batch.pairs][:, :, None], batch.shifts, batch.offsets)
            top = power.amax(1)
            power.sub_(top[:, None]).clamp_(min=FLOOR).exp_()
            power.mul_(torch.bmm(moments[batch.pairs], batch.monomials.transpose(1, 2)))
            tops[batch.points], totals[batch.points] = top, power.sum(1)
        tops[:-1] -= target.half_squares
        return tops[target.place], totals[target.place]
