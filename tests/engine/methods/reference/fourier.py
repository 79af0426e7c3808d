"""Fourier domain adaptation in numpy: Yang and Soatto 2020, eq. 2 and 3."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from benchmarks.engine.methods.translation.fourier import low_frequencies

Image = NDArray[np.floating]
BETA = 0.01


def swap_low_frequencies(source: Image, target: Image, *, beta: float = BETA) -> Image:
    """Return ``source`` (..., H, W) with the low-frequency amplitude of ``target``.

    Shapes are equal or broadcast; the result has the source's shape and type.
    """
    if not 0 <= beta <= 0.5:
        raise ValueError(f"beta is a share of the spectrum in [0, 0.5], got {beta}")
    if source.shape[-2:] != target.shape[-2:]:
        raise ValueError(f"images differ in size: {source.shape[-2:]} and {target.shape[-2:]}")
    if beta == 0:
        return source.copy()
    rows, columns = source.shape[-2:]
    spectrum, other = fft.rfft2(source), fft.rfft2(target)
    low = low_frequencies(rows, columns, beta)
    amplitude = np.where(low, np.abs(other), np.abs(spectrum))
    swapped = amplitude * np.exp(1j * np.angle(spectrum))
    image: Image = fft.irfft2(swapped, s=(rows, columns))
    return image.astype(source.dtype, copy=False)
