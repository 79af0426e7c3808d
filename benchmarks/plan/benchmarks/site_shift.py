"""Benchmarks: transfer between scanners, with few labels, and with frozen depths."""

from dataclasses import replace

from benchmarks.plan.admission import FIRST_LIGHT, METHODS, SWEEP
from benchmarks.plan.baselines import SOURCE_ONLY
from benchmarks.plan.profiles import PROFILES
from benchmarks.plan.spec import BenchmarkCard, Place, Scenario

WHITE_MATTER_T1 = Place(site="aurora", cohort="healthy", contrast="t1", region="wm")
TUMOUR_FLAIR = Place(site="aurora", cohort="glioma", contrast="flair", region="wt")
DEEP_GREY_T1 = Place(site="aurora", cohort="healthy", contrast="t1", region="dgm")
"""Small regions of little contrast: white matter is as good from 8 labelled people as from all."""
REFERRED_FLAIR = replace(TUMOUR_FLAIR, cohort="referred")
"""One in eight people has no tumour, as where images are read before a diagnosis is known."""
SITE_SHIFT_PROFILES = tuple(
    replace(profile, n_targets=(0, 1, 2, 8)) if profile.slug == "quick" else profile
    for profile in PROFILES
)
SITE_SHIFT = BenchmarkCard(
    slug="site-shift",
    protocol="comparison",
    title="Site shift",
    question="A network was trained at one scanner. What helps it at another?",
    scenarios=(
        Scenario(
            slug="tissue",
            title="Deep grey matter on T1",
            source=DEEP_GREY_T1,
            target=replace(DEEP_GREY_T1, site="borealis"),
            label_counts=(0, 1, 2, 4),
        ),
        Scenario(
            slug="tumour",
            title="Whole tumour on FLAIR",
            source=REFERRED_FLAIR,
            target=replace(REFERRED_FLAIR, site="borealis"),
            label_counts=(0, 2, 4, 8, 16),
        ),
    ),
    profiles=SITE_SHIFT_PROFILES,
    strategies=METHODS,
    default_strategies=FIRST_LIGHT,
    admission="Every strategy: contrast and labels are shared, only the scanner differs.",
)

FEW_LABELS = BenchmarkCard(
    slug="few-labels",
    protocol="comparison",
    title="Few labels",
    question="From how many labelled target subjects on is training from scratch as good?",
    scenarios=tuple(
        replace(s, title=f"{s.title}, by labels", label_counts=()) for s in SITE_SHIFT.scenarios
    ),
    profiles=tuple(
        replace(profile, n_targets=n_targets, target_pool=max(profile.target_pool, *n_targets))
        for profile, n_targets in zip(
            PROFILES, ((0, 1, 2), *((0, 1, 2, 4, 8, 16),) * (len(PROFILES) - 1)), strict=True
        )
    ),
    strategies=METHODS,
    default_strategies=(SOURCE_ONLY, "target_only", "full_fine_tuning", "frozen_encoder"),
    admission="Every strategy: the scenarios are those of the site shift, with more label counts.",
)

FROZEN_DEPTH = BenchmarkCard(
    slug="frozen-depth",
    protocol="comparison",
    title="Frozen depth",
    question="Which part of the source network should be kept as it is, and which be trained?",
    scenarios=SITE_SHIFT.scenarios,
    profiles=PROFILES,
    strategies=(SOURCE_ONLY, "target_only", "joint", "oracle", "full_fine_tuning", *SWEEP),
    default_strategies=(SOURCE_ONLY, "target_only", "full_fine_tuning", *SWEEP),
    admission="Fine-tuning at every depth, counted from the input and from the output.",
)
