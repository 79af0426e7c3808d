"""Building of one domain: a cohort imaged at one site."""

from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import DomainOutputs
from benchmarks.plan.steps.shared import DomainStep


def build(context: StepContext[DomainStep]) -> DomainOutputs:
    """Return the domain's digest and subjects."""
    domain = context.domains.load(context.step.spec, context.progress)
    return {
        "digest": domain.digest,
        "subjects": list(domain.subjects),
        "spacing": list(domain.spacing),
        "simulated": domain.simulated,
        "region_share": float(domain.labels.mean()),
    }
