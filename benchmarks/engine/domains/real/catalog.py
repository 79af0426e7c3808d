"""The data sets there are adapters for: their folder, their layout, and where to get them.

Nothing is ever fetched: each asks for an account or an agreement with its organisers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine.domains.real.bids import read_bids
from benchmarks.engine.domains.real.brats import (
    read_brats_2021,
    read_brats_2023,
    read_fets_2021,
)
from benchmarks.engine.domains.real.case import Holdings
from benchmarks.engine.domains.real.decathlon import read_decathlon
from benchmarks.engine.domains.real.iseg import read_iseg_2019
from benchmarks.engine.domains.real.listing import read_listing
from benchmarks.engine.domains.real.wmh import read_wmh_2017


@dataclass(frozen=True)
class Dataset:
    """One data set: ``world`` is its name in a DomainSpec and that of its folder.

    ``needs_labels`` is False where subjects without label volumes serve too (region "none").
    """

    world: str
    title: str
    layout: str
    source: str
    read: Callable[[Path], Holdings]
    needs_labels: bool = True


DATASETS: dict[str, Dataset] = {
    dataset.world: dataset
    for dataset in (
        Dataset(
            world="fets2021",
            title="FeTS 2021, federated tumour segmentation",
            layout="FeTS21_Training_001/FeTS21_Training_001_{t1,t1ce,t2,flair,seg}.nii.gz, "
            "partitioning_1.csv, partitioning_2.csv",
            source="the FeTS 2021 challenge of the University of Pennsylvania (CBICA), through "
            "its Image Processing Portal; registration and a data request needed",
            read=read_fets_2021,
        ),
        Dataset(
            world="brats2021",
            title="RSNA-ASNR-MICCAI BraTS 2021",
            layout="BraTS2021_00000/BraTS2021_00000_{t1,t1ce,t2,flair,seg}.nii.gz",
            source="the BraTS 2021 challenge on Synapse (Sage Bionetworks); registration needed",
            read=read_brats_2021,
        ),
        Dataset(
            world="brats2023",
            title="ASNR-MICCAI BraTS 2023, adult glioma",
            layout="BraTS-GLI-00000-000/BraTS-GLI-00000-000-{t1n,t1c,t2w,t2f,seg}.nii.gz",
            source="the BraTS 2023 challenge on Synapse (Sage Bionetworks); registration needed",
            read=read_brats_2023,
        ),
        Dataset(
            world="iseg2019",
            title="iSeg-2019, six-month-old infants",
            layout="iSeg-2019-Training/subject-1-{T1,T2,label}.{hdr,img}",
            source="the iSeg-2019 challenge site of the University of North Carolina; "
            "registration needed",
            read=read_iseg_2019,
        ),
        Dataset(
            world="wmh2017",
            title="WMH segmentation challenge 2017",
            layout="training/Utrecht/0/{pre,orig}/{FLAIR,T1}.nii.gz, training/Utrecht/0/wmh.nii.gz",
            source="the WMH challenge of UMC Utrecht, on DataverseNL (doi 10.34894/AECRSD); "
            "its terms must be accepted",
            read=read_wmh_2017,
        ),
        Dataset(
            world="msd-brain",
            title="Medical Segmentation Decathlon, Task01_BrainTumour",
            layout="Task01_BrainTumour/{dataset.json,imagesTr,labelsTr}",
            source="the Medical Segmentation Decathlon's site; free, CC BY-SA 4.0",
            read=read_decathlon,
        ),
        Dataset(
            world="bids",
            title="a BIDS data set with derivatives, or a folder of several",
            layout="dataset_description.json, participants.tsv, sub-*/[ses-*/]anat, derivatives/*",
            source="your own, or OpenNeuro",
            read=read_bids,
            needs_labels=False,
        ),
        Dataset(
            world="csv",
            title="volumes listed in a table, for classification and regression",
            layout="volumes.csv with columns path, subject and, as there are, contrast, group or "
            "label, age, sex, site, split, session, mask, brain",
            source="your own table over volumes of ADNI, IXI, ABIDE or others, each from its "
            "organisers; registration needed for most",
            read=read_listing,
            needs_labels=False,
        ),
    )
}
