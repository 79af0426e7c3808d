"""Functions that compute steps, one module per kind of step; kinds are defined in the plan."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.plan.steps.step import Step

Work = Callable[[StepContext[Any]], Mapping[str, object]]


def work_for(step: Step) -> Work:
    """Return the function that computes a step of this kind."""
    module, _, name = step.work.partition(":")
    work: Work = getattr(import_module(module), name)
    return work
