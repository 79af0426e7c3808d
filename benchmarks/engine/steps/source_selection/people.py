"""Draw of a group's people for training, validation and test: once per seed, for all tasks."""

from collections.abc import Sequence

from benchmarks.engine.domains import DomainError
from benchmarks.engine.steps.comparison.split import shuffled
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import DomainOutputs
from benchmarks.engine.steps.source_selection.outputs import PeopleOutputs
from benchmarks.engine.training.trainer import derived_seed
from benchmarks.plan.protocols.source_selection.steps import PeopleStep


def draw(context: StepContext[PeopleStep]) -> PeopleOutputs:
    """Return subject indices of ``train``, ``validation`` and ``test``.

    The test subjects are the last of the group for every seed, so that none of them is ever in
    another part and gains can be paired. Labelled target subjects are the first of ``train``. A
    real group with fewer people than requested is divided in the same proportions.
    """
    group, counted = context.step.people, context.step.parents.counted
    sizes = list(context.step.sizes)
    if counted is not None:
        sizes = divided(sizes, len(context.outputs(counted, DomainOutputs)["subjects"]), group)
    train, validation, test = sizes
    seed = derived_seed(context.step.seed, f"people of {group}")
    others = shuffled(sizes, seed, alternates=False)
    return {
        "train": others[:train],
        "validation": others[train:],
        "test": list(range(train + validation, train + validation + test)),
    }


def divided(wanted: Sequence[int], there: int, group: str) -> list[int]:
    """Return the numbers of people for training, validation and test, ``there`` in total at most.

    They are ``wanted`` where there are enough people, else in the same proportions, with at least
    one in each non-empty part. Raises DomainError where there are too few for that.
    """
    if sum(wanted) <= there:
        return list(wanted)
    parts = sum(size > 0 for size in wanted)
    if there < parts:
        raise DomainError(
            "subjects",
            f"{group} has {there} people, too few for {parts} disjoint parts; add people "
            "to it, or leave its data set out",
        )
    validation, test = (max(1, size * there // sum(wanted)) if size else 0 for size in wanted[1:])
    while validation + test >= there:  # at least one for training
        validation, test = (validation, test - 1) if test >= validation else (validation - 1, test)
    return [there - validation - test, validation, test]
