"""AdaBN: batch norm's statistics are those of the target's training images."""

import copy

from benchmarks.engine.networks.by_domain import ByDomain
from benchmarks.engine.strategies.shared.norm_statistics import follow_statistics
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.params import NoParams


class AdaBn:
    """Normalise by the target's mean and variance: (x - E_t[x]) / sqrt(V_t[x]) gamma + beta.

    Li et al. 2016: every weight of the source network stays, and so do batch norm's scales and
    shifts; only its statistics are taken from target images. These are training images: test people
    are not looked at, whose images TENT and SAR use when they predict. Asked about the source, the
    network has the source's statistics. Domain-specific batch norm is `domain_specific_norm`: there
    each domain has its own scales and shifts too, and the network is trained with both.
    """

    def __init__(self, params: NoParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network with the statistics of the target's training images."""
        network = trainer.new_network(access.source_weights)
        source = copy.deepcopy(network).eval()
        images = access.target_images
        with trainer.timed(samples=len(images)), trainer.compute.autocast():
            follow_statistics(network, images, trainer.generator("statistics"))
        trainer.on_progress(1, 1, "")
        trainer.propose(ByDomain(source=source, target=network))
