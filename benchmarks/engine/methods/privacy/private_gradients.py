"""Differentially private gradients: clipped per person, summed, with noise; and epsilon.

The unit of privacy is what is clipped. Slices of one patient are clipped together, since a promise
per slice is worth little to a patient with many slices: k of them together lose k epsilon.
"""

from collections.abc import Iterable, Sequence

import torch
from opacus.accountants import RDPAccountant
from opacus.accountants.utils import get_noise_multiplier
from torch import Tensor, nn


def poisson_batch(population: int, rate: float, generator: torch.Generator) -> Tensor:
    """Return a Poisson sample: each index independently with probability ``rate``."""
    return (torch.rand(population, generator=generator) < rate).nonzero().flatten()


def clipped_sum(
    parameters: Sequence[nn.Parameter], losses: Iterable[Tensor], clip: float
) -> Tensor:
    """Return sum_i g_i min(1, clip / ||g_i||) over the gradients of ``losses``, (parameters,).

    Each loss belongs to one person. Losses are consumed one at a time, so that only one graph is in
    memory.
    """
    total = torch.cat([torch.zeros_like(p).flatten() for p in parameters])
    for loss in losses:
        gradients = torch.autograd.grad(loss, list(parameters))
        gradient = torch.cat([g.flatten() for g in gradients])
        total += gradient * (clip / gradient.norm().clamp_min(1e-12)).clamp_max(1.0)
    return total


def with_noise(total: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    """Return ``total`` plus independent normal noise of standard deviation ``deviation``."""
    noise = torch.randn(total.shape, generator=generator).to(total.device)
    return total + deviation * noise


def epsilon(*, noise_multiplier: float, sample_rate: float, steps: int, delta: float) -> float:
    """Return epsilon of (epsilon, delta)-differential privacy after ``steps``, by opacus.

    Renyi differential privacy of the sampled Gaussian mechanism (Mironov, Talwar and Zhang 2019).
    """
    accountant = RDPAccountant()
    accountant.history.append((noise_multiplier, sample_rate, steps))
    return float(accountant.get_epsilon(delta=delta))


def noise_for(*, epsilon_wanted: float, sample_rate: float, steps: int, delta: float) -> float:
    """Return the smallest noise multiplier, by opacus' search, that spends at most this epsilon.

    Epsilon is fixed in advance: chosen after the noise, it would be a result and no promise.
    """
    return float(
        get_noise_multiplier(
            target_epsilon=epsilon_wanted,
            target_delta=delta,
            sample_rate=sample_rate,
            steps=steps,
            accountant="rdp",
        )
    )
