"""Similarity of two tasks' regions of interest: structural similarity of their labels (eq. 1).

    SSIM(x, y) = (2 m_x m_y + C1)(2 s_xy + C2) / ((m_x^2 + m_y^2 + C1)(s_x^2 + s_y^2 + C2)),    (7)

C1 = 0.01^2 and C2 = 0.03^2 for labels in [0, 1], from means m, variances s^2 and covariance s_xy.
`ssim` takes them in every 7 x 7 window and averages over the windows inside the image (Wang et al.,
IEEE Trans. Image Process. 13, 2004, with scikit-image's uniform window and sample variances). A
window that is empty in both counts 1, so that sparse masks score near 1, as in the published 0.967
to 0.987.

`global_ssim` is (7) as printed, over the whole image. It measures neither place nor shape: for two
disjoint regions it depends on their areas alone, not on their distance or form.

Tasks are sets of masks. ``paired``: the i-th source mask with the i-th target mask (same slices,
other labels: Table II). ``crossed``: every source mask with every target mask (other people: Table
III), the mean over all pairs. No unit; higher is more similar, 1 for equal masks.
"""

from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.nn.functional import avg_pool2d

from benchmarks.engine.methods.transferability.errors import ScoreError

Pairing = Literal["paired", "crossed"]
WINDOW = 7
C1, C2 = 0.01**2, 0.03**2
BLOCK = 1 << 22  # pixels of pairs per block


def roi_similarity(
    source: ArrayLike | Tensor,
    target: ArrayLike | Tensor,
    *,
    task: str,
    pairing: Pairing = "paired",
    window: int | None = WINDOW,
) -> float:
    """Return the mean SSIM of (n, h, w) and (m, h, w) masks; ``window`` None: whole images."""
    if pairing not in get_args(Pairing):
        raise ScoreError(task, f"pairing is one of {', '.join(get_args(Pairing))}")
    x, y = _masks(source, "source masks", task), _masks(target, "target masks", task)
    if x.shape[1:] != y.shape[1:]:
        raise ScoreError(
            task,
            f"source masks are {tuple(x.shape[1:])}, target masks {tuple(y.shape[1:])}: resize",
        )
    if pairing == "paired" and len(x) != len(y):
        raise ScoreError(
            task, f"{len(x)} source masks cannot be paired with {len(y)} target masks: use crossed"
        )
    size = tuple(x.shape[1:]) if window is None else (window, window)
    if window is not None and not (window % 2 and 3 <= window <= min(x.shape[1:])):
        raise ScoreError(task, f"window must be odd, >= 3 and within the image, got {window}")
    lot = max(1, BLOCK // x[0].numel())
    if pairing == "paired":
        parts = zip(x.split(lot), y.split(lot), strict=True)
        return float(sum(_ssim(a, b, size).sum() for a, b in parts)) / len(x)
    total = sum(float(_ssim(one[None], part, size).sum()) for one in x for part in y.split(lot))
    return total / (len(x) * len(y))


def ssim(x: ArrayLike | Tensor, y: ArrayLike | Tensor, *, task: str = "ssim") -> float:
    """Return the windowed SSIM of two (h, w) masks."""
    return roi_similarity([np.asarray(x)], [np.asarray(y)], task=task)


def global_ssim(x: ArrayLike | Tensor, y: ArrayLike | Tensor, *, task: str = "ssim") -> float:
    """Return eq. 7 over two whole (h, w) masks."""
    return roi_similarity([np.asarray(x)], [np.asarray(y)], task=task, window=None)


def _masks(value: ArrayLike | Tensor, name: str, task: str) -> Tensor:
    masks = value if isinstance(value, Tensor) else torch.as_tensor(np.asarray(value))
    masks = masks.detach().double()
    if masks.ndim != 3 or 0 in masks.shape:
        raise ScoreError(task, f"{name} must be (masks, height, width), got {tuple(masks.shape)}")
    if not bool(((masks >= 0) & (masks <= 1)).all()):
        raise ScoreError(task, f"{name} must hold labels from 0 to 1 and no NaN")
    if not bool(masks.any()):
        raise ScoreError(task, f"{name} hold no region to compare")
    return masks


def _ssim(x: Tensor, y: Tensor, size: tuple[int, ...]) -> Tensor:
    """Return the mean SSIM over windows of each pair of masks: (pairs,)."""
    sample = size[0] * size[1] / (size[0] * size[1] - 1)
    mean = [_window_mean(part, size) for part in (x, y, x * x, y * y, x * y)]
    mx, my, xx, yy, xy = mean
    sx, sy, sxy = sample * (xx - mx * mx), sample * (yy - my * my), sample * (xy - mx * my)
    above = (2 * mx * my + C1) * (2 * sxy + C2)
    below = (mx * mx + my * my + C1) * (sx + sy + C2)
    return (above / below).mean((1, 2))


def _window_mean(masks: Tensor, size: tuple[int, ...]) -> Tensor:
    return avg_pool2d(masks[:, None], size, stride=1)[:, 0]
