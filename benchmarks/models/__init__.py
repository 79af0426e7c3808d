"""Models of the benchmarks app: runs, steps, events, results, artifacts, workers."""

from benchmarks.models.results import Artifact, Result, Verdict
from benchmarks.models.runs import FINAL_STATES, Event, Run, RunState, Step, StepState
from benchmarks.models.workers import WorkerBeat

__all__ = [
    "FINAL_STATES",
    "Artifact",
    "Event",
    "Result",
    "Run",
    "RunState",
    "Step",
    "StepState",
    "Verdict",
    "WorkerBeat",
]
