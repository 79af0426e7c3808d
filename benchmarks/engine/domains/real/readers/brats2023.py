"""BraTS 2023 (adult glioma): the last number of a folder numbers a person's examinations."""

import re
from pathlib import Path

from benchmarks.engine.domains.real.case import Holdings
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.readers.shared.brats import ENDINGS_2023, Naming, read_cases
from benchmarks.engine.domains.real.values import BRATS_2023

NAMING = Naming(
    re.compile(r"(?P<subject>BraTS-GLI-\d+)-(?P<session>\d+)"), "-", ENDINGS_2023, BRATS_2023
)


def read(folder: Path) -> Holdings:
    """Return the cases, at one site unless sites.csv assigns several."""
    return read_cases(folder, NAMING)


DATASET = Dataset(
    world="brats2023",
    title="ASNR-MICCAI BraTS 2023, adult glioma",
    layout="BraTS-GLI-00000-000/BraTS-GLI-00000-000-{t1n,t1c,t2w,t2f,seg}.nii.gz",
    source="the BraTS 2023 challenge on Synapse (Sage Bionetworks); registration needed",
    read=read,
)
