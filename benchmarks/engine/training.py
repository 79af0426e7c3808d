"""What the engine lends a strategy: networks, batches, and the one loop in which all train."""

import hashlib
import resource
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.engine.device import Compute
from benchmarks.engine.networks import UNet, trainable_parameters

Objective = Callable[[], dict[str, Tensor]]
Validate = Callable[[nn.Module], dict[str, float]]
CURVE_POINTS = 60


@dataclass(frozen=True)
class TrainingSettings:
    """The numbers of one fit, straight from its step."""

    seed: int
    width: int
    batch: int
    iterations: int
    checkpoints: int
    learning_rate: float
    weight_decay: float

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "TrainingSettings":
        """Return the settings among a step's fields."""
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__})


@dataclass
class Checkpoint:
    """The best network by one selection rule so far."""

    score: float
    iteration: int
    weights: dict[str, Tensor]


@dataclass
class Cost:
    """What a fit took; ``train_seconds`` leaves validation out."""

    train_seconds: float = 0.0
    samples: int = 0
    trainable_parameters: int = 0
    peak_memory_bytes: int = 0

    def as_json(self) -> dict[str, float]:
        """Return the cost with the rate that follows from it."""
        rate = self.samples / self.train_seconds if self.train_seconds else 0.0
        return {**self.__dict__, "samples_per_second": rate}


def derived_seed(seed: int, role: str) -> int:
    """Return a seed for one role: equal for all strategies, so that they stay paired."""
    digest = hashlib.sha256(f"{seed}:{role}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


@dataclass
class Trainer:
    """The training loop with its checkpoints; strategies only say what to minimise."""

    compute: Compute
    settings: TrainingSettings
    validate: Validate
    on_progress: Callable[[int, int, str], None]
    best: dict[str, Checkpoint] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)
    validations: list[dict[str, float]] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    _generators: dict[str, torch.Generator] = field(default_factory=dict)

    def new_network(self, weights: Mapping[str, Tensor] | None = None) -> UNet:
        """Return the benchmark's network: from ``weights``, or initialised from the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derived_seed(self.settings.seed, "initial weights"))
            network = UNet(self.settings.width)
        if weights is not None:
            network.load_state_dict(weights)
        # torch's stubs do not know that modules take a memory format.
        network.to(self.compute.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network

    def draw(self, population: int, role: str) -> Tensor:
        """Return the indices of the next random batch for ``role``, (batch,) on the device."""
        if role not in self._generators:
            seed = derived_seed(self.settings.seed, role)
            self._generators[role] = torch.Generator().manual_seed(seed)
        size = (self.settings.batch,)
        indices = torch.randint(population, size, generator=self._generators[role])
        return indices.to(self.compute.device)

    def optimise(
        self,
        network: nn.Module,
        objective: Objective,
        *,
        learning_rate_factor: float = 1.0,
        frozen: Sequence[nn.Module] = (),
    ) -> None:
        """Minimise ``objective()["loss"]`` with Adam; keep what each selection rule prefers.

        ``frozen`` modules keep their weights and their batch norm statistics. The objective is
        called once an iteration and returns named scalars, all of which enter the curve.
        """
        for parameter in _parameters(frozen):
            parameter.requires_grad = False
        self.cost.trainable_parameters = trainable_parameters(network)
        optimiser = torch.optim.Adam(
            [p for p in network.parameters() if p.requires_grad],
            lr=self.settings.learning_rate * learning_rate_factor,
            weight_decay=self.settings.weight_decay,
            fused=True,
        )
        total, pauses = self.settings.iterations, self._checkpoint_iterations()
        started = self._start(network, frozen)
        for iteration in range(1, total + 1):
            losses = self._step(optimiser, objective)
            self._record_curve(iteration, losses)
            self.on_progress(iteration, total, "")
            if iteration in pauses:
                self.cost.train_seconds += self._clock() - started
                self._consider(network, iteration)
                started = self._start(network, frozen)
        self._finish_cost()

    def _step(self, optimiser: torch.optim.Optimizer, objective: Objective) -> dict[str, Tensor]:
        with self.compute.autocast():
            losses = objective()
        optimiser.zero_grad(set_to_none=True)
        losses["loss"].backward()
        optimiser.step()
        return losses

    def _checkpoint_iterations(self) -> set[int]:
        count, total = self.settings.checkpoints, self.settings.iterations
        return {round(total * (index + 1) / count) for index in range(count)}

    def _record_curve(self, iteration: int, losses: Mapping[str, Tensor]) -> None:
        every = max(1, self.settings.iterations // CURVE_POINTS)
        if iteration % every == 0 or iteration == self.settings.iterations:
            point = {name: float(value.detach()) for name, value in losses.items()}
            self.curve.append({"iteration": iteration, **point})

    def _consider(self, network: nn.Module, iteration: int) -> None:
        network.eval()
        scores = self.validate(network)
        self.validations.append({"iteration": iteration, **scores})
        for rule, score in scores.items():
            if rule not in self.best or score > self.best[rule].score:
                self.best[rule] = Checkpoint(score, iteration, _copy_of(network))

    def _start(self, network: nn.Module, frozen: Sequence[nn.Module]) -> float:
        network.train()
        for module in frozen:
            module.eval()
        return self._clock()

    def _clock(self) -> float:
        if self.compute.device.type == "cuda":
            torch.cuda.synchronize(self.compute.device)
        return time.perf_counter()

    def _finish_cost(self) -> None:
        self.cost.samples = self.settings.iterations * self.settings.batch
        if self.compute.device.type == "cuda":
            self.cost.peak_memory_bytes = torch.cuda.max_memory_allocated(self.compute.device)
        else:
            self.cost.peak_memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _parameters(modules: Iterable[nn.Module]) -> Iterable[nn.Parameter]:
    return (parameter for module in modules for parameter in module.parameters())


def _copy_of(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
