"""Requests, cancels and retries runs."""

from collections.abc import Collection, Sequence
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from benchmarks.models import FINAL_STATES, Run, RunState, Step
from benchmarks.plan.benchmarks import benchmark_card
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.data_root import datasets_here
from benchmarks.plan.errors import MissingDataError, PlanError
from benchmarks.plan.here import why_not_here
from benchmarks.plan.plans import Plan
from benchmarks.plan.spec import BenchmarkCard, RunSpec
from benchmarks.running import attempts
from benchmarks.running.attempts import WAITING
from benchmarks.running.public import public
from benchmarks.selectors.workers import datasets_of_workers
from benchmarks.tasks import run_send
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR, Actor, Operator, require
from reviewdb.reviews.models import Action
from reviewdb.reviews.services.changes import change_add, differences


def run_request(
    *,
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None = None,
    seeds: int | None = None,
    datasets: Sequence[str] | None = None,
    precision: str | None = None,
    requested_by: User | None = None,
    retry_of: Run | None = None,
) -> Run:
    """Queue a new run and return it; raises RuleViolation naming the field and its choices.

    Without ``requested_by`` the command line requested it. Without ``datasets`` it uses all
    available data sets that the benchmark can use. ``precision`` is ``auto`` unless given.
    """
    user = requested_by or OPERATOR
    require(user, "run.request")
    spec, plan = run_plan(
        benchmark=benchmark,
        profile=profile,
        strategies=strategies,
        seeds=seeds,
        datasets=datasets,
        precision=precision,
    )
    run = Run(
        benchmark=spec.benchmark,
        profile=spec.profile,
        strategies=list(spec.strategies),
        seeds=spec.seeds,
        datasets=list(spec.datasets),
        precision=spec.precision,
        plan=plan.as_json(),
        reason=WAITING,
        requested_by=requested_by,
        retry_of=retry_of,
    )
    run.full_clean()
    with transaction.atomic():
        run.save()
        Step.objects.bulk_create(_step_rows(run, plan))
        asked = {"benchmark": run.benchmark, "profile": run.profile, "seeds": run.seeds}
        fields = differences({}, asked)
        change_add(user=user, action=Action.REQUESTED, target=run, fields=fields)
        transaction.on_commit(partial(run_send, run.pk))
    return run


def run_plan(
    *,
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None = None,
    seeds: int | None = None,
    datasets: Sequence[str] | None = None,
    precision: str | None = None,
) -> tuple[RunSpec, Plan]:
    """Return the checked request and its plan; raises RuleViolation naming the field."""
    try:
        return _checked_plan(benchmark, profile, strategies, seeds, datasets, precision)
    except PlanError as error:
        field = "strategies" if error.field == "strategy" else error.field
        message = public(error.message)
        raise RuleViolation(f"{field}: {message}", {field: [message]}) from None


def _checked_plan(
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None,
    seeds: int | None,
    datasets: Sequence[str] | None,
    precision: str | None,
) -> tuple[RunSpec, Plan]:
    """Return the checked request and its plan; raises PlanError.

    Its data sets must be present on all live workers, or on this machine if no worker is alive.
    """
    card = benchmark_card(benchmark)
    reported = datasets_of_workers() if card.datasets else frozenset()
    try:
        at_hand = _datasets_here(card) if reported is None else reported
        spec = request_spec(
            benchmark=benchmark,
            profile=profile,
            strategies=strategies,
            seeds=seeds,
            datasets=_chosen(at_hand, datasets),
            precision=precision,
        )
        return spec, build_plan(spec)
    except MissingDataError as error:
        raise (why_not_here(error) if reported is None else error) from None


def _chosen(at_hand: Collection[str], wanted: Sequence[str] | None) -> Collection[str]:
    if wanted is None:
        return at_hand
    if missing := sorted(set(wanted) - set(at_hand)):
        titles = {name: name for name in missing}
        raise MissingDataError(f"no worker has {', '.join(missing)}", titles)
    return wanted


def _datasets_here(card: BenchmarkCard) -> tuple[str, ...]:
    try:
        return datasets_here(card.datasets)
    except NotADirectoryError as error:
        raise PlanError("datasets", str(error)) from None


def _step_rows(run: Run, plan: Plan) -> list[Step]:
    return [
        Step(
            run=run,
            address=step.address,
            position=position,
            kind=step.kind,
            strategy=step.named("strategy"),
            label=step.label[:300],
        )
        for position, step in enumerate(plan.steps)
    ]


def run_cancel(*, run_id: int, user: Actor) -> Run:
    """Cancel a run and return it; a queued run ends at once, a running one within 5 s.

    Raises PermissionDenied for another person's run, RuleViolation for a run that has ended.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update().defer("plan").get(pk=run_id)
        require(user, "run.cancel", run)
        if run.state in FINAL_STATES:
            message = f"run {run_id} has already {_ended(run)}"
            raise RuleViolation(message, {"state": [message]})
        fields = differences({"state": run.state}, {"state": RunState.CANCELLED})
        attempts.cancel(run, timezone.now())
        change_add(user=user, action=Action.CANCELLED, target=run, fields=fields)
    return run


def _ended(run: Run) -> str:
    return "been cancelled" if run.state == RunState.CANCELLED else run.state


def run_retry(*, run_id: int, user: User | Operator) -> Run:
    """Queue a new run of the same request, linked to the old; finished steps are reused.

    Returns the new run. Raises PermissionDenied for another person's run, RuleViolation for a run
    that has not ended.
    """
    old = Run.objects.defer("plan").get(pk=run_id)
    require(user, "run.retry", old)
    if old.state not in FINAL_STATES:
        message = f"run {run_id} is still {old.state}; cancel it first or wait for its end"
        raise RuleViolation(message, {"state": [message]})
    return run_request(
        benchmark=old.benchmark,
        profile=old.profile,
        strategies=old.strategies,
        seeds=old.seeds,
        datasets=old.datasets or None,
        precision=old.precision,
        requested_by=user if isinstance(user, User) else None,
        retry_of=old,
    )
