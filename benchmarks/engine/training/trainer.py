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
from benchmarks.engine.training.pace import Pace
from benchmarks.engine.training.term_gradient import RECORD, TermGradient
from benchmarks.plan.plateau import Plateau
from benchmarks.plan.selection_rules import LAST
from benchmarks.plan.steps.shared import TrainingStep

Objective = Callable[[], dict[str, Tensor]]
Loss = Callable[[Tensor, Tensor], Tensor]
Validate = Callable[[nn.Module], dict[str, float]]
AfterStep = Callable[[float], None]
CURVE_POINTS = 60
ROUNDING = 1e-9


def nothing_after(rate: float) -> None:
    """Do nothing after a step with this learning rate."""


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
    least_iterations: int = 0
    window: int = 0

    @property
    def budget(self) -> Plateau:
        """Return the budget in iterations, of all phases together."""
        return Plateau(self.iterations, self.least_iterations, self.window)

    @classmethod
    def of(cls, step: TrainingStep) -> "TrainingSettings":
        """Return the settings among a step's fields."""
        return cls(**{name: getattr(step, name) for name in cls.__dataclass_fields__})


@dataclass
class Checkpoint:
    """The predictor that one selection rule would choose now, on the CPU; ``last`` has no score."""

    score: float | None
    iteration: int
    predictor: nn.Module


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters with their own learning rate."""

    parameters: Sequence[nn.Parameter]
    learning_rate_factor: float = 1.0


@dataclass
class Cost:
    """Cost of a fit; seconds and joules exclude validation. Energy is None if not measurable.

    ``plateau`` is 1 if all phases of the training ended at a plateau of the loss, else 0; None
    where nothing was trained to one.
    """

    train_seconds: float = 0.0
    energy_joules: float | None = None
    samples: int = 0
    iterations: int = 0
    plateau: float | None = None
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
    """The training loop with its checkpoints; strategies supply the objective.

    ``progress``, from 0 to 1, says how far the fit is, for terms that set in gradually.
    """

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
    progress: float = 0.0
    term_gradient: TermGradient = field(default_factory=TermGradient)
    _generators: dict[str, torch.Generator] = field(default_factory=dict)
    _begun: float = 0.0

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
        predictor: nn.Module | None = None,
        after_step: AfterStep = nothing_after,
        proposes_end: bool = True,
    ) -> None:
        """Minimise ``objective()["loss"]`` with Adam; keep each selection rule's best checkpoint.

        It ends at the plateau of ``objective()["task"]``, where there is one, else of the loss;
        see `benchmarks.plan.plateau`. The objective is called once per iteration and returns named
        scalars, all of which enter the curve. Where there is a ``task``, the rest of the loss is a
        term, whose part of the gradient is measured. ``frozen`` modules keep their weights and
        batch norm statistics. ``groups`` holds parameters with a learning rate factor each.
        ``own_modules`` are further modules to train, such as a discriminator. ``share`` is this
        call's part of the fit's iterations, for strategies with several phases: together they
        propose as many checkpoints as a single one. ``predictor`` is the module to validate and
        keep, if it is not the network. ``after_step`` is called after each step with the learning
        rate, for proximal steps. ``proposes_end`` is False where the strategy proposes a predictor
        itself after the last phase.
        """
        for parameter in _parameters(frozen):
            parameter.requires_grad = False
        optimiser = self._optimiser([network, *own_modules], groups, learning_rate_factor)
        self.cost.trainable_parameters = trainable_parameters(network)
        candidate = predictor or network
        budget = self.settings.budget.share(share)
        pace = Pace(budget, self.compute.device)
        pauses = self._checkpoint_iterations(budget.most, share)
        is_end_due = proposes_end and (budget.most in pauses or self._begun > 1 - ROUNDING)
        watch = FiniteWatch(self.compute.device, budget.most)
        started = self._start(candidate, frozen, own_modules)
        iteration = 0
        while iteration < pace.total:
            iteration += 1
            _scale_rates(optimiser, pace.factor(iteration))
            self.progress = pace.progress(iteration)
            losses = self._step(
                optimiser,
                objective,
                watch,
                iteration,
                self.term_gradient.due(network, iteration, budget.most),
            )
            after_step(optimiser.param_groups[0]["lr"])
            pace.note(iteration, losses.get("task", losses["loss"]))
            is_last = iteration == pace.total
            if self._record_curve(iteration, budget.most, losses, is_last=is_last):
                watch.settle()
            self.on_progress(iteration, pace.total, "")
            if is_end_due if is_last else iteration in pauses:
                watch.settle()
                self._count_since(started)
                self.propose(candidate, iteration)
                started = self._start(candidate, frozen, own_modules)
        self._count_since(started)
        self._count_phase(iteration, pace)

    def _count_phase(self, iterations: int, pace: Pace) -> None:
        self.cost.samples += iterations * self.settings.batch
        self.cost.iterations += iterations
        if self.settings.window:
            before = 1.0 if self.cost.plateau is None else self.cost.plateau
            self.cost.plateau = min(before, float(pace.has_plateau))
        self._measure_memory()
        if (measured := self.term_gradient.record()) is not None:
            self.record(RECORD, measured)

    def propose(self, predictor: nn.Module, iteration: int = 0) -> None:
        """Validate a predictor and keep it for the rules that prefer it to the one before.

        The rule ``last`` keeps each predictor, so that the one proposed last stays; the others keep
        it if its score is better. Raises NotFiniteError where a weight or a score is not finite.
        """
        where = f"iteration {iteration}" if iteration else "the proposed predictor"
        predictor.to(self.compute.device)  # a vote's or a map's own numbers may still be elsewhere
        check_weights(predictor, where)
        predictor.eval()
        scores = self.validate(predictor)
        self.validations.append({"iteration": iteration, **scores})
        kept = copy.deepcopy(predictor).cpu()
        for rule, score in scores.items():
            if not math.isfinite(score):
                raise NotFiniteError(f"{where}: the score by {rule} is not finite")
            before = self.best[rule].score if rule in self.best else None
            if before is None or score > before:
                self.best[rule] = Checkpoint(score, iteration, kept)
        self.best[LAST] = Checkpoint(None, iteration, kept)

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
        measured: nn.Module | None,
    ) -> dict[str, Tensor]:
        with self.compute.autocast():
            losses = objective()
        optimiser.zero_grad(set_to_none=True)
        task = self.term_gradient.of_task(losses, measured)
        losses["loss"].backward()
        self.term_gradient.note(task, measured, iteration)
        watch.note(iteration, losses["loss"], _optimised(optimiser))
        optimiser.step()
        return losses

    def _checkpoint_iterations(self, total: int, share: float) -> set[int]:
        """Return the iterations of a phase after which the fit's evenly spread checkpoints lie.

        The phase is the next ``share`` of the fit.
        """
        count = self.settings.checkpoints
        begun, self._begun = self._begun, self._begun + share
        places = [(index + 1) / count - begun for index in range(count)]
        inside = [place for place in places if ROUNDING < place <= share + ROUNDING]
        return {min(total, max(1, round(total * place / share))) for place in inside}

    def _record_curve(
        self, iteration: int, most: int, losses: Mapping[str, Tensor], *, is_last: bool
    ) -> bool:
        """Add the iteration to the curve if it is one of its points; return whether it is."""
        every = max(1, most // CURVE_POINTS)
        is_point = iteration % every == 0 or is_last
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
