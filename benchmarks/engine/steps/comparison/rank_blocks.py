"""Ranks with intervals in every scenario at every number of labelled subjects."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.engine.reporting.rank_schemes import RankedSchemes, Scores, rank_schemes
from benchmarks.engine.steps.comparison.outputs import RankedBlock
from benchmarks.engine.steps.comparison.tested import tests_of
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import ResultsOutputs
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.plan.metrics import Metric
from benchmarks.plan.protocols.comparison.steps import CompareStep, RankStep

Place = tuple[str, int, str]
"""Scenario, number of labelled subjects, metric."""


def ranked_blocks(context: StepContext[RankStep]) -> list[RankedBlock]:
    """Return the blocks of at least two strategies that have scores of the same people and seeds.

    A block ranks by the task's main metric, under the step's selection rule.
    """
    blocks: dict[Place, dict[str, Scores]] = defaultdict(dict)
    strata: dict[Place, Sequence[int]] = {}
    for place, strategy, scores, groups in _measured(context):
        blocks[place][strategy] = scores
        strata.setdefault(place, groups)
    return [
        _block(place, scores, rank_schemes(scores, strata=strata[place]))
        for place, scores in sorted(blocks.items())
        if len(scores) > 1 and len({table.shape for table in scores.values()}) == 1
    ]


def _measured(
    context: StepContext[RankStep],
) -> Iterator[tuple[Place, str, Scores, Sequence[int]]]:
    for address in context.step.parents.comparisons:
        step = context.step_at(address, CompareStep)
        metric = TASKS[step.task].metrics[0]
        if address in context.failed:
            continue
        tests = {cell.n_target: cell.evaluations for cell in step.cells}
        for row in context.outputs(address, ResultsOutputs)["results"]:
            scores = _scores(row["detail"].get("scores"), metric)
            is_ours = row["metric"] == metric.slug and row["selection"] == context.step.rule
            if is_ours and scores is not None:
                groups = tests_of(context, tests[row["n_target"]])[0]["strata"]
                place = row["scenario"], row["n_target"], metric.slug
                yield place, row["strategy"], scores, groups


def _scores(table: list[list[float | None]] | None, metric: Metric) -> Scores | None:
    """Return (seeds, subjects), higher is better; None for a failed row or a missing score."""
    scores = np.asarray(table or [[None]], dtype=np.float64)
    is_whole = scores.shape[1] > 1 and not np.isnan(scores).any()
    return metric.sign * scores if is_whole else None


def _block(place: Place, scores: dict[str, Scores], found: RankedSchemes) -> RankedBlock:
    seeds, subjects = next(iter(scores.values())).shape
    return {
        "scenario": place[0],
        "n_target": place[1],
        "metric": place[2],
        "seeds": seeds,
        "subjects": subjects,
        "resamples": found.resamples,
        "ranks": {
            scheme: {name: [one.rank, one.low, one.high] for name, one in ranks.items()}
            for scheme, ranks in found.ranks.items()
        },
        "reversed_pairs": [list(pair) for pair in found.reversed_pairs],
        "agree": not found.disagree,
    }
