"""Draw which persons of one group train, validate and test: once a seed, for all its tasks."""

from typing import Any

from benchmarks.engine.training import derived_seed
from benchmarks.engine.work.context import StepContext
from benchmarks.engine.work.split import shuffled

PARTS = ("train", "validation", "test")


def draw(context: StepContext) -> dict[str, Any]:
    """Return subject indices of ``train``, ``validation`` and ``test``.

    The test subjects are the last of the group whatever the seed, so that nobody of them is ever
    in another part and gains can be paired. Labelled target subjects are the first of ``train``.
    """
    train, validation, test = (context.fields[part] for part in PARTS)
    seed = derived_seed(context.fields["seed"], f"people of {context.fields['people']}")
    others = shuffled([train, validation, test], seed, alternates=False)
    return {
        "train": others[:train],
        "validation": others[train:],
        "test": list(range(train + validation, train + validation + test)),
    }
