"""Classical models on the pixels of a frozen network's last features.

A model is fitted on equally many pixels of each class, weighted by the classes' true frequencies,
so that small regions are represented but not overestimated. For subject-level tasks, a slice's
averaged features are its only pixel. In regression there are no classes: pixels are drawn from all.
"""

from dataclasses import dataclass
from typing import Any, Protocol, Self
from zipfile import BadZipFile

import numpy as np
import skops.io
import torch
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from torch import Tensor, nn

from benchmarks.engine.errors import DamagedOutputError
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.stored import Buildable, BuildArguments
from benchmarks.engine.running.device import Compute
from benchmarks.engine.training.losses import pixels_as_samples

Array = NDArray[np.float64]
TRUSTED = frozenset(
    {
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.tree._tree.Tree",
    }
)
"""Types within our models that skops does not trust by default: the perceptron's, the forest's."""
OURS = "benchmarks.engine.strategies."
SLICES_AT_ONCE = 64
CERTAIN = 30.0
"""Largest absolute log odds; beyond it probabilities are not distinguished."""


class Estimator(Protocol):
    """A scikit-learn model that takes sample weights."""

    def fit(self, features: Array, labels: Array, *, sample_weight: Array) -> Self: ...  # noqa: D102


@dataclass(frozen=True)
class PixelSample:
    """Features of labelled target pixels, from the source network."""

    features: Array  # (pixels, channels), not scaled
    labels: Array  # (pixels,), 0 and 1, or regression targets
    weights: Array  # (pixels,), with mean 1
    is_measured: bool = False

    @property
    def lacks_a_class(self) -> bool:
        """Return whether only one class occurs, so that no classifier can be fitted."""
        return not self.is_measured and len(np.unique(self.labels)) < 2


@torch.inference_mode()
def sample_pixels(
    network: Network,
    images: Tensor,
    labels: Tensor,
    *,
    per_class: int,
    generator: torch.Generator,
    compute: Compute,
) -> PixelSample:
    """Return at most ``per_class`` pixels of each class, within the brain (image not 0).

    In regression all pixels count as one class.
    """
    truth = labels.flatten()
    is_measured = labels.is_floating_point()
    inside = in_brain(images, labels).flatten()
    classes = (inside,) if is_measured else (truth.bool(), ~truth.bool() & inside)
    rows, weights = [], []
    for candidates in classes:
        found = candidates.nonzero().flatten().cpu()
        chosen = found[torch.randperm(len(found), generator=generator)[:per_class]]
        rows.append(chosen)
        weights.append(torch.full((len(chosen),), len(found) / max(1, len(chosen))))
    order = torch.cat(rows)
    weight = torch.cat(weights).double()
    return PixelSample(
        features=_features_at(network, images, order, compute),
        labels=truth.cpu()[order].double().numpy(),
        weights=(weight / weight.mean()).numpy(),
        is_measured=is_measured,
    )


def in_brain(images: Tensor, maps: Tensor) -> Tensor:
    """Return the brain mask of ``maps``, (slices, 1, h, w); true for averaged features."""
    if maps.shape[2:] != images.shape[2:]:
        return torch.ones_like(maps[:, :1], dtype=torch.bool)
    return images != 0


def _features_at(network: Network, images: Tensor, rows: Tensor, compute: Compute) -> Array:
    table = np.zeros((len(rows), network.head.in_channels))
    network.eval()
    for first in range(0, len(images), SLICES_AT_ONCE):
        chunk = images[first : first + SLICES_AT_ONCE]
        with compute.autocast():
            maps = network.decode(network.encode(chunk))
        per_slice = maps[0, 0].numel()
        start, stop = first * per_slice, (first + len(chunk)) * per_slice
        mine = (rows >= start) & (rows < stop)
        wanted = (rows[mine] - start).to(images.device)
        table[mine.numpy()] = pixels_as_samples(maps)[wanted].double().cpu().numpy()
    return table


def linear_predictor(network: Network, estimator: Any, sample: PixelSample) -> nn.Module:
    """Return the network with the linear model, fitted on scaled features, as its head."""
    mean, scale = _scaling(sample)
    if sample.lacks_a_class:
        return PixelClassifier.fitted(network, DummyClassifier(), sample)
    estimator.fit((sample.features - mean) / scale, sample.labels, sample_weight=sample.weights)
    slope = estimator.coef_.ravel() / scale
    offset = float(np.ravel(estimator.intercept_)[0]) - float(slope @ mean)
    weight, bias = torch.zeros_like(network.head.weight), torch.zeros(network.head.out_channels)
    weight[-1, :, 0, 0] = torch.as_tensor(slope)  # the foreground's logit, or the regression output
    bias[-1] = offset
    network.head.load_state_dict({"weight": weight, "bias": bias})
    return network


