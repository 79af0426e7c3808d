"""A root of data sets that a test fills, and specs that suit each of them."""

import shutil
from dataclasses import replace

import pytest

from benchmarks.engine.domains.real.catalog import DATASETS
from benchmarks.plan.spec import DomainSpec
from tests.engine.real.trees import TREES

SPEC = DomainSpec(
    world="",
    site="all",
    cohort="glioma",
    contrast="flair",
    region="wt",
    subjects=2,
    first_subject=0,
    image_size=32,
    spacing_mm=6.0,
    slices=3,
    seed=0,
)
SPECS = {
    "fets2021": replace(SPEC, site="institution-01"),
    "brats2021": SPEC,
    "brats2023": SPEC,
    "iseg2019": replace(SPEC, cohort="infants", contrast="t2", region="gm"),
    "wmh2017": replace(SPEC, site="utrecht", cohort="lesions", region="wmh"),
    "msd-brain": SPEC,
    "bids": replace(SPEC, cohort="all", region="lesion"),
    "csv": replace(SPEC, site="site-one", cohort="train", contrast="t1", region="none"),
    "oasis": replace(SPEC, cohort="adults", contrast="t1", region="wm"),
    "ibsr": replace(SPEC, site="voxel-084+voxel-094", cohort="adults", contrast="t1", region="wm"),
    "own-volumes": replace(SPEC, site="source", cohort="all", contrast="t1", region="mask"),
    "pictures": replace(SPEC, cohort="all", contrast="t1", region="none"),
    "pictures-csv": replace(SPEC, site="site-one", cohort="all", contrast="t1", region="mask"),
}
SPECS = {world: replace(spec, world=world) for world, spec in SPECS.items()}


def needs_reader(world):
    """Skip the test where the reader of that data set was taken away."""
    if world not in DATASETS:
        pytest.skip(f"there is no reader of {world} here")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory):
    """Return a root with every data set whole; tests copy from it."""
    root = tmp_path_factory.mktemp("pristine")
    for world, build in TREES.items():
        build(root / world)
    return root


@pytest.fixture
def datasets(tmp_path, monkeypatch):
    """Return an empty root that REVIEWDB_DATASETS names."""
    root = tmp_path / "datasets"
    root.mkdir()
    monkeypatch.setenv("REVIEWDB_DATASETS", str(root))
    return root


@pytest.fixture
def dataset(pristine, datasets):
    """Return a function that puts a whole data set there and returns its folder.

    A test of a data set whose reader was taken away is skipped: readers stand alone.
    """

    def put(world):
        needs_reader(world)
        return shutil.copytree(pristine / world, datasets / world)

    return put
