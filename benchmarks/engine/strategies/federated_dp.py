"""Federated averaging with differential privacy: two sites train one network, sharing weights."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from benchmarks.engine.methods.priors.gaussian import flat_parameters, set_parameters
from benchmarks.engine.methods.privacy.private_gradients import (
    clipped_sum,
    epsilon,
    poisson_batch,
    with_noise,
)
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.finite import check_weights
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import FederatedParams


@dataclass(frozen=True)
class _Client:
    """A site: its data and their sampling rate per step."""

    name: str
    images: Tensor
    labels: Tensor
    rate: float


class FederatedDp:
    """Average w = (w_S + w_T) / 2 after local steps w <- w - eta (sum_i clip_C(g_i) + noise) / B.

    McMahan et al. 2017 (FedAvg) with the steps of Abadi et al. 2016 (DP-SGD): each slice's gradient
    g_i is clipped to length C, the noise is N(0, sigma^2 C^2), and slices enter a step
    independently with probability B / n. What leaves a site is then (epsilon, delta)-private for
    each of its slices; opacus computes epsilon, which every fit records. Noise grows with the
    number of weights, so the sites train few: scales and shifts of batch norm and the head, from
    the source network. Batch norm keeps the source's statistics, since those of a batch would mix
    slices, which clipping cannot undo. The source network itself was trained without privacy, as in
    every strategy that starts from one: epsilon covers only what the sites send in this federation.
    Both sites have weight one half, as in the baseline ``joint``. The card declares ``federated``:
    both sites take part in every round, and only weights leave them.
    """

    def __init__(self, params: FederatedParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train in rounds; the steps of both sites add up to the iterations of fine-tuning."""
        network = trainer.new_network(access.source_weights).eval()
        clients = [
            _client("source", access.source_images, access.source_labels, trainer),
            _client("target", access.target_images, access.target_labels, trainer),
        ]
        shared = private_part(network)
        trainer.cost.trainable_parameters = flat_parameters(shared).numel()
        steps = self.params.local_steps
        rounds = max(1, trainer.settings.iterations // (steps * len(clients)))
        every = max(1, rounds // trainer.settings.checkpoints)
        for number in range(1, rounds + 1):
            with trainer.timed(samples=steps * len(clients) * trainer.settings.batch):
                start = flat_parameters(shared).detach()
                local = [self._steps(network, shared, start, c, trainer) for c in clients]
                set_parameters(shared, torch.stack(local).mean(dim=0))
                check_weights(shared, f"round {number} of {rounds}")
            trainer.on_progress(number, rounds, "")
            if number % every == 0 or number == rounds:
                trainer.propose(network, number)
        trainer.record("privacy", {c.name: self._spent(c, rounds * steps) for c in clients})

    def _steps(
        self, network: Network, shared: nn.Module, start: Tensor, client: _Client, trainer: Trainer
    ) -> Tensor:
        """Return the shared weights after one site's private steps from ``start``."""
        set_parameters(shared, start)
        generator = trainer.generator(f"private {client.name}")
        expected = client.rate * len(client.images)
        for _ in range(self.params.local_steps):
            rows = poisson_batch(len(client.images), client.rate, generator)
            losses = slice_losses(network, client.images, client.labels, rows)
            total = clipped_sum(list(shared.parameters()), losses, self.params.clip)
            deviation = self.params.noise_multiplier * self.params.clip
            gradient = with_noise(total, deviation, generator) / expected
            moved = flat_parameters(shared).detach() - self.params.local_rate * gradient
            set_parameters(shared, moved)
        return flat_parameters(shared).detach()

    def _spent(self, client: _Client, steps: int) -> dict[str, float]:
        delta = self.params.delta_share / len(client.images)
        spent = epsilon(
            noise_multiplier=self.params.noise_multiplier,
            sample_rate=client.rate,
            steps=steps,
            delta=delta,
        )
        return {"epsilon": spent, "delta": delta, "slices": len(client.images), "steps": steps}


def _client(name: str, images: Tensor, labels: Tensor, trainer: Trainer) -> _Client:
    return _Client(name, images, labels, min(1.0, trainer.settings.batch / len(images)))


def private_part(network: Network) -> nn.ParameterList:
    """Return scales and shifts of batch norm and the head; all else is frozen."""
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    trained = [p for module in (*norms, network.head) for p in module.parameters()]
    network.requires_grad_(requires_grad=False)
    return nn.ParameterList(trained).requires_grad_(requires_grad=True)


def slice_losses(
    network: Network, images: Tensor, labels: Tensor, rows: Tensor
) -> Iterator[Tensor]:
    """Yield the task loss of one slice after the other."""
    for row in rows.tolist():
        yield task_loss(network(images[row : row + 1]), labels[row : row + 1])
