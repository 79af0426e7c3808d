"""Scanner profiles: what makes one site's images differ from another's.

The sites are invented. Sequence times are of the kind found in clinical protocols, and inversion
times of FLAIR null fluid at the site's field; only ``institute-u`` has times as published, for a
3 T scanner of the MRBrainS18 challenge (11000/125/2800). Noise falls and bias grows with the field.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from benchmarks.engine.domains.errors import unknown
from benchmarks.engine.domains.relaxation import Sequence, fluid_nulled

CONTRASTS = ("t1", "t1ce", "t2", "flair")
"""What every site acquires."""
PARTITIONS = 22
"""As many as FeTS 2021 has institutions in its second partitioning."""


@dataclass(frozen=True)
class Rater:
    """How a site's rater draws borders, where partial volume leaves room for it.

    ``wander`` is the standard deviation, over people and along the border, of the tissue share at
    which a border is drawn. ``generosity`` is added to the share of tumour, lesion and nuclei:
    above 0 they are drawn too large, below 0 too small.
    """

    wander: float
    generosity: float


@dataclass(frozen=True)
class SiteProfile:
    """How a site acquires and labels.

    ``jitter`` is the relative spread of sequence times between subjects; ``slice_mm`` and
    ``pixel_mm`` are the true resolution; ``noise`` the standard deviation of each complex channel
    over the brain's mean signal; ``bias`` the largest relative change of sensitivity, which grows
    with the field; ``gibbs`` (MONAI's alpha) is a range, ``ghost`` the strength of a half-field
    ghost. ``display_gamma`` is a quirk: stored intensities are a power of the signal, as a screen
    wants them. It is 1 but where the site's title names it, since no scanner's physics does that.
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
    gibbs: tuple[float, float]
    ghost: float
    rater: Rater
    display_gamma: float = 1.0


AURORA = SiteProfile(
    name="aurora",
    title="Aurora: 3 T, MPRAGE, thin slices, little noise",
    tesla=3.0,
    t1=Sequence(tr=2300, te=3, ti=1050, gradient=True),
    t2=Sequence(tr=6000, te=95),
    flair=fluid_nulled(11000, 125, 3.0),
    jitter=0.02,
    slice_mm=1.2,
    pixel_mm=1.0,
    noise=0.03,
    bias=0.3,
    gibbs=(0.0, 0.1),
    ghost=0.0,
    rater=Rater(wander=0.08, generosity=0.0),
)
BOREALIS = SiteProfile(
    name="borealis",
    title="Borealis: 1.5 T, spin echo, thick slices, noise and ghosts",
    tesla=1.5,
    t1=Sequence(tr=600, te=15),
    t2=Sequence(tr=4000, te=100),
    flair=fluid_nulled(8000, 110, 1.5),
    jitter=0.04,
    slice_mm=5.0,
    pixel_mm=1.6,
    noise=0.05,
    bias=0.15,
    gibbs=(0.15, 0.3),
    ghost=0.05,
    rater=Rater(wander=0.1, generosity=0.1),
)
INSTITUTES = (
    replace(
        AURORA,
        name="institute-u",
        title="Institute U: 3 T, 2D FLAIR of 3 mm slices",
        flair=Sequence(tr=11000, te=125, ti=2800),
        slice_mm=3.0,
        noise=0.04,
        bias=0.25,
        rater=Rater(wander=0.06, generosity=0.0),
    ),
    replace(
        AURORA,
        name="institute-s",
        title="Institute S: 3 T, shorter FLAIR, most bias, images stored for display (gamma 0.8)",
        t1=Sequence(tr=2300, te=2, ti=900, gradient=True),
        t2=Sequence(tr=4500, te=80),
        flair=fluid_nulled(8000, 82, 3.0),
        slice_mm=3.0,
        noise=0.05,
        bias=0.35,
        rater=Rater(wander=0.1, generosity=-0.08),
        display_gamma=0.8,
    ),
    replace(
        AURORA,
        name="institute-a",
        title="Institute A: 1.5 T, spin echo, 3D FLAIR, most noise",
        tesla=1.5,
        t1=Sequence(tr=500, te=12),
        t2=Sequence(tr=3500, te=110),
        flair=fluid_nulled(6500, 140, 1.5),
        slice_mm=1.2,
        pixel_mm=1.2,
        noise=0.065,
        bias=0.12,
        gibbs=(0.1, 0.2),
        rater=Rater(wander=0.08, generosity=0.12),
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
    is_low = tesla == 1.5
    repetition = float(rng.choice([9000.0, 8000.0] if is_low else [11000.0, 9000.0]))
    spin_echo = Sequence(tr=float(rng.uniform(450, 650)), te=float(rng.uniform(9, 16)))
    gradient = Sequence(tr=2200, te=3, ti=float(rng.uniform(900, 1100)), gradient=True)
    return SiteProfile(
        name=name,
        title=f"Partition {name[-2:]}: {tesla:g} T",
        tesla=tesla,
        t1=spin_echo if is_low else gradient,
        t2=Sequence(tr=float(rng.uniform(3500, 6500)), te=float(rng.uniform(85, 110))),
        flair=fluid_nulled(repetition, float(rng.uniform(90, 130)), tesla),
        jitter=float(rng.uniform(0.01, 0.05)),
        slice_mm=float(rng.choice([1.0, 1.5, 3.0, 5.0])),
        pixel_mm=float(rng.uniform(0.9, 1.5)),
        noise=float(rng.uniform(0.04, 0.08) if is_low else rng.uniform(0.02, 0.05)),
        bias=float(rng.uniform(0.05, 0.18) if is_low else rng.uniform(0.2, 0.4)),
        gibbs=(0.0, float(rng.uniform(0.05, 0.3))),
        ghost=float(rng.choice([0.0, 0.0, 0.04])),
        rater=Rater(float(rng.uniform(0.05, 0.12)), float(rng.uniform(-0.1, 0.12))),
    )
