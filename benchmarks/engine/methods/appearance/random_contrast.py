"""Synthetic contrasts: images drawn anew from label maps, as SynthSeg does (Billot et al. 2023).

Each part of a label map gets a random mean and spread, so that neither contrast nor sequence is
left of the image that was labelled; blur and a bias field follow. Where labels do not name every
tissue, as here, they subdivide the rest by clustering its intensities.
"""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.appearance.scanner_variation import vary_appearance

OUTSIDE, INSIDE = 5, 2
"""Clusters of the brain outside and inside the labelled region (ours)."""
ROUNDS = 20
MEANS = (0.1, 2.0)
SPREADS = (0.0, 0.25)
"""Ranges of each part's mean and standard deviation, in units of the brain's mean (theirs are 0 to
255 and 0 to 35 before scaling; 35 / 255 of the range of means is 0.26)."""
BLUR = (0.0, 1.0)
"""Range of the blur's standard deviation in pixels: theirs is of the same order."""
STRENGTH = 0.5
"""Of ``vary_appearance``: bias field, power and noise."""


def label_parts(images: Tensor, labels: Tensor) -> Tensor:
    """Return the part of each pixel, (slices, 1, height, width): 0 background, then 1 and on.

    ``images`` are z-scores, ``labels`` have 0 and 1 of the same shape. The brain outside the region
    is split into OUTSIDE parts by k-means over the intensities of all slices, and the region into
    INSIDE. Labels of one pixel a slice, which outline nothing, split nothing.
    """
    is_map = labels.shape[-2:] == images.shape[-2:]
    region = labels > 0 if is_map else torch.zeros_like(images, dtype=torch.bool)
    brain = images != 0
    parts = torch.zeros(images.shape, dtype=torch.long, device=images.device)
    first = 1
    for within, count in ((brain & ~region, OUTSIDE), (brain & region, INSIDE)):
        parts[within] = first + _clusters(images[within], count)
        first += count
    return parts


def _clusters(values: Tensor, count: int) -> Tensor:
    """Return the cluster of each value by Lloyd's algorithm from quantiles; 0 is the darkest."""
    if values.numel() == 0:
        return torch.zeros(0, dtype=torch.long, device=values.device)
    order, back = values.float().unique(return_inverse=True)
    shares = (torch.arange(count, device=values.device) + 0.5) / count
    centres = order[(shares * len(order)).long()]
    for _ in range(ROUNDS):
        borders = (centres[1:] + centres[:-1]) / 2
        nearest = torch.bucketize(values.float(), borders)
        sums = torch.zeros(count, device=values.device).scatter_add_(0, nearest, values.float())
        sizes = torch.bincount(nearest, minlength=count)
        centres = torch.where(sizes > 0, sums / sizes.clamp_min(1), centres).sort().values
    found: Tensor = torch.bucketize(order, (centres[1:] + centres[:-1]) / 2)[back]
    return found


def random_contrast(parts: Tensor, generator: torch.Generator) -> Tensor:
    """Return intensities (slices, 1, height, width) of a label map, each slice with its own draws.

    Not negative; background, part 0, is 0, and the brain is above it.
    """
    drawn = painted(parts, generator)
    low, high = BLUR
    width = low + (high - low) * float(torch.rand(1, generator=generator))
    blurred = _blur(drawn, width) if width > 0.1 else drawn
    brain = parts > 0
    intensities = torch.where(brain, blurred.clamp_min(1e-3), 0)
    return vary_appearance(intensities, generator, strength=STRENGTH)


def painted(parts: Tensor, generator: torch.Generator) -> Tensor:
    """Return each pixel drawn from N(mean, spread) of its part in its slice, before blur."""
    slices, count = len(parts), OUTSIDE + INSIDE + 1

    def uniform(bounds: tuple[float, float]) -> Tensor:
        low, high = bounds
        return low + (high - low) * torch.rand(slices, count, generator=generator)

    means, spreads = (uniform(bounds).to(parts.device) for bounds in (MEANS, SPREADS))
    flat = parts.flatten(1)
    noise = torch.randn(flat.shape, generator=generator).to(parts.device)
    values = means.gather(1, flat) + spreads.gather(1, flat) * noise
    return values.view(parts.shape) * (parts > 0)


def _blur(images: Tensor, deviation: float) -> Tensor:
    steps = torch.arange(-3, 4, device=images.device, dtype=images.dtype)
    line = torch.exp(-0.5 * (steps / deviation) ** 2)
    kernel = (line[:, None] * line[None, :]) / line.sum() ** 2
    inside = (images != 0).to(images.dtype)
    weight = functional.conv2d(inside, kernel[None, None], padding=3).clamp_min(1e-6)
    return functional.conv2d(images, kernel[None, None], padding=3) / weight * inside
