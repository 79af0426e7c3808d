"""Average ranks of strategies over several scenarios, with a critical difference."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Ranking:
    """Average ranks, 1 is best; a significant difference exceeds ``critical_difference``."""

    average_ranks: dict[str, float]
    blocks: int
    friedman_p: float | None
    critical_difference: float | None


def rank_strategies(scores: Mapping[str, Sequence[float]], *, level: float = 0.05) -> Ranking:
    """Return the ranking of strategies by scores (higher is better), one score per block.

    Demsar 2006: Friedman's test over blocks, then Nemenyi's critical difference
    q_a sqrt(k (k + 1) / (6 N)) with q_a of the studentised range over sqrt(2). Both need at least
    three strategies and two blocks, and are None otherwise. Ties share their mean rank.
    """
    names = list(scores)
    table = np.asarray([scores[name] for name in names], dtype=np.float64)  # (strategies, blocks)
    count, blocks = table.shape
    ranks = np.apply_along_axis(stats.rankdata, 0, -table)
    averages = {name: float(rank) for name, rank in zip(names, ranks.mean(axis=1), strict=True)}
    if count < 3 or blocks < 2:
        return Ranking(averages, blocks, None, None)
    p_value = float(stats.friedmanchisquare(*table).pvalue)
    quantile = stats.studentized_range.ppf(1 - level, count, math.inf) / math.sqrt(2)
    difference = float(quantile * math.sqrt(count * (count + 1) / (6 * blocks)))
    return Ranking(averages, blocks, None if math.isnan(p_value) else p_value, difference)
