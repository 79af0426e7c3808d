"""Build one domain: a cohort seen by one site."""

from typing import Any

from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.plan.spec import DomainSpec


def build(context: StepContext) -> dict[str, Any]:
    """Return the domain's digest and who is in it."""
    domain = context.domains.load(DomainSpec(**context.fields), context.progress)
    return {
        "digest": domain.digest,
        "subjects": list(domain.subjects),
        "spacing": list(domain.spacing),
        "simulated": domain.simulated,
        "region_share": float(domain.labels.mean()),
    }
