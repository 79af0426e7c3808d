"""Each data set in its true layout is a domain in the simulated world's form."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.engine.domains import DomainError, load_domain
from benchmarks.engine.domains.domain import content_digest
from tests.engine.real.conftest import SPECS, needs_reader

PEOPLE = {
    "fets2021": ("FeTS21_Training_001", "FeTS21_Training_002"),
    "brats2021": ("BraTS2021_00000", "BraTS2021_00002"),
    "brats2023": ("BraTS-GLI-00000", "BraTS-GLI-00002"),
    "iseg2019": ("subject-1", "subject-2"),
    "wmh2017": ("wmh-0", "wmh-1"),
    "msd-brain": ("BRATS_001", "BRATS_002"),
    "bids": ("sub-01", "sub-02"),
    "csv": ("a", "b"),
    "oasis": ("oasis-1000", "oasis-1003"),
    "ibsr": ("ibsr-084-16", "ibsr-094-01"),
    "own-volumes": ("a", "b"),
    "pictures": ("p1", "p2"),
    "pictures-csv": ("a", "b"),
}


@pytest.mark.parametrize("world", SPECS)
def test_it_is_a_domain_like_a_simulated_one(world, dataset, tmp_path):
    dataset(world)
    domain = load_domain(SPECS[world], tmp_path / "cache")
    assert domain.images.shape == domain.labels.shape == (2, 3, 32, 32)
    assert (domain.images.dtype, domain.labels.dtype) == (np.float32, np.uint8)
    assert domain.subjects == PEOPLE[world]
    assert domain.digest == content_digest(domain)
    assert not domain.simulated
    assert domain.spacing[1:] == (6.0, 6.0)
    for image in domain.images:
        brain = image[image != 0]
        assert image.min() >= 0
        assert brain.mean() == pytest.approx(1.0, abs=1e-3)
        assert (image[:, 12:20, 12:20] != 0).mean() > 0.3
    unlabelled = dict.fromkeys(("csv", "pictures"), (False, False))
    has_labels = {**unlabelled, "bids": (False, True)}.get(world, (True, True))
    assert tuple(label.any() for label in domain.labels) == has_labels


@pytest.mark.parametrize("world", SPECS)
def test_it_is_read_from_the_cache_until_a_file_changes(world, dataset, tmp_path):
    folder = dataset(world)
    said = []
    for _ in range(2):
        load_domain(SPECS[world], tmp_path / "cache", lambda *news: said.append(news[2]))
    assert said[-1] == "read from the cache"
    for path in folder.rglob("*.*"):
        path.touch()
    load_domain(SPECS[world], tmp_path / "cache", lambda *news: said.append(news[2]))
    assert said[-1].startswith("read ")
    assert said[-1] != "read from the cache"


@pytest.mark.parametrize(
    ("world", "regions"),
    [
        ("brats2021", ("ncr", "et", "ed")),
        ("brats2023", ("ncr", "et", "ed")),
        ("msd-brain", ("ncr", "et", "ed")),
        ("iseg2019", ("csf", "wm", "gm")),
        ("oasis", ("wm", "gm", "csf")),
        ("ibsr", ("wm", "gm", "csf")),
        ("bids", ("csf", "wm", "gm")),
    ],
)
def test_label_values_become_regions_from_the_inside_out(world, regions, dataset, tmp_path):
    dataset(world)
    inner, middle, outer = (
        load_domain(replace(SPECS[world], region=name, slices=9), tmp_path).labels
        for name in regions
    )
    assert inner.any()
    assert not (inner & middle).any()
    assert not (middle & outer).any()
    reach = [np.argwhere(labels[0]).std(axis=0)[1:].mean() for labels in (inner, middle, outer)]
    assert reach == sorted(reach)


def test_whole_tumour_is_all_of_its_regions(dataset, tmp_path):
    dataset("brats2023")
    masks = {
        name: load_domain(replace(SPECS["brats2023"], region=name, slices=9), tmp_path).labels
        for name in ("ncr", "et", "ed", "wt")
    }
    parts = masks["ncr"] | masks["et"] | masks["ed"]
    assert (parts <= masks["wt"]).all()
    assert parts.sum() > 0.9 * masks["wt"].sum()  # a pixel may be split between regions


def test_other_pathology_of_wmh_is_no_lesion(dataset, tmp_path):
    dataset("wmh2017")
    spec = replace(SPECS["wmh2017"], slices=9)
    domain = load_domain(spec, tmp_path)
    volume = domain.labels[0].sum() * np.prod(domain.spacing)
    ball = 4 / 3 * np.pi * 30**3  # the value 1 reaches 30 mm, the value 2 lies around it
    assert 0.7 < volume / ball < 1.3


def test_both_partitionings_of_fets_are_sites(dataset, tmp_path):
    dataset("fets2021")
    spec = replace(SPECS["fets2021"], subjects=1)
    names = {
        site: load_domain(replace(spec, site=site), tmp_path).subjects
        for site in ("institution-02", "partition-01", "partition-18", "partition-02")
    }
    assert names["partition-18"] == ("FeTS21_Training_002",)
    assert names["partition-02"] == names["institution-02"] == ("FeTS21_Training_010",)


def test_scanners_of_wmh_are_sites_over_training_and_test(dataset, tmp_path):
    dataset("wmh2017")
    for site, name in (("ge3t", "wmh-100"), ("philips-vu-petmr-01", "wmh-160")):
        spec = replace(SPECS["wmh2017"], site=site, subjects=1)
        assert load_domain(spec, tmp_path).subjects == (name,)


def test_a_table_of_sites_cuts_a_data_set_that_names_none(dataset, tmp_path):
    folder = dataset("brats2021")
    rows = "subject,site\nBraTS2021_00000,Site 1\nBraTS2021_00002,Site 2\n"
    (folder / "sites.csv").write_text(rows, "utf-8")
    spec = replace(SPECS["brats2021"], site="site-2", subjects=1)
    assert load_domain(spec, tmp_path).subjects == ("BraTS2021_00002",)


def test_people_of_joined_sites_carry_their_own_and_a_changed_table_is_read(dataset, tmp_path):
    folder = dataset("brats2021")
    spec = replace(SPECS["brats2021"], site="site-1+site-2")
    for names, found in (
        ((1, 2), ("site-1", "site-2")),
        ((2, 1), ("site-2", "site-1")),
        ((1, 1), ()),
    ):
        people = zip(("BraTS2021_00000", "BraTS2021_00002"), names, strict=True)
        rows = "".join(f"{person},Site {name}\n" for person, name in people)
        (folder / "sites.csv").write_text(f"subject,site\n{rows}", "utf-8")
        assert load_domain(spec, tmp_path / "cache").sites == found


def test_acquisition_groups_of_ibsr_are_carried_by_its_people(dataset, tmp_path):
    dataset("ibsr")
    assert load_domain(SPECS["ibsr"], tmp_path).sites == ("voxel-084", "voxel-094")


def test_groups_and_ages_come_from_the_tables(dataset, tmp_path):
    dataset("csv")
    dataset("bids")
    listed = load_domain(SPECS["csv"], tmp_path)
    assert listed.pathology.tolist() == [False, True]
    assert listed.ages.tolist() == [70.5, 81.0]
    bids = load_domain(SPECS["bids"], tmp_path)
    assert bids.pathology.tolist() == [False, True]
    assert bids.ages.tolist() == [34.0, 89.0]
    unknown = replace(SPECS["csv"], site="site-two", cohort="test", subjects=1)
    assert np.isnan(load_domain(unknown, tmp_path).ages).all()


def test_the_contrast_asked_for_is_the_one_read(dataset, tmp_path):
    dataset("msd-brain")
    made = {
        contrast: load_domain(replace(SPECS["msd-brain"], contrast=contrast), tmp_path)
        for contrast in ("t1", "t1ce", "t2", "flair")
    }
    assert len({domain.digest for domain in made.values()}) == 4


def test_several_bids_data_sets_are_cohorts(pristine, datasets, tmp_path):
    needs_reader("bids")
    for name in ("one", "two"):
        shutil.copytree(pristine / "bids", datasets / "bids" / name)
    spec = replace(SPECS["bids"], cohort="two")
    assert load_domain(spec, tmp_path).subjects == ("two/sub-01", "two/sub-02")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("site", "utrecht", "all"),
        ("cohort", "cats", "glioma"),
        ("contrast", "pd", "flair, t1, t1ce, t2"),
        ("region", "wmh", "ed, et, ncr, wt"),
        ("subjects", 3, "has 2 subjects .* asked for were 0 to 2"),
        ("image_size", 20, "at least 32"),
        ("slices", 0, "at least 1"),
    ],
)
def test_what_a_data_set_does_not_hold_is_refused_by_field(field, value, says, dataset, tmp_path):
    dataset("brats2021")
    with pytest.raises(DomainError, match=f"^{field}: .*{says}") as refused:
        load_domain(replace(SPECS["brats2021"], **{field: value}), tmp_path / "cache")
    assert refused.value.field == field
    assert not (tmp_path / "cache").exists()


def test_without_the_variable_it_says_where_to_get_the_data(monkeypatch, tmp_path):
    needs_reader("wmh2017")
    monkeypatch.delenv("REVIEWDB_DATASETS", raising=False)
    with pytest.raises(DomainError, match=r"REVIEWDB_DATASETS is not set.*DataverseNL"):
        load_domain(SPECS["wmh2017"], tmp_path)


def test_without_the_folder_it_says_its_name(datasets, tmp_path):
    needs_reader("iseg2019")
    with pytest.raises(DomainError, match="no folder 'iseg2019' below REVIEWDB_DATASETS"):
        load_domain(SPECS["iseg2019"], tmp_path)
