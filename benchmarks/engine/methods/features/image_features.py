"""Low-dimensional features of images, in which densities can be estimated.

A slice is described by quantiles of intensity and of gradient magnitude within the brain, and by
the brain's share of the slice, which reflects its height. Both domains are standardised and
projected together. The choice of statistics and of the number of components is ours.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor
from torch.nn import functional

Array = NDArray[np.float64]
INTENSITY_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
GRADIENT_LEVELS = (0.25, 0.5, 0.75, 0.9)
COMPONENTS = 4


def gradient_magnitude(images: Tensor) -> Tensor:
    """Return the length of the central-difference gradient, in the shape of ``images``.

    Zero where a neighbour is background: the brain's outline is no texture.
    """
    rows, columns = torch.gradient(images, dim=(-2, -1))
    inside = images != 0
    eroded = functional.max_pool2d((~inside).float(), 3, stride=1, padding=1) == 0
    return torch.hypot(rows, columns) * eroded


def slice_statistics(images: Tensor) -> Array:
    """Return statistics (slices, 12) of ``images`` (slices, 1, height, width), background 0."""
    images = images.float().cpu()
    gradients = gradient_magnitude(images)
    return np.stack(
        [_statistics(image, slope) for image, slope in zip(images, gradients, strict=True)]
    )


def joint_features(
    source: Tensor, target: Tensor, *, components: int = COMPONENTS
) -> tuple[Array, Array]:
    """Return principal components (n, components) and (m, components) of both domains pooled."""
    statistics = [slice_statistics(source), slice_statistics(target)]
    pooled = np.concatenate(statistics)
    count = min(components, len(pooled))
    projected = make_pipeline(StandardScaler(), PCA(count, svd_solver="full")).fit_transform(pooled)
    return projected[: len(source)], projected[len(source) :]


def _statistics(image: Tensor, gradient: Tensor) -> Array:
    inside = image != 0
    if not inside.any():
        return np.zeros(len(INTENSITY_LEVELS) + len(GRADIENT_LEVELS) + 1)
    values, slopes = image[inside].numpy(), gradient[inside].numpy()
    return np.concatenate(
        [
            np.quantile(values, INTENSITY_LEVELS),
            np.quantile(slopes, GRADIENT_LEVELS),
            [inside.float().mean().item()],
        ]
    )


def pixel_features(
    images: Tensor, per_slice: int, generator: torch.Generator
) -> tuple[Array, Array]:
    """Return features (pixels, 3) of brain pixels drawn from each slice, and slice numbers.

    Intensity, its mean over 3x3 pixels, and gradient magnitude. A slice without brain contributes
    none.
    """
    images = images.float().cpu()
    smooth = functional.avg_pool2d(images, 3, stride=1, padding=1)
    maps = torch.cat([images, smooth, gradient_magnitude(images)], dim=1)
    drawn, owners = [], []
    for index, inside in enumerate(images[:, 0] != 0):
        pixels = maps[index, :, inside].T
        chosen = torch.randperm(len(pixels), generator=generator)[:per_slice]
        drawn.append(pixels[chosen])
        owners.append(torch.full((len(chosen),), index))
    return torch.cat(drawn).double().numpy(), torch.cat(owners).numpy()
