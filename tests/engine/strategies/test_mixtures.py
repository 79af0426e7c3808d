"""Networks that answer together: mixtures, Hedge's weights, and slices held back to weigh on."""

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.engine.networks.mixtures import Mixture
from benchmarks.engine.strategies.negative_transfer_inhibition import (
    kept_slices,
    regret_bound,
    squared_errors,
)


class Says(nn.Module):
    """A network with one answer."""

    def __init__(self, *channels):
        super().__init__()
        self.channels = torch.tensor(channels).view(1, -1, 1, 1)

    def forward(self, images):
        return self.channels.expand(len(images), -1, *images.shape[2:])


IMAGES = torch.ones(2, 1, 3, 3)


def foreground(mixture):
    return float(mixture(IMAGES).detach().softmax(dim=1)[0, 1, 0, 0])


def test_a_mixture_averages_probabilities_not_logits():
    sure, unsure = Says(0.0, np.log(9.0)), Says(0.0, 0.0)  # chances 0.9 and 0.5
    mixture = Mixture([sure, unsure])
    assert foreground(mixture) == pytest.approx(0.7)
    mixture.contributions.data = torch.tensor([3.0, 1.0]).log()
    assert foreground(mixture) == pytest.approx(0.8)
    assert mixture.weights() == pytest.approx([0.75, 0.25])


def test_a_mixture_of_measures_averages_them():
    answer = Mixture([Says(10.0), Says(30.0)])(IMAGES).detach()
    assert float(answer[0, 0, 0, 0]) == pytest.approx(20.0)


def test_contributions_are_hedges_weights_of_the_losses():
    mixture, losses, rate = Mixture([Says(0.0, 0.0)] * 2), np.array([3.0, 1.0]), 0.5
    mixture.contributions.data = torch.tensor(-rate * losses)
    expected = np.exp(-rate * losses) / np.exp(-rate * losses).sum()
    assert mixture.weights() == pytest.approx(expected, abs=1e-6)


def test_squared_errors_count_brain_pixels_only():
    images = torch.tensor([[1.0, 1.0], [0.0, 0.0]]).view(1, 1, 2, 2)
    labels = torch.tensor([[1, 0], [1, 1]]).view(1, 1, 2, 2)
    logits = torch.tensor([0.0, np.log(4.0)]).view(1, 2, 1, 1).expand(1, 2, 2, 2)  # chance 0.8
    found = squared_errors(logits.float(), images, labels)
    assert found.tolist() == pytest.approx([0.2**2 + 0.8**2])


def test_whole_people_are_held_out_and_slices_where_there_is_one():
    people = np.repeat([3, 8, 9, 5], 8)
    assert kept_slices(32, people, 0.25) == 24
    assert kept_slices(32, people, 0.4) == 16  # 19 slices lie in the third person
    assert kept_slices(16, people[:16], 0.01) == 8  # one person at least
    assert kept_slices(8, people[:8], 0.25) == 6
    assert kept_slices(8, None, 0.25) == 6


@pytest.mark.parametrize("seed", range(5))
def test_hedges_loss_is_within_its_bound_of_the_better_expert(seed):
    """Online, on any sequence of labels: here adversarial ones, against the mixture's answer."""
    generator = np.random.default_rng(seed)
    chances = generator.random((2, 500))
    weights, losses, lost = np.ones(2), np.zeros(2), 0.0
    for first, second in chances.T:
        answer = (weights * (first, second)).sum() / weights.sum()
        label = 1.0 if answer < 0.5 else 0.0
        lost += (answer - label) ** 2
        losses += (np.array([first, second]) - label) ** 2
        weights = np.exp(-0.5 * (losses - losses.min()))
    assert (lost - losses.min()) / 500 <= regret_bound(500)


def test_pixels_make_the_bound_smaller_than_any_loss_and_slices_did_not():
    slices, pixels = 4, 4 * 1000
    assert regret_bound(slices) > 0.25  # always answering 1/2 loses that
    assert regret_bound(pixels) < 0.001
