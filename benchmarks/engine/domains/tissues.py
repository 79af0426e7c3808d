"""Tissues, in the order of all arrays of fractions, and the regions made of them."""

from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from benchmarks.engine.domains.domain import Floats

CSF, GREY, WHITE, HYPERINTENSITY, OEDEMA, ENHANCING, NECROSIS = range(7)
TISSUES = 7

REGIONS = MappingProxyType(
    {
        "csf": (CSF,),
        "gm": (GREY,),
        "wm": (WHITE,),
        "wmh": (HYPERINTENSITY,),
        "ed": (OEDEMA,),
        "et": (ENHANCING,),
        "ncr": (NECROSIS,),
        "wt": (OEDEMA, ENHANCING, NECROSIS),
    }
)
"""Tissues of each region; ``wt`` is the whole tumour."""

COHORT_REGIONS = MappingProxyType(
    {
        "healthy": ("csf", "gm", "wm"),
        "glioma": ("csf", "gm", "wm", "ed", "et", "ncr", "wt"),
        "lesions": ("csf", "gm", "wm", "wmh"),
        "mixed": ("csf", "gm", "wm", "wt"),
    }
)
"""Regions that subjects of each cohort can have."""


OUTSIDE = 255


def main_tissue(fractions: Floats) -> npt.NDArray[np.uint8]:
    """Return the largest tissue of each voxel (first axis: tissues), else OUTSIDE."""
    main = np.where(fractions.sum(axis=0) > 0, fractions.argmax(axis=0), OUTSIDE)
    return np.asarray(main, dtype=np.uint8)


def region_mask(tissue: npt.NDArray[np.uint8], region: str) -> npt.NDArray[np.uint8]:
    """Return 1 where the main tissue belongs to the region, else 0."""
    return np.asarray(np.isin(tissue, REGIONS[region]), dtype=np.uint8)
