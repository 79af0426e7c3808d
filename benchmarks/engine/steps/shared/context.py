"""The context of a step: its parents' outputs, domains, files and device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.engine.domains import Domain, load_domain
from benchmarks.engine.domains.standardised import standardised_subjects
from benchmarks.engine.errors import EngineError
from benchmarks.engine.running.device import Compute
from benchmarks.engine.running.events import StepProgress
from benchmarks.engine.running.store import Store
from benchmarks.engine.steps.shared.outputs import DomainOutputs
from benchmarks.engine.tasks.catalog import TASKS, Task
from benchmarks.plan.spec import DomainSpec
from benchmarks.plan.steps.shared import DomainStep, LabelledStep
from benchmarks.plan.steps.step import Address, Step

AnyStep = TypeVar("AnyStep", bound=Step, covariant=True)
Other = TypeVar("Other", bound=Step)
Outputs = TypeVar("Outputs")
Role = Literal["source", "target"]


class DomainCache:
    """Domains of this run: arrays in memory, slices resident on the device."""

    def __init__(self, folder: Path, compute: Compute) -> None:
        self._folder = folder
        self._compute = compute
        self._domains: dict[str, Domain] = {}
        self._tensors: dict[tuple[str, str], tuple[Tensor, Tensor]] = {}

    def load(self, spec: DomainSpec, progress: Any = None) -> Domain:
        """Return the domain, built or read from its cache."""
        return load_domain(spec, self._folder, progress)

    def domain(self, step: DomainStep, digest: str) -> Domain:
        """Return the domain of a finished ``domain`` step; raises where its digest changed."""
        if step.address not in self._domains:
            domain = self.load(step.spec)
            if domain.digest != digest:
                message = (
                    f"{step.label}: the data differ from those the stored steps were computed on; "
                    "use another --out folder, or the package versions of the first run"
                )
                raise EngineError(message)
            self._domains[step.address] = domain
        return self._domains[step.address]

    def tensors(self, step: DomainStep, digest: str, task: Task) -> tuple[Tensor, Tensor]:
        """Return z-scored images and labels, (subjects, slices, 1, h, w), on the device."""
        key = step.address, task.slug
        if key not in self._tensors:
            domain = self.domain(step, digest)
            device = self._compute.device
            scores = standardised_subjects(domain.images)
            images = torch.from_numpy(scores).unsqueeze(2).to(device)
            self._tensors[key] = images, torch.from_numpy(task.labels(domain)).to(device)
        return self._tensors[key]


@dataclass(frozen=True)
class StepContext(Generic[AnyStep]):
    """One step, its finished parents, a folder for its files, and the device.

    ``failed`` holds why steps failed, by address.
    """

    step: AnyStep
    plan_steps: Mapping[Address, Step]
    failed: Mapping[Address, str]
    store: Store
    folder: Path
    compute: Compute
    domains: DomainCache
    progress: StepProgress

    @property
    def task(self) -> Task:
        """Return the prediction task of the step's scenario."""
        return TASKS[self._labelled.task]

    @property
    def _labelled(self) -> LabelledStep:
        if not isinstance(self.step, LabelledStep):
            raise EngineError(f"{self.step.label}: a step of kind {self.step.kind} has no labels")
        return self.step

    def step_at(self, address: Address, kind: type[Other]) -> Other:
        """Return a step of the plan by its address; raises EngineError if it has another kind."""
        step = self.plan_steps[address]
        if not isinstance(step, kind):
            raise EngineError(f"{self.step.label}: {step.label} is no step of kind {kind.kind}")
        return step

    def of(self, step: Other) -> "StepContext[Other]":
        """Return the context of another step of the plan, with that step's parents."""
        return replace(self, step=step)  # type: ignore[return-value, arg-type]  # of another kind

    def outputs(self, address: Address, kind: type[Outputs]) -> Outputs:
        """Return a finished step's JSON outputs, as the TypedDict that its work returns."""
        return cast(Outputs, self.store.outputs(address))

    def file(self, address: Address, name: str) -> Path:
        """Return one of a finished step's files."""
        return self.store.folder(address) / name

    def domain_step(self, side: Role) -> DomainStep:
        """Return the step that built the domain of one side."""
        address = self.step.parents.one(side)
        if address is None:
            raise EngineError(f"{self.step.label} has no {side} domain")
        return self.step_at(address, DomainStep)

    def domain(self, side: Role) -> Domain:
        """Return the arrays of one side's domain."""
        step = self.domain_step(side)
        return self.domains.domain(step, self.outputs(step.address, DomainOutputs)["digest"])

    def volumes(self, side: Role, subjects: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return z-scored images and labels of some subjects, (subjects, slices, 1, h, w).

        On a side that the scenario shuffles, each subject has another subject's labels, in
        training, validation and test.
        """
        step = self.domain_step(side)
        images, labels = self.domains.tensors(
            step, self.outputs(step.address, DomainOutputs)["digest"], self.task
        )
        index = torch.as_tensor(list(subjects), device=images.device)
        owners = torch.arange(len(images), device=images.device)
        if side in self._labelled.shuffled:
            owners = torch.from_numpy(derangement(len(images))).to(images.device)
        return images[index], labels[owners[index]]

    def slices(self, side: Role, subjects: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return images and labels of some subjects as (slices, 1, height, width)."""
        images, labels = self.volumes(side, subjects)
        flat = images.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        return flat, labels.flatten(0, 1)

    def intensities(self, side: Role, subjects: Sequence[int]) -> Tensor:
        """Return the intensities of the images of ``slices``, (slices, 1, height, width).

        They are not negative, in units of the mean of each subject's brain; background is 0.
        """
        chosen = torch.from_numpy(self.domain(side).images[list(subjects)])
        flat = chosen.unsqueeze(2).flatten(0, 1).to(self.compute.device)
        return flat.contiguous(memory_format=torch.channels_last)


def derangement(count: int) -> NDArray[np.int64]:
    """Return a fixed permutation of 0 .. count - 1 without fixed points."""
    order = np.random.default_rng(count).permutation(count)
    owners = np.empty(count, dtype=np.int64)
    owners[order] = np.roll(order, 1)
    return owners
