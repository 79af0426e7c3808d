"""Fourier domain adaptation (FDA): Yang and Soatto 2020.

x_{s->t} = F^-1(M_b A(x_t) + (1 - M_b) A(x_s), P(x_s)): the source keeps its phase P and takes the
target's amplitude A within the low frequencies M_b = [-b H, b H] x [-b W, b W] (eq. 2 and 3). At b
= 0 nothing changes, as the paper states; below 1/H only the mean does.

From the paper: b = 0.01, 0.05 and 0.09, and a random target image for each source image. Images are
intensities: of z-scores the sign of the mean is part of the phase and would stay the source's.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Image = NDArray[np.floating]
BETA = 0.01


def low_frequencies(rows: int, columns: int, beta: float) -> NDArray[np.bool_]:
    """Return where the half spectrum of ``rfft2`` lies within M_b, (rows, columns // 2 + 1)."""
    vertical = np.abs(np.rint(fft.fftfreq(rows) * rows)) <= np.floor(beta * rows)
    across = np.arange(columns // 2 + 1) <= np.floor(beta * columns)
    return np.asarray(vertical[:, None] & across[None, :])
