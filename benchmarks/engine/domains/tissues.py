"""Tissues, in the order of all arrays of fractions, and the regions made of them."""

from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from benchmarks.engine.domains.domain import Floats

CSF, GREY, WHITE, HYPERINTENSITY, OEDEMA, ENHANCING, NECROSIS, DEEP_GREY = range(8)
TISSUES = 8

REGIONS = MappingProxyType(
    {
        "csf": (CSF,),
        "gm": (GREY, DEEP_GREY),
        "wm": (WHITE,),
        "dgm": (DEEP_GREY,),
        "wmh": (HYPERINTENSITY,),
        "ed": (OEDEMA,),
        "et": (ENHANCING,),
        "ncr": (NECROSIS,),
        "wt": (OEDEMA, ENHANCING, NECROSIS),
    }
)
"""Tissues of each region; ``wt`` is the whole tumour, ``dgm`` the deep grey matter."""

COHORT_REGIONS = MappingProxyType(
    {
        "healthy": ("csf", "gm", "wm", "dgm"),
        "glioma": ("csf", "gm", "wm", "dgm", "ed", "et", "ncr", "wt"),
        "referred": ("csf", "gm", "wm", "dgm", "ed", "et", "ncr", "wt"),
        "lesions": ("csf", "gm", "wm", "dgm", "wmh"),
        "mixed": ("csf", "gm", "wm", "dgm", "wt"),
    }
)
"""Regions that subjects of each cohort can have; in ``referred`` some have no tumour."""


OUTSIDE = 255


def main_tissue(fractions: Floats) -> npt.NDArray[np.uint8]:
    """Return the largest tissue of each voxel (first axis: tissues), else OUTSIDE."""
    main = np.where(fractions.sum(axis=0) > 0, fractions.argmax(axis=0), OUTSIDE)
    return np.asarray(main, dtype=np.uint8)


def region_mask(tissue: npt.NDArray[np.uint8], region: str) -> npt.NDArray[np.uint8]:
    """Return 1 where the main tissue belongs to the region, else 0."""
    return np.asarray(np.isin(tissue, REGIONS[region]), dtype=np.uint8)
