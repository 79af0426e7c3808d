"""Compares two plans: steps by address, and fields of corresponding steps."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypedDict

from benchmarks.plan.steps.step import canonical
from reviewdb.common.json_object import JsonObject

Step = JsonObject
ADDRESS = re.compile(r'"[0-9a-f]{64}"')


class StepCount(TypedDict):
    """The numbers of steps of a kind that both plans have, or only one."""

    kind: str
    shared: int
    only_a: int
    only_b: int


class FieldDifference(TypedDict):
    """A field with different values in corresponding steps; null if a step lacks it.

    ``steps`` is the number of steps with this difference.
    """

    kind: str
    field: str
    a: Any
    b: Any
    steps: int


class PlanDifference(TypedDict):
    """Counts of steps by kind, and the reasons why unshared steps have different addresses.

    ``note`` explains why the plans cannot share any step; it is empty if they can.
    """

    steps: list[StepCount]
    note: str
    differences: list[FieldDifference]


def plan_difference(a: JsonObject, b: JsonObject) -> PlanDifference:
    """Return how the plan files ``a`` and ``b`` differ.

    Steps of the same kind and label correspond; if their addresses differ, ``differences`` has
    their fields that differ. Fields with addresses of other steps are left out, because they follow
    from those steps.
    """
    steps_a, steps_b = _by_address(a), _by_address(b)
    shared = [step for address, step in steps_a.items() if address in steps_b]
    only_a = [step for address, step in steps_a.items() if address not in steps_b]
    only_b = [step for address, step in steps_b.items() if address not in steps_a]
    return {
        "steps": _step_counts(shared, only_a, only_b),
        "note": _note(a.get("engine_revision"), b.get("engine_revision")),
        "differences": _field_differences(only_a, only_b),
    }


def _note(a: object, b: object) -> str:
    if a == b:
        return ""
    return (
        f"The plans are of engine revisions {a} and {b}: no step has the same address, though it "
        "may do the same work, and what a kind of step is told may have other names."
    )


def _by_address(plan: JsonObject) -> dict[str, Step]:
    return {step["address"]: step for step in plan.get("steps", ())}


def _step_counts(
    shared: Iterable[Step], only_a: Iterable[Step], only_b: Iterable[Step]
) -> list[StepCount]:
    both, mine, theirs = (
        Counter(str(step["kind"]) for step in s) for s in (shared, only_a, only_b)
    )
    return [
        {"kind": kind, "shared": both[kind], "only_a": mine[kind], "only_b": theirs[kind]}
        for kind in dict.fromkeys([*both, *mine, *theirs])
    ]


def _field_differences(a: Iterable[Step], b: Iterable[Step]) -> list[FieldDifference]:
    others = {(step["kind"], step["label"]): step for step in b}
    found: dict[tuple[str, str, str, str], FieldDifference] = {}
    for step in a:
        other = others.get((step["kind"], step["label"]))
        if other is None:
            continue
        for name, mine, theirs in _unequal(step["fields"], other["fields"]):
            key = step["kind"], name, canonical(mine), canonical(theirs)
            found.setdefault(
                key, {"kind": step["kind"], "field": name, "a": mine, "b": theirs, "steps": 0}
            )["steps"] += 1
    kinds = list(dict.fromkeys(kind for kind, *_ in found))
    return sorted(found.values(), key=lambda row: kinds.index(row["kind"]))


def _unequal(mine: JsonObject, theirs: JsonObject) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*mine, *theirs]):
        a, b = mine.get(name), theirs.get(name)
        if a != b and not ADDRESS.search(canonical([a, b])):
            yield name, a, b
