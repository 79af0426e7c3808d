"""The data sets there are readers for, one file each.

Nothing is ever fetched: each asks for an account or an agreement with its organisers.
"""

from benchmarks.engine.domains.real.dataset import Dataset
from reviewdb.common.present import present_modules

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


def readers(names: tuple[str, ...] = READERS) -> list[Dataset]:
    """Return the card of each reader whose file is here: one that was taken away is no data set.

    A reader that is here but cannot be imported raises, as any broken module does.
    """
    return [module.DATASET for module in present_modules(f"{HOME}.{name}" for name in names)]


DATASETS: dict[str, Dataset] = {dataset.world: dataset for dataset in readers()}
