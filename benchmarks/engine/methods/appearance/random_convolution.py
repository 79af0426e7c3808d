"""Random convolutions: textures of an image drawn anew, its shapes kept (Xu et al. 2021).

A kernel of random size k and weights from N(0, 1 / (c k^2)), for c input channels, is applied to
the whole batch; the result is mixed with the image by a share from U(0, 1), their RC_mix. Sizes 1,
3, 5 and 7 are theirs.
"""

import torch
from torch import Tensor
from torch.nn import functional

SIZES = (1, 3, 5, 7)


def random_kernel(generator: torch.Generator) -> Tensor:
    """Return a kernel (1, 1, k, k) with k from SIZES, whose weights have a deviation of 1 / k."""
    size = SIZES[int(torch.randint(len(SIZES), (1,), generator=generator))]
    return torch.randn(1, 1, size, size, generator=generator) / size


def convolved(images: Tensor, kernel: Tensor, share: float) -> Tensor:
    """Return share * images + (1 - share) * images convolved, both (slices, 1, height, width).

    Background, where ``images`` are 0, stays 0.
    """
    weights = kernel.to(images.device, images.dtype)
    seen = functional.conv2d(images, weights, padding=kernel.shape[-1] // 2)
    return torch.where(images != 0, share * images + (1 - share) * seen, images)
