"""The shift of medians, as the review's reference 58 brings targets to the source."""

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.floating]


def match_median(image: Image, reference: Image, *, scale: bool = False) -> Image:
    """Return ``image`` shifted to the median of ``reference``, x - med(x) + med(r).

    With ``scale`` the median absolute deviations are matched as well:
    (x - med(x)) mad(r) / mad(x) + med(r).
    """
    middle, reference_middle = np.median(image), np.median(reference)
    factor = 1.0
    if scale:
        spread = np.median(np.abs(image - middle))
        if spread == 0:
            raise ValueError("more than half of the image has one value: give no scale")
        factor = float(np.median(np.abs(reference - reference_middle)) / spread)
    shifted: Image = (image - middle) * factor + reference_middle
    return shifted
