"""Plans a request for the data sets on this machine."""

from collections.abc import Sequence

from benchmarks.plan.benchmarks import benchmark_card
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.data_root import absence, datasets_here
from benchmarks.plan.errors import MissingDataError, PlanError
from benchmarks.plan.plans import Plan


def plan_here(
    *,
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None = None,
    seeds: int | None = None,
    precision: str | None = None,
) -> Plan:
    """Return the plan of a request on the data sets of this machine.

    Raises PlanError, which states for each missing data set why it was not found.
    """
    try:
        at_hand = datasets_here(benchmark_card(benchmark).datasets)
        spec = request_spec(
            benchmark=benchmark,
            profile=profile,
            strategies=strategies,
            seeds=seeds,
            datasets=at_hand,
            precision=precision,
        )
        return build_plan(spec)
    except NotADirectoryError as error:
        raise PlanError("datasets", str(error)) from None
    except MissingDataError as error:
        raise why_not_here(error) from None


def why_not_here(error: MissingDataError) -> PlanError:
    """Return the error extended by why each data set is missing on this machine."""
    reasons = "; ".join(f"{title}: {absence(name)}" for name, title in error.titles.items())
    return PlanError("datasets", f"{error.why}. {reasons}")
