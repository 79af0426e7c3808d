"""Draw which subjects train, validate and test: once a seed, for all strategies."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.engine.training import derived_seed
from benchmarks.engine.work.context import StepContext

PARTS = {"source": ("train", "validation", "test"), "target": ("pool", "validation", "test")}


def draw(context: StepContext) -> dict[str, Any]:
    """Return subject indices for each part of source and target.

    The target's test subjects are the same for every seed, so that gains can be paired by
    subject; the seed shuffles everything else. Labelled subjects are the first of ``pool``.
    """
    seed = context.fields["seed"]
    return {
        domain: _parts(PARTS[domain], context.fields[domain], derived_seed(seed, f"{domain} split"))
        for domain in PARTS
    }


def _parts(names: Sequence[str], sizes: Sequence[int], seed: int) -> dict[str, list[int]]:
    train, validation, held_out = names
    test = list(range(sum(sizes) - sizes[2], sum(sizes)))
    others = np.random.default_rng(seed).permutation(sum(sizes) - sizes[2]).tolist()
    return {
        train: others[: sizes[0]],
        validation: others[sizes[0] :],
        held_out: test,
    }
