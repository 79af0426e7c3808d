"""Draw of subjects for training, validation and test: once per seed, for all strategies."""

from collections.abc import Sequence

import numpy as np

from benchmarks.engine.domains.real.leakage import possible_overlap
from benchmarks.engine.steps.comparison.outputs import SourceParts, SplitOutputs, TargetParts
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.training.trainer import derived_seed
from benchmarks.plan.protocols.comparison.steps import Sizes, SplitStep


def draw(context: StepContext[SplitStep]) -> SplitOutputs:
    """Return subject indices for each part of source and target.

    The target's test subjects are the same for every seed, so that gains can be paired by subject.
    No other target subject serves two seeds: each seed has its own pool and validation, so that
    seeds are independent repetitions with other labelled people. The source's subjects are those of
    one cohort, which the seed divides. Labelled subjects are the first of ``pool``. Where the
    cohort's two classes alternate by subject number, so do the parts, since few labelled subjects
    must include both. Warns where the two sides may share people and this cannot be checked.
    """
    step = context.step
    if step.source is not None and step.seed == 0:  # once per scenario
        _warn_of_overlap(context)
    target = _target(step)
    if step.source is None:
        return {"target": target}
    train, validation, test = _parts(step.source, _drawn(step, "source", step.source))
    source: SourceParts = {"train": train, "validation": validation, "test": test}
    return {"source": source, "target": target}


def _target(step: SplitStep) -> TargetParts:
    """Return the target's parts: test subjects come first, then one block for each seed."""
    pool, validation, test = step.target
    first = test + step.seed * (pool + validation)
    own = [first + number for number in _drawn(step, "target", step.target)]
    return {"pool": own[:pool], "validation": own[pool:], "test": list(range(test))}


def _drawn(step: SplitStep, side: str, sizes: Sizes) -> list[int]:
    seed = derived_seed(step.seed, f"{side} split")
    return shuffled(sizes, seed, alternates=step.alternates)


def _warn_of_overlap(context: StepContext[SplitStep]) -> None:
    source, target = context.domain_step("source"), context.domain_step("target")
    if overlap := possible_overlap(source.world, target.world):
        context.progress.warn(overlap)


def shuffled(sizes: Sequence[int], seed: int, *, alternates: bool) -> list[int]:
    """Return the subjects of the first two of three parts in random order; see `draw`."""
    drawn: list[int] = np.random.default_rng(seed).permutation(sum(sizes[:2])).tolist()
    if not alternates:
        return drawn
    even, odd = ([n for n in drawn if n % 2 == side] for side in (0, 1))
    paired = [number for pair in zip(even, odd, strict=False) for number in pair]
    return paired + [number for number in drawn if number not in set(paired)]


def _parts(sizes: Sizes, others: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Return who trains, validates and tests."""
    held_out = list(range(sum(sizes) - sizes[2], sum(sizes)))
    return list(others[: sizes[0]]), list(others[sizes[0] :]), held_out
