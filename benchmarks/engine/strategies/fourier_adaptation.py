"""Fourier domain adaptation: train on source images with the target's low frequencies."""

import math

import torch
from torch import Tensor

from benchmarks.engine.methods.appearance.intensities import standardised_as
from benchmarks.engine.methods.translation.fourier import low_frequencies
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.mixtures import Mixture
from benchmarks.engine.strategies.shared.both_domains import outputs_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Objective, Trainer
from benchmarks.plan.catalog.asymmetric import FourierAdaptationParams

SMALLEST_ROOT = 1e-3  # the paper's 0.001


def with_low_frequencies(source: Tensor, target: Tensor, beta: float) -> Tensor:
    """Return ``source`` (..., H, W) with the low-frequency amplitude of ``target``.

    Yang and Soatto 2020, as in ``translation.fourier``, but on the device.
    """
    rows, columns = source.shape[-2:]
    low = torch.from_numpy(low_frequencies(rows, columns, beta)).to(source.device)
    spectrum, other = torch.fft.rfft2(source), torch.fft.rfft2(target)
    amplitude = torch.where(low, other.abs(), spectrum.abs())
    return torch.fft.irfft2(torch.polar(amplitude, spectrum.angle()), s=(rows, columns))


def translated(intensities: Tensor, images: Tensor, lenders: Tensor, beta: float) -> Tensor:
    """Return z-scores of source slices with the low frequencies of ``lenders``.

    ``intensities`` and ``lenders`` are intensities of source and target: the sign of a slice's mean
    is part of the phase, which stays the source's, so that amplitudes of z-scores would be swapped
    with that sign kept. ``images`` are the z-scores of ``intensities``; what falls below 0 is 0.
    """
    swapped = with_low_frequencies(intensities, lenders, beta).clamp_min(0.0)
    return standardised_as(swapped, images)


def robust_entropy(logits: Tensor, exponent: float) -> Tensor:
    """Return the mean over pixels of (H^2 + 0.001^2)^exponent, a scalar.

    Yang and Soatto 2020: Charbonnier's penalty, which for an exponent above 0.5 lowers high
    entropies more than low ones. H is the entropy over its largest value, log C for C classes, so
    that the weight of the term does not depend on C.
    """
    classes = logits.shape[1]
    entropy = torch.special.entr(logits.float().softmax(dim=1)).sum(dim=1)
    scaled = entropy / math.log(max(classes, 2))
    return (scaled.square() + SMALLEST_ROOT**2).pow(exponent).mean()


class FourierAdaptation:
    """Minimise L_task(x_{s->t}, y_s) + trade_off * L_entropy(x_t) for three bands; average them.

    Yang and Soatto 2020, with x_{s->t} = F^-1(M_b A(x_t) + (1 - M_b) A(x_s), P(x_s)): the amplitude
    A within the low frequencies M_b comes from a random target image, the phase P is kept. One
    network is trained for each b, and the prediction is the mean of their probabilities (their
    multi-band transfer, eq. 9). Their rounds of self-training on pseudo-labels are left out.

    Amplitudes are those of intensities; the translated slice is standardised afterwards, and
    background is 0. Both domains are in one batch, so that batch norm does not set them apart. In
    regression there is no entropy: that term is constant, and only the translation acts. Each of
    the three networks starts from random weights and has the iterations of ``source_only``.
    """

    def __init__(self, params: FourierAdaptationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train a network per band on translated source images, with the target's entropy."""
        members: list[Network] = []
        for number, beta in enumerate(self.params.betas):
            member = trainer.new_network()
            members.append(member)
            ensemble = Mixture(members).to(trainer.compute.device)
            ensemble.contributions.requires_grad = False  # a mean
            objective = self._objective(access, trainer, member, beta, f"band {number}")
            trainer.optimise(member, objective, predictor=ensemble)
        trainer.cost.trainable_parameters *= len(members)

    def _objective(
        self, access: Access, trainer: Trainer, network: Network, beta: float, role: str
    ) -> Objective:
        source, labels, target = access.source_images, access.source_labels, access.target_images
        intensities, lending = access.source_intensities, access.target_intensities

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), f"source, {role}")
            others = trainer.draw(len(target), f"target, {role}")
            moved = translated(intensities[rows], source[rows], lending[others], beta)
            on_source, on_target = outputs_of_both(network, moved, target[others])
            task = task_loss(on_source, labels[rows])
            entropy = robust_entropy(on_target, self.params.exponent)
            loss = task + self.params.trade_off * entropy
            return {"loss": loss, "task": task, "entropy": entropy}

        return objective
