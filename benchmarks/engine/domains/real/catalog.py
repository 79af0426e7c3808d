"""The real data sets that have a reader, one file each.

Nothing is ever downloaded: most need an account or an agreement with their organisers.
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
    "oasis",
    "ibsr",
    "pictures",
    "pictures_csv",
    "own_volumes",
)
"""Modules below HOME in listing order; the ``DATASET`` of each describes its data set."""


def readers(names: tuple[str, ...] = READERS) -> list[Dataset]:
    """Return the card of each reader whose file exists; a missing file removes its data set.

    A reader that exists but cannot be imported raises its error.
    """
    return [module.DATASET for module in present_modules(f"{HOME}.{name}" for name in names)]


DATASETS: dict[str, Dataset] = {dataset.world: dataset for dataset in readers()}
