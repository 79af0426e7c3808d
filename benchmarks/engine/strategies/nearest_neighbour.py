"""Nearest neighbour: target pixels take the values of source patches of the most similar ranks."""

import torch
from torch import Tensor, nn

from benchmarks.engine.networks.rank_map import RankMap, brain_ranks
from benchmarks.engine.networks.translated import Translated, brain_patches
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.asymmetric import NearestNeighbourParams


class NearestNeighbour:
    """Show the source network x' = mean centre of the k patches s nearest in ||r(x) - r(s)||.

    The review's reference 59 maps target features to the source by nearest neighbours. Our reading:
    the features r are patches of ranks, a pixel's rank being its place among the brain pixels of
    its slice, and a pixel takes the mean source intensity of its nearest neighbours in a dictionary
    of random source patches. Ranks do not change with a scanner's gain, offset or contrast curve,
    so that the neighbours are of like anatomy, and their intensities are the source's. Neighbours
    in intensity, which came before, have the intensity that the pixel has already: the map was the
    identity with noise. Patch size, dictionary size, k and Euclidean distance are ours. Nothing is
    trained. The dictionary is stored with the network, so that the source discloses single patches.
    """

    def __init__(self, params: NearestNeighbourParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network after the dictionary."""
        network = trainer.new_network(access.source_weights)
        images = access.source_images
        with trainer.timed():
            translation = self._dictionary(images, trainer.generator("source patches"))
        trainer.propose(Translated(translation, network))

    def _dictionary(self, images: Tensor, generator: torch.Generator) -> nn.Module:
        patches = brain_patches(brain_ranks(images), self.params.patch)
        chosen = torch.randperm(len(patches), generator=generator)[: self.params.patches]
        chosen = chosen.to(images.device)
        values = images[images != 0][chosen]
        return RankMap(patches[chosen], values, neighbours=self.params.neighbours)
