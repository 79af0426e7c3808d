"""``volumes.csv`` with one row per volume, for data sets without a reader of their own."""

from pathlib import Path

from benchmarks.engine.domains.real.case import Holdings
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.readers.shared.volume_table import volumes_of_table


def read(folder: Path) -> Holdings:
    """Return the cases of volumes.csv: all rows of one subject and session are one case."""
    return volumes_of_table(folder)


DATASET = Dataset(
    world="csv",
    title="volumes listed in a table, for classification and regression",
    layout="volumes.csv with columns path, subject and, as there are, contrast, group or "
    "label, age, sex, site, split, session, mask, brain",
    source="your own table over volumes of ADNI, IXI, ABIDE or others, each from its "
    "organisers; registration needed for most",
    read=read,
    needs_labels=False,
)
