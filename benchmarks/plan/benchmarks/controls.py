"""Control benchmarks: no gain with random target labels, harm with a misleading source."""

from dataclasses import replace

from benchmarks.plan.admission import (
    FIRST_LIGHT,
    METHODS,
)
from benchmarks.plan.benchmarks.site_shift import TUMOUR_FLAIR, WHITE_MATTER_T1
from benchmarks.plan.profiles import PROFILES, SMOKE
from benchmarks.plan.spec import BenchmarkCard, Scenario

CONTROL_PROFILES = (replace(SMOKE, target_test=12), *PROFILES[1:])

NO_SIGNAL = BenchmarkCard(
    slug="control-no-signal",
    protocol="comparison",
    title="Control: no signal",
    question="Is no gain found with random target labels? A gain would be a leak of test labels.",
    scenarios=(
        Scenario(
            slug="no-signal",
            title="Tumours with target labels of other people",
            source=TUMOUR_FLAIR,
            target=replace(TUMOUR_FLAIR, site="borealis"),
            shuffled=("target",),
        ),
    ),
    profiles=CONTROL_PROFILES,
    strategies=METHODS,
    default_strategies=FIRST_LIGHT,
    admission="Every strategy.",
)

MISLEADING_SOURCE = BenchmarkCard(
    slug="control-misleading-source",
    protocol="comparison",
    title="Control: misleading source",
    question="Is harm reported if the source can only mislead?",
    scenarios=(
        Scenario(
            slug="misleading-source",
            title="White matter after tumours with labels of other people",
            source=TUMOUR_FLAIR,
            target=replace(WHITE_MATTER_T1, site="borealis"),
            shuffled=("source",),
        ),
    ),
    profiles=CONTROL_PROFILES,
    strategies=(*METHODS, "frozen_first_9"),
    default_strategies=(*FIRST_LIGHT, "frozen_first_9"),
    admission="Every strategy, and one that can train nothing but the last layer.",
)
