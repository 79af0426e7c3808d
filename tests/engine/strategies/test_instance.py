"""Instance-based strategies: what is new in them, against answers worked out elsewhere."""

import numpy as np
import pytest
import torch

from benchmarks.engine.methods.features.image_features import (
    gradient_magnitude,
    joint_features,
    pixel_features,
    slice_statistics,
)
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.strategies.learning_to_reweight import example_weights
from benchmarks.engine.strategies.shared.weighted_source import flattened
from benchmarks.engine.strategies.tradaboost import Vote
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.slice_losses import balanced_errors, task_losses


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def batch(count, seed):
    images = torch.randn(count, 1, 16, 16, generator=generator(seed))
    labels = torch.randn(count, 1, 16, 16, generator=generator(seed + 1)) > 0
    return images, labels.byte()


def small_network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return UNet(2).double()


def test_the_mean_of_slice_losses_is_the_task_loss():
    logits = torch.randn(3, 2, 16, 16, generator=generator())
    labels = torch.zeros(3, 1, 16, 16, dtype=torch.uint8)
    labels[:2, :, 4:9, 3:8] = 1
    # Both sum some 1000 float32 terms in different order.
    torch.testing.assert_close(task_losses(logits, labels).mean(), task_loss(logits, labels))


def test_balanced_errors_by_hand():
    labels = torch.tensor([[[1, 1, 0, 0, 0, 0, 0]], [[0, 0, 0, 0, 0, 0, 0]]])
    masks = torch.tensor([[[1, 0, 1, 0, 0, 0, 1]], [[1, 0, 0, 0, 0, 0, 1]]])
    inside = torch.tensor([[[True] * 6 + [False]]] * 2)
    # First slice: 1 of 2 region pixels and 1 of 4 others; second: 1 of 6, and no region to miss.
    expected = torch.tensor([(1 / 2 + 1 / 4) / 2, 1 / 6])
    torch.testing.assert_close(balanced_errors(masks, labels, inside), expected)


def test_the_weights_equal_those_of_differentiating_through_the_step():
    network = small_network()
    (images, labels), (clean, clean_labels) = batch(5, 1), batch(4, 7)
    images, clean = images.double(), clean.double()
    labels[3:] = 0  # slices that say there is never any region: they should not help
    clean_labels[:] = 1
    found = example_weights(network, (images, labels), (clean, clean_labels))

    parameters = dict(network.named_parameters())
    shares = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    loss = (shares * task_losses(network(images), labels)).sum()
    slopes = torch.autograd.grad(loss, list(parameters.values()), create_graph=True)
    moved = {name: p - 0.1 * g for (name, p), g in zip(parameters.items(), slopes, strict=True)}
    after = torch.func.functional_call(network, moved, clean)
    on_clean = task_losses(after, clean_labels).mean()
    helpful = (-torch.autograd.grad(on_clean, shares)[0]).clamp_min(0)
    expected = helpful / helpful.sum()

    assert 0 < (expected > 0).sum() < 5  # the example has both kinds of slices
    # The losses are float32 at heart, and so is what is lost of their derivatives.
    torch.testing.assert_close(found.double(), expected, rtol=1e-4, atol=1e-5)


def test_weighing_leaves_the_network_as_it_is():
    network = small_network()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    images, labels = batch(3, 1)
    example_weights(network, (images.double(), labels), (images.double(), labels))
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name


class Says(torch.nn.Module):
    def __init__(self, probability):
        super().__init__()
        self.probability = probability

    def forward(self, images):
        shares = torch.tensor([1 - self.probability, self.probability])
        return shares.log()[None, :, None, None].expand(len(images), 2, 4, 4)


def test_voters_count_by_their_votes():
    images = torch.zeros(1, 1, 4, 4)
    vote = Vote([Says(0.9), Says(0.2)], [1.0, 3.0])
    expected = torch.tensor([1 - 0.375, 0.375])  # (0.9 + 3 * 0.2) / 4
    torch.testing.assert_close(vote(images).exp()[0, :, 0, 0], expected)
    assert Vote([Says(0.9), Says(0.2)], [3.0, 1.0])(images).argmax(dim=1).all()


def test_flattening_keeps_zeros_and_has_mean_one():
    weights = np.array([0.0, 1.0, 4.0])
    assert flattened(weights, 0.5) == pytest.approx([0, 1, 2])
    assert flattened(weights, 0.0) == pytest.approx([0, 1.5, 1.5])
    assert flattened(weights, 1.0) == pytest.approx(3 * weights / 5)


def test_statistics_of_a_ramp():
    images = torch.zeros(1, 1, 16, 16)
    images[0, 0, 2:14, 2:14] = 1 + torch.arange(12.0)  # rises by 1 a column
    statistics = slice_statistics(images)[0]
    assert statistics[3] == pytest.approx(6.5)  # median intensity
    assert gradient_magnitude(images)[0, 0, 3:13, 3:13] == pytest.approx(1)
    assert gradient_magnitude(images)[0, 0, 2].sum() == 0  # the outline does not count
    assert statistics[-1] == pytest.approx(144 / 256)


def test_features_tell_domains_apart_and_survive_empty_slices():
    source = torch.randn(6, 1, 16, 16, generator=generator())
    target = 3 * torch.randn(5, 1, 16, 16, generator=generator(1))
    source[0] = 0
    inside, outside = joint_features(source, target)
    assert inside.shape == (6, 4)
    assert outside.shape == (5, 4)
    assert np.isfinite(inside).all()
    # The first component is intensity spread: the domains lie on either side of each other.
    assert (inside[1:, 0].max() < outside[:, 0].min()) or (
        inside[1:, 0].min() > outside[:, 0].max()
    )
    pixels, owners = pixel_features(source, 7, generator())
    assert np.unique(owners, return_counts=True)[1].tolist() == [7] * 5
    assert set(owners) == {1, 2, 3, 4, 5}
    assert pixels.shape == (35, 3)
