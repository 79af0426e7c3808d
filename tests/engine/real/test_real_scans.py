"""Scans of real people, where they are: read through a table, region and head where they belong."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.engine.domains import load_domain
from benchmarks.engine.domains.real.describe import check_dataset
from tests.engine.real.conftest import SPECS, needs_reader
from tests.engine.real.trees import table

SCANS = Path(__file__).parents[3].parent / "shared" / "realdata"


@pytest.mark.parametrize(
    ("image", "labels"),
    [
        ("ibsr/IBSR_01.nii.gz", "ibsr/IBSR_01_seg.nii.gz"),
        ("oasis/1000_SS.nii.gz", "oasis/1000_glm.nii.gz"),
    ],
)
def test_a_real_scan_is_checked_and_sliced(image, labels, datasets, tmp_path):
    needs_reader("csv")
    if not (SCANS / image).exists():
        pytest.skip("the real scans are not on this machine")
    row = {"path": SCANS / image, "subject": "a", "mask": SCANS / labels, "site": "here"}
    table(datasets / "csv" / "volumes.csv", [row])
    report = check_dataset("csv", lambda *_: None)
    assert (report["subjects"], report["problems"], report["notes"]) == (1, [], [])
    asked = replace(SPECS["csv"], site="here", cohort="all", region="mask", subjects=1)
    domain = load_domain(asked, tmp_path)
    inside = domain.labels[0] == 1
    assert inside.mean() > 0.1
    assert (domain.images[0][inside] != 0).mean() > 0.95
