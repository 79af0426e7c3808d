"""Protocols: how a benchmark's question is turned into steps. A card says which one it follows."""

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
    """One way to answer a question: ``steps`` are its own kinds of steps, ``plan`` makes them.

    ``plan`` gives a benchmark's steps, parents first; one that comes twice counts once.
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
"""Every kind of step that a plan can hold."""


def protocol_of(card: BenchmarkCard) -> Protocol:
    """Return the protocol that the benchmark follows; raises PlanError where there is none such."""
    if card.protocol not in PROTOCOLS:
        raise unknown("protocol", card.protocol, sorted(PROTOCOLS))
    return PROTOCOLS[card.protocol]
