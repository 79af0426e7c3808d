"""Protocols turn a benchmark's question into steps; each benchmark card names its protocol."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.plan.errors import unknown
from benchmarks.plan.protocols.comparison import planner as comparison
from benchmarks.plan.protocols.comparison import steps as comparison_steps
from benchmarks.plan.protocols.source_selection import planner as source_selection
from benchmarks.plan.protocols.source_selection import steps as source_selection_steps
from benchmarks.plan.spec import BenchmarkCard, Profile, RunSpec
from benchmarks.plan.steps.shared import DomainStep, WeightsStep
from benchmarks.plan.steps.step import Step


@dataclass(frozen=True)
class Protocol:
    """A way to answer a question: its kinds of steps, and the function that plans them.

    ``plan`` returns a benchmark's steps, parents first; a repeated step counts once.
    """

    slug: str
    steps: tuple[type[Step], ...]
    plan: Callable[[BenchmarkCard, Profile, RunSpec], Iterable[Step]]


PROTOCOLS = {
    protocol.slug: protocol
    for protocol in (
        Protocol("comparison", comparison_steps.STEPS, comparison.steps),
        Protocol("source_selection", source_selection_steps.STEPS, source_selection.steps),
    )
}
KINDS: dict[str, type[Step]] = {
    kind.kind: kind
    for kinds in ((DomainStep, WeightsStep), *(p.steps for p in PROTOCOLS.values()))
    for kind in kinds
}
"""Every kind of step that a plan can contain."""


def protocol_of(card: BenchmarkCard) -> Protocol:
    """Return the benchmark's protocol; raises PlanError if it does not exist."""
    if card.protocol not in PROTOCOLS:
        raise unknown("protocol", card.protocol, sorted(PROTOCOLS))
    return PROTOCOLS[card.protocol]
