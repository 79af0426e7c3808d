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

    The test subjects are the first of the group for every seed, so that none of them is ever in
    another part and gains can be paired. Nobody else serves two seeds, so that seeds are
    independent repetitions with other people. Labelled target subjects are the first of ``train``.
    A real group too small for that is divided once, in the proportions of one seed, and each seed
    draws from all who do not test: then its people are ``shared``.
    """
    step, counted = context.step, context.step.parents.counted
    sizes, shared = list(step.sizes), False
    if counted is not None:
        there = len(context.outputs(counted, DomainOutputs)["subjects"])
        shared = there < needed_people(sizes, step.seeds) and step.seeds > 1
        sizes = divided(sizes, there, step.people)
    train, validation, test = sizes
    seed = derived_seed(step.seed, f"people of {step.people}")
    first = test if shared else test + step.seed * (train + validation)
    own = [first + number for number in shuffled(sizes, seed, alternates=False)]
    return {
        "train": own[:train],
        "validation": own[train:],
        "test": list(range(test)),
        "shared": shared,
    }


def needed_people(sizes: Sequence[int], seeds: int) -> int:
    """Return how many people a group needs so that no seed shares those who do not test."""
    train, validation, test = sizes
    return test + seeds * (train + validation)


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
