"""Estimates how long a run will take, from the times of earlier steps."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from django.db.models import Avg
from django.utils import timezone

from benchmarks.models import Run, RunState, Step, StepState
from benchmarks.plan.plans import Plan

WORK_LEFT = (StepState.WAITING, StepState.RUNNING)
DONE = (StepState.FINISHED, StepState.REUSED)

Sort = tuple[str, str]
"""A step's kind and strategy: only fits of the same strategy take similar times."""


class Estimate(TypedDict):
    """The cost of a run; ``seconds`` is null while too few such steps were timed here."""

    steps: int
    steps_done_before: int
    seconds: float | None


def run_estimate(plan: Plan) -> Estimate:
    """Return the cost of running a plan now, in three queries."""
    addresses = [step.address for step in plan.steps]
    known = Step.objects.filter(address__in=addresses, state__in=DONE)
    done = set(known.order_by().values_list("address", flat=True).distinct())
    left = [(step.kind, step.named("strategy")) for step in plan.steps if step.address not in done]
    seconds = _sum_of(left, _mean_seconds_of_profile(plan.profile)) if left else 0.0
    lanes = _lanes_of_last_run() if left else 1
    return Estimate(
        steps=len(addresses),
        steps_done_before=len(done),
        seconds=None if seconds is None else round(seconds / lanes, 1),
    )


def seconds_left(run: Run, steps: Iterable[Step]) -> float | None:
    """Return the seconds that the run's open steps will take; None until known.

    Uses two queries at most.

    Times of this run's own steps are preferred to those of other runs of its profile.
    """
    steps = list(steps)
    means = _mean_seconds(steps)
    left = [step for step in steps if step.state in WORK_LEFT]
    if any(_sort(step) not in means for step in left):
        means = {**_mean_seconds_of_profile(run.profile), **means}
    begun = {step.pk: rest for step in left if (rest := _rest_of(step)) is not None}
    others = _sum_of([_sort(step) for step in left if step.pk not in begun], means)
    if others is None:
        return None
    lanes = _lanes(run.provenance) if run.provenance else _lanes_of_last_run()
    return round((others + sum(begun.values())) / lanes, 1)


def _sort(step: Step) -> Sort:
    return step.kind, step.strategy


def _sum_of(sorts: list[Sort], means: Mapping[Sort, float]) -> float | None:
    """Return the expected seconds of steps; None if fewer than half have a mean of their kind.

    A step whose sort was never timed counts as the mean of its kind, else as the overall mean.
    """
    by_kind: dict[str, list[float]] = defaultdict(list)
    for (kind, _), seconds in means.items():
        by_kind[kind].append(seconds)
    kinds = {kind: sum(found) / len(found) for kind, found in by_kind.items()}
    known = [means.get(sort, kinds.get(sort[0])) for sort in sorts]
    known_seconds = [seconds for seconds in known if seconds is not None]
    if 2 * len(known_seconds) < len(sorts):
        return None
    return sum(known_seconds) * len(sorts) / len(known_seconds) if known_seconds else 0.0


def _rest_of(step: Step) -> float | None:
    """Return the remaining seconds of a step, from the progress it reported."""
    if step.state != StepState.RUNNING or not step.done or step.started_at is None:
        return None
    elapsed = (timezone.now() - step.started_at).total_seconds()
    return elapsed / step.done * max(step.total - step.done, 0)


def _mean_seconds(steps: Iterable[Step]) -> dict[Sort, float]:
    taken: dict[Sort, list[float]] = defaultdict(list)
    for step in steps:
        if step.state == StepState.FINISHED and step.wall_seconds is not None:
            taken[_sort(step)].append(step.wall_seconds)
    return {sort: sum(seconds) / len(seconds) for sort, seconds in taken.items()}


def _mean_seconds_of_profile(profile: str) -> dict[Sort, float]:
    rows: Any = (
        Step.objects.filter(
            run__profile=profile, state=StepState.FINISHED, wall_seconds__isnull=False
        )
        .order_by()
        .values_list("kind", "strategy")
        .annotate(seconds=Avg("wall_seconds"))
    )
    return {(kind, strategy): seconds for kind, strategy, seconds in rows}


def _lanes_of_last_run() -> int:
    ended = Run.objects.filter(state=RunState.SUCCEEDED, origin={}).order_by("-pk")
    return _lanes(ended.values_list("provenance", flat=True).first() or {})


def _lanes(provenance: Mapping[str, Any]) -> int:
    return max(1, int(provenance.get("lanes") or 1))
