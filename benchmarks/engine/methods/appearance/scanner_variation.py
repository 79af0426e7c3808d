"""Random changes of appearance, as between scanners, that keep the anatomy's shape."""

import torch
from torch import Tensor
from torch.nn import functional

FIELD_NODES = 4  # of the coarse grid that a bias field is interpolated from


def vary_appearance(images: Tensor, generator: torch.Generator, *, strength: float) -> Tensor:
    """Return ``images`` (slices, 1, height, width), each changed by its own random draws.

    Inside the brain x becomes a(sign(x)|x|^g) b + c + noise: a power g, a contrast a, a smooth bias
    field b, a brightness c. ``strength`` 0 changes nothing. At 1 the standard deviation is 0.3 for
    the logarithms of g and a, 0.2 for that of b, 0.3 for c and 0.1 for the noise, in units of the
    brain's own, which is 1. Background stays 0. All numbers are ours.
    """
    count, _, height, width = images.shape

    def drawn(*shape: int) -> Tensor:
        return strength * torch.randn(shape, generator=generator).to(images.device)

    power, contrast = (torch.exp(0.3 * drawn(count, 1, 1, 1)) for _ in range(2))
    coarse = torch.exp(0.2 * drawn(count, 1, FIELD_NODES, FIELD_NODES))
    field = functional.interpolate(coarse, (height, width), mode="bilinear", align_corners=True)
    bent = images.sign() * images.abs() ** power
    changed = contrast * field * bent + 0.3 * drawn(count, 1, 1, 1) + 0.1 * drawn(*images.shape)
    return torch.where(images != 0, changed, images)
