"""Benchmark: two sites train together under differential privacy for each of 400 patients."""

from dataclasses import replace

from benchmarks.plan.benchmarks.site_shift import SITE_SHIFT
from benchmarks.plan.catalog.prior_sharing import LEAST_PATIENTS
from benchmarks.plan.profiles import PROFILES
from benchmarks.plan.spec import BenchmarkCard, Profile

SLICES = 4
"""The fewest of which one shows deep grey matter well: two are the lowest and the highest."""
PRIVATE = ("federated_dp", "federated_dp_3", "federated_dp_1")


def _with_patients(profile: Profile) -> Profile:
    """Return the profile with 400 labelled patients at each site, and a few slices of each."""
    return replace(
        profile,
        slices=min(profile.slices, SLICES),
        n_targets=(0, LEAST_PATIENTS),
        source_train=LEAST_PATIENTS,
        target_pool=LEAST_PATIENTS,
    )


PRIVATE_FEDERATION = BenchmarkCard(
    slug="private-federation",
    protocol="comparison",
    title="Private federation",
    question="What does a promise of privacy to each patient cost, at epsilon 1, 3 and 8?",
    scenarios=(
        replace(
            SITE_SHIFT.scenarios[0],
            title=f"{SITE_SHIFT.scenarios[0].title}, 400 patients",
            label_counts=(),
        ),
    ),
    profiles=tuple(_with_patients(profile) for profile in PROFILES),
    strategies=("source_only", "target_only", "joint", "oracle", "full_fine_tuning", *PRIVATE),
    default_strategies=("source_only", "target_only", "joint", "full_fine_tuning", *PRIVATE),
    admission="Federated averaging at three epsilons fixed in advance, and what the same patients "
    "are worth without privacy.",
    needs=("federated_dp",),
)
