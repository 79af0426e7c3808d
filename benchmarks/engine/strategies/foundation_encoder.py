"""A foundation encoder is kept frozen, and a linear layer on its features is trained."""

from torch import Tensor

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.foundation import FEATURES
from benchmarks.engine.networks.foundation_readout import FoundationReadout
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.training.access import Access, Applied
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.one_model import FoundationEncoderParams


class FoundationEncoder:
    """Minimise L_task(target; W phi(x) + b) over W and b, phi a network of photographs.

    Oquab et al. 2023 (DINOv2), with their linear layer for segmentation: batch norm and a 1 x 1
    convolution on patch tokens, enlarged bilinearly; for one answer a slice, on the whole image's
    token. Features of the training slices are computed once. The benchmark's source domain is not
    used: the encoder learned from 142 million photographs. It has the iterations of
    ``target_only``.
    """

    def __init__(self, params: FoundationEncoderParams) -> None:
        self.params = params

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return the layer on the encoder's features."""
        readout = self._readout(network)
        sides = [s // self.params.pixels if readout.are_maps else 1 for s in images.shape[-2:]]
        return [(readout.head, images.new_empty(len(images), FEATURES, *sides))]

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train the layer on features of the labelled target."""
        network = trainer.new_network()
        readout = seeded_module(trainer, "readout", lambda: self._readout(network))
        images, labels = access.target_images, access.target_labels
        with trainer.timed(samples=len(images)):
            features = readout.features(images)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(images), "target")
            outputs = readout.read(features[rows], images.shape[-2:])
            return {"loss": trainer.loss(outputs, labels[rows])}

        trainer.optimise(readout, objective)

    def _readout(self, network: Network) -> FoundationReadout:
        return FoundationReadout(
            self.params.sha256,
            network.head.out_channels,
            self.params.pixels,
            are_maps=len(network.decoder) > 0,
            features=FEATURES,
        )
