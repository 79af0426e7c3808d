"""Federated averaging with differential privacy: two sites train one network, sharing weights."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.engine.methods.priors.gaussian import flat_parameters, set_parameters
from benchmarks.engine.methods.privacy.private_gradients import (
    clipped_sum,
    epsilon,
    noise_for,
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
    """A site: its data, the rows of each of its patients, and the noise of its steps."""

    name: str
    images: Tensor
    labels: Tensor
    patients: list[Tensor]
    noise_multiplier: float


class FederatedDp:
    """Average w = (w_S + w_T) / 2 after local steps w <- w - eta (sum_i clip_C(g_i) + noise) / B.

    McMahan et al. 2017 (FedAvg) with the steps of Abadi et al. 2016 (DP-SGD). The unit is a
    patient: g_i is the gradient of the mean loss of patient i's slices, clipped to length C, the
    noise is N(0, sigma^2 C^2), and patients enter a step independently with probability q = B / n.
    Epsilon is fixed in advance and delta is at most 1 / (10 N) for all N patients of both sites;
    opacus finds sigma for the number of steps. What leaves a site in this federation is then
    (epsilon, delta)-private for each of its patients. Noise grows with the number of weights, so
    the sites train few: scales and shifts of batch norm and the head, from the source network.
    Batch norm keeps the source's statistics, since those of a batch would mix patients, which
    clipping cannot undo.

    The source network itself was trained without privacy on the source's patients, as in every
    strategy that starts from one. So for target patients the promise covers all that leaves their
    site, for source patients only the updates of this federation. Patients on whom checkpoints are
    chosen are not covered; the rule ``last`` chooses none. Both sites have weight one half, as in
    the baseline ``joint``. The card declares ``federated``: both sites take part in every round,
    and only weights leave them.
    """

    def __init__(self, params: FederatedParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train in rounds of private local steps."""
        network = trainer.new_network(access.source_weights).eval()
        sites = {
            "source": (access.source_images, access.source_labels, access.source_people),
            "target": (access.target_images, access.target_labels, access.target_people),
        }
        patients = {name: rows_of_people(len(i), people) for name, (i, _, people) in sites.items()}
        rounds = max(1, round(self.params.steps / self.params.local_steps))
        delta = self.params.delta_share / sum(len(rows) for rows in patients.values())
        clients = [
            _Client(name, images, labels, patients[name], self._noise(rounds, delta))
            for name, (images, labels, _) in sites.items()
        ]
        shared = private_part(network)
        trainer.cost.trainable_parameters = flat_parameters(shared).numel()
        due = {round(rounds * (i + 1) / trainer.settings.checkpoints) for i in range(rounds)}
        for number in range(1, rounds + 1):
            with trainer.timed(samples=self._samples(clients)):
                start = flat_parameters(shared).detach()
                local = [self._steps(network, shared, start, c, trainer) for c in clients]
                set_parameters(shared, torch.stack(local).mean(dim=0))
                check_weights(shared, f"round {number} of {rounds}")
            trainer.on_progress(number, rounds, "")
            if number in due or number == rounds:
                trainer.propose(network, number)
        trainer.record("privacy", {c.name: self._spent(c, rounds, delta) for c in clients})

    def _noise(self, rounds: int, delta: float) -> float:
        return noise_for(
            epsilon_wanted=self.params.epsilon,
            sample_rate=self.params.sample_rate,
            steps=rounds * self.params.local_steps,
            delta=delta,
        )

    def _samples(self, clients: list[_Client]) -> int:
        """Return the expected number of slices in a round."""
        slices = sum(len(client.images) for client in clients)
        return round(self.params.sample_rate * self.params.local_steps * slices)

    def _steps(
        self, network: Network, shared: nn.Module, start: Tensor, client: _Client, trainer: Trainer
    ) -> Tensor:
        """Return the shared weights after one site's private steps from ``start``."""
        set_parameters(shared, start)
        generator = trainer.generator(f"private {client.name}")
        count = len(client.patients)
        for _ in range(self.params.local_steps):
            drawn = poisson_batch(count, self.params.sample_rate, generator)
            chosen = [client.patients[patient] for patient in drawn.tolist()]
            losses = patient_losses(network, client.images, client.labels, chosen)
            total = clipped_sum(list(shared.parameters()), losses, self.params.clip)
            deviation = client.noise_multiplier * self.params.clip
            gradient = with_noise(total, deviation, generator) / (self.params.sample_rate * count)
            moved = flat_parameters(shared).detach() - self.params.local_rate * gradient
            set_parameters(shared, moved)
        return flat_parameters(shared).detach()

    def _spent(self, client: _Client, rounds: int, delta: float) -> dict[str, float | str]:
        steps = rounds * self.params.local_steps
        spent = epsilon(
            noise_multiplier=client.noise_multiplier,
            sample_rate=self.params.sample_rate,
            steps=steps,
            delta=delta,
        )
        return {
            "unit": "patient",
            "epsilon": spent,
            "epsilon_promised": self.params.epsilon,
            "delta": delta,
            "patients": len(client.patients),
            "noise_multiplier": client.noise_multiplier,
            "steps": steps,
        }


def rows_of_people(slices: int, people: NDArray[np.int_] | None) -> list[Tensor]:
    """Return the rows of each person's slices; without ``people`` each slice is a person."""
    known = np.arange(slices) if people is None else people
    return [torch.from_numpy(np.flatnonzero(known == person)) for person in np.unique(known)]


def private_part(network: Network) -> nn.ParameterList:
    """Return scales and shifts of batch norm and the head; all else is frozen."""
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    trained = [p for module in (*norms, network.head) for p in module.parameters()]
    network.requires_grad_(requires_grad=False)
    return nn.ParameterList(trained).requires_grad_(requires_grad=True)


def patient_losses(
    network: Network, images: Tensor, labels: Tensor, patients: Iterable[Tensor]
) -> Iterator[Tensor]:
    """Yield the task loss of one patient's slices after the other's."""
    for rows in patients:
        yield task_loss(network(images[rows]), labels[rows])
