"""Benchmark: transfer from one MRI contrast to another at the same scanner."""

from dataclasses import replace

from benchmarks.plan.admission import (
    FIRST_LIGHT,
    METHODS,
)
from benchmarks.plan.benchmarks.site_shift import TUMOUR_FLAIR, WHITE_MATTER_T1
from benchmarks.plan.profiles import PROFILES
from benchmarks.plan.spec import BenchmarkCard, Scenario

CONTRAST_SHIFT = BenchmarkCard(
    slug="contrast-shift",
    protocol="comparison",
    title="Contrast shift",
    question="A network was trained on one contrast. What helps on another, at the same scanner?",
    scenarios=(
        Scenario(
            slug="t1-to-t2",
            title="White matter, T1 to T2",
            source=WHITE_MATTER_T1,
            target=replace(WHITE_MATTER_T1, contrast="t2"),
        ),
        Scenario(
            slug="t2-to-flair",
            title="Whole tumour, T2 to FLAIR",
            source=replace(TUMOUR_FLAIR, contrast="t2"),
            target=TUMOUR_FLAIR,
        ),
    ),
    profiles=PROFILES,
    strategies=METHODS,
    default_strategies=FIRST_LIGHT,
    admission="Every strategy: the labels mean the same in both contrasts.",
)
