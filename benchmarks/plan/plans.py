"""A plan: steps by address, parents first, with their graph (networkx DAG)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from benchmarks.plan.errors import PlanError
from benchmarks.plan.precision import AUTO, check_precision
from benchmarks.plan.protocols import KINDS
from benchmarks.plan.steps.reading import read_fields, read_step
from benchmarks.plan.steps.step import ENGINE_REVISION, Address, Json, Step

STEPS_APART = ("steps", "engine_revision")


@dataclass(frozen=True)
class Plan:
    """Steps in an order in which parents come first."""

    benchmark: str
    profile: str
    seeds: int
    strategies: tuple[str, ...]
    steps: tuple[Step, ...]
    datasets: tuple[str, ...] = ()
    precision: str = AUTO

    def graph(self) -> "nx.DiGraph[str]":
        """Return the DAG: an edge from each step's address to those that need it."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        for step in self.steps:
            graph.add_node(step.address, kind=step.kind, label=step.label)
            graph.add_edges_from((parent, step.address) for parent in step.parents.addresses)
        return graph

    def as_json(self) -> dict[str, Json]:
        """Return the plan file's content."""
        return {
            "benchmark": self.benchmark,
            "profile": self.profile,
            "seeds": self.seeds,
            "strategies": list(self.strategies),
            "datasets": list(self.datasets),
            "precision": self.precision,
            "engine_revision": ENGINE_REVISION,
            "steps": [step.as_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> "Plan":
        """Return the plan in ``data``; raises PlanError if content and addresses differ."""
        revision = data.get("engine_revision")
        if revision != ENGINE_REVISION:
            message = f"the plan is of engine revision {revision}, this engine is {ENGINE_REVISION}"
            raise PlanError("engine_revision", f"{message}; make the plan again")
        about = {name: value for name, value in data.items() if name not in STEPS_APART}
        values = read_fields(cls, about, "plan", without=STEPS_APART)
        entries = data.get("steps")
        if not isinstance(entries, list):
            raise PlanError("steps", f"plan: steps must be a list, got {entries!r}")
        steps = tuple(_step_from_json(entry, place) for place, entry in enumerate(entries))
        check_order(steps)
        check_precision(values.get("precision", AUTO))
        return cls(**values, steps=steps)


def _step_from_json(entry: Json, position: int) -> Step:
    if not isinstance(entry, Mapping):
        raise PlanError("steps", f"step {position} must be a mapping, got {entry!r}")
    where = f"step {entry.get('label') or position}"
    kind = KINDS.get(entry.get("kind", ""))
    if kind is None:
        choices = f"known: {', '.join(sorted(KINDS))}"
        raise PlanError("steps", f"{where}: kind {entry.get('kind')!r} is unknown; {choices}")
    step = read_step(kind, entry, where)
    if step.revisions != entry.get("revisions"):
        made = f"made at revisions {entry.get('revisions')}, here they are {step.revisions}"
        raise PlanError("steps", f"{where} was {made}; make the plan again")
    if step.address != entry.get("address"):
        raise PlanError("steps", f"{where}: content and address differ")
    return step


def check_order(steps: Iterable[Step]) -> None:
    """Raise PlanError unless every step comes once and after its parents."""
    seen: set[Address] = set()
    for step in steps:
        if missing := set(step.parents.addresses) - seen:
            message = f"step {step.label}: parent {min(missing)[:12]} does not come before it"
            raise PlanError("steps", message)
        if step.address in seen:
            raise PlanError("steps", f"step {step.label} is planned twice")
        seen.add(step.address)
