"""BraTS 2021: one folder a case, labels 1, 2 and 4."""

import re
from pathlib import Path

from benchmarks.engine.domains.real.case import Holdings
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.readers.shared.brats import ENDINGS_2021, Naming, read_cases
from benchmarks.engine.domains.real.values import BRATS_2021

NAMING = Naming(
    re.compile(r"(?P<subject>BraTS2021_\d+)(?P<session>)"), "_", ENDINGS_2021, BRATS_2021
)


def read(folder: Path) -> Holdings:
    """Return the cases, at one site unless sites.csv assigns several."""
    return read_cases(folder, NAMING)


DATASET = Dataset(
    world="brats2021",
    title="RSNA-ASNR-MICCAI BraTS 2021",
    layout="BraTS2021_00000/BraTS2021_00000_{t1,t1ce,t2,flair,seg}.nii.gz",
    source="the BraTS 2021 challenge on Synapse (Sage Bionetworks); registration needed",
    read=read,
)
