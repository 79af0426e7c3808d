"""The contrastive loss of patches: a translated patch is recognised as the one that it was."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.divergences.precision import in_full_precision


@in_full_precision
def patch_nce(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """Return the mean of -log [exp(q_i k_i / T) / sum_j exp(q_i k_j / T)], a scalar.

    Park et al. 2020, eq. 2 to 4. ``queries`` and ``keys`` are (images, patches, d), scaled to
    length 1 here; patch i of an image is compared with all patches of the same image. log(patches)
    where all are alike.
    """
    first, second = (functional.normalize(x, dim=2) for x in (queries, keys))
    similarity = first @ second.transpose(1, 2) / temperature  # (images, patches, patches)
    own = torch.arange(similarity.shape[2], device=similarity.device).expand(len(similarity), -1)
    return functional.cross_entropy(similarity.flatten(0, 1), own.flatten())


def at_positions(maps: Tensor, positions: Tensor) -> Tensor:
    """Return (images, n, d), the features of maps (images, d, h, w) at (images, n) positions."""
    flat = maps.flatten(2).transpose(1, 2)
    return flat.gather(1, positions[:, :, None].expand(-1, -1, flat.shape[2]))
