"""Tissues in the order of every array of fractions, and the regions made of them."""

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
"""What a region's label covers; ``wt`` is the whole tumour."""

COHORT_REGIONS = MappingProxyType(
    {
        "healthy": ("csf", "gm", "wm"),
        "glioma": ("csf", "gm", "wm", "ed", "et", "ncr", "wt"),
        "lesions": ("csf", "gm", "wm", "wmh"),
        "mixed": ("csf", "gm", "wm", "wt"),
    }
)
"""Which regions a cohort's subjects can have."""


def region_mask(fractions: Floats, region: str) -> npt.NDArray[np.uint8]:
    """Return 1 where most of a voxel (tissues first in shape) belongs to the region, else 0."""
    inside = np.isin(fractions.argmax(axis=0), REGIONS[region])
    return np.asarray(inside & (fractions.sum(axis=0) > 0), dtype=np.uint8)
