"""Random changes of appearance, as between scanners, that keep the anatomy's shape."""

import torch
from torch import Tensor
from torch.nn import functional

FIELD_NODES = 4  # of the coarse grid that a bias field is interpolated from


def vary_appearance(intensities: Tensor, generator: torch.Generator, *, strength: float) -> Tensor:
    """Return non-negative ``intensities`` (slices, 1, height, width), changed by random draws.

    Inside the brain x becomes |b x^g + n|: a power g, a smooth bias field b, and complex noise n,
    whose magnitude is Rician (Gudbjartsson and Patz 1995). ``strength`` 0 changes nothing. At 1 the
    standard deviation is 0.3 for log g, 0.2 for log b at the nodes of its grid, and 0.05 for each
    part of n, in units of the brain's mean, which is 1. Background stays 0. All numbers are ours.
    Brightness and contrast of a slice are not varied, since standardising takes them away.
    """
    count, _, height, width = intensities.shape

    def drawn(*shape: int) -> Tensor:
        return strength * torch.randn(shape, generator=generator).to(intensities.device)

    power = torch.exp(0.3 * drawn(count, 1, 1, 1))
    coarse = torch.exp(0.2 * drawn(count, 1, FIELD_NODES, FIELD_NODES))
    field = functional.interpolate(coarse, (height, width), mode="bilinear", align_corners=True)
    real, imaginary = (0.05 * drawn(*intensities.shape) for _ in range(2))
    changed = torch.hypot(field * intensities**power + real, imaginary)
    return torch.where(intensities > 0, changed, intensities)
