"""Nearest neighbour: target pixels take the values of the most similar source patches."""

from torch import Tensor, nn

from benchmarks.engine.networks.translated import PatchMap, Translated, brain_patches, drawn_rows
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.asymmetric import NearestNeighbourParams


class NearestNeighbour:
    """Show the source network x' = centre of argmin_s ||patch(x) - s|| over source patches s.

    The review's reference 59 maps target features to the source by nearest neighbours. Our reading:
    the features are patches of intensities around each brain pixel, and a pixel is replaced by the
    centre of its nearest neighbour in a dictionary of random source patches. The network's input
    then consists of source intensities. Patch size, dictionary size and Euclidean distance are
    ours. Nothing is trained. The dictionary is stored with the network, so that the source
    discloses single patches.
    """

    def __init__(self, params: NearestNeighbourParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network after the dictionary."""
        network = trainer.new_network(access.source_weights)
        images = access.source_images
        with trainer.timed():
            translation = self._dictionary(images, trainer)
        trainer.propose(Translated(translation, network))

    def _dictionary(self, images: Tensor, trainer: Trainer) -> nn.Module:
        patches = brain_patches(images, self.params.patch)
        known = drawn_rows(patches, self.params.patches, trainer.generator("source patches"))
        return PatchMap(known, known[:, known.shape[1] // 2], adds=False)
