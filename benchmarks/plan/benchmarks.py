"""The benchmarks that can be run, and their profiles."""

from dataclasses import replace

from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.errors import unknown
from benchmarks.plan.spec import BenchmarkCard, Place, Profile, Scenario

SMOKE = Profile(
    slug="smoke",
    title="Smoke: seconds, for tests; its numbers say nothing",
    image_size=32,
    spacing_mm=6.0,
    slices=4,
    width=4,
    batch=4,
    pretraining_iterations=6,
    adapting_iterations=4,
    checkpoints=2,
    learning_rate=2e-3,
    weight_decay=0.0,
    n_targets=(0, 2),
    seeds=2,
    source_train=3,
    source_validation=2,
    source_test=2,
    target_pool=3,
    target_validation=2,
    target_test=4,
)
QUICK = Profile(
    slug="quick",
    title="Quick: minutes on two cores, small images",
    image_size=64,
    spacing_mm=3.0,
    slices=8,
    width=8,
    batch=12,
    pretraining_iterations=150,
    adapting_iterations=70,
    checkpoints=3,
    learning_rate=2e-3,
    weight_decay=5e-5,
    n_targets=(0, 2, 8),
    seeds=3,
    source_train=16,
    source_validation=4,
    source_test=6,
    target_pool=12,
    target_validation=4,
    target_test=12,
)
STANDARD = Profile(
    slug="standard",
    title="Standard: an hour on one GPU",
    image_size=128,
    spacing_mm=1.5,
    slices=16,
    width=32,
    batch=16,
    pretraining_iterations=2000,
    adapting_iterations=600,
    checkpoints=6,
    learning_rate=5e-4,
    weight_decay=5e-5,
    n_targets=(0, 1, 2, 4, 8, 16),
    seeds=5,
    source_train=48,
    source_validation=8,
    source_test=12,
    target_pool=32,
    target_validation=8,
    target_test=24,
)
PAPER = Profile(
    slug="paper",
    title="Paper: the protocol of Li et al. 2023 on one GPU",
    image_size=240,
    spacing_mm=1.0,
    slices=32,
    width=64,
    batch=20,
    pretraining_iterations=10_000,
    adapting_iterations=1_000,
    checkpoints=10,
    learning_rate=1e-4,
    weight_decay=5e-5,
    n_targets=(0, 1, 2, 4, 8, 16),
    seeds=5,
    source_train=64,
    source_validation=12,
    source_test=16,
    target_pool=48,
    target_validation=12,
    target_test=32,
)
PROFILES = (SMOKE, QUICK, STANDARD, PAPER)

WHITE_MATTER_T1 = Place(site="aurora", cohort="healthy", contrast="t1", region="wm")
TUMOUR_FLAIR = Place(site="aurora", cohort="glioma", contrast="flair", region="wt")
FIRST_LIGHT = ("source_only", "target_only", "full_fine_tuning", "frozen_encoder", "deep_coral")

SITE_SHIFT = BenchmarkCard(
    slug="site-shift",
    title="Site shift",
    question="A network was trained at one scanner. What helps it at another?",
    scenarios=(
        Scenario(
            slug="tissue",
            title="White matter on T1",
            source=WHITE_MATTER_T1,
            target=replace(WHITE_MATTER_T1, site="borealis"),
        ),
        Scenario(
            slug="tumour",
            title="Whole tumour on FLAIR",
            source=TUMOUR_FLAIR,
            target=replace(TUMOUR_FLAIR, site="borealis"),
        ),
    ),
    profiles=PROFILES,
    strategies=tuple(STRATEGIES),
    default_strategies=FIRST_LIGHT,
)

BENCHMARKS = {card.slug: card for card in (SITE_SHIFT,)}


def benchmark_card(slug: str) -> BenchmarkCard:
    """Return the card; raises PlanError with the choices for an unknown slug."""
    try:
        return BENCHMARKS[slug]
    except KeyError:
        raise unknown("benchmark", slug, sorted(BENCHMARKS)) from None


def profile_of(card: BenchmarkCard, slug: str) -> Profile:
    """Return the benchmark's profile; raises PlanError with the choices for an unknown slug."""
    for profile in card.profiles:
        if profile.slug == slug:
            return profile
    raise unknown("profile", slug, [profile.slug for profile in card.profiles])
