"""Volumes of two sites of one's own, for the benchmark `real-site-shift`: ``volumes.csv``."""

from pathlib import Path

from benchmarks.engine.domains.real.case import Holdings
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.readers.shared.volume_table import volumes_of_table


def read(folder: Path) -> Holdings:
    """Return the cases of volumes.csv: all rows of one subject and session are one case."""
    return volumes_of_table(folder)


DATASET = Dataset(
    world="own-volumes",
    title="volumes of two sites of your own, with masks",
    layout="volumes.csv with columns path, subject, site (source or target), mask and, as there "
    "are, contrast, session, brain, axes",
    source="your own volumes and the masks of the region that you want to find",
    read=read,
)
