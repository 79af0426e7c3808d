"""Draw which persons of one group train, validate and test: once a seed, for all its tasks."""

from collections.abc import Sequence
from typing import Any

from benchmarks.engine.domains import DomainError
from benchmarks.engine.steps.comparison.split import shuffled
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.training.trainer import derived_seed
from benchmarks.plan.protocols.source_selection.steps import PeopleStep


def draw(context: StepContext[PeopleStep]) -> dict[str, Any]:
    """Return subject indices of ``train``, ``validation`` and ``test``.

    The test subjects are the last of the group whatever the seed, so that nobody of them is ever
    in another part and gains can be paired. Labelled target subjects are the first of ``train``.
    A real group that has fewer people than asked for is divided in the same proportions.
    """
    group, counted = context.step.people, context.step.parents.counted
    sizes = list(context.step.sizes)
    if counted is not None:
        sizes = divided(sizes, len(context.outputs(counted)["subjects"]), group)
    train, validation, test = sizes
    seed = derived_seed(context.step.seed, f"people of {group}")
    others = shuffled(sizes, seed, alternates=False)
    return {
        "train": others[:train],
        "validation": others[train:],
        "test": list(range(train + validation, train + validation + test)),
    }


def divided(wanted: Sequence[int], there: int, group: str) -> list[int]:
    """Return how many of at most ``there`` people train, validate and test.

    As many as ``wanted`` where there are that many, else in the same proportions, with at least
    one in each part that is wanted at all. Raises DomainError where there are too few for that.
    """
    if sum(wanted) <= there:
        return list(wanted)
    parts = sum(size > 0 for size in wanted)
    if there < parts:
        raise DomainError(
            "subjects",
            f"{group} has {there} people, too few for {parts} parts that share nobody; add people "
            "to it, or leave its data set out",
        )
    validation, test = (max(1, size * there // sum(wanted)) if size else 0 for size in wanted[1:])
    while validation + test >= there:  # one at least has to train
        validation, test = (validation, test - 1) if test >= validation else (validation - 1, test)
    return [there - validation - test, validation, test]
