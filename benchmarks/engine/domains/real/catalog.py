"""The data sets there are readers for, one file each.

Nothing is ever fetched: each asks for an account or an agreement with its organisers.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from benchmarks.engine.domains.real.dataset import Dataset

HOME = "benchmarks.engine.domains.real.readers"
READERS = (
    "fets2021",
    "brats2021",
    "brats2023",
    "iseg2019",
    "wmh2017",
    "msd_brain",
    "bids",
    "volumes_csv",
)
"""Modules below HOME in the order of lists; each says in ``DATASET`` what it reads."""


def readers(names: tuple[str, ...] = READERS) -> Iterator[Dataset]:
    """Yield the card of each reader whose file is here: one that was taken away is no data set.

    A reader that is here but cannot be imported raises, as any broken module does.
    """
    for name in names:
        if find_spec(f"{HOME}.{name}") is not None:
            dataset: Dataset = import_module(f"{HOME}.{name}").DATASET
            yield dataset


DATASETS: dict[str, Dataset] = {dataset.world: dataset for dataset in readers()}
