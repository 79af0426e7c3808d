"""The contrastive loss of patches: a translated patch is recognised as the one that it was."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.divergences.precision import in_full_precision


@in_full_precision
def patch_nce(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """Return the mean of -log [exp(q_i k_i / T) / sum_j exp(q_i k_j / T)], a scalar.

    Park et al. 2020. ``queries`` and ``keys`` are (images, d, patches, 1), scaled to length 1 here;
    patch i of an image is compared with all patches of the same image. log(patches) where all are
    alike.
    """
    first, second = (functional.normalize(x.flatten(2), dim=1) for x in (queries, keys))
    similarity = first.transpose(1, 2) @ second / temperature  # (images, patches, patches)
    own = torch.arange(similarity.shape[2], device=similarity.device).expand(len(similarity), -1)
    return functional.cross_entropy(similarity.flatten(0, 1), own.flatten())


def at_positions(maps: Tensor, positions: Tensor) -> Tensor:
    """Return (images, d, n, 1), the features of maps (images, d, h, w) at (images, n) positions."""
    flat = maps.flatten(2)
    return flat.gather(2, positions[:, None].expand(-1, flat.shape[1], -1))[..., None]
