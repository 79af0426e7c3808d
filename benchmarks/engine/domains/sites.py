"""Scanner profiles: what makes one site's images differ from another's.

The sites are invented. Sequence times are of the kind found in clinical protocols; the FLAIR of
``institute-u`` has the times published for a scanner of the MRBrainS18 challenge (11000/125/2800).
"""

import hashlib
import re
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from benchmarks.engine.domains.errors import unknown
from benchmarks.engine.domains.relaxation import Sequence

CONTRASTS = ("t1", "t1ce", "t2", "flair")
"""What every site acquires."""
PARTITIONS = 22
"""As many as FeTS 2021 has institutions in its second partitioning."""


@dataclass(frozen=True)
class SiteProfile:
    """How a site acquires.

    ``jitter`` is the relative spread of sequence times between subjects; ``slice_mm`` and
    ``pixel_mm`` are the true resolution; ``noise`` the standard deviation of each complex channel
    over the brain's mean signal; ``bias`` the largest relative change of sensitivity; ``gamma`` and
    ``gibbs`` (MONAI's alpha) are ranges, ``ghost`` the strength of a half-field ghost.
    """

    name: str
    title: str
    tesla: float
    t1: Sequence
    t2: Sequence
    flair: Sequence
    jitter: float
    slice_mm: float
    pixel_mm: float
    noise: float
    bias: float
    gamma: tuple[float, float]
    gibbs: tuple[float, float]
    ghost: float


AURORA = SiteProfile(
    name="aurora",
    title="Aurora: 3 T, MPRAGE, thin slices, little noise",
    tesla=3.0,
    t1=Sequence(tr=2300, te=3, ti=1050, gradient=True),
    t2=Sequence(tr=6000, te=95),
    flair=Sequence(tr=11000, te=125, ti=2800),
    jitter=0.02,
    slice_mm=1.2,
    pixel_mm=1.0,
    noise=0.03,
    bias=0.12,
    gamma=(0.95, 1.05),
    gibbs=(0.0, 0.1),
    ghost=0.0,
)
BOREALIS = SiteProfile(
    name="borealis",
    title="Borealis: 1.5 T, spin echo, thick slices, noise and strong bias",
    tesla=1.5,
    t1=Sequence(tr=700, te=15),
    t2=Sequence(tr=4000, te=100),
    flair=Sequence(tr=8000, te=110, ti=2050),
    jitter=0.04,
    slice_mm=5.0,
    pixel_mm=1.6,
    noise=0.04,
    bias=0.4,
    gamma=(0.65, 0.8),
    gibbs=(0.15, 0.3),
    ghost=0.05,
)
INSTITUTES = (
    replace(
        AURORA,
        name="institute-u",
        title="Institute U: 3 T, 2D FLAIR of 3 mm slices",
        slice_mm=3.0,
        noise=0.04,
        bias=0.15,
    ),
    replace(
        AURORA,
        name="institute-s",
        title="Institute S: 3 T, shorter FLAIR, more bias",
        t1=Sequence(tr=2300, te=2, ti=900, gradient=True),
        flair=Sequence(tr=9000, te=82, ti=2500),
        slice_mm=3.0,
        noise=0.05,
        bias=0.25,
        gamma=(0.75, 0.9),
    ),
    replace(
        AURORA,
        name="institute-a",
        title="Institute A: 1.5 T, 3D FLAIR, noise",
        tesla=1.5,
        flair=Sequence(tr=6500, te=117, ti=2050),
        slice_mm=1.2,
        pixel_mm=1.2,
        noise=0.07,
        bias=0.2,
        gamma=(1.1, 1.3),
    ),
)
SITES = MappingProxyType({site.name: site for site in (AURORA, BOREALIS, *INSTITUTES)})
"""The sites set by hand; ``site_profile`` also makes partition-01 to partition-22."""


def site_names() -> list[str]:
    """Return every site's name, partitions last."""
    return [*SITES, *(f"partition-{number:02d}" for number in range(1, PARTITIONS + 1))]


def site_profile(name: str) -> SiteProfile:
    """Return the site's profile, which depends on the name alone; ValueError with the choices."""
    if name in SITES:
        return SITES[name]
    matched = re.fullmatch(r"partition-(\d\d)", name)
    if matched is None or not 1 <= int(matched[1]) <= PARTITIONS:
        raise unknown("site", name, site_names())
    return _partition(name)


def _partition(name: str) -> SiteProfile:
    digest = hashlib.sha256(f"site\n{name}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))
    tesla = float(rng.choice([1.5, 3.0]))
    inversion = (2400.0, 2150.0) if tesla == 1.5 else (2800.0, 2500.0)
    repetition = (9000.0, 8000.0) if tesla == 1.5 else (11000.0, 9000.0)
    which = int(rng.integers(2))
    middle = float(rng.uniform(0.8, 1.35))
    spin_echo = Sequence(tr=float(rng.uniform(450, 650)), te=float(rng.uniform(9, 16)))
    gradient = Sequence(tr=2200, te=3, ti=float(rng.uniform(900, 1100)), gradient=True)
    return SiteProfile(
        name=name,
        title=f"Partition {name[-2:]}: {tesla:g} T",
        tesla=tesla,
        t1=gradient if tesla == 3.0 or rng.random() < 0.3 else spin_echo,
        t2=Sequence(tr=float(rng.uniform(3500, 6500)), te=float(rng.uniform(85, 110))),
        flair=Sequence(repetition[which], float(rng.uniform(90, 130)), inversion[which]),
        jitter=float(rng.uniform(0.01, 0.05)),
        slice_mm=float(rng.choice([1.0, 1.5, 3.0, 5.0])),
        pixel_mm=float(rng.uniform(0.9, 1.5)),
        noise=float(rng.uniform(0.02, 0.08)),
        bias=float(rng.uniform(0.08, 0.3)),
        gamma=(middle - 0.05, middle + 0.05),
        gibbs=(0.0, float(rng.uniform(0.05, 0.3))),
        ghost=float(rng.choice([0.0, 0.0, 0.04])),
    )
