"""Fourier domain adaptation: train on source images with the target's low frequencies."""

import torch
from torch import Tensor

from benchmarks.engine.methods.translation.fourier import low_frequencies
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
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


def robust_entropy(logits: Tensor, exponent: float) -> Tensor:
    """Return the mean over pixels of (H^2 + 0.001^2)^exponent, a scalar.

    Yang and Soatto 2020: Charbonnier's penalty, which for an exponent above 0.5
    lowers high entropies more than low ones.
    """
    entropy = torch.special.entr(logits.float().softmax(dim=1)).sum(dim=1)
    return (entropy.square() + SMALLEST_ROOT**2).pow(exponent).mean()


class FourierAdaptation:
    """Minimise L_task(x_{s->t}, y_s) + trade_off * L_entropy(x_t).

    Yang and Soatto 2020, with x_{s->t} = F^-1(M_b A(x_t) + (1 - M_b) A(x_s), P(x_s)): the amplitude
    A within the low frequencies M_b comes from a random target image, the phase P is kept.
    Background is set back to 0, as in every image here. Ours is one b instead of their mean over
    three networks. In regression there is no entropy: that term is constant, and only the
    translation acts. It starts from random weights and has the iterations of ``source_only``.
    """

    def __init__(self, params: FourierAdaptationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the task loss on translated source images, and the target's entropy."""
        network = trainer.new_network()
        source, labels, target = access.source_images, access.source_labels, access.target_images

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            images, lenders = source[rows], target[others]
            translated = with_low_frequencies(images, lenders, self.params.beta) * (images != 0)
            task = task_loss(network(translated), labels[rows])
            entropy = robust_entropy(network(lenders), self.params.exponent)
            loss = task + self.params.trade_off * entropy
            return {"loss": loss, "task": task, "entropy": entropy}

        trainer.optimise(network, objective)
