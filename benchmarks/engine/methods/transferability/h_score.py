"""H-score of a segmentation task, pixel by pixel (eq. 2 and 3 of Li et al.; Bao et al., ICIP 2019).

For pixel j, over the N target images, with features theta (N, C) and labels y (N,),

    H_j = tr( cov(theta)^-1 cov(E[theta | y]) ),        H = mean of H_j over all pixels,

where E[theta | y] replaces each image's feature by the mean over the images with the same label
there. Both covariances divide by N - 1. No unit. With exact arithmetic 0 <= H_j <= K - 1 for K
classes, hence [0, 1] for binary labels: the total covariance is the between-class one plus the
within-class one. A pixel where all images have one label has cov(E) = 0 and H_j = 0, whatever its
features; most pixels of a sparse region are of this kind.

Inversions of cov(theta):

- ``inverse``: as eq. 2 is written. A singular covariance is refused. A nearly singular one cannot
be detected reliably and is not refused. In single precision its values leave [0, 1] on both sides:
the two logits of a binary network are nearly opposite, and many pixels are nearly constant.
- ``pseudo_inverse``: directions with a variance below ``CUTOFF`` of the largest are ignored.
- ``shrinkage``: cov is replaced by (1 - s) cov + s tr(cov)/C I with the s of Ledoit and Wolf (J.
  Multivar. Anal. 88, 2004), and cov(E) by (1 - s) cov(E), as Ibrahim et al. do (ECML PKDD 2022), so
  that the bound holds. The only one that works for N <= C; it needs three images.

Averaging the class means without their frequencies (a covariance of K rows instead of N) also
leaves [0, 1], upwards only: by 1 / (2 p (1 - p)) for a class of frequency p.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from benchmarks.engine.methods.transferability.errors import ScoreError, features_of, labels_of

Inversion = Literal["inverse", "pseudo_inverse", "shrinkage"]
CUTOFF = 1e-10
CERTAIN = 1e8  # a bound on the condition number, far from CUTOFF's
LEAST_TO_SHRINK = 3
"""With two images both products equal their mean: the share to shrink by is always 0."""
BLOCK = 1 << 20  # elements per block of covariances


@dataclass(frozen=True)
class HScore:
    """The score and the pixels' scores, whose mean it is."""

    score: float
    pixels: Tensor  # (height, width): H_j
    told_apart: int  # pixels with more than one label, the others being 0
    inversion: Inversion


@dataclass(frozen=True)
class _Moments:
    """Inputs of the inversions, per pixel (p)."""

    cov: Tensor  # (p, C, C)
    between: Tensor  # (p, K, C): rows b_k with cov(E) = sum_k b_k b_k'
    centred: Tensor  # (N, C, p)


