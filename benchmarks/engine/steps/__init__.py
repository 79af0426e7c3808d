"""One module a kind of step: how it is computed."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.engine.errors import EngineError
from benchmarks.engine.steps.shared.context import StepContext

Work = Callable[[StepContext], dict[str, Any]]

KINDS = {
    "domain": "benchmarks.engine.steps.shared.domain:build",
    "weights": "benchmarks.engine.steps.shared.weights:read",
    "split": "benchmarks.engine.steps.comparison.split:draw",
    "fit": "benchmarks.engine.steps.comparison.fit:fit",
    "evaluate": "benchmarks.engine.steps.comparison.evaluate:evaluate",
    "compare": "benchmarks.engine.steps.comparison.compare:compare",
    "conclude": "benchmarks.engine.steps.comparison.conclude:conclude",
    "rank": "benchmarks.engine.steps.comparison.rank:rank",
    "embed": "benchmarks.engine.steps.comparison.embed:embed",
    "people": "benchmarks.engine.steps.source_selection.people:draw",
    "pretrain": "benchmarks.engine.steps.source_selection.tune:pretrain",
    "tune": "benchmarks.engine.steps.source_selection.tune:tune",
    "test": "benchmarks.engine.steps.source_selection.tune:test",
    "transferability": "benchmarks.engine.steps.source_selection.transferability:transferability",
    "similarity": "benchmarks.engine.steps.source_selection.similarity:similarity",
    "compare_sources": "benchmarks.engine.steps.source_selection.compare_sources:compare_sources",
    "selection": "benchmarks.engine.steps.source_selection.tables:selection",
}
GOES_ON_WITHOUT_PARENTS = frozenset(
    {"compare", "conclude", "embed", "rank", "compare_sources", "selection"}
)
"""Kinds that report a failed parent as a failure instead of being skipped."""


def work_for(kind: str) -> Work:
    """Return the function that computes a step of this kind."""
    if kind not in KINDS:
        message = f"unknown kind of step {kind!r}; known: {', '.join(sorted(KINDS))}"
        raise EngineError(message)
    module, _, name = KINDS[kind].partition(":")
    work: Work = getattr(import_module(module), name)
    return work
