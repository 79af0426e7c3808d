"""Ranking of a benchmark's strategies over its scenarios."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping

from benchmarks.engine.reporting.pictures import draw_ranking
from benchmarks.engine.reporting.ranking import Ranking, rank_strategies
from benchmarks.engine.steps.comparison.outputs import RankedGroup, RankOutputs
from benchmarks.engine.steps.comparison.rank_blocks import ranked_blocks
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import ResultsOutputs, StepFile
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.plan.protocols.comparison.steps import CompareStep, RankStep

DATA, BLOCKS = "ranking.json", "rank-intervals.json"
GROUPS = {False: "without target labels", True: "with target labels"}


def rank(context: StepContext[RankStep]) -> RankOutputs:
    """Return average ranks, separately for strategies without and with target labels.

    A block is a scenario, all its numbers of labelled subjects together; strategies that are
    missing or failed in one block are not ranked but listed.
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
    blocks = ranked_blocks(context)
    (context.folder / BLOCKS).write_text(json.dumps(blocks), encoding="utf-8")
    words = "Ranks with intervals under three schemes"
    artifacts.append({"name": BLOCKS, "kind": "ranks", "title": words})
    return {"ranking": groups, "blocks": blocks, "artifacts": artifacts}


def _cells(context: StepContext[RankStep], *, has_labels: bool) -> dict[str, dict[str, float]]:
    """Return each strategy's score, higher is better, in each scenario.

    Labelled subjects are nested: those of a smaller number are among those of a larger one, so
    that their scores are no independent blocks. A scenario's score is the mean over the label
    counts at which most of its strategies were measured.
    """
    step = context.step
    rule = step.labelled_rule if has_labels else step.rule
    found: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for address in step.parents.comparisons:
        metric = TASKS[context.step_at(address, CompareStep).task].metrics[0]
        if address in context.failed:
            continue
        for row in context.outputs(address, ResultsOutputs)["results"]:
            is_ours = row["metric"] == metric.slug and row["selection"] == rule
            if is_ours and (row["n_target"] > 0) == has_labels and row["mean"] is not None:
                scores = found[row["scenario"]][row["strategy"]]
                scores[row["n_target"]] = metric.sign * row["mean"]
    return by_strategy(found)


def by_strategy(
    found: Mapping[str, Mapping[str, Mapping[int, float]]],
) -> dict[str, dict[str, float]]:
    """Return each strategy's mean in each scenario; missing where a label count is missing."""
    means: dict[str, dict[str, float]] = defaultdict(dict)
    for scenario, strategies in found.items():
        counts = Counter(tuple(sorted(scores)) for scores in strategies.values())
        measured = max(counts, key=lambda numbers: (counts[numbers], len(numbers)))
        for strategy, scores in strategies.items():
            blocks = means[strategy]  # also without a block, so that it is listed as left out
            if set(measured) <= set(scores):
                own = [scores[n_target] for n_target in measured]
                blocks[scenario] = sum(own) / len(own)
    return means


def _ranked(cells: Mapping[str, Mapping[str, float]]) -> tuple[Ranking | None, list[str]]:
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
