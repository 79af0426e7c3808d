"""Optimal-transport mapping: target patches are mapped to the source at least cost."""

import torch
from torch import Tensor, nn

from benchmarks.engine.methods.translation.optimal_transport import barycentric_map
from benchmarks.engine.networks.translated import PatchMap, Translated, brain_patches, drawn_rows
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.asymmetric import OptimalTransportParams


class OptimalTransportMapping:
    """Show the source network x' = x + T(t) - t, t the sampled target patch nearest to x.

    Courty et al. 2017: T(t_i) = sum_j G_ij s_j / sum_j G_ij (eq. 14), where the plan G minimises
    sum_ij G_ij ||t_i - s_j||^2 over couplings of uniform samples; patches that were not sampled are
    shifted as their nearest sampled one (Ferradans et al. 2014, as in POT). They map the source to
    the target and train there; we map the target to the source, where a network is already trained.
    Samples are patches of intensities around brain pixels, of which the centre is used. Sample
    sizes are ours. Nothing is trained.
    """

    def __init__(self, params: OptimalTransportParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network after the transport map."""
        network = trainer.new_network(access.source_weights)
        source = self._sampled(access.source_images, trainer, "source patches")
        target = self._sampled(access.target_images, trainer, "target patches")
        with trainer.timed():
            translation = transport_of_patches(target, source)
        trainer.propose(Translated(translation.to(trainer.compute.device), network))

    def _sampled(self, images: Tensor, trainer: Trainer, role: str) -> Tensor:
        patches = brain_patches(images, self.params.patch)
        return drawn_rows(patches, self.params.patches, trainer.generator(role)).cpu()


def transport_of_patches(target: Tensor, source: Tensor) -> nn.Module:
    """Return the map that shifts each patch's centre by the exact plan's barycentric map."""
    carried = torch.from_numpy(barycentric_map(target.double().numpy(), source.double().numpy()))
    centre = target.shape[1] // 2
    return PatchMap(target, carried[:, centre] - target[:, centre].double(), adds=True)
