"""Ranking of a benchmark's strategies over its scenarios."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from benchmarks.engine.reporting.pictures import draw_ranking
from benchmarks.engine.reporting.ranking import Ranking, rank_strategies
from benchmarks.engine.steps.comparison.outputs import RankedGroup, RankOutputs
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import ResultsOutputs, StepFile
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.plan.protocols.comparison.steps import CompareStep, RankStep

DATA = "ranking.json"
GROUPS = {False: "without target labels", True: "with target labels"}


def rank(context: StepContext[RankStep]) -> RankOutputs:
    """Return average ranks, separately for strategies without and with target labels.

    A block is a scenario at a number of labelled subjects; strategies that are missing or failed in
    one block are not ranked but listed.
    """
    groups: dict[str, RankedGroup] = {}
    artifacts: list[StepFile] = []
    for has_labels, title in GROUPS.items():
        cells = _cells(context, has_labels=has_labels)
        ranking, left_out = _ranked(cells)
        if ranking is None:
            continue
        groups[title] = {
            "average_ranks": ranking.average_ranks,
            "blocks": ranking.blocks,
            "friedman_p": ranking.friedman_p,
            "critical_difference": ranking.critical_difference,
            "left_out": left_out,
        }
        name = f"ranking-{'with' if has_labels else 'without'}-labels.png"
        draw_ranking(ranking, title, context.folder / name, simulated=context.step.simulated)
        words = f"Average ranks of strategies {title}"
        artifacts.append({"name": name, "kind": "picture", "title": words})
    (context.folder / DATA).write_text(json.dumps(groups), encoding="utf-8")
    artifacts.append({"name": DATA, "kind": "data", "title": "Average ranks over scenarios"})
    return {"ranking": groups, "artifacts": artifacts}


def _cells(context: StepContext[RankStep], *, has_labels: bool) -> dict[str, dict[Any, float]]:
    """Return each strategy's score, higher is better, in each block."""
    found: dict[str, dict[Any, float]] = defaultdict(dict)
    for address in context.step.parents.comparisons:
        task = TASKS[context.step_at(address, CompareStep).task]
        metric = task.metrics[0]
        if address in context.failed:
            continue
        for row in context.outputs(address, ResultsOutputs)["results"]:
            is_ours = row["metric"] == metric.slug and row["selection"] == context.step.rule
            if is_ours and (row["n_target"] > 0) == has_labels and row["mean"] is not None:
                place = row["scenario"], row["n_target"]
                found[row["strategy"]][place] = metric.sign * row["mean"]
    return found


def _ranked(cells: Mapping[str, Mapping[Any, float]]) -> tuple[Ranking | None, list[str]]:
    if len(cells) < 2:
        return None, []
    most = max(len(scores) for scores in cells.values())
    whole = {name: scores for name, scores in cells.items() if len(scores) == most}
    blocks = sorted(next(iter(whole.values())))
    same = {name: scores for name, scores in whole.items() if sorted(scores) == blocks}
    left_out = sorted(set(cells) - set(same))
    if len(same) < 2:
        return None, left_out
    return rank_strategies({n: [s[b] for b in blocks] for n, s in same.items()}), left_out