def h_score(
    features: ArrayLike | Tensor,
    labels: ArrayLike | Tensor,
    *,
    task: str,
    inversion: Inversion = "pseudo_inverse",
    dtype: torch.dtype = torch.float64,
) -> HScore:
    """Return the H-score of (N, C, height, width) features and (N, height, width) labels.

    ``dtype`` is the precision of the arithmetic; single precision serves only for comparison.
    Raises ScoreError for input without a score.
    """
    if inversion not in get_args(Inversion):
        raise ScoreError(task, f"inversion is one of {', '.join(get_args(Inversion))}")
    f = features_of(features, "features", task=task, dimensions=4, dtype=dtype)
    images, channels, height, width = f.shape
    classes, y = labels_of(labels, "labels", task=task, shape=(images, height, width))
    if images < LEAST_TO_SHRINK and inversion == "shrinkage":
        raise ScoreError(
            task,
            f"{images} images: Ledoit and Wolf's share is estimated from how much the images' "
            f"products vary around their mean, and needs {LEAST_TO_SHRINK}",
        )
    if images <= channels and inversion != "shrinkage":
        raise ScoreError(
            task,
            f"{images} images for {channels} channels: the covariance is singular and the pseudo-"
            "inverse gives 1 everywhere; give more images or use shrinkage",
        )
    f, y = f.flatten(2), y.flatten(1)  # (N, C, pixels), (N, pixels)
    mixed = (y != y[:1]).any(0).nonzero()[:, 0]
    scores = f.new_zeros(height * width)
    if len(mixed):
        lots = mixed.split(max(1, BLOCK // (channels * max(channels, images))))
        parts = [_pixel_scores(f[:, :, lot], y[:, lot], len(classes), inversion) for lot in lots]
        scores[mixed] = torch.cat(parts)
    wrong = int((~torch.isfinite(scores)).sum())
    if wrong:
        raise ScoreError(
            task,
            f"{wrong} of {len(scores)} pixels have a singular covariance of features, which has no "
            "inverse; use pseudo_inverse or shrinkage",
        )
    return HScore(float(scores.mean()), scores.view(height, width), len(mixed), inversion)


def _pixel_scores(f: Tensor, label: Tensor, classes: int, inversion: Inversion) -> Tensor:
    """Return H_j of (N, C, pixels) features and (N, pixels) labels; NaN where it is undefined."""
    moments = _moments(f, label, classes)
    if inversion == "shrinkage":
        return _shrunk(moments)
    if inversion == "pseudo_inverse":
        return _pseudo_inverted(moments.cov, moments.between)
    return _inverted(moments.cov, moments.between)


def _moments(f: Tensor, label: Tensor, classes: int) -> _Moments:
    images = len(f)
    centred = f - f.mean(0)
    sums, counts = [], []
    for value in range(classes - 1):
        member = (label == value).to(f.dtype)  # (N, p)
        sums.append((member[:, None] * centred).sum(0).T)  # (p, C)
        counts.append(member.sum(0))
    sums.append(-torch.stack(sums).sum(0))  # all three are 0 together
    counts.append(images - torch.stack(counts).sum(0))
    # An absent class has a sum of 0; a count of 1 keeps it 0.
    scale = ((images - 1) * torch.stack(counts, 1).clamp_min(1)).sqrt()  # (p, K)
    between = torch.stack(sums, 1) / scale[:, :, None]
    return _Moments(_products(centred) / (images - 1), between, centred)


def _products(centred: Tensor) -> Tensor:
    """Return the sums over images of products of channels: (p, C, C) of (N, C, p)."""
    if centred.shape[1] == 2:  # thousands of 2 x 2 matrix products take far longer
        x, y = centred.unbind(1)
        parts = [(one * other).sum(0) for one, other in ((x, x), (x, y), (x, y), (y, y))]
        return torch.stack(parts, 1).view(-1, 2, 2)
    by_pixel = centred.permute(2, 0, 1).contiguous()
    return by_pixel.transpose(1, 2) @ by_pixel


def _inverted(cov: Tensor, between: Tensor) -> Tensor:
    """Return tr(cov^-1 between' between), NaN where cov has no inverse."""
    if cov.shape[1] == 2:
        return _inverted_in_plane(cov, between)
    solved, info = torch.linalg.solve_ex(cov, between.transpose(1, 2))
    scores = (solved * between.transpose(1, 2)).sum((1, 2))
    return torch.where(info == 0, scores, torch.nan)


def _inverted_in_plane(cov: Tensor, between: Tensor) -> Tensor:
    xx, xy, yy = cov[:, 0, 0], cov[:, 0, 1], cov[:, 1, 1]
    bx, by = between[:, :, 0], between[:, :, 1]
    adjugate = yy * bx.square().sum(1) - 2 * xy * (bx * by).sum(1) + xx * by.square().sum(1)
    determinant = xx * yy - xy * xy
    return torch.where(determinant != 0, adjugate / determinant, torch.nan)


def _pseudo_inverted(cov: Tensor, between: Tensor) -> Tensor:
    """Return tr(cov^+ between' between)."""
    if cov.shape[1] == 2:
        return _pseudo_inverted_in_plane(cov, between)
    # Eigenvectors take several times as long as Cholesky's factor, which does where it is certain
    # that every direction counts: 1 / |L^-1|^2 is below the least eigenvalue, tr(cov) above the
    # largest.
    factor, failed = torch.linalg.cholesky_ex(cov)
    identity = torch.eye(cov.shape[1], dtype=cov.dtype, device=cov.device)
    inverse = torch.linalg.solve_triangular(factor, identity.expand_as(cov), upper=False)
    trace = cov.diagonal(dim1=1, dim2=2).sum(1)
    is_full = (failed == 0) & (inverse.square().sum((1, 2)) * trace < CERTAIN)
    scores = (inverse @ between.transpose(1, 2)).square().sum((1, 2))
    others = (~is_full).nonzero()[:, 0]
    if len(others):
        scores[others] = _along_eigenvectors(cov[others], between[others])
    return scores


def _along_eigenvectors(cov: Tensor, between: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(cov)  # ascending
    along = (between @ vectors).square().sum(1)  # (pixels, C)
    counts = values > CUTOFF * values[:, -1:]
    return torch.where(counts, along / values, 0).sum(1)


def _pseudo_inverted_in_plane(cov: Tensor, between: Tensor) -> Tensor:
    xx, xy, yy = cov[:, 0, 0], cov[:, 0, 1], cov[:, 1, 1]
    largest = (xx + yy) / 2 + torch.hypot((xx - yy) / 2, xy)
    determinant = xx * yy - xy * xy
    is_full = determinant > CUTOFF * largest.square()
    # Rank 1: cov = trace * v v', so that cov^+ = cov / trace^2.
    trace = xx + yy
    along = ((between @ cov) * between).sum((1, 2)) / trace.square()
    along = torch.where(trace > 0, along, 0)
    return torch.where(is_full, _inverted_in_plane(cov, between), along)


def _shrunk(moments: _Moments) -> Tensor:
    """Return the score with Ledoit and Wolf's covariance."""
    n, c = moments.centred.shape[:2]
    cov = moments.cov * ((n - 1) / n)  # Ledoit and Wolf divide by N
    level = cov.diagonal(dim1=1, dim2=2).sum(1) / c
    squares = cov.square().sum((1, 2))
    distance = squares - c * level.square()
    fourth = moments.centred.square().sum(1).square().sum(0) / n
    scatter = (fourth - squares) / n
    share = torch.where(distance > 0, scatter / distance.clamp_min(torch.finfo(cov.dtype).tiny), 1)
    share = share.clamp(0, 1)
    shrunk = (1 - share)[:, None, None] * cov
    shrunk.diagonal(dim1=1, dim2=2).add_((share * level)[:, None])
    between = moments.between * ((1 - share) * (n - 1) / n).sqrt()[:, None, None]
    constant = level <= 0
    shrunk[constant] = torch.eye(c, dtype=cov.dtype)
    return torch.where(constant, 0, _inverted(shrunk, between))
