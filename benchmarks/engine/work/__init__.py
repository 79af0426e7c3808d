"""One module a kind of step: how it is computed."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.engine.errors import EngineError
from benchmarks.engine.work.context import StepContext

Work = Callable[[StepContext], dict[str, Any]]

KINDS = {
    "domain": "benchmarks.engine.work.domain:build",
    "weights": "benchmarks.engine.work.weights:read",
    "split": "benchmarks.engine.work.split:draw",
    "fit": "benchmarks.engine.work.fit:fit",
    "evaluate": "benchmarks.engine.work.evaluate:evaluate",
    "compare": "benchmarks.engine.work.compare:compare",
    "conclude": "benchmarks.engine.work.conclude:conclude",
    "rank": "benchmarks.engine.work.rank:rank",
    "embed": "benchmarks.engine.work.embed:embed",
    "people": "benchmarks.engine.work.people:draw",
    "pretrain": "benchmarks.engine.work.tune:pretrain",
    "tune": "benchmarks.engine.work.tune:tune",
    "test": "benchmarks.engine.work.tune:test",
    "transferability": "benchmarks.engine.work.transferability:transferability",
    "similarity": "benchmarks.engine.work.similarity:similarity",
    "compare_sources": "benchmarks.engine.work.compare_sources:compare_sources",
    "selection": "benchmarks.engine.work.selection:selection",
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
