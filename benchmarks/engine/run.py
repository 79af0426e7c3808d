"""The loop over a plan's steps."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.engine.device import Compute, provenance
from benchmarks.engine.errors import DamagedOutputError
from benchmarks.engine.events import Emit, StepProgress
from benchmarks.engine.store import Store, write_outputs
from benchmarks.engine.work import GOES_ON_WITHOUT_PARENTS, work_for
from benchmarks.engine.work.context import DomainCache, StepContext
from benchmarks.plan.steps import Plan, Step


def run_plan(plan: Plan, out: Path, compute: Compute, emit: Emit) -> int:
    """Run what is not finished yet and emit every result; return how many steps failed."""
    return _Run(plan, Store(out), compute, emit, out / "worlds").run()


@dataclass
class _Run:
    plan: Plan
    store: Store
    compute: Compute
    emit: Emit
    worlds: Path
    broken: dict[str, str] = field(default_factory=dict)  # failed or skipped, with the reason
    partial: set[str] = field(default_factory=set)  # made although a parent failed
    failures: int = 0

    def run(self) -> int:
        started = time.monotonic()
        self.steps = {step.address: step for step in self.plan.steps}
        self.domains = DomainCache(self.worlds, self.compute)
        self.emit("run_started", steps=len(self.plan.steps), provenance=provenance(self.compute))
        for position, step in enumerate(self.plan.steps):
            self._take(step, position)
        self.emit(
            "run_finished",
            wall_seconds=time.monotonic() - started,
            failed=self.failures,
        )
        return self.failures

    def _take(self, step: Step, position: int) -> None:
        if self._is_finished(step):
            self.emit("step_finished", address=step.address, wall_seconds=0.0, reused=True)
            self._announce(step)
            return
        broken = [address for address in step.parents if address in self.broken]
        if broken and step.kind not in GOES_ON_WITHOUT_PARENTS:
            reason = self.broken[broken[0]]
            self.broken[step.address] = reason
            self.emit("step_skipped", address=step.address, error=f"not possible: {reason}")
            return
        self.emit(
            "step_started",
            address=step.address,
            kind=step.kind,
            label=step.label,
            position=position,
        )
        self._attempt(step, is_partial=bool(broken) or not self.partial.isdisjoint(step.parents))

    def _is_finished(self, step: Step) -> bool:
        try:
            return self.store.has(step.address)
        except DamagedOutputError as error:
            self.emit("log", level="warning", message=f"{error}; computing it again")
            self.store.discard(step.address)
            return False

    def _attempt(self, step: Step, *, is_partial: bool) -> None:
        started = time.monotonic()
        try:
            self._compute(step, is_partial=is_partial)
        except Exception as error:  # noqa: BLE001 - one strategy's failure is a result, not the run's end
            reason = f"{step.label}: {type(error).__name__}: {error}"
            self.failures += 1
            self.broken[step.address] = reason
            self.emit("step_failed", address=step.address, error=reason)
            return
        self.emit(
            "step_finished",
            address=step.address,
            wall_seconds=time.monotonic() - started,
            reused=False,
        )
        self._announce(step)

    def _compute(self, step: Step, *, is_partial: bool) -> None:
        if is_partial:
            self.partial.add(step.address)
        with self.store.draft(step.address, is_partial=is_partial) as folder:
            context = StepContext(
                step=step,
                plan_steps=self.steps,
                failed=self.broken,
                store=self.store,
                folder=folder,
                compute=self.compute,
                domains=self.domains,
                progress=StepProgress(self.emit, step.address),
            )
            write_outputs(folder, work_for(step.kind)(context))

    def _announce(self, step: Step) -> None:
        outputs = self.store.outputs(step.address)
        for row in outputs.get("results", []):
            self.emit("result", address=step.address, row=row)
        for artifact in outputs.get("artifacts", []):
            path = self.store.folder(step.address) / artifact["name"]
            self.emit("artifact", **self._artifact(step, artifact, path))

    def _artifact(self, step: Step, artifact: Mapping[str, Any], path: Path) -> dict[str, Any]:
        return {
            "address": step.address,
            "scenario": step.fields.get("scenario", ""),
            "strategy": step.fields.get("strategy", ""),
            "path": str(path),
            "digest": self.store.digest(step.address, artifact["name"]),
            **artifact,
        }
