"""A scenario is measured at those of its profile's label counts that it names."""

from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.protocols.comparison.steps import CompareStep


def test_tissue_is_measured_at_few_labels_and_tumour_at_more():
    spec = request_spec(
        benchmark="site-shift", profile="quick", strategies=["target_only"], seeds=1
    )
    cells = [
        (cell.scenario, cell.n_target)
        for step in build_plan(spec).steps
        if isinstance(step, CompareStep)
        for cell in step.cells
        if cell.strategy == "target_only"
    ]
    assert cells == [("tissue", 1), ("tissue", 2), ("tumour", 2), ("tumour", 8)]
