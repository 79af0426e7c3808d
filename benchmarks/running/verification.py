"""Recomputes tests of a run in a fresh store, and compares them with the stored results."""

import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, TypedDict

from django.conf import settings

from benchmarks.models import Result, Run
from benchmarks.plan.errors import PlanError
from benchmarks.plan.outputs import step_folder
from benchmarks.plan.plans import Plan
from benchmarks.plan.precision import PRECISIONS
from benchmarks.plan.result_row import CELL, DETAIL, MEASURED, NODE
from benchmarks.plan.steps.shared import ComparedCell
from benchmarks.plan.tolerances import DIGITS, TOLERANCES, machine_differences
from benchmarks.running.child import EngineChild
from benchmarks.running.recording import parse_line, result_row
from reviewdb.common.errors import RuleViolation
from reviewdb.common.json_object import JsonObject

DEFAULT_STEPS = 2
OUTPUTS = "outputs.json"
TICK_SECONDS = 0.25
THREADS = "OMP_NUM_THREADS"

Progress = Callable[[str], None]
_Place = tuple[str, str, int]


class Verified(TypedDict):
    """What was recomputed: how many values, how many agreed, and those that did not.

    ``is_same_machine`` says whether values had to be equal; ``machine`` lists what differs.
    ``steps`` counts the recomputed tests.
    """

    run: int
    steps: int
    checked: int
    equal: int
    is_same_machine: bool
    machine: list[str]
    different: list[dict[str, Any]]


@dataclass(frozen=True)
class _Test:
    """One test of a plan: the row of its scores there, by strategy, label count and seed."""

    address: str
    cell: ComparedCell
    seed: int

    @property
    def place(self) -> _Place:
        """Return scenario, strategy and label count, which a row names too."""
        return self.cell.scenario, self.cell.strategy, self.cell.n_target

    @property
    def words(self) -> str:
        cell = self.cell
        return f"{cell.scenario}, {cell.strategy}, {cell.n_target} labelled, seed {self.seed}"


def run_verify(
    run: Run,
    *,
    steps: int = DEFAULT_STEPS,
    strategy: str = "",
    everything: bool = False,
    progress: Progress = lambda _: None,
) -> Verified:
    """Return how recomputed scores compare with those of the run's rows.

    Of the run's tests, ``steps`` are drawn, always the same: the first of ``source_only`` where
    there is one, then one of another strategy, then any. A ``strategy`` means all of its tests,
    ``everything`` the whole plan with every column of every row. Raises RuleViolation where this
    code cannot compute the run, or the engine failed.
    """
    plan = _plan(run)
    scored = {
        (row.scenario, row.strategy, row.n_target)
        for row in run.results.all()
        if row.detail.get("scores")
    }
    tests = [test for test in _tests(plan, scored) if test.place in scored]
    chosen = tests if everything else _chosen(tests, run, steps, strategy)
    if not chosen:
        names = ", ".join(sorted({test.cell.strategy for test in tests})) or "none"
        raise _refusal("strategy", f"run {run.pk} has no test of {strategy!r}; there are: {names}")
    wanted = plan if everything else _part(plan, [test.address for test in chosen])
    progress(f"computing {len(wanted.steps)} steps for {len(chosen)} tests")
    with tempfile.TemporaryDirectory(prefix="verify-", dir=settings.REVIEWDB_HOME) as place:
        here = _compute(wanted, run, Path(place), progress)
        differences = machine_differences(run.provenance, here)
        found = list(_compared(run, chosen, Path(place), is_same=not differences))
        if everything and not differences:
            found += _compared_rows(run, plan, Path(place))
    different = [value for value in found if not value.pop("agrees")]
    return Verified(
        run=run.pk,
        steps=len(chosen),
        checked=len(found),
        equal=len(found) - len(different),
        is_same_machine=not differences,
        machine=differences,
        different=different,
    )


def _refusal(field: str, message: str) -> RuleViolation:
    return RuleViolation(message, {field: [message]})


def _plan(run: Run) -> Plan:
    try:
        plan = Plan.from_json(run.plan)
    except PlanError as error:
        message = f"run {run.pk} cannot be computed by this code: {error.message}"
        raise _refusal("run", message) from error
    device = run.provenance.get("device")
    recorded = device.get("precision") if isinstance(device, dict) else None
    return replace(plan, precision=recorded) if recorded in PRECISIONS else plan


def _tests(plan: Plan, scored: set[_Place]) -> list[_Test]:
    """Return the tests whose scores rows may hold, in the plan's order.

    A real group can have fewer people than were planned: its row then names how many were
    labelled, and the one cell of the same scenario and strategy is its own.
    """
    cells: list[ComparedCell] = [
        cell
        for step in plan.steps
        for cell in getattr(step, "cells", ())
        if isinstance(cell, ComparedCell)
    ]
    return [
        _Test(address, _as_scored(cell, cells, scored), seed)
        for cell in cells
        for seed, address in enumerate(cell.evaluations)
    ]


def _as_scored(cell: ComparedCell, cells: list[ComparedCell], scored: set[_Place]) -> ComparedCell:
    name = (cell.scenario, cell.strategy)
    planned = {c.n_target for c in cells if (c.scenario, c.strategy) == name}
    stored = {place[2] for place in scored if place[:2] == name}
    is_one = len(planned) == len(stored) == 1
    return replace(cell, n_target=stored.pop()) if is_one else cell


