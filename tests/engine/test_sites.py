"""Each person's site is carried from the domain to the row, which names the worst site."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from benchmarks.engine.domains.domain import content_digest, several_sites, with_digest
from benchmarks.engine.domains.store import read_domain, write_domain
from benchmarks.engine.steps.comparison.compare import CellAbout, MeasuredCell
from benchmarks.engine.steps.comparison.tested import joined
from benchmarks.engine.tasks.catalog import CLASSIFICATION, RIGHT, SEGMENTATION
from benchmarks.plan.profiles import SMOKE
from benchmarks.plan.steps.shared import ComparedCell
from tests.engine.test_refusals import DOMAIN

OF_ONE_SITE = "8fbc7970f802deee85d142d34457d34ab9b4c7206199d938162558ddf4d2d3a1"
"""The digest of DOMAIN before domains carried sites."""
SITES = ("north", "south", "north")
OURS = "a" * 64


def rows(sites, scores, *, task=SEGMENTATION, names=("dice", "nsd", "hd95"), strata=None):
    """Return the rows of one strategy; ``scores`` has each person's values of ``names``."""
    subjects = [dict(zip(names, one, strict=True)) for one in scores]
    tested = {
        "rules": {"last": {"subjects": subjects, "source": None}},
        "strata": strata or [0] * len(scores),
        "sites": sites,
        "fit": "f",
    }
    outputs = {OURS: tested, "f": {"cost": {}}}
    context = SimpleNamespace(
        task=task,
        failed={},
        plan_steps=dict.fromkeys(outputs),
        outputs=lambda address, _kind: outputs[address],
        domain_step=lambda _side: SimpleNamespace(spec=SMOKE),  # with its size of images
    )
    cell = ComparedCell(
        scenario="tissue", strategy="source_only", node=None, n_target=0, evaluations=(OURS,)
    )
    found = MeasuredCell(context, cell, "last", CellAbout(seeds=1, simulated=True)).rows()
    return {row.metric: row for row in found}


def test_the_worst_site_has_the_lowest_dice_and_the_largest_distance():
    found = rows(
        ["b", "a", "b", "a", "c"],
        [(0.9, 0.9, 7.0), (0.5, 0.4, 2.0), (0.7, 0.7, 9.0), (0.6, 0.6, 4.0), (1.0, None, None)],
    )
    assert found["dice"].detail["sites"] == [
        {"site": "a", "people": 2, "mean": 0.55},
        {"site": "b", "people": 2, "mean": 0.8},
        {"site": "c", "people": 1, "mean": 1.0},
    ]
    assert found["hd95"].detail["sites"] == [
        {"site": "a", "people": 2, "mean": 3.0},
        {"site": "b", "people": 2, "mean": 8.0},
        {"site": "c", "people": 0, "mean": None},
    ]
    assert [found[m].detail["worst_site"] for m in ("dice", "nsd", "hd95")] == ["a", "a", "b"]
    assert {row.verdict for row in found.values()} == {None}


@pytest.mark.parametrize("sites", [[], ["a", "a"]])
def test_people_of_one_site_have_no_worst_site(sites):
    detail = rows(sites, [(0.9, 0.9, 7.0), (0.5, 0.4, 2.0)])["dice"].detail
    assert not {"sites", "worst_site"} & set(detail)


def test_no_site_is_the_worst_where_only_one_has_a_mean():
    found = rows(["a", "b"], [(0.9, 0.9, 7.0), (0.5, None, None)])
    assert found["dice"].detail["worst_site"] == "b"
    assert "worst_site" not in found["hd95"].detail


def test_a_site_weighs_both_classes_alike_and_has_no_auc_from_ranks_over_all_sites():
    rights = [1, 0, 0, 1, 1, 0]
    found = rows(
        ["a", "a", "a", "b", "b", "c"],
        [(0.8, 0.7, right) for right in rights],
        task=CLASSIFICATION,
        names=("auc", "balanced_accuracy", RIGHT),
        strata=[1, 0, 0, 1, 0, 1],
    )
    assert found["balanced_accuracy"].detail["sites"] == [
        {"site": "a", "people": 3, "mean": 0.5},
        {"site": "b", "people": 2, "mean": 1.0},
        {"site": "c", "people": 1, "mean": None},
    ]
    assert found["balanced_accuracy"].detail["worst_site"] == "a"
    assert "sites" not in found["auc"].detail


def test_folds_keep_the_site_with_its_person():
    def fold(people, sites):
        rules = {"last": {"subjects": [{}] * len(people)}}
        strata = [0] * len(people)
        return {
            "test_subjects": people, "strata": strata, "sites": sites, "rules": rules, "fit": "f",
        }  # fmt: skip

    assert joined([fold([0, 3], ["a", "c"]), fold([1, 2], ["a", "b"])])["sites"] == list("aabc")


def test_a_domain_of_one_site_has_the_digest_that_it_had_without_sites():
    named = replace(DOMAIN, sites=several_sites(["north"] * 3))
    assert content_digest(DOMAIN) == content_digest(named) == OF_ONE_SITE
    assert named.sites_of([0, 2]) == []


def test_sites_are_a_part_of_what_the_digest_vouches_for_and_are_stored(tmp_path):
    domain = with_digest(replace(DOMAIN, sites=several_sites(SITES)))
    swapped = with_digest(replace(domain, sites=("south", "north", "north")))
    assert len({OF_ONE_SITE, domain.digest, swapped.digest}) == 3
    path = tmp_path / "domain.npz"
    write_domain(path, domain)
    read = read_domain(path, domain.spec)
    assert (read.sites, read.digest) == (SITES, domain.digest)
    assert read.sites_of([2, 1]) == ["north", "south"]
