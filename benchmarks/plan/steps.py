"""Content-addressed steps and the plan that holds them (networkx DAG)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx

from benchmarks.plan.errors import PlanError

ENGINE_REVISION = 2
"""Raised whenever the same fields would lead to other numbers; all addresses change with it."""


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and no spaces: the same text for the same data anywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class Step:
    """One unit of work; ``address`` is the SHA-256 of what it computes.

    ``label`` and ``group`` are for people and do not enter the address.
    """

    kind: str
    fields: Mapping[str, Any]
    parents: tuple[str, ...] = ()
    label: str = field(default="", compare=False)

    @cached_property
    def address(self) -> str:
        """Return the SHA-256 of kind, fields, parents and ENGINE_REVISION."""
        content = {
            "kind": self.kind,
            "fields": self.fields,
            "parents": list(self.parents),
            "engine_revision": ENGINE_REVISION,
        }
        return hashlib.sha256(canonical(content).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return the step's form in a plan file."""
        return {
            "address": self.address,
            "kind": self.kind,
            "label": self.label,
            "fields": dict(self.fields),
            "parents": list(self.parents),
        }


@dataclass(frozen=True)
class Plan:
    """Steps in an order in which parents come first."""

    benchmark: str
    profile: str
    seeds: int
    strategies: tuple[str, ...]
    steps: tuple[Step, ...]

    def graph(self) -> "nx.DiGraph[str]":
        """Return the DAG: an edge from each step's address to those that need it."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        for step in self.steps:
            graph.add_node(step.address, kind=step.kind, label=step.label)
            graph.add_edges_from((parent, step.address) for parent in step.parents)
        return graph

    def as_json(self) -> dict[str, Any]:
        """Return the plan file's content."""
        return {
            "benchmark": self.benchmark,
            "profile": self.profile,
            "seeds": self.seeds,
            "strategies": list(self.strategies),
            "engine_revision": ENGINE_REVISION,
            "steps": [step.as_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        """Return the plan in ``data``; raises PlanError where it was made or changed elsewhere."""
        revision = data.get("engine_revision")
        if revision != ENGINE_REVISION:
            message = f"the plan is of engine revision {revision}, this engine is {ENGINE_REVISION}"
            raise PlanError("engine_revision", f"{message}; make the plan again")
        steps = tuple(_step_from_json(entry) for entry in data["steps"])
        check_order(steps)
        return cls(
            benchmark=data["benchmark"],
            profile=data["profile"],
            seeds=data["seeds"],
            strategies=tuple(data["strategies"]),
            steps=steps,
        )


def _step_from_json(entry: Mapping[str, Any]) -> Step:
    step = Step(entry["kind"], entry["fields"], tuple(entry["parents"]), entry.get("label", ""))
    if step.address != entry["address"]:
        message = f"step {entry.get('label') or entry['address']}: content and address differ"
        raise PlanError("steps", message)
    return step


def check_order(steps: Iterable[Step]) -> None:
    """Raise PlanError unless every step comes after its parents and once."""
    seen: set[str] = set()
    for step in steps:
        if missing := set(step.parents) - seen:
            message = f"step {step.label}: parent {min(missing)[:12]} does not come before it"
            raise PlanError("steps", message)
        if step.address in seen:
            raise PlanError("steps", f"step {step.label} is planned twice")
        seen.add(step.address)
