"""What a step may use while it is computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.engine.domains import Domain, load_domain
from benchmarks.engine.errors import EngineError
from benchmarks.engine.running.device import Compute
from benchmarks.engine.running.events import StepProgress
from benchmarks.engine.running.store import Store
from benchmarks.engine.tasks.catalog import TASKS, Task
from benchmarks.plan.spec import DomainSpec
from benchmarks.plan.steps import Step


class DomainCache:
    """Domains of this run: arrays in memory, slices resident on the device."""

    def __init__(self, folder: Path, compute: Compute) -> None:
        self._folder = folder
        self._compute = compute
        self._domains: dict[str, Domain] = {}
        self._tensors: dict[tuple[str, str], tuple[Tensor, Tensor]] = {}

    def load(self, spec: DomainSpec, progress: Any = None) -> Domain:
        """Return the domain, built or read from the world's cache."""
        return load_domain(spec, self._folder, progress)

    def domain(self, step: Step, digest: str) -> Domain:
        """Return the domain a finished ``domain`` step stands for; raises where it changed."""
        if step.address not in self._domains:
            domain = self.load(DomainSpec(**step.fields))
            if domain.digest != digest:
                message = (
                    f"{step.label}: the data differ from those the stored steps were computed on; "
                    "use another --out folder, or the package versions of the first run"
                )
                raise EngineError(message)
            self._domains[step.address] = domain
        return self._domains[step.address]

    def tensors(self, step: Step, digest: str, task: Task) -> tuple[Tensor, Tensor]:
        """Return images and labels, each (subjects, slices, 1, h, w), on the device."""
        key = step.address, task.slug
        if key not in self._tensors:
            domain = self.domain(step, digest)
            device = self._compute.device
            images = torch.from_numpy(domain.images).unsqueeze(2).to(device)
            self._tensors[key] = images, torch.from_numpy(task.labels(domain)).to(device)
        return self._tensors[key]


@dataclass(frozen=True)
class StepContext:
    """One step, its finished parents, a folder for its files, and the device."""

    step: Step
    plan_steps: Mapping[str, Step]
    failed: Mapping[str, str]
    store: Store
    folder: Path
    compute: Compute
    domains: DomainCache
    progress: StepProgress

    @property
    def fields(self) -> Mapping[str, Any]:
        """Return what the step computes."""
        return self.step.fields

    @property
    def task(self) -> Task:
        """Return what the step's scenario predicts."""
        return TASKS[self.fields["task"]]

    def parents(self, kind: str) -> list[Step]:
        """Return the step's parents of one kind, in the plan's order."""
        steps = (self.plan_steps[address] for address in self.step.parents)
        return [step for step in steps if step.kind == kind]

    @property
    def source(self) -> Step | None:
        """Return the step of the source's domain, or None where weights are the source."""
        domains = self.parents("domain")
        return domains[0] if len(domains) == 2 else None

    @property
    def target(self) -> Step:
        """Return the step of the target's domain."""
        return self.parents("domain")[-1]

    def outputs(self, address: str) -> dict[str, Any]:
        """Return a finished step's JSON outputs."""
        return self.store.outputs(address)

    def file(self, address: str, name: str) -> Path:
        """Return one of a finished step's files."""
        return self.store.folder(address) / name

    def domain(self, step: Step) -> Domain:
        """Return a parent domain's arrays."""
        return self.domains.domain(step, self.outputs(step.address)["digest"])

    def volumes(self, step: Step, subjects: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return images and labels of some subjects, (subjects, slices, 1, height, width).

        On a side that the scenario shuffles, everybody has somebody else's labels: in training,
        in validation and in testing.
        """
        images, labels = self.domains.tensors(step, self.outputs(step.address)["digest"], self.task)
        index = torch.as_tensor(list(subjects), device=images.device)
        owners = torch.arange(len(images), device=images.device)
        if self._is_shuffled(step):
            owners = torch.from_numpy(derangement(len(images))).to(images.device)
        return images[index], labels[owners[index]]

    def _is_shuffled(self, step: Step) -> bool:
        side = "target" if step.address == self.target.address else "source"
        return side in self.fields["shuffled"]

    def slices(self, step: Step, subjects: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return images and labels of some subjects as (slices, 1, height, width)."""
        images, labels = self.volumes(step, subjects)
        flat = images.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        return flat, labels.flatten(0, 1)


def derangement(count: int) -> NDArray[np.int64]:
    """Return a fixed shuffle of 0 .. count - 1 in which nobody keeps their place."""
    order = np.random.default_rng(count).permutation(count)
    owners = np.empty(count, dtype=np.int64)
    owners[order] = np.roll(order, 1)
    return owners