def pixel_predictor(network: Network, estimator: Any, sample: PixelSample) -> nn.Module:
    """Return the network's features followed by the model, fitted on scaled features."""
    if sample.is_measured:
        return PixelRegressor.fitted(network, estimator, sample)
    chosen = DummyClassifier() if sample.lacks_a_class else estimator
    return PixelClassifier.fitted(network, chosen, sample)


class _PixelModel(Buildable):
    """A network's features followed by a model fitted on them after scaling."""

    mean: Tensor
    scale: Tensor

    def __init__(self, network: Network, estimator: Any, mean: Array, scale: Array) -> None:
        super().__init__()
        self.network = network
        self.estimator = estimator
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.from_numpy(scale))

    @classmethod
    def fitted(cls, network: Network, estimator: Any, sample: PixelSample) -> Self:
        """Return the network followed by the model, fitted on the sample."""
        mean, scale = _scaling(sample)
        features = (sample.features - mean) / scale
        estimator.fit(features, sample.labels, sample_weight=sample.weights)
        return cls(network, estimator, mean, scale)

    def arguments(self) -> BuildArguments:
        """Return the network; the model is part of the state."""
        return {"network": self.network}

    @classmethod
    def build(cls, *, network: Network) -> Self:
        """Return the module without a model, which loading its state restores."""
        features = np.zeros(network.head.in_channels)
        model = cls(network, None, features, features)
        return model.to("meta")

    def get_extra_state(self) -> Tensor:
        """Return the model serialised by skops, as bytes."""
        return torch.frombuffer(bytearray(skops.io.dumps(self.estimator)), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        """Restore the model from bytes; raises DamagedOutputError for untrusted types."""
        self.estimator = _estimator_from(state.numpy().tobytes())

    def _scaled(self, features: Array) -> Array:
        scaled: Array = (features - self.mean.cpu().numpy()) / self.scale.cpu().numpy()
        return scaled


def _estimator_from(data: bytes) -> Any:
    try:
        found = skops.io.get_untrusted_types(data=data)
        strange = [name for name in found if name not in TRUSTED and not name.startswith(OURS)]
        if strange:
            message = f"a stored model holds {', '.join(strange)}, which is not trusted"
            raise DamagedOutputError(message)
        return skops.io.loads(data, trusted=found)
    except (BadZipFile, KeyError, ValueError, TypeError) as error:
        raise DamagedOutputError(f"a stored model cannot be read: {error}") from error


class PixelRegressor(_PixelModel):
    """A number per pixel, predicted by a model from a network's features."""

    def forward(self, images: Tensor) -> Tensor:
        """Return predictions, (batch, 1, height, width)."""
        maps = self.network.decode(self.network.encode(images))
        rows = pixels_as_samples(maps).double().cpu().numpy()
        measures = torch.as_tensor(self.estimator.predict(self._scaled(rows)), dtype=torch.float32)
        return measures.view(len(maps), 1, *maps.shape[2:]).to(images.device)


class PixelClassifier(_PixelModel):
    """A class per pixel, predicted by a model from a network's features.

    Outside the brain, where images are 0, the prediction is background without using the model.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Return logits, (batch, 2, height, width): 0 for background, log odds for foreground."""
        maps = self.network.decode(self.network.encode(images))
        inside = in_brain(images, maps)[:, 0]
        logits = torch.zeros(len(images), 2, *maps.shape[2:], device=images.device)
        logits[:, 1] = -CERTAIN
        rows = maps.permute(0, 2, 3, 1)[inside].double().cpu().numpy()
        if len(rows):
            odds = log_odds(self.estimator, self._scaled(rows))
            logits[:, 1][inside] = torch.as_tensor(odds, dtype=torch.float32).to(images.device)
        return logits


def log_odds(estimator: Any, features: Array) -> Array:
    """Return log P(1) - log P(0) for each row, clipped to +-30."""
    column = list(estimator.classes_).index(1) if 1 in estimator.classes_ else None
    if column is None:
        return np.full(len(features), -CERTAIN)
    chance = estimator.predict_proba(features)[:, column]
    smallest = np.exp(-CERTAIN)
    odds: Array = np.log(chance + smallest) - np.log(1 - chance + smallest)
    return odds


def _scaling(sample: PixelSample) -> tuple[Array, Array]:
    spread = sample.features.std(axis=0)
    return sample.features.mean(axis=0), np.where(spread > 0, spread, 1.0)
