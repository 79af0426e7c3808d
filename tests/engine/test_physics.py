"""The physics of the simulated world: what field strength, agent, scanner and rater do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.engine.domains import Domain, load_domain, site_names, site_profile
from benchmarks.engine.domains.anatomy import make_subject
from benchmarks.engine.domains.relaxation import T2_MS, fluid_nulled, tissue_signals
from benchmarks.engine.domains.simulated import FREE_OF_TUMOUR, person_cohort
from benchmarks.engine.domains.sites import SITES
from benchmarks.engine.domains.standardised import standardised_subjects
from benchmarks.engine.domains.tissues import CSF, DEEP_GREY, ENHANCING, GREY, TISSUES, WHITE
from benchmarks.plan.spec import DomainSpec

SPEC = DomainSpec(
    world="simulated",
    site="aurora",
    cohort="glioma",
    contrast="t1",
    region="wt",
    subjects=2,
    first_subject=0,
    image_size=64,
    spacing_mm=3.0,
    slices=8,
    seed=11,
)
UNCHANGED = np.ones((2, TISSUES), dtype=np.float32)
HAND_SET = sorted(SITES)
EVERY_SITE = site_names()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def domain(folder: Path, **fields: object) -> Domain:
    return load_domain(replace(SPEC, **fields), folder)  # type: ignore[arg-type]


def test_t2_falls_with_the_field_in_every_tissue() -> None:
    assert all(high < low for low, high in zip(T2_MS[1.5], T2_MS[3.0], strict=True))
    falls = [high / low for low, high in zip(T2_MS[1.5], T2_MS[3.0], strict=True)]
    assert min(falls) == falls[DEEP_GREY]  # the nuclei hold iron


@pytest.mark.parametrize("tesla", [1.5, 3.0])
def test_an_inversion_time_from_the_equation_leaves_no_fluid(tesla: float) -> None:
    signals = tissue_signals(fluid_nulled(9000, 110, tesla), tesla, UNCHANGED)
    assert signals[CSF] < 1e-6
    assert signals[WHITE] > 0.1


@pytest.mark.parametrize("name", EVERY_SITE)
def test_flair_nulls_fluid_at_every_site(name: str) -> None:
    site = site_profile(name)
    signals = tissue_signals(site.flair, site.tesla, UNCHANGED)
    assert signals[CSF] < 0.2 * signals[WHITE]


@pytest.mark.parametrize("name", EVERY_SITE)
def test_an_enhancing_rim_is_the_brightest_tissue_at_every_site(name: str) -> None:
    site = site_profile(name)
    agent = np.mean([tumour.agent_mm for n in range(20) if (tumour := tumour_of(n))])
    before, after = (tissue_signals(site.t1, site.tesla, UNCHANGED, mm) for mm in (None, agent))
    assert after[ENHANCING] > 1.1 * after[WHITE]
    assert before[ENHANCING] < before[WHITE]


def tumour_of(number: int):  # type: ignore[no-untyped-def]  # a Tumour or None
    return make_subject(5, "glioma", number).tumour


def test_the_agent_shortens_t1_as_was_measured() -> None:
    """838 +- 210 ms in enhancing tumour at 3 T: within one and a half of its deviations."""
    agent = np.mean([tumour.agent_mm for n in range(20) if (tumour := tumour_of(n))])
    t1_before = 1750.0
    after = 1 / (1 / t1_before + 5.0 / 1000 * agent)
    assert abs(t1_before - after - 838) < 1.5 * 210


def test_bias_grows_and_noise_falls_with_the_field() -> None:
    low, high = ([s for s in map(site_profile, EVERY_SITE) if s.tesla == t] for t in (1.5, 3.0))
    assert min(site.bias for site in high) > max(site.bias for site in low)
    assert np.mean([site.noise for site in high]) < np.mean([site.noise for site in low])


def test_a_display_curve_is_named_where_it_is() -> None:
    bent = [site for site in map(site_profile, EVERY_SITE) if site.display_gamma != 1]
    assert bent
    assert all(f"gamma {site.display_gamma:g}" in site.title for site in bent)


@pytest.mark.parametrize("site", ["aurora", "borealis", "institute-a"])
def test_contrast_enhancement_shows_in_images(site: str, folder: Path) -> None:
    scores = {
        contrast: standardised_subjects(domain(folder, site=site, contrast=contrast).images)
        for contrast in ("t1", "t1ce")
    }
    rim = domain(folder, site=site, region="et").labels == 1
    white = domain(folder, site=site, region="wm").labels == 1
    gap = {name: image[rim].mean() - image[white].mean() for name, image in scores.items()}
    assert gap["t1ce"] > 0.4 > 0 > gap["t1"]


def test_labels_are_the_raters_whatever_the_contrast(folder: Path) -> None:
    drawn = domain(folder)
    assert np.array_equal(drawn.labels, domain(folder, contrast="flair").labels)
    other = domain(folder, site="institute-a")
    agreement = dice(drawn.labels, other.labels)
    assert 0.8 < agreement < 0.98


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_a_generous_rater_draws_larger_than_a_sparing_one(folder: Path) -> None:
    sizes = {
        site: domain(folder, site=site, region="dgm").labels.sum()
        for site in ("institute-s", "institute-u", "institute-a")
    }
    assert sizes["institute-s"] < sizes["institute-u"] < sizes["institute-a"]


def test_institutes_differ_in_their_images(folder: Path) -> None:
    """Grey matter's place between fluid and white matter, on T1, is each institute's own."""
    places = []
    for site in ("institute-u", "institute-s", "institute-a"):
        image = domain(folder, site=site).images
        fluid, grey, white = (
            image[domain(folder, site=site, region=region).labels == 1].mean()
            for region in ("csf", "gm", "wm")
        )
        places.append((grey - fluid) / (white - fluid))
    assert np.abs(np.subtract.outer(places, places))[np.triu_indices(3, 1)].min() > 0.03


def test_some_of_the_referred_have_no_tumour_and_an_empty_label(folder: Path) -> None:
    subjects = FREE_OF_TUMOUR
    referred = domain(
        folder, cohort="referred", subjects=subjects, image_size=32, spacing_mm=6.0, slices=4
    )
    assert (~referred.pathology).sum() == 1
    free = int(np.flatnonzero(~referred.pathology)[0])
    assert person_cohort("referred", free) == "healthy"
    assert not referred.labels[free].any()


def test_deep_grey_matter_is_small_paired_and_between_grey_and_white(folder: Path) -> None:
    nuclei = domain(folder, cohort="healthy", region="dgm").labels
    share = nuclei.sum() / (domain(folder, cohort="healthy", region="dgm").images > 0).sum()
    assert 0.01 < share < 0.05
    left, right = nuclei[..., :32].sum(), nuclei[..., 32:].sum()
    assert 0.8 < left / right < 1.25
    signals = tissue_signals(site_profile("aurora").t1, 3.0, UNCHANGED)
    assert signals[GREY] < signals[DEEP_GREY] < signals[WHITE]
