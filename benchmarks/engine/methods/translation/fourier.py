"""Fourier domain adaptation (FDA): Yang and Soatto 2020.

x_{s->t} = F^-1(M_b A(x_t) + (1 - M_b) A(x_s), P(x_s)): the source keeps its phase P and takes the
target's amplitude A within the low frequencies M_b = [-b H, b H] x [-b W, b W] (eq. 2 and 3).
At b = 0 nothing changes, as the paper says of its equation; below 1/H only the mean does.

From the paper: b = 0.01, 0.05 or 0.09, and a random target image for each source image.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

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


def low_frequencies(rows: int, columns: int, beta: float) -> NDArray[np.bool_]:
    """Return where the half spectrum of ``rfft2`` lies within M_b, (rows, columns // 2 + 1)."""
    vertical = np.abs(np.rint(fft.fftfreq(rows) * rows)) <= np.floor(beta * rows)
    across = np.arange(columns // 2 + 1) <= np.floor(beta * columns)
    return np.asarray(vertical[:, None] & across[None, :])
