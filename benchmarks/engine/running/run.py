"""The loop that runs a plan's steps in the order of their dependencies."""

import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.engine.errors import DamagedOutputError, MachineFaultError
from benchmarks.engine.running.device import Compute, Provenance, provenance, threads_a_lane
from benchmarks.engine.running.lanes import (
    Ending,
    InlineLanes,
    Lanes,
    Order,
    ProcessLanes,
    Workplace,
)
from benchmarks.engine.running.precision import trusted
from benchmarks.engine.running.store import Store, sweep_leftovers
from benchmarks.plan.events import (
    ArtifactMade,
    Emit,
    LogWritten,
    ResultFound,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepSkipped,
    StepStarted,
)
from benchmarks.plan.plans import Plan
from benchmarks.plan.steps.step import Step
from reviewdb.common.json_object import JsonObject


def run_plan(plan: Plan, out: Path, compute: Compute, emit: Emit, *, lanes: int = 1) -> int:
    """Run all unfinished steps and emit every result; return the number of failed steps.

    With several lanes, that many steps are computed at once, each in its own process, which writes
    its progress to standard output; all other events go through ``emit``. The precision is decided
    here, once for all lanes. Raises MachineFaultError where the machine failed a step, after the
    running steps have ended.
    """
    sweep_leftovers(out)
    compute = trusted(compute, plan, emit, threads=threads_a_lane(lanes))
    workplace = Workplace(plan, Store(out), compute, emit)
    opened: Lanes = InlineLanes(workplace) if lanes == 1 else ProcessLanes(workplace, lanes)
    with opened as executor:
        run = _Run(plan, workplace.store, emit, executor, lanes, compute.arithmetic)
        return run.run(provenance(compute, lanes))


@dataclass
class _Run:
    plan: Plan
    store: Store
    emit: Emit
    executor: Lanes
    lanes: int
    arithmetic: str
    broken: dict[str, str] = field(default_factory=dict)  # failed or skipped, with the reason
    partial: set[str] = field(default_factory=set)  # made although a parent failed
    settled: set[str] = field(default_factory=set)  # finished or broken
    running: dict["Future[Ending]", Step] = field(default_factory=dict)
    failures: int = 0
    machine_fault: str = ""

    def run(self, about: Provenance) -> int:
        started = time.monotonic()
        steps = len(self.plan.steps)
        RunStarted(steps=steps, provenance=about).emit(self.emit)
        waiting = dict(enumerate(self.plan.steps))
        while self.running or (waiting and not self.machine_fault):
            if not self.machine_fault:
                self._begin(waiting)
            if self.running:
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._end(self.running.pop(future), future.result())
        if self.machine_fault:
            raise MachineFaultError(self.machine_fault)
        taken = time.monotonic() - started
        RunFinished(wall_seconds=taken, failed=self.failures).emit(self.emit)
        return self.failures

    def _begin(self, waiting: dict[int, Step]) -> None:
        """Start steps whose parents are done, in the plan's order, until every lane is busy."""
        for position, step in list(waiting.items()):
            if len(self.running) >= self.lanes:
                return
            if self.settled.issuperset(step.parents.addresses):
                del waiting[position]
                self._take(step, position)

    def _take(self, step: Step, position: int) -> None:
        if self._is_finished(step):
            self.settled.add(step.address)
            self._finished(step, 0.0, reused=True)
            self._announce(step)
            return
        broken = [address for address in step.parents.addresses if address in self.broken]
        if broken and not step.reports_failed_parents:
            self._skip(step, self.broken[broken[0]])
            return
        if broken or not self.partial.isdisjoint(step.parents.addresses):
            self.partial.add(step.address)
            self.store.set_aside(step.address)
        StepStarted(address=step.address, kind=step.kind, label=step.label, position=position).emit(
            self.emit
        )
        order = Order(step.address, dict(self.broken), frozenset(self.partial))
        self.running[self.executor.submit(order)] = step

    def _is_finished(self, step: Step) -> bool:
        try:
            return self.store.has(step.address) and self._is_of_this_arithmetic(step)
        except DamagedOutputError as error:
            LogWritten(level="warning", message=f"{error}; computing it again").emit(self.emit)
            self.store.discard(step.address)
            return False

    def _is_of_this_arithmetic(self, step: Step) -> bool:
        """Return whether a stored step may stand beside this run's; one that may not is removed."""
        stored = self.store.arithmetic(step.address)
        if not step.uses_networks or stored == self.arithmetic:
            return True
        message = (
            f"{step.label}: stored as computed in {stored or 'an unknown precision'}, this run "
            f"computes in {self.arithmetic}; computing it again"
        )
        LogWritten(level="info", message=message).emit(self.emit)
        self.store.discard(step.address)
        return False

    def _skip(self, step: Step, reason: str) -> None:
        self.settled.add(step.address)
        self.broken[step.address] = reason
        StepSkipped(address=step.address, error=f"not possible: {reason}").emit(self.emit)

    def _end(self, step: Step, ending: Ending) -> None:
        self.settled.add(step.address)
        if ending.machine_fault:
            self.machine_fault = ending.machine_fault
            StepFailed(address=step.address, error=ending.machine_fault).emit(self.emit)
            return
        if ending.reason:
            self.failures += 1
            self.broken[step.address] = ending.reason
            StepFailed(address=step.address, error=ending.reason).emit(self.emit)
            return
        self._finished(step, ending.wall_seconds, reused=False)
        self._announce(step)

    def _finished(self, step: Step, wall_seconds: float, *, reused: bool) -> None:
        StepFinished(address=step.address, wall_seconds=wall_seconds, reused=reused).emit(self.emit)

    def _announce(self, step: Step) -> None:
        outputs = self.store.outputs(step.address)
        for row in outputs.get("results", []):
            ResultFound(address=step.address, row=row).emit(self.emit)
        for artifact in outputs.get("artifacts", []):
            path = self.store.folder(step.address) / artifact["name"]
            self._artifact(step, artifact, path).emit(self.emit)

    def _artifact(self, step: Step, artifact: JsonObject, path: Path) -> ArtifactMade:
        about = {
            "scenario": step.named("scenario"),
            "strategy": step.named("strategy"),
            "path": str(path),
            "digest": self.store.digest(step.address, artifact["name"]),
            **artifact,
        }
        return ArtifactMade(address=step.address, **about)
