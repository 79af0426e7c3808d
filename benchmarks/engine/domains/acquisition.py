"""Simulated MR acquisition: the image of given tissue as one site's scanner produces it.

MONAI's transforms add bias, blur, ringing and noise, each with its own seed, to the signal, which
is not negative. The signal equations, slice thickness and ghosting are ours, since MONAI has none.
"""

from dataclasses import replace

import numpy as np
import torch
from monai.transforms import (
    RandBiasField,
    RandGibbsNoise,
    RandRicianNoise,
    RandSimulateLowResolution,
)
from scipy import ndimage

from benchmarks.engine.domains.domain import Flags, Floats
from benchmarks.engine.domains.relaxation import Sequence, tissue_signals
from benchmarks.engine.domains.sites import SiteProfile
from benchmarks.engine.domains.standardised import intensities

POINT_SPREAD_PIXELS = 0.45
"""Standard deviation of the point spread function; tissues are sampled at pixel centres."""


def pure_signals(
    site: SiteProfile,
    contrast: str,
    scale: Floats,
    agent_mm: float,
    rng: np.random.Generator,
) -> Floats:
    """Return each tissue's signal in that contrast, (tissues,); ``rng`` jitters sequence times."""
    sequence = {"t2": site.t2, "flair": site.flair}.get(contrast, site.t1)
    agent = agent_mm if contrast == "t1ce" else None
    return tissue_signals(_jittered(sequence, site.jitter, rng), site.tesla, scale, agent)


def acquire(
    signal: Floats, brain: Flags, site: SiteProfile, spacing_mm: float, rng: np.random.Generator
) -> Floats:
    """Return intensities (slices, rows, columns) of a noise-free signal; background is 0."""
    seeds = [int(seed) for seed in rng.integers(2**31, size=4)]
    spread = ndimage.gaussian_filter(signal, (0, POINT_SPREAD_PIXELS, POINT_SPREAD_PIXELS))
    image = torch.from_numpy(spread / spread[brain].mean())
    image = image * _sensitivity(brain, site, seeds[0])
    image = _blur(image, site, spacing_mm, seeds[1])
    image = _ring(image, site, seeds[2])
    image = _ghost(image, site.ghost).abs()
    image = _rician(image, site, seeds[3])
    image = torch.where(torch.from_numpy(brain), image, 0.0)  # skull-stripped, as BraTS is
    stored = image.pow(site.display_gamma).float().numpy()
    return intensities(stored, brain)


def _jittered(sequence: Sequence, jitter: float, rng: np.random.Generator) -> Sequence:
    """Return the sequence with jittered times; the inversion time is tuned, so it varies least."""
    tr, te, ti = 1 + jitter * rng.standard_normal(3).clip(-2, 2) * (1, 1, 0.3)
    inversion = None if sequence.ti is None else float(sequence.ti * ti)
    return replace(sequence, tr=float(sequence.tr * tr), te=float(sequence.te * te), ti=inversion)


def _sensitivity(brain: Flags, site: SiteProfile, seed: int) -> torch.Tensor:
    """Return MONAI's smooth bias field, its log scaled to at most ``site.bias`` in the brain."""
    transform = RandBiasField(degree=2, coeff_range=(-1.0, 1.0), prob=1.0)
    transform.set_random_state(seed)
    field = np.log(np.asarray(transform(np.ones((1, *brain.shape), dtype=np.float32)))[0])
    field -= field[brain].mean()
    return torch.from_numpy(np.exp(site.bias * field / np.abs(field[brain]).max()))


def _blur(image: torch.Tensor, site: SiteProfile, spacing_mm: float, seed: int) -> torch.Tensor:
    """Return the image at the in-plane resolution of the site, where that is coarser."""
    zoom = spacing_mm / site.pixel_mm
    if zoom >= 1:
        return image
    transform = RandSimulateLowResolution(
        prob=1.0, downsample_mode="area", upsample_mode="bilinear", zoom_range=(zoom, zoom)
    )
    transform.set_random_state(seed)
    return _plain(transform(image))


def _ring(image: torch.Tensor, site: SiteProfile, seed: int) -> torch.Tensor:
    transform = RandGibbsNoise(prob=1.0, alpha=site.gibbs)
    transform.set_random_state(seed)
    return _plain(transform(image))


def _ghost(image: torch.Tensor, strength: float) -> torch.Tensor:
    """Return the image with every other phase-encoding line of k-space weakened."""
    if strength == 0:
        return image
    lines = torch.fft.fft(image, dim=1)
    lines[:, 1::2] *= 1 - 2 * strength
    return torch.fft.ifft(lines, dim=1).real


def _rician(image: torch.Tensor, site: SiteProfile, seed: int) -> torch.Tensor:
    transform = RandRicianNoise(prob=1.0, std=site.noise, sample_std=False)
    transform.set_random_state(seed)
    return _plain(transform(image))


def _plain(image: object) -> torch.Tensor:
    """Return the tensor without MONAI's metadata."""
    return torch.as_tensor(np.asarray(image, dtype=np.float32))