def _chosen(tests: list[_Test], run: Run, steps: int, strategy: str) -> list[_Test]:
    if strategy:
        return [test for test in tests if test.cell.strategy == strategy]
    drawn = Random(run.pk).sample(tests, len(tests))  # noqa: S311 - a draw, no secret
    plain = [test for test in tests if test.cell.strategy == "source_only"][:1]
    adapted = [t for t in drawn if t.cell.baseline and t.seed == 0][:1]
    return list({t.address: t for t in (*plain, *adapted, *drawn)}.values())[:steps]


def _part(plan: Plan, addresses: list[str]) -> Plan:
    """Return the plan of these steps and all that they need."""
    needed = set(addresses)
    for step in reversed(plan.steps):
        if step.address in needed:
            needed.update(step.parents.addresses)
    return replace(plan, steps=tuple(step for step in plan.steps if step.address in needed))


def _compute(plan: Plan, run: Run, place: Path, progress: Progress) -> JsonObject:
    """Let the engine compute the plan; return its provenance. Raises RuleViolation on a failure."""
    path = place / "plan.json"
    path.write_text(json.dumps(plan.as_json()), encoding="utf-8")
    lanes = int(run.provenance.get("lanes") or 1)
    device = run.provenance.get("device")
    threads = device.get("threads") if isinstance(device, dict) else None
    command = [*settings.REVIEWDB_ENGINE_COMMAND, "run", str(path), "--out", str(place)]
    command += ["--lanes", str(lanes), "--follow-parent", str(os.getpid())]
    here: JsonObject = {}
    errors: list[str] = []
    done = 0
    with (
        _threads(lanes * threads if threads else None),
        EngineChild(command, folder=settings.BASE_DIR, log_path=place / "engine.log") as child,
    ):
        while not child.has_ended(wait_seconds=TICK_SECONDS):
            for event in map(parse_line, child.lines(TICK_SECONDS)):
                if event["event"] == "run_started":
                    here = event.get("provenance") or {}
                elif event["event"] == "step_finished":
                    done += 1
                    progress(f"step {done} of {len(plan.steps)}")
                elif event["event"] in ("step_failed", "error"):
                    errors.append(str(event.get("error") or event.get("message")))
        code = child.exit_code
    if errors or code:
        why = errors[0] if errors else f"it ended with exit code {code}"
        raise _refusal("run", f"the engine could not compute it: {why}")
    return here


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Give engines that start in the block the number of threads that the run had."""
    before = os.environ.get(THREADS)
    if count:
        os.environ[THREADS] = str(count)
    try:
        yield
    finally:
        if count and before is None:
            del os.environ[THREADS]
        elif count and before is not None:
            os.environ[THREADS] = before


def _outputs(place: Path, address: str) -> Any:
    return json.loads((step_folder(place, address) / OUTPUTS).read_text("utf-8"))


def _compared(
    run: Run, tests: list[_Test], place: Path, *, is_same: bool
) -> Iterator[dict[str, Any]]:  # fmt: skip
    rows: dict[_Place, list[Result]] = {}
    for result in run.results.all():
        key = (result.scenario, result.strategy, result.n_target)
        rows.setdefault(key, []).append(result)
    for test in tests:
        outputs = _outputs(place, test.address)
        rules = outputs["rules"]
        for row in rows.get(test.place, []):
            scores = row.detail.get("scores")
            if scores is None or row.selection not in rules:
                continue
            found = [_rounded(s[row.metric]) for s in rules[row.selection]["subjects"]]
            if row.detail.get("folds"):  # joined in the order of the target's people
                stored = [scores[0][person] for person in outputs["test_subjects"]]
            else:
                stored = scores[test.seed]
            agrees = found == stored if is_same else _is_near(row.metric, stored, found)
            about = {"what": f"{test.words}, {row.metric} [{row.selection}]"}
            yield {**about, "stored": stored, "found": found, "agrees": agrees}


def _rounded(value: float | None) -> float | None:
    is_number = value is not None and math.isfinite(value)
    return round(value, DIGITS) if is_number and value is not None else None


def _is_near(metric: str, stored: list[float | None], found: list[float | None]) -> bool:
    """Return whether the means over the people that both have differ by the tolerance at most."""
    if len(stored) != len(found):
        return False
    both = [(a, b) for a, b in zip(stored, found, strict=True) if a is not None and b is not None]
    if not both:
        return not any(value is not None for value in (*stored, *found))
    difference = abs(sum(a - b for a, b in both)) / len(both)
    return difference <= TOLERANCES[metric].limit


def _compared_rows(run: Run, plan: Plan, place: Path) -> list[dict[str, Any]]:
    """Return how every column of every row compares; costs, which are times, are left out."""
    made: dict[tuple[Any, ...], Result] = {}
    for step in plan.steps:
        for row in _outputs(place, step.address).get("results", []):
            result = result_row({"event": "result", "row": row})
            made[tuple(getattr(result, name) for name in CELL)] = result
    compared = []
    for stored in run.results.all():
        key = tuple(getattr(stored, name) for name in CELL)
        for name in MEASURED:
            if name in (DETAIL, NODE):
                continue
            again = made.get(key)
            found = getattr(again, name) if again else None
            kept = getattr(stored, name)
            what = f"{', '.join(map(str, key))}: {name}"
            about = {"what": what, "stored": kept, "found": found}
            compared.append({**about, "agrees": again is not None and found == kept})
    return compared
