"""Networks that answer together: mixtures, Hedge's weights, and slices held back to weigh on."""

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.engine.networks.mixtures import Mixture
from benchmarks.engine.strategies.negative_transfer_inhibition import squared_errors


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
    assert found.tolist() == pytest.approx([(0.2**2 + 0.8**2) / 2])
