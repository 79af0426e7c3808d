"""The trainer: networks, batches, random generators, and the training loop of all strategies."""

import copy
import hashlib
import math
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.engine.networks.backbones import Network, trainable_parameters
from benchmarks.engine.running.device import Compute
from benchmarks.engine.running.energy import joules
from benchmarks.engine.training.finite import FiniteWatch, NotFiniteError, check_weights
from benchmarks.engine.training.losses import task_loss
from benchmarks.plan.steps.shared import TrainingStep

Objective = Callable[[], dict[str, Tensor]]
Loss = Callable[[Tensor, Tensor], Tensor]
Validate = Callable[[nn.Module], dict[str, float]]
Schedule = Callable[[float], float]
CURVE_POINTS = 60


@dataclass(frozen=True)
class TrainingSettings:
    """The training settings of one fit, from its step's fields."""

    seed: int
    width: int
    batch: int
    iterations: int
    checkpoints: int
    learning_rate: float
    weight_decay: float

    @classmethod
    def of(cls, step: TrainingStep) -> "TrainingSettings":
        """Return the settings among a step's fields."""
        return cls(**{name: getattr(step, name) for name in cls.__dataclass_fields__})


@dataclass
class Checkpoint:
    """The best predictor by one selection rule so far, on the CPU."""

    score: float
    iteration: int
    predictor: nn.Module


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters with their own learning rate."""

    parameters: Sequence[nn.Parameter]
    learning_rate_factor: float = 1.0


@dataclass
class Cost:
    """Cost of a fit; seconds and joules exclude validation. Energy is None if not measurable."""

    train_seconds: float = 0.0
    energy_joules: float | None = None
    samples: int = 0
    trainable_parameters: int = 0
    peak_memory_bytes: int = 0

    def as_json(self) -> dict[str, float | None]:
        """Return the cost as JSON, with samples per second."""
        rate = self.samples / self.train_seconds if self.train_seconds else 0.0
        return {**self.__dict__, "samples_per_second": rate}


def derived_seed(seed: int, role: str) -> int:
    """Return the seed of one role, equal for all strategies, so that they are paired."""
    digest = hashlib.sha256(f"{seed}:{role}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


@dataclass
class Trainer:
    """The training loop with its checkpoints; strategies supply the objective."""

    compute: Compute
    settings: TrainingSettings
    build: Callable[[int], Network]
    validate: Validate
    on_progress: Callable[[int, int, str], None]
    loss: Loss = task_loss
    best: dict[str, Checkpoint] = field(default_factory=dict)
    records: dict[str, object] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)
    validations: list[dict[str, float]] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    _generators: dict[str, torch.Generator] = field(default_factory=dict)

    def new_network(self, weights: Mapping[str, Tensor] | None = None) -> Network:
        """Return the benchmark's network: from ``weights``, or initialised from the seed.

        Parts missing in the weights, such as a decoder after natural images, stay as initialised.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derived_seed(self.settings.seed, "initial weights"))
            network = self.build(self.settings.width)
        if weights is not None:
            network.load_state_dict({**network.state_dict(), **weights})
        # torch's stubs do not know that modules take a memory format.
        network.to(self.compute.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network

    def draw(self, population: int, role: str, weights: Tensor | None = None) -> Tensor:
        """Return the indices of the next random batch for ``role``, (batch,) on the device.

        With ``weights`` (population,) an index is drawn in proportion to its weight, so that the
        mean loss over batches is the weighted loss.
        """
        generator = self.generator(role)
        if weights is None:
            indices = torch.randint(population, (self.settings.batch,), generator=generator)
        else:
            indices = torch.multinomial(
                weights.cpu(), self.settings.batch, replacement=True, generator=generator
            )
        return indices.to(self.compute.device)

    def generator(self, role: str) -> torch.Generator:
        """Return the CPU random generator of one role, with the same seed for all strategies."""
        if role not in self._generators:
            seed = derived_seed(self.settings.seed, role)
            self._generators[role] = torch.Generator().manual_seed(seed)
        return self._generators[role]

    def record(self, name: str, content: Any) -> None:
        """Store a JSON value that describes the fit, such as the weights of the images."""
        self.records[name] = content

    @contextmanager
    def timed(self, samples: int = 0) -> Iterator[None]:
        """Add the block's time and ``samples`` to the cost, for training outside ``optimise``."""
        started = self._reading()
        yield
        self._count_since(started)
        self.cost.samples += samples
        self._measure_memory()

    def optimise(
        self,
        network: nn.Module,
        objective: Objective,
        *,
        learning_rate_factor: float = 1.0,
        frozen: Sequence[nn.Module] = (),
        groups: Sequence[ParameterGroup] | None = None,
        own_modules: Sequence[nn.Module] = (),
        share: float = 1.0,
        schedule: Schedule | None = None,
        predictor: nn.Module | None = None,
    ) -> None:
        """Minimise ``objective()["loss"]`` with Adam; keep each selection rule's best checkpoint.

        The objective is called once per iteration and returns named scalars, all of which enter the
        curve. ``frozen`` modules keep their weights and batch norm statistics. ``groups`` holds
        parameters with a learning rate factor each. ``own_modules`` are further modules to train,
        such as a discriminator. ``share`` is this call's part of the fit's iterations, for
        strategies with several phases. ``schedule`` maps progress, 0 to 1, to a factor of all
        learning rates. ``predictor`` is the module to validate and keep, if it is not the network.
        """
        for parameter in _parameters(frozen):
            parameter.requires_grad = False
        optimiser = self._optimiser([network, *own_modules], groups, learning_rate_factor)
        self.cost.trainable_parameters = trainable_parameters(network)
        candidate = predictor or network
        total = max(1, round(self.settings.iterations * share))
        pauses = self._checkpoint_iterations(total)
        watch = FiniteWatch(self.compute.device, total)
        started = self._start(candidate, frozen, own_modules)
        for iteration in range(1, total + 1):
            if schedule is not None:
                _scale_rates(optimiser, schedule((iteration - 1) / total))
            losses = self._step(optimiser, objective, watch, iteration)
            if self._record_curve(iteration, total, losses):
                watch.settle()
            self.on_progress(iteration, total, "")
            if iteration in pauses:
                watch.settle()
                self._count_since(started)
                self.propose(candidate, iteration)
                started = self._start(candidate, frozen, own_modules)
        self.cost.samples += total * self.settings.batch
        self._measure_memory()

    def propose(self, predictor: nn.Module, iteration: int = 0) -> None:
        """Validate a predictor; each selection rule keeps it if it is better than the one before.

        Raises NotFiniteError where a weight or a score is not finite.
        """
        where = f"iteration {iteration}" if iteration else "the proposed predictor"
        check_weights(predictor, where)
        predictor.eval()
        scores = self.validate(predictor)
        self.validations.append({"iteration": iteration, **scores})
        for rule, score in scores.items():
            if not math.isfinite(score):
                raise NotFiniteError(f"{where}: the score by {rule} is not finite")
            if rule not in self.best or score > self.best[rule].score:
                self.best[rule] = Checkpoint(score, iteration, copy.deepcopy(predictor).cpu())

    def _optimiser(
        self,
        modules: Sequence[nn.Module],
        groups: Sequence[ParameterGroup] | None,
        factor: float,
    ) -> torch.optim.Optimizer:
        rate = self.settings.learning_rate * factor
        chosen = groups or [ParameterGroup(list(_parameters(modules)))]
        return torch.optim.Adam(
            [
                {
                    "params": [p for p in group.parameters if p.requires_grad],
                    "lr": rate * group.learning_rate_factor,
                }
                for group in chosen
            ],
            lr=rate,
            weight_decay=self.settings.weight_decay,
            fused=True,
        )

    def _step(
        self,
        optimiser: torch.optim.Optimizer,
        objective: Objective,
        watch: FiniteWatch,
        iteration: int,
    ) -> dict[str, Tensor]:
        with self.compute.autocast():
            losses = objective()
        optimiser.zero_grad(set_to_none=True)
        losses["loss"].backward()
        watch.note(iteration, losses["loss"], _optimised(optimiser))
        optimiser.step()
        return losses

    def _checkpoint_iterations(self, total: int) -> set[int]:
        count = self.settings.checkpoints
        return {max(1, round(total * (index + 1) / count)) for index in range(count)}

    def _record_curve(self, iteration: int, total: int, losses: Mapping[str, Tensor]) -> bool:
        """Add the iteration to the curve if it is one of its points; return whether it is."""
        every = max(1, total // CURVE_POINTS)
        is_point = iteration % every == 0 or iteration == total
        if is_point:
            point = {name: float(value.detach()) for name, value in losses.items()}
            self.curve.append({"iteration": iteration, **point})
        return is_point

    def _start(
        self, network: nn.Module, frozen: Sequence[nn.Module], own_modules: Sequence[nn.Module]
    ) -> tuple[float, float | None]:
        for module in (network, *own_modules):
            module.train()
        for module in frozen:
            module.eval()
        return self._reading()

    def _reading(self) -> tuple[float, float | None]:
        """Return the readings of clock and energy counter, seconds and joules."""
        if self.compute.device.type == "cuda":
            torch.cuda.synchronize(self.compute.device)
        return time.perf_counter(), joules(self.compute.device)

    def _count_since(self, started: tuple[float, float | None]) -> None:
        now = self._reading()
        self.cost.train_seconds += now[0] - started[0]
        if started[1] is not None and now[1] is not None:
            # A counter that overflowed is left out; the others are added.
            used = max(0.0, now[1] - started[1])
            self.cost.energy_joules = (self.cost.energy_joules or 0.0) + used

    def _measure_memory(self) -> None:
        if self.compute.device.type == "cuda":
            peak = torch.cuda.max_memory_allocated(self.compute.device)
        else:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self.cost.peak_memory_bytes = max(self.cost.peak_memory_bytes, peak)


def _scale_rates(optimiser: torch.optim.Optimizer, factor: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = group.setdefault("first_lr", group["lr"]) * factor


def _optimised(optimiser: torch.optim.Optimizer) -> Iterator[nn.Parameter]:
    return (parameter for group in optimiser.param_groups for parameter in group["params"])


def _parameters(modules: Iterable[nn.Module]) -> Iterable[nn.Parameter]:
    return (parameter for module in modules for parameter in module.parameters())
