"""Label values of each region, for all data sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from benchmarks.engine.domains.real.case import Mask


@dataclass(frozen=True)
class LabelValues:
    """Label values of each region, and values that may occur outside all regions."""

    regions: Mapping[str, frozenset[int]]
    other: frozenset[int] = frozenset({0})

    @property
    def allowed(self) -> frozenset[int]:
        """Return every value that may occur."""
        return self.other.union(*self.regions.values())

    def masks(self, path: Path) -> dict[str, Mask]:
        """Return the mask of each region in one label volume."""
        allowed = self.allowed
        return {name: Mask(path, inside, allowed) for name, inside in self.regions.items()}


def _values(other: tuple[int, ...] = (0,), **regions: tuple[int, ...]) -> LabelValues:
    return LabelValues(
        MappingProxyType({name: frozenset(values) for name, values in regions.items()}),
        frozenset(other),
    )


BRATS_2021 = _values(ncr=(1,), ed=(2,), et=(4,), wt=(1, 2, 4))
"""BraTS up to 2021, FeTS: necrotic core, oedema, enhancing tumour; 3 does not occur."""
BRATS_2023 = _values(ncr=(1,), ed=(2,), et=(3,), wt=(1, 2, 3))
ISEG_2019 = _values(csf=(10,), gm=(150,), wm=(250,))
WMH_2017 = _values(other=(0, 2), wmh=(1,))
"""2 is other pathology, which the challenge does not score; here it counts as no lesion."""
BINARY = _values(inside=(1,))
TISSUES = _values(csf=(1,), gm=(2,), wm=(3,))
"""OASIS-1 and IBSR as three tissues. CSF is not the same in both: IBSR has it in ventricles only,
and calls what lies in the sulci grey matter.
"""
MANUAL_REGIONS: Mapping[str, frozenset[int]] = MappingProxyType(
    {"hippocampus": frozenset({47, 48}), "thalamus": frozenset({59, 60})}
)
"""Small regions of the MICCAI 2012 challenge, right and left; other codes are not checked."""

BIDS_COMMON: Mapping[int, str] = MappingProxyType(
    {
        0: "bg", 1: "gm", 2: "wm", 3: "csf", 4: "b", 5: "st", 6: "nb",
        7: "lesion", 8: "cgm", 9: "sgm", 10: "bs", 11: "cbm",
    }
)  # fmt: skip
"""The common image-derived labels of the BIDS specification (L is renamed to lesion)."""

DECATHLON_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "background": "background",
        "edema": "ed",
        "non-enhancing tumor": "ncr",
        "enhancing tumour": "et",
        "enhancing tumor": "et",
    }
)
"""The names in the Decathlon's dataset.json; its non-enhancing tumour includes necrosis."""
