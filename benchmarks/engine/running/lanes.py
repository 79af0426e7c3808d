"""Lanes, in which steps are computed: in this process, or several at once in child processes.

The networks here are small: on a CPU, one process per core with one thread each has a higher
throughput than one process with a thread per core (figures in `docs/performance.md`). A GPU has one
lane.
"""

import os
import time
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol, Self

import torch

from benchmarks.engine.errors import MachineFaultError
from benchmarks.engine.running.device import Compute, threads_a_lane
from benchmarks.engine.running.events import StepProgress, line_writer
from benchmarks.engine.running.store import Store, write_outputs
from benchmarks.engine.steps import work_for
from benchmarks.engine.steps.shared.context import DomainCache, StepContext
from benchmarks.plan.events import Emit
from benchmarks.plan.plans import Plan
from benchmarks.plan.steps.step import Step
from reviewdb.common.json_object import JsonObject
from reviewdb.common.machine_faults import machine_fault
from reviewdb.common.processes import end_with

MOST_LANES = 4
"""Each has its own torch in memory, about 0.5 GiB, and the domains it reads."""


@dataclass(frozen=True)
class Order:
    """One step to compute, with the ``failed`` steps (and reasons) and ``partial`` ones so far."""

    address: str
    failed: dict[str, str]
    partial: frozenset[str]


@dataclass(frozen=True)
class Ending:
    """A step's duration and reason for failure; without a reason it succeeded.

    ``machine_fault`` marks a failure of the machine, not of the step.
    """

    wall_seconds: float
    reason: str = ""
    machine_fault: str = ""


@dataclass
class Workplace:
    """Everything that one process needs to compute any step of a plan."""

    plan: Plan
    store: Store
    compute: Compute
    emit: Emit
    steps: dict[str, Step] = field(init=False)
    domains: DomainCache = field(init=False)

    def __post_init__(self) -> None:
        self.steps = {step.address: step for step in self.plan.steps}
        self.domains = DomainCache(self.store.root / "worlds", self.compute)

    def compute_step(self, order: Order) -> Ending:
        """Compute the step; return its ending, without a reason if its outputs are stored."""
        started = time.monotonic()
        step = self.steps[order.address]
        for address in order.partial:
            self.store.set_aside(address)
        try:
            self._compute(step, order)
        except Exception as error:  # noqa: BLE001 - one strategy's failure is a result, not the run's end
            reason = f"{step.label}: {type(error).__name__}: {error}"
            fault = str(error) if isinstance(error, MachineFaultError) else machine_fault(error)
            return Ending(time.monotonic() - started, reason, fault)
        return Ending(time.monotonic() - started)

    def _arithmetic(self, step: Step) -> str:
        return self.compute.arithmetic if step.uses_networks else ""

    def _compute(self, step: Step, order: Order) -> None:
        with self.store.draft(step.address) as folder:
            context = StepContext(
                step=step,
                plan_steps=self.steps,
                failed=order.failed,
                store=self.store,
                folder=folder,
                compute=self.compute,
                domains=self.domains,
                progress=StepProgress(self.emit, step.address),
            )
            try:
                write_outputs(folder, work_for(step)(context), self._arithmetic(step))
            except (OSError, RuntimeError) as error:
                # Checked before the draft is removed: afterwards a full disk has space again.
                if fault := machine_fault(error, folder):
                    raise MachineFaultError(fault) from error
                raise


class Lanes(Protocol):
    """Executor of orders; leaving the ``with`` block ends its processes."""

    def submit(self, order: Order) -> "Future[Ending]":
        """Return the future of the step's ending."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class InlineLanes:
    """One lane: this process."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    def submit(self, order: Order) -> "Future[Ending]":
        """Compute the step and return a finished future."""
        done: Future[Ending] = Future()
        done.set_result(self._workplace.compute_step(order))
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Do nothing: there are no processes to end."""


class ProcessLanes:
    """Several lanes as child processes; if one dies, every future raises BrokenProcessPool."""

    def __init__(self, workplace: Workplace, lanes: int) -> None:
        self._pool = ProcessPoolExecutor(
            lanes,
            mp_context=get_context("spawn"),  # a forked torch hangs in its thread pool
            initializer=_open_lane,
            initargs=(
                workplace.plan.as_json(),
                workplace.store.root,
                workplace.compute,
                threads_a_lane(lanes),
                os.getpid(),
            ),
        )

    def submit(self, order: Order) -> "Future[Ending]":
        """Return the future of the step's ending, computed in the next free lane."""
        return self._pool.submit(_in_lane, order)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End the lanes after their current steps."""
        self._pool.shutdown(cancel_futures=True)


def lanes_for(compute: Compute) -> int:
    """Return the number of lanes: one per CPU core, at most four; one on a GPU."""
    if compute.device.type != "cpu":
        return 1
    return min(torch.get_num_threads(), MOST_LANES)


_lane: Workplace | None = None


def _open_lane(plan: JsonObject, root: Path, compute: Compute, threads: int, run: int) -> None:
    """Make this process a lane of the run, with progress on the run's standard output."""
    global _lane
    end_with(run)
    torch.set_num_threads(threads)
    _lane = Workplace(Plan.from_json(plan), Store(root), compute, line_writer())


def _in_lane(order: Order) -> Ending:
    if _lane is None:
        raise RuntimeError("the lane was not opened")
    return _lane.compute_step(order)
