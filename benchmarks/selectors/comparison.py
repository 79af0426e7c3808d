"""Compares two runs: what differs, and how many steps and results are equal."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from benchmarks.models import Result, Run
from benchmarks.plan.differences import PlanDifference, plan_difference
from benchmarks.plan.precision import arithmetic_of
from benchmarks.plan.result_row import CELL as CELL_OF_RUN
from benchmarks.plan.result_row import MEASURED as EVERY_MEASURED
from benchmarks.selectors.results import ShownResult, column_row
from reviewdb.common.json_object import JsonObject

CELL = ("benchmark", *CELL_OF_RUN)
MEASURED = tuple(name for name in EVERY_MEASURED if name not in ("baseline", "detail"))
SETTINGS = ("benchmark", "profile", "seeds", "strategies", "datasets", "precision")
SAME_TO = 1e-9
"""Means closer than this are equal, because databases may round the last digit differently."""


class Difference(TypedDict):
    """One setting that differs between two runs.

    The values are null if a run lacks it; of lists, only entries that the other run lacks.
    """

    name: str
    a: Any
    b: Any


class CellDifference(TypedDict):
    """A cell that two runs measured differently: both rows, and the mean of b minus that of a."""

    cell: ShownResult
    a: ShownResult
    b: ShownResult
    difference: float | None
    overlap: bool | None


class ResultDifference(TypedDict):
    """Counts of compared cells, and the cells whose numbers differ.

    ``refused`` tells why nothing is compared, where the runs' arithmetic differs.
    """

    refused: str
    same: int
    only_a: int
    only_b: int
    different: list[CellDifference]


class RunComparison(TypedDict):
    """What differs between run ``a`` and run ``b``."""

    a: int
    b: int
    settings: list[Difference]
    provenance: list[Difference]
    plan: PlanDifference
    results: ResultDifference


def run_comparison(a: int, b: int) -> RunComparison:
    """Return what differs between two runs, in four queries; raises Run.DoesNotExist.

    Results are compared only where both runs were computed by the same kind of device in the same
    precision.
    """
    first, second = _run(a), _run(b)
    return {
        "a": first.pk,
        "b": second.pk,
        "settings": _differences(_settings(first), _settings(second)),
        "provenance": _differences(_flat(first.provenance), _flat(second.provenance)),
        "plan": plan_difference(first.plan, second.plan),
        "results": _results(first, second),
    }


def _run(run_id: int) -> Run:
    return Run.objects.get(pk=run_id)


def _settings(run: Run) -> JsonObject:
    return {name: getattr(run, name) for name in SETTINGS}


def _flat(value: JsonObject, above: str = "") -> dict[str, object]:
    """Return nested mappings as one mapping with dotted keys, such as ``versions.torch``."""
    flat: dict[str, object] = {}
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            flat |= _flat(inner, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = inner
    return flat


def _differences(a: JsonObject, b: JsonObject) -> list[Difference]:
    return [
        {
            "name": name,
            "a": _without(a.get(name), b.get(name)),
            "b": _without(b.get(name), a.get(name)),
        }
        for name in dict.fromkeys([*a, *b])
        if a.get(name) != b.get(name)
    ]


def _without(mine: Any, theirs: Any) -> Any:
    are_lists = isinstance(mine, list) and isinstance(theirs, list)
    return [value for value in mine if value not in theirs] if are_lists else mine


def _cells(run: Run) -> dict[tuple[Any, ...], ShownResult]:
    """Return the run's result rows by cell, in the order of its tables."""
    results: Iterable[Result] = run.results.select_related("node").defer("detail")
    rows = [column_row(result) for result in results]
    return {tuple(row[name] for name in CELL): row for row in rows}


def _results(a: Run, b: Run) -> ResultDifference:
    if refused := mixture(a, b):
        return {"refused": refused, "same": 0, "only_a": 0, "only_b": 0, "different": []}
    return _result_difference(_cells(a), _cells(b))


def mixture(a: Run, b: Run) -> str:
    """Return why the numbers of two runs cannot be compared; empty where they can.

    A run that never started has no numbers, and none that could differ.
    """
    first, second = arithmetic_of(a.provenance), arithmetic_of(b.provenance)
    if not first or not second or first == second:
        return ""
    return (
        f"Run {a.pk} was computed in {first}, run {b.pk} in {second}. Rounding alone makes their "
        "numbers differ: request one of them again with the other's precision, on the same kind of "
        "device."
    )


def _result_difference(
    a: Mapping[tuple[Any, ...], ShownResult], b: Mapping[tuple[Any, ...], ShownResult]
) -> ResultDifference:
    shared = [cell for cell in a if cell in b]
    different = [_cell_difference(a[cell], b[cell]) for cell in shared if _differ(a[cell], b[cell])]
    return {
        "refused": "",
        "same": len(shared) - len(different),
        "only_a": len(a) - len(shared),
        "only_b": len(b) - len(shared),
        "different": different,
    }


def _differ(a: ShownResult, b: ShownResult) -> bool:
    """Return whether means or verdicts differ; a verdict can change while the means are equal."""
    if a["mean"] is None or b["mean"] is None:
        return bool(a["mean"] != b["mean"])
    return abs(a["mean"] - b["mean"]) > SAME_TO or bool(a["verdict"] != b["verdict"])


def _cell_difference(a: ShownResult, b: ShownResult) -> CellDifference:
    are_both = a["mean"] is not None and b["mean"] is not None
    return {
        "cell": {name: a[name] for name in CELL},
        "a": {name: a[name] for name in MEASURED},
        "b": {name: b[name] for name in MEASURED},
        "difference": b["mean"] - a["mean"] if are_both else None,
        "overlap": _overlap(a, b) if are_both else None,
    }


def _overlap(a: ShownResult, b: ShownResult) -> bool | None:
    """Return whether the two intervals overlap; None if one is missing."""
    ends = (a["low"], a["high"], b["low"], b["high"])
    if any(end is None for end in ends):
        return None
    return bool(max(a["low"], b["low"]) <= min(a["high"], b["high"]))
